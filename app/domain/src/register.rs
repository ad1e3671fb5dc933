//! The register as a whole: which safety class it implies, and what is wrong with its rows.
//!
//! Invariants, held by properties below:
//! - A register implies a class only while a person's declaration stands that the analysis is complete. An empty
//!   register proves nothing by itself.
//! - Only the cell `acceptable` counts as acceptable; "reduce" and "not estimable" do not (IEC 62304 clause 4.3 a,
//!   figure 3).
//! - Raising a severity, taking away an external control, or adding a hazardous situation never lowers the class.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::control::{ControlOption, Proof, UsedControl};
use crate::finding::{Check, Finding};
use crate::plan::RiskPlan;
use crate::risk::{
    Acceptance, BenefitRisk, CareAnswer, Estimate, Estimates, Evaluation, Likelihood, Probability, Severity,
    is_serious_injury,
};
use crate::scheme::iec62304::SafetyClass;

/// A row of the register with everything that rules look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The risk's running number.
    pub number: i32,
    /// The hazard, in words.
    pub hazard: String,
    /// The hazardous situation, in words.
    pub situation: String,
    /// The harm, in words.
    pub harm: String,
    /// Whether a failure of the software can contribute.
    pub software_contributes: bool,
    /// The three estimates.
    pub estimates: Estimates,
    /// The controls in use.
    pub controls: Vec<UsedControl>,
    /// The benefit-risk analysis, where there is one.
    pub benefit_risk: Option<BenefitRisk>,
}

/// Why a row gives the class that it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The software can not contribute to the situation.
    NoContribution,
    /// Acceptable with external controls only, the software's failure taken as certain.
    AcceptableOutside,
    /// Not acceptable with external controls only.
    NotAcceptableOutside,
    /// There is no such estimate: judged on severity.
    NoExternalEstimate,
    /// The probability can not be estimated: judged on severity.
    NotEstimable,
    /// Not even a severity is known: the cautious class.
    Unknown,
}

impl Ground {
    /// All grounds.
    pub const ALL: [Self; 6] = [
        Self::NoContribution,
        Self::AcceptableOutside,
        Self::NotAcceptableOutside,
        Self::NoExternalEstimate,
        Self::NotEstimable,
        Self::Unknown,
    ];

    /// The stable name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoContribution => "no_contribution",
            Self::AcceptableOutside => "acceptable_outside",
            Self::NotAcceptableOutside => "not_acceptable_outside",
            Self::NoExternalEstimate => "no_external_estimate",
            Self::NotEstimable => "not_estimable",
            Self::Unknown => "unknown",
        }
    }

    /// The ground of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == name)
    }
}

/// What one row contributes to the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClassShare {
    /// The class that the row needs.
    pub class: SafetyClass,
    /// The class that it needs when external controls count only once they are verified.
    pub once_unverified_fall_away: SafetyClass,
    /// Why.
    pub ground: Ground,
}

impl ClassShare {
    /// Whether the class rests on an external control that is not verified yet.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        self.once_unverified_fall_away > self.class
    }
}

impl Row {
    /// The estimate that decides the class, counting only the external controls that `counts` lets through.
    ///
    /// What the estimate claims to be lower than the initial one is believed only where a counted external control
    /// lowers that very factor. What the initial estimate does not know is taken as certain.
    fn deciding(&self, counts: impl Fn(&UsedControl) -> bool) -> Estimate {
        let lowered = |which: fn(&UsedControl) -> bool| {
            self.controls.iter().any(|control| control.external && which(control) && counts(control))
        };
        let (initial, claimed) = (&self.estimates.initial, &self.estimates.external);
        let severity = match (claimed.severity, initial.severity) {
            (Some(claimed), Some(initial)) if !lowered(|control| control.lowers.severity) => {
                Some(claimed.max(initial))
            }
            (Some(claimed), _) => Some(claimed),
            (None, initial) => initial,
        };
        let likelihood = match &claimed.likelihood {
            Likelihood::Estimated { p1, p2 } => {
                let (fewer, milder) =
                    (lowered(|control| control.lowers.p1), lowered(|control| control.lowers.p2));
                match (&initial.likelihood, fewer || milder) {
                    (Likelihood::NotEstimable { reason }, false) => {
                        Likelihood::NotEstimable { reason: reason.clone() }
                    }
                    (before, _) => {
                        let factor = |lowered: bool, claimed: Probability, before: Option<Probability>| {
                            if lowered { claimed } else { claimed.max(before.unwrap_or(Probability::ONE)) }
                        };
                        Likelihood::Estimated {
                            p1: factor(fewer, *p1, before.p1()),
                            p2: factor(milder, *p2, before.p2()),
                        }
                    }
                }
            }
            other => other.clone(),
        };
        Estimate { severity, likelihood, basis: None }
    }

