//! Findings: what the rules say is wrong with the records, with a stable code, a level and the clause behind it.
//!
//! The sentences and the way to mend each are the pages' business; the numbers follow the check list of the risk
//! management file. C21, C22, C23 and C51 compare the register with the questionnaire: they are [`contradictions`]. C61
//! and C62 compared the items with the class of their system, which the contradictions X02 and X03 do: they are not used
//! any more.
//!
//! [`contradictions`]: crate::contradiction

use serde::{Deserialize, Serialize};

use crate::clause::{Citation, Document};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A release must not happen with it.
    Blocks,
    /// It needs a look.
    Warns,
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $level:ident, $document:ident $place:literal;)+) => {
        /// A check that found something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Check { $($(#[$doc])* $name),+ }

        impl Check {
            /// All checks, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// The check of that code.
            #[must_use]
            pub fn of_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$name),)+ _ => None }
            }

            /// How much it weighs, unless a case makes it weigh more.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$name => Level::$level),+ }
            }

            /// The clause behind it.
            #[must_use]
            pub fn clause(self) -> Citation {
                match self { $(Self::$name => Citation::new(Document::$document, $place)),+ }
            }
        }
    };
}

checks! {
    /// The initial estimate lacks severity, P1 or P2.
    EstimateIncomplete = "C03", Blocks, Iso14971 "5.5";
    /// The risk is unacceptable at first and nothing controls it.
    NoControl = "C07", Blocks, Iso14971 "7.1";
    /// Nothing shows that a control is there.
    NotShownToBeThere = "C08", Blocks, Iso14971 "7.2";
    /// Nothing shows that a control works.
    NotShownToWork = "C09", Blocks, Iso14971 "7.2";
    /// A verification failed, or names no evidence.
    VerificationFailed = "C10", Blocks, Iso14971 "7.2";
    /// The risk is said to be lower, and no verified control lowers it.
    ReductionWithoutProof = "C11", Blocks, Iso14971 "7.3";
    /// What is left is unacceptable and no benefit-risk analysis speaks for it.
    NoBenefitRisk = "C12", Blocks, Iso14971 "7.4";
    /// What is left is unacceptable and the benefits do not outweigh it.
    BenefitsDoNotOutweigh = "C13", Blocks, Iso14971 "7.4";
    /// A risk that was unacceptable is controlled by information alone.
    InformationAlone = "C17", Warns, Iso14971 "7.1";
    /// A later kind of control was taken without saying why no earlier one is practicable.
    LaterOptionUnexplained = "C18", Warns, Iso14971 "7.1";
    /// Information is said to lower the severity.
    InformationLowersSeverity = "C19", Warns, Iso14971 "7.1";
    /// An item says a heavier class than what holds it.
    ItemAboveParent = "C25", Blocks, Iec62304 "4.3 d";
    /// An item says a lower class than what holds it, and no segregation rationale.
    LowerWithoutSegregation = "C26", Blocks, Iec62304 "4.3 d";
    /// An item is below the class of a risk that it controls.
    ItemBelowControlledRisk = "C29", Blocks, Iec62304 "7.2.2";
    /// The same words stand for two different steps of the chain.
    SameWords = "C44", Warns, Iso14971 "5.4";
    /// All rows carry the same estimate.
    AllAlike = "C45", Warns, Iso14971 "5.5";
    /// A control that controls nothing.
    OrphanControl = "C48", Blocks, Iso14971 "7.1";
    /// No estimate with external controls only; the class is taken from the severity alone.
    NoExternalEstimate = "C52", Warns, Iec62304 "4.3 a";
    /// Nobody has said whether the care was needed to prevent permanent impairment.
    CareUnanswered = "C53", Warns, Iec62304 "4.3 a";
    /// The estimate with external controls only claims more than those controls lower.
    MoreThanExternalControlsLower = "C54", Warns, Iec62304 "4.3 a";
    /// An item is segregated from class C, and nothing says where that is kept effective.
    SegregationNotKept = "C63", Blocks, Iec62304 "5.3.5";
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs.
    pub level: Level,
    /// The check.
    pub check: Check,
    /// The running number of the risk it is about.
    pub risk: Option<i32>,
    /// The running number of the control it is about.
    pub control: Option<i32>,
    /// The running number of the software item it is about.
    pub item: Option<i32>,
}

impl Finding {
    /// A finding about the register, or the tree of items, as a whole.
    #[must_use]
    pub const fn about_register(check: Check) -> Self {
        Self { level: check.level(), check, risk: None, control: None, item: None }
    }

    /// A finding about a risk.
    #[must_use]
    pub const fn about_risk(check: Check, risk: i32) -> Self {
        Self { level: check.level(), check, risk: Some(risk), control: None, item: None }
    }

    /// A finding about a control of a risk.
    #[must_use]
    pub const fn about_control(check: Check, risk: i32, control: i32) -> Self {
        Self { level: check.level(), check, risk: Some(risk), control: Some(control), item: None }
    }

    /// A finding about a software item.
    #[must_use]
    pub const fn about_item(check: Check, item: i32) -> Self {
        Self { item: Some(item), ..Self::about_register(check) }
    }

    /// The same finding, blocking.
    #[must_use]
    pub const fn that_blocks(self) -> Self {
        Self { level: Level::Blocks, ..self }
    }

    /// One word for a list of codes: `C09`, or `C09:43` when it is about control 43. Warnings that became blocks
    /// carry an exclamation mark.
    #[must_use]
    pub fn mark(&self) -> String {
        let raised = if self.level == self.check.level() { "" } else { "!" };
        match self.control {
            Some(control) => format!("{}{raised}:{control}", self.check.id()),
            None => format!("{}{raised}", self.check.id()),
        }
    }

    /// Reads a mark of `risk`.
    #[must_use]
    pub fn of_mark(mark: &str, risk: i32) -> Option<Self> {
        let (code, control) = match mark.split_once(':') {
            Some((code, control)) => (code, Some(control.parse().ok()?)),
            None => (mark, None),
        };
        let (code, raised) = match code.strip_suffix('!') {
            Some(code) => (code, true),
            None => (code, false),
        };
        let check = Check::of_id(code)?;
        let level = if raised { Level::Blocks } else { check.level() };
        Some(Self { level, check, risk: Some(risk), control, item: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_as_the_finding_it_was_made_from() {
        for check in Check::ALL {
            for finding in [
                Finding::about_risk(*check, 12),
                Finding::about_control(*check, 12, 43),
                Finding::about_risk(*check, 12).that_blocks(),
            ] {
                assert_eq!(Finding::of_mark(&finding.mark(), 12), Some(finding));
            }
        }
        assert_eq!(Finding::of_mark("C99", 1), None);
    }
}
