//! The objects that a row of the register is made of: hazard, foreseeable sequence of events, hazardous situation,
//! harm. Each is a record of its own, so that one hazard can stand in many rows (ISO 14971 clauses 5.4 and 5.5).

use serde::{Deserialize, Serialize};

use crate::ids::{HarmId, HazardId, SequenceId, SituationId};
use crate::revision::Revision;
use crate::text::{Name, Reason, Statement, Title};

/// A possible source of harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The hazard.
    pub id: HazardId,
    /// Its running number: 3 is shown as HZ-003.
    pub number: i32,
    /// What it is.
    pub description: Title,
    /// The kind of hazard, in the team's words.
    pub category: Option<Name>,
    /// Where it was found.
    pub source: HazardSource,
    /// How often it was written.
    pub revision: Revision,
}

/// How events lead from a hazard to a hazardous situation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceOfEvents {
    /// The sequence.
    pub id: SequenceId,
    /// Its running number: 19 is shown as SQ-019.
    pub number: i32,
    /// The events in their order, one a line.
    pub events: Statement,
    /// What starts it.
    pub cause: CauseKind,
    /// The software item in which it starts or passes through.
    pub item: Option<Name>,
    /// Whether a failure of this software can be part of it.
    pub contribution: Contribution,
    /// How often it was written.
    pub revision: Revision,
}

/// Circumstances in which people, property or the environment are exposed to a hazard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardousSituation {
    /// The situation.
    pub id: SituationId,
    /// Its running number: 21 is shown as HS-021.
    pub number: i32,
    /// The circumstances.
    pub description: Statement,
    /// Who is exposed.
    pub exposed: Option<Name>,
    /// How often it was written.
    pub revision: Revision,
}

/// Injury or damage to health, property or the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harm {
    /// The harm.
    pub id: HarmId,
    /// Its running number: 3 is shown as HM-003.
    pub number: i32,
    /// The injury or damage.
    pub description: Title,
    /// How often it was written.
    pub revision: Revision,
}

/// Whether a failure of the software can contribute to a hazardous situation (IEC 62304 clause 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contribution {
    /// It can, or nobody has said that it can not.
    Possible,
    /// It can not, and here is why.
    Excluded {
        /// Why not.
        reason: Reason,
    },
}

impl Contribution {
    /// From the reason why it can not, where there is one.
    #[must_use]
    pub fn of(reason: Option<Reason>) -> Self {
        reason.map_or(Self::Possible, |reason| Self::Excluded { reason })
    }

    /// Why it can not.
    #[must_use]
    pub const fn excluded_because(&self) -> Option<&Reason> {
        match self {
            Self::Possible => None,
            Self::Excluded { reason } => Some(reason),
        }
    }
}

/// A closed list of named choices, with the name that the database and forms use.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// All choices, in the order in which forms offer them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name in the database and in forms.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The choice of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }

            /// Parses the field of a form.
            ///
            /// # Errors
            /// When it is not one of the choices.
            pub fn parse(field: &str, raw: &str) -> Result<Self, crate::violation::Violation> {
                let code = if raw.trim().is_empty() {
                    crate::text::TextCode::Missing
                } else {
                    crate::text::TextCode::NotAChoice
                };
                Self::named(raw.trim()).ok_or_else(|| {
                    crate::violation::Violation::error(field, crate::violation::Code::Text(code))
                })
            }
        }
    };
}
pub(crate) use choices;

choices! {
    /// Where a hazard was found.
    HazardSource {
        /// Not said.
        NotStated = "not_stated",
        /// By looking at how the product is used.
        UseAnalysis = "use_analysis",
        /// By looking at how it could be misused.
        Misuse = "misuse",
        /// By looking at what can fail.
        Fault = "fault",
        /// By looking at attacks.
        Security = "security",
        /// In a part of unknown provenance.
        Soup = "soup",
        /// In the field.
        Field = "field",
    }
}