    /// The estimate with external controls only as it counts for the class, where it claims to be lower by a factor
    /// that no control outside the software lowers; nothing where all of it counts.
    #[must_use]
    pub fn counted_outside(&self) -> Option<Estimate> {
        let claimed = &self.estimates.external;
        let counted = self.deciding(|_| true);
        let counts_whole = counted.severity == claimed.severity && counted.likelihood == claimed.likelihood;
        (self.software_contributes && !claimed.is_incomplete() && !counts_whole).then_some(counted)
    }

    fn class_counting(
        &self,
        plan: &RiskPlan,
        counts: impl Fn(&UsedControl) -> bool,
    ) -> (SafetyClass, Ground) {
        if !self.software_contributes {
            return (SafetyClass::A, Ground::NoContribution);
        }
        let deciding = self.deciding(counts);
        // Without a full estimate the worst of the severities that were entered is taken.
        let worst = deciding.severity.max(if deciding.is_incomplete() {
            self.estimates.initial.severity
        } else {
            None
        });
        let Some(severity) = worst else {
            return (SafetyClass::C, Ground::Unknown);
        };
        let harm =
            if is_serious_injury(severity, self.estimates.care) { SafetyClass::C } else { SafetyClass::B };
        match deciding.evaluation(plan) {
            Evaluation::NotEstimated => (harm, Ground::NoExternalEstimate),
            Evaluation::Judged { on_severity_alone: true, .. } => (harm, Ground::NotEstimable),
            Evaluation::Judged { acceptance: Acceptance::Acceptable, .. } => {
                (SafetyClass::A, Ground::AcceptableOutside)
            }
            Evaluation::Judged { .. } => (harm, Ground::NotAcceptableOutside),
        }
    }

    /// What the row contributes to the class of the software system (IEC 62304 clause 4.3 a).
    #[must_use]
    pub fn class_share(&self, plan: &RiskPlan) -> ClassShare {
        let (class, ground) = self.class_counting(plan, |_| true);
        let (once_unverified_fall_away, _) = self.class_counting(plan, UsedControl::is_verified);
        ClassShare { class, once_unverified_fall_away, ground }
    }

    /// The class of the risk for an item that controls it (IEC 62304 clause 7.2.2 b): what the row needs where
    /// software is part of it. By controlling the risk an item becomes part of it, whatever else was excluded.
    #[must_use]
    pub fn controlled_class(&self, plan: &RiskPlan) -> SafetyClass {
        if self.software_contributes {
            return self.class_counting(plan, |_| true).0;
        }
        Self { software_contributes: true, ..self.clone() }.class_counting(plan, |_| true).0
    }

    /// Everything that is wrong with the row, blocking findings first.
    #[must_use]
    pub fn findings(&self, plan: &RiskPlan) -> Vec<Finding> {
        let mut found = Vec::new();
        let before = self.estimates.initial.evaluation(plan).acceptance();
        let after = self.estimates.left().evaluation(plan).acceptance();
        let mut note = |check| found.push(Finding::about_risk(check, self.number));

        if self.estimates.initial.is_incomplete() {
            note(Check::EstimateIncomplete);
        }
        if before == Some(Acceptance::Unacceptable) && self.controls.is_empty() {
            note(Check::NoControl);
        }
        if self.estimates.claims_reduction() && !self.controls.iter().any(UsedControl::is_verified) {
            note(Check::ReductionWithoutProof);
        }
        if after == Some(Acceptance::Unacceptable) {
            match &self.benefit_risk {
                None => note(Check::NoBenefitRisk),
                Some(BenefitRisk { benefits_outweigh: false, .. }) => note(Check::BenefitsDoNotOutweigh),
                Some(_) => {}
            }
        }
        if self.software_contributes {
            if self.estimates.external.is_incomplete() {
                note(Check::NoExternalEstimate);
            }
            if self.counted_outside().is_some() {
                note(Check::MoreThanExternalControlsLower);
            }
            let severities = [self.estimates.initial.severity, self.estimates.external.severity];
            if severities.contains(&Some(Severity::Serious)) && self.estimates.care == CareAnswer::Unanswered
            {
                note(Check::CareUnanswered);
            }
        }
        if same_words(&self.hazard, &self.situation) || same_words(&self.situation, &self.harm) {
            note(Check::SameWords);
        }
        self.note_information_alone(before, &mut found);
        for control in &self.controls {
            self.note_control(control, &mut found);
        }
        found.sort();
        found
    }

