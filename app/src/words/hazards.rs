//! Words of the hazard register: what is wrong with an entry, what the checks found, what choices are called.

use domain::control::{ControlOption, Outcome, Place, VerificationKind};
use domain::finding::{Check, Finding};
use domain::hazard::{CauseKind, HazardCode, HazardSource};
use domain::register::Ground;
use domain::risk::{Acceptance, CareAnswer, shown_number};

/// What is wrong with an entry, and what to do.
#[must_use]
pub const fn sentence(code: HazardCode) -> &'static str {
    match code {
        HazardCode::NotASeverity => "Please choose a severity from 1 to 5.",
        HazardCode::NotAProbability => {
            "Please enter a number from 0 to 1 with at most nine digits, such as 0.02, 2e-2 or 2×10⁻²."
        }
        HazardCode::EstimatedAndNot => {
            "Either give P1 and P2, or say why they can not be estimated. Please empty one of the two."
        }
        HazardCode::MatrixImproves => {
            "This cell is better than one with a milder harm or a smaller probability. Please make it at least as bad."
        }
        HazardCode::WorstCellAccepted => {
            "The worst severity with the highest probability must be unacceptable."
        }
        HazardCode::LimitsDoNotRise => {
            "Each limit must be above the one before it, and the first above zero."
        }
        HazardCode::InsideIsNotExternal => {
            "A control in an item of this software fails with it, so it is not outside. Please choose another place, \
             or take the mark away."
        }
        HazardCode::LowersNothing => "Please say what the control lowers: P1, P2 or the severity.",
        HazardCode::ExclusionWithoutReason => "Please say why the software can not contribute.",
        HazardCode::ResultWithoutEvidence => {
            "A result needs its evidence: the number of the report, or a link to it."
        }
        HazardCode::ResultWithoutDate => "Please say on which day it was done.",
        HazardCode::DateInTheFuture => {
            "This day has not come yet. A plan has no result; leave it open until then."
        }
        HazardCode::RowsWithoutEstimate => {
            "Some rows have no estimate yet. An analysis is complete when each risk is estimated, or says why it can \
             not be."
        }
        HazardCode::ChainExists => {
            "The same hazard, sequence, situation and harm already stand in another row."
        }
        HazardCode::NoSuchNumber => "There is no record of that number in this product.",
        HazardCode::ControlUsedAlready => "This control is used for this risk already.",
        HazardCode::BenefitRiskIncomplete => "An analysis needs a conclusion, and a conclusion its analysis.",
        HazardCode::NothingTried => {
            "Nothing is tried that can be saved. Please change a field first; a verification is recorded with its evidence."
        }
        HazardCode::TestIsNoControl => {
            "A test shows that a control works; it lowers no risk itself. Please name the control here, and enter the \
             test as its verification."
        }
    }
}