choices! {
    /// What starts a sequence of events (IEC 62304 clause 7.1.2).
    CauseKind {
        /// Not said.
        NotStated = "not_stated",
        /// The specification was wrong or incomplete.
        Specification = "specification",
        /// A defect in this software.
        Defect = "defect",
        /// A failure or surprise of software of unknown provenance.
        Soup = "soup",
        /// Hardware, or software outside this system.
        HardwareOrOtherSoftware = "hardware_or_other_software",
        /// Foreseeable misuse.
        Misuse = "misuse",
        /// Somebody with bad intent.
        Attack = "attack",
    }
}

/// What can be wrong with what is entered about hazards, risks, controls and the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HazardCode {
    /// Not a step of severity.
    NotASeverity,
    /// Not a decimal number from 0 to 1 with at most nine digits.
    NotAProbability,
    /// Probabilities are given although the estimate says that there can be none.
    EstimatedAndNot,
    /// A cell of the matrix is better than a milder or less probable one.
    MatrixImproves,
    /// Severity 5 with the highest band is not unacceptable.
    WorstCellAccepted,
    /// A limit is not above the one before it.
    LimitsDoNotRise,
    /// A control is implemented in this software and claimed to be outside it.
    InsideIsNotExternal,
    /// A control does not say what it lowers.
    LowersNothing,
    /// The software is said not to contribute, without a reason.
    ExclusionWithoutReason,
    /// A result is recorded without evidence.
    ResultWithoutEvidence,
    /// A result is recorded without a date.
    ResultWithoutDate,
    /// A date lies in the future.
    DateInTheFuture,
    /// The analysis can not be declared complete: rows lack an estimate.
    RowsWithoutEstimate,
    /// The same chain stands in another row already.
    ChainExists,
    /// No record of that number in this product.
    NoSuchNumber,
    /// The control is already used for this risk.
    ControlUsedAlready,
    /// A benefit-risk conclusion without an analysis, or an analysis without a conclusion.
    BenefitRiskIncomplete,
    /// A test is named as a control. A test shows that a control works; it lowers nothing itself.
    TestIsNoControl,
    /// A trial is to be saved, and nothing was tried that can be.
    NothingTried,
}

impl HazardCode {
    /// All codes.
    pub const ALL: [Self; 19] = [
        Self::NotASeverity,
        Self::NotAProbability,
        Self::EstimatedAndNot,
        Self::MatrixImproves,
        Self::WorstCellAccepted,
        Self::LimitsDoNotRise,
        Self::InsideIsNotExternal,
        Self::LowersNothing,
        Self::ExclusionWithoutReason,
        Self::ResultWithoutEvidence,
        Self::ResultWithoutDate,
        Self::DateInTheFuture,
        Self::RowsWithoutEstimate,
        Self::ChainExists,
        Self::NoSuchNumber,
        Self::ControlUsedAlready,
        Self::BenefitRiskIncomplete,
        Self::TestIsNoControl,
        Self::NothingTried,
    ];

    /// The stable code.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NotASeverity => "H001",
            Self::NotAProbability => "H002",
            Self::EstimatedAndNot => "H003",
            Self::MatrixImproves => "H004",
            Self::WorstCellAccepted => "H005",
            Self::LimitsDoNotRise => "H006",
            Self::InsideIsNotExternal => "H007",
            Self::LowersNothing => "H008",
            Self::ExclusionWithoutReason => "H009",
            Self::ResultWithoutEvidence => "H010",
            Self::ResultWithoutDate => "H011",
            Self::DateInTheFuture => "H012",
            Self::RowsWithoutEstimate => "H013",
            Self::ChainExists => "H014",
            Self::NoSuchNumber => "H015",
            Self::ControlUsedAlready => "H016",
            Self::BenefitRiskIncomplete => "H017",
            Self::TestIsNoControl => "H018",
            Self::NothingTried => "H030",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_own() {
        let codes: std::collections::BTreeSet<_> = HazardCode::ALL.iter().map(|code| code.id()).collect();
        assert_eq!(codes.len(), HazardCode::ALL.len());
    }

    #[test]
    fn every_choice_is_read_back_by_its_name() {
        for cause in CauseKind::ALL {
            assert_eq!(CauseKind::named(cause.name()), Some(*cause));
        }
        for source in HazardSource::ALL {
            assert_eq!(HazardSource::named(source.name()), Some(*source));
        }
        assert!(CauseKind::parse("cause", "weather").is_err());
    }
}