    /// Telling people is the last resort; for severe harm it needs at least the reason why nothing else is possible.
    fn note_information_alone(&self, before: Option<Acceptance>, found: &mut Vec<Finding>) {
        let alone = !self.controls.is_empty()
            && self.controls.iter().all(|control| control.option == ControlOption::Information);
        if !alone || before != Some(Acceptance::Unacceptable) {
            return;
        }
        let finding = Finding::about_risk(Check::InformationAlone, self.number);
        let severe = self.estimates.initial.severity >= Some(Severity::Critical);
        let explained = self.controls.iter().any(|control| control.lower_option_explained);
        found.push(if severe && !explained { finding.that_blocks() } else { finding });
    }

    fn note_control(&self, control: &UsedControl, found: &mut Vec<Finding>) {
        let mut note = |check| found.push(Finding::about_control(check, self.number, control.number));
        if matches!(control.implementation, Proof::Missing | Proof::Open) {
            note(Check::NotShownToBeThere);
        }
        if matches!(control.effectiveness, Proof::Missing | Proof::Open) {
            note(Check::NotShownToWork);
        }
        if [control.implementation, control.effectiveness]
            .iter()
            .any(|proof| matches!(proof, Proof::Failed | Proof::WithoutEvidence))
        {
            note(Check::VerificationFailed);
        }
        if control.option != ControlOption::Design && !control.lower_option_explained {
            note(Check::LaterOptionUnexplained);
        }
        if control.option == ControlOption::Information && control.lowers.severity {
            note(Check::InformationLowersSeverity);
        }
    }
}

/// Whether two texts are the same to a reader.
fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let one = words(one);
    !one.is_empty() && one == words(other)
}

/// A person's word that the analysis is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Who said so.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why it is complete.
    pub reason: String,
    /// How many rows there were.
    pub rows: i32,
}

/// How far the analysis is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// Nobody has declared it complete yet.
    NeverDeclared,
    /// It was declared complete, and something changed since.
    Reopened {
        /// The declaration that no longer stands.
        declaration: Declaration,
        /// When it was reopened.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// By what.
        because: String,
    },
    /// It is declared complete.
    Declared(Declaration),
}

impl Completeness {
    /// Whether a declaration stands.
    #[must_use]
    pub const fn is_declared(&self) -> bool {
        matches!(self, Self::Declared(_))
    }
}

/// The class that a register implies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpliedClass {
    /// Nobody has declared the analysis complete; class C applies.
    NotDetermined,
    /// The class that the rows need.
    Determined {
        /// The class.
        class: SafetyClass,
        /// Whether it rests on external controls that are not verified yet.
        provisional: bool,
    },
}

impl ImpliedClass {
    /// The class that applies: C as long as none is determined.
    #[must_use]
    pub const fn applies(self) -> SafetyClass {
        match self {
            Self::NotDetermined => SafetyClass::C,
            Self::Determined { class, .. } => class,
        }
    }
}

/// The class that the rows imply, given whether the analysis is declared complete.
#[must_use]
pub fn implied_class(
    is_declared_complete: bool,
    shares: impl IntoIterator<Item = ClassShare>,
) -> ImpliedClass {
    if !is_declared_complete {
        return ImpliedClass::NotDetermined;
    }
    let (class, firm) = shares.into_iter().fold((SafetyClass::A, SafetyClass::A), |(class, firm), share| {
        (class.max(share.class), firm.max(share.once_unverified_fall_away))
    });
    ImpliedClass::Determined { class, provisional: firm > class }
}

#[cfg(test)]
mod tests;
