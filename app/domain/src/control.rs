//! Risk controls and the two verifications that each of them needs (ISO 14971 clauses 7.1 and 7.2).

use serde::{Deserialize, Serialize};
use time::Date;

use crate::clause::{Citation, Document};
use crate::hazard::{HazardCode, choices};
use crate::ids::{RiskControlId, VerificationId};
use crate::item::ItemCode;
use crate::revision::Revision;
use crate::text::{Line, Name, Reason, Statement, Title};
use crate::violation::{Code, Violation, Violations};

choices! {
    /// The kind of control, in the order in which the standard prefers them.
    ControlOption {
        /// The design makes the situation impossible or rarer.
        Design = "design",
        /// Something in the product or its making protects.
        Protective = "protective",
        /// People are told, and trained where needed. Counts only with evidence that it works.
        Information = "information",
    }
}

choices! {
    /// Where a control is implemented.
    Place {
        /// In hardware.
        Hardware = "hardware",
        /// In an item of this software system.
        SoftwareItem = "software_item",
        /// In another system, software included, that does not fail together with this one.
        OtherSystem = "other_system",
        /// In what people do: a clinical procedure, an inspection.
        Procedure = "procedure",
        /// In the labelling or the instructions.
        Labelling = "labelling",
    }
}

choices! {
    /// What a verification shows.
    VerificationKind {
        /// That the control is there.
        Implementation = "implementation",
        /// That the control works.
        Effectiveness = "effectiveness",
    }
}

choices! {
    /// What a verification came to.
    Outcome {
        /// Planned; nothing is shown yet.
        Open = "open",
        /// It showed what it was to show.
        Passed = "passed",
        /// It did not.
        Failed = "failed",
    }
}

/// What a control is and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlDescription {
    /// What it is, in a line.
    pub title: Title,
    /// What it does.
    pub description: Option<Statement>,
    /// The kind.
    pub option: ControlOption,
    /// Why no earlier kind was practicable.
    pub lower_option_reason: Option<Reason>,
    /// Where it is implemented.
    pub place: Place,
    /// The number of the software item of the tree in which it is implemented.
    pub item: Option<i32>,
    /// Which item, system, procedure or section, in words.
    pub place_detail: Option<Line>,
    /// Whether it stands outside the software system, so that it counts for the class.
    pub external: bool,
    /// The requirement that asks for it.
    pub requirement: Option<Name>,
    /// Who looks after it.
    pub owner: Option<Name>,
}

impl ControlDescription {
    /// What is wrong with it as a whole.
    ///
    /// # Errors
    /// A control in an item of this software can not be external to it (IEC 62304 clause 4.3 a), and one that is
    /// implemented elsewhere is in no item; a test is evidence for a control, not a control.
    pub fn check(&self) -> Result<(), Violations> {
        let mut wrong = Violations::none();
        if self.external && self.place == Place::SoftwareItem {
            wrong.push(
                Violation::error("external", Code::Hazard(HazardCode::InsideIsNotExternal))
                    .resting_on(Citation::new(Document::Iec62304, "4.3 a")),
            );
        }
        if self.item.is_some() && self.place != Place::SoftwareItem {
            wrong.push(Violation::error("item", Code::Item(ItemCode::ControlElsewhere)));
        }
        if names_a_test(&self.title) {
            wrong.push(
                Violation::error("title", Code::Hazard(HazardCode::TestIsNoControl))
                    .resting_on(Citation::new(Document::Iso14971, "7.2")),
            );
        }
        wrong.into_result()
    }
}

/// Whether a title says plainly that the thing is a test of something else.
fn names_a_test(title: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "unit test",
        "integration test",
        "system test",
        "regression test",
        "test of ",
        "test that ",
        "code review",
        "verification of ",
        "validation of ",
    ];
    let title = title.to_lowercase();
    BEGINNINGS.iter().any(|beginning| title.starts_with(beginning))
}

/// A control, as a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskControl {
    /// The control.
    pub id: RiskControlId,
    /// Its running number: 43 is shown as RC-043.
    pub number: i32,
    /// What it is and where.
    pub description: ControlDescription,
    /// How often it was written.
    pub revision: Revision,
}

/// What a control lowers for one risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lowers {
    /// The chance that the situation arises.
    pub p1: bool,
    /// The chance that the situation leads to harm.
    pub p2: bool,
    /// How severe the harm is.
    pub severity: bool,
}

impl Lowers {
    /// Whether it lowers anything.
    #[must_use]
    pub const fn anything(self) -> bool {
        self.p1 || self.p2 || self.severity
    }

    /// Refuses a control that lowers nothing.
    ///
    /// # Errors
    /// When nothing is lowered.
    pub fn check(self) -> Result<Self, Violation> {
        if self.anything() {
            return Ok(self);
        }
        Err(Violation::error("lowers", Code::Hazard(HazardCode::LowersNothing))
            .resting_on(Citation::new(Document::Iso14971, "7.1")))
    }
}

/// A verification of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The verification.
    pub id: VerificationId,
    /// Its running number: 301 is shown as VR-301.
    pub number: i32,
    /// The control.
    pub control: RiskControlId,
    /// What it shows.
    pub kind: VerificationKind,
    /// How it was done and what came of it.
    pub result: VerificationResult,
    /// How often it was written.
    pub revision: Revision,
}