/// What a check found, in one sentence.
#[must_use]
pub fn finding(finding: &Finding) -> String {
    let control =
        finding.control.map_or_else(|| "The control".to_owned(), |number| shown_number("RC", number));
    match finding.check {
        Check::EstimateIncomplete => "The estimate before control lacks severity, P1 or P2.".to_owned(),
        Check::NoControl => "The risk is unacceptable and nothing controls it.".to_owned(),
        Check::NotShownToBeThere => format!("Nothing shows that {control} is there."),
        Check::NotShownToWork => format!("Nothing shows that {control} works."),
        Check::VerificationFailed => format!("A verification of {control} failed or names no evidence."),
        Check::ReductionWithoutProof => {
            "The risk is said to be lower, and no verified control lowers it.".to_owned()
        }
        Check::NoBenefitRisk => {
            "The risk that is left is unacceptable and there is no benefit-risk analysis.".to_owned()
        }
        Check::BenefitsDoNotOutweigh => {
            "The risk that is left is unacceptable and the benefits do not outweigh it.".to_owned()
        }
        Check::InformationAlone => "Only information stands against a risk that was unacceptable.".to_owned(),
        Check::LaterOptionUnexplained => {
            format!("{control} is not a change of the design, and no reason says why none is practicable.")
        }
        Check::InformationLowersSeverity => {
            format!("{control} informs; text rarely makes a harm less severe.")
        }
        Check::SameWords => "The same words stand for two steps of the chain.".to_owned(),
        Check::AllAlike => "All rows carry the same severity and probability.".to_owned(),
        Check::OrphanControl => format!("{control} controls nothing."),
        Check::NoExternalEstimate => {
            "There is no estimate with external controls only; the class follows the severity alone."
                .to_owned()
        }
        Check::MoreThanExternalControlsLower => {
            "The estimate with external controls only is lower by a factor that none of them lowers; what was before \
             control counts there."
                .to_owned()
        }
        Check::CareUnanswered => {
            "Nobody has said whether the care was needed to prevent permanent impairment; it counts as yes."
                .to_owned()
        }
        Check::ItemAboveParent
        | Check::LowerWithoutSegregation
        | Check::ItemBelowControlledRisk
        | Check::SegregationNotKept => super::items::finding(finding),
    }
}

/// The risk or the software item that a finding is about, by its number.
#[must_use]
pub fn about(finding: &Finding) -> Option<String> {
    let risk = finding.risk.map(|risk| shown_number("R", risk));
    risk.or_else(|| finding.item.map(super::items::number))
}

/// What mends it.
#[must_use]
pub const fn fix(check: Check) -> &'static str {
    match check {
        Check::EstimateIncomplete | Check::AllAlike => "Estimate",
        Check::NoControl => "Add a control",
        Check::NotShownToBeThere | Check::NotShownToWork | Check::VerificationFailed => "Enter a result",
        Check::ReductionWithoutProof => "Verify a control",
        Check::NoBenefitRisk | Check::BenefitsDoNotOutweigh => "Weigh the benefits",
        Check::InformationAlone => "Add a design or protective control",
        Check::LaterOptionUnexplained => "Give the reason",
        Check::InformationLowersSeverity => "Look at what it lowers",
        Check::SameWords => "Word them apart",
        Check::OrphanControl => "Use or withdraw it",
        Check::NoExternalEstimate => "Estimate with external controls only",
        Check::MoreThanExternalControlsLower => "Say what the control lowers, or estimate anew",
        Check::CareUnanswered => "Answer the question",
        Check::ItemAboveParent
        | Check::LowerWithoutSegregation
        | Check::ItemBelowControlledRisk
        | Check::SegregationNotKept => super::items::fix(check),
    }
}

/// The section of a risk's page where a finding is mended.
#[must_use]
pub const fn section(check: Check) -> &'static str {
    match check {
        Check::EstimateIncomplete | Check::AllAlike => "before",
        Check::NoControl
        | Check::InformationAlone
        | Check::OrphanControl
        | Check::NotShownToBeThere
        | Check::NotShownToWork
        | Check::VerificationFailed
        | Check::LaterOptionUnexplained
        | Check::InformationLowersSeverity => "controls",
        Check::ReductionWithoutProof => "after",
        Check::NoBenefitRisk | Check::BenefitsDoNotOutweigh => "benefit-risk",
        Check::MoreThanExternalControlsLower | Check::NoExternalEstimate => "external",
        Check::SameWords => "chain",
        Check::CareUnanswered => "care",
        Check::ItemAboveParent
        | Check::LowerWithoutSegregation
        | Check::ItemBelowControlledRisk
        | Check::SegregationNotKept => "items",
    }
}

/// The word for what a cell means.
#[must_use]
pub const fn acceptance(acceptance: Acceptance) -> &'static str {
    acceptance.name()
}

/// The kind of a control.
#[must_use]
pub const fn option(option: ControlOption) -> &'static str {
    match option {
        ControlOption::Design => "design",
        ControlOption::Protective => "protective measure",
        ControlOption::Information => "information for safety",
    }
}

/// The kind of a control, in the fewest letters.
#[must_use]
pub const fn option_short(option: ControlOption) -> &'static str {
    match option {
        ControlOption::Design => "design",
        ControlOption::Protective => "protective",
        ControlOption::Information => "info",
    }
}

/// Where a control is implemented.
#[must_use]
pub const fn place(place: Place) -> &'static str {
    match place {
        Place::Hardware => "hardware",
        Place::SoftwareItem => "an item of this software",
        Place::OtherSystem => "another system",
        Place::Procedure => "a procedure",
        Place::Labelling => "the labelling",
    }
}

/// What a verification shows.
#[must_use]
pub const fn verification(kind: VerificationKind) -> &'static str {
    match kind {
        VerificationKind::Implementation => "It is there",
        VerificationKind::Effectiveness => "It works",
    }
}

/// What a verification came to.
#[must_use]
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "no result",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
    }
}

/// What starts a sequence of events.
#[must_use]
pub const fn cause(cause: CauseKind) -> &'static str {
    match cause {
        CauseKind::NotStated => "not stated",
        CauseKind::Specification => "specification wrong or incomplete",
        CauseKind::Defect => "defect in this software",
        CauseKind::Soup => "software of unknown provenance",
        CauseKind::HardwareOrOtherSoftware => "hardware or other software",
        CauseKind::Misuse => "foreseeable misuse",
        CauseKind::Attack => "attack",
    }
}

/// Where a hazard was found.
#[must_use]
pub const fn source(source: HazardSource) -> &'static str {
    match source {
        HazardSource::NotStated => "not stated",
        HazardSource::UseAnalysis => "use analysis",
        HazardSource::Misuse => "foreseeable misuse",
        HazardSource::Fault => "fault analysis",
        HazardSource::Security => "security analysis",
        HazardSource::Soup => "software of unknown provenance",
        HazardSource::Field => "field",
    }
}

/// The answer to the question of severity 3.
#[must_use]
pub const fn care(answer: CareAnswer) -> &'static str {
    match answer {
        CareAnswer::Unanswered => "not answered, counts as yes",
        CareAnswer::Yes => "yes, so it is a serious injury",
        CareAnswer::No => "no, so it is not a serious injury",
    }
}

/// Why a row needs the class that it needs.
#[must_use]
pub const fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::NoContribution => "the software can not contribute",
        Ground::AcceptableOutside => {
            "acceptable with external controls only, the software's failure taken as certain"
        }
        Ground::NotAcceptableOutside => "not acceptable with external controls only",
        Ground::NoExternalEstimate => "no estimate with external controls only: judged on severity",
        Ground::NotEstimable => "probability can not be estimated: judged on severity",
        Ground::Unknown => "not even a severity is known",
    }
}

/// The name of a field of the register's forms, where its name does not read well by itself.
#[must_use]
pub fn field_name(field: &str) -> Option<String> {
    let (estimate, part) = match field.split_once('_') {
        Some(("initial", part)) => ("before control", part),
        Some(("external", part)) => ("with external controls only", part),
        Some(("residual", part)) => ("after control", part),
        Some(("limit", band)) => return Some(format!("Limit of band {band}")),
        Some(("cell", cell)) => return Some(format!("Cell {cell}")),
        _ => {
            return match field {
                "lowers" => Some("What it lowers".to_owned()),
                "events" => Some("Sequence of events".to_owned()),
                "situation" => Some("Hazardous situation".to_owned()),
                "item" => Some("Software item".to_owned()),
                _ => None,
            };
        }
    };
    let part = match part {
        "severity" => "Severity",
        "p1" => "P1",
        "p2" => "P2",
        "not_estimable" => "Why P can not be estimated",
        "basis" => "What it rests on",
        _ => return None,
    };
    Some(format!("{part} {estimate}"))
}