/// How a verification was done and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationResult {
    /// What it came to.
    pub outcome: Outcome,
    /// How it was done.
    pub method: Statement,
    /// Where the evidence is: a document's number, or a link.
    pub evidence: Option<Line>,
    /// When it was done.
    pub performed_on: Option<Date>,
    /// Who did it.
    pub performed_by: Option<Name>,
}

impl VerificationResult {
    /// What is wrong with it as a whole, judged on `today`.
    ///
    /// # Errors
    /// A result other than "open" needs evidence and a date, and the date is not in the future.
    pub fn check(&self, today: Date) -> Result<(), Violations> {
        let mut wrong = Violations::none();
        let clause = || Citation::new(Document::Iso14971, "7.2");
        let mut note = |field: &str, code| {
            wrong.push(Violation::error(field, Code::Hazard(code)).resting_on(clause()));
        };
        if self.outcome != Outcome::Open {
            if self.evidence.is_none() {
                note("evidence", HazardCode::ResultWithoutEvidence);
            }
            match self.performed_on {
                None => note("performed_on", HazardCode::ResultWithoutDate),
                Some(date) if date > today => note("performed_on", HazardCode::DateInTheFuture),
                Some(_) => {}
            }
        }
        wrong.into_result()
    }

    /// How far it proves anything.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        match (self.outcome, &self.evidence) {
            (Outcome::Open, _) => Proof::Open,
            (Outcome::Failed, _) => Proof::Failed,
            (Outcome::Passed, None) => Proof::WithoutEvidence,
            (Outcome::Passed, Some(_)) => Proof::Shown,
        }
    }
}

/// How far one side of a control is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// There is no verification.
    #[default]
    Missing,
    /// One is planned.
    Open,
    /// It failed.
    Failed,
    /// It is said to have passed; no evidence is named.
    WithoutEvidence,
    /// It passed, with evidence.
    Shown,
}

/// A control as one risk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedControl {
    /// The control's running number.
    pub number: i32,
    /// The kind.
    pub option: ControlOption,
    /// Whether a reason is given for not taking an earlier kind.
    pub lower_option_explained: bool,
    /// Whether it stands outside the software system.
    pub external: bool,
    /// What it lowers.
    pub lowers: Lowers,
    /// Whether it is shown to be there.
    pub implementation: Proof,
    /// Whether it is shown to work.
    pub effectiveness: Proof,
}

impl UsedControl {
    /// Whether both verifications passed, with evidence.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.implementation == Proof::Shown && self.effectiveness == Proof::Shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(place: Place, external: bool, title: &str) -> ControlDescription {
        ControlDescription {
            title: Title::stored(title.to_owned()),
            description: None,
            option: ControlOption::Design,
            lower_option_reason: None,
            place,
            item: None,
            place_detail: None,
            external,
            requirement: None,
            owner: None,
        }
    }

    #[test]
    fn a_control_in_this_software_is_not_outside_it() {
        for place in Place::ALL {
            let refused = description(*place, true, "Delivery limit").check().is_err();
            assert_eq!(refused, *place == Place::SoftwareItem, "{place:?}");
            assert!(description(*place, false, "Delivery limit").check().is_ok());
        }
    }

    #[test]
    fn only_a_control_in_this_software_is_in_one_of_its_items() {
        for place in Place::ALL {
            let control =
                ControlDescription { item: Some(7), ..description(*place, false, "Delivery limit") };
            assert_eq!(control.check().is_ok(), *place == Place::SoftwareItem, "{place:?}");
        }
    }

    #[test]
    fn a_test_is_not_a_control() {
        for title in ["Unit tests of the ceiling", "Code review", "Verification of the dose limit"] {
            assert!(description(Place::SoftwareItem, false, title).check().is_err(), "{title}");
        }
        for title in ["Self-test at start", "Range check", "Watchdog tested at power-on"] {
            assert!(description(Place::SoftwareItem, false, title).check().is_ok(), "{title}");
        }
    }

    #[test]
    fn a_result_needs_evidence_and_a_date_that_has_been() {
        let today = time::macros::date!(2026 - 11 - 22);
        let result = |outcome, evidence: Option<&str>, performed_on| VerificationResult {
            outcome,
            method: Statement::stored("Bench test".to_owned()),
            evidence: evidence.map(|link| Line::parse("evidence", link).unwrap()),
            performed_on,
            performed_by: None,
        };
        let fields = |result: VerificationResult| match result.check(today) {
            Ok(()) => vec![],
            Err(wrong) => wrong.0.into_iter().map(|violation| violation.field).collect(),
        };
        assert!(fields(result(Outcome::Open, None, None)).is_empty());
        assert_eq!(fields(result(Outcome::Passed, None, None)), ["evidence", "performed_on"]);
        assert_eq!(
            fields(result(Outcome::Failed, Some("https://x.test/1"), today.next_day())),
            ["performed_on"]
        );
        let passed = result(Outcome::Passed, Some("https://x.test/1"), Some(today));
        assert_eq!(passed.proof(), Proof::Shown);
        assert!(passed.check(today).is_ok());
    }
}
