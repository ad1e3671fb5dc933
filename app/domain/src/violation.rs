//! What is wrong with something that a person entered: a code, a place, and the clause behind it.
//!
//! Codes are stable for ever. Their sentences are the pages' business (`app/src/words`).

use serde::{Deserialize, Serialize};

use crate::assessment::AssessmentCode;
use crate::clause::Citation;
use crate::deliverable::DeliverableCode;
use crate::feature::FeatureCode;
use crate::hazard::HazardCode;
use crate::import::ImportCode;
use crate::item::ItemCode;
use crate::person::PersonCode;
use crate::product::ProductCode;
use crate::text::TextCode;

/// How much a violation weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    /// Blocks: nothing is stored.
    Error,
    /// Needs a reason, then it may be stored.
    Warning,
}

/// What is wrong, by area. Each area keeps its own closed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Code {
    /// A text does not fit its field.
    Text(TextCode),
    /// An account, a password or a role.
    Person(PersonCode),
    /// A product.
    Product(ProductCode),
    /// Answers, reviews and approvals.
    Assessment(AssessmentCode),
    /// Something about hazards, risks, controls or the risk plan.
    Hazard(HazardCode),
    /// The record of a deliverable.
    Deliverable(DeliverableCode),
    /// A software item.
    Item(ItemCode),
    /// Features and their triage.
    Feature(FeatureCode),
    /// A file that brings rows into the register.
    Import(ImportCode),
}

impl Code {
    /// The stable code, such as `T001`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Text(code) => code.id(),
            Self::Person(code) => code.id(),
            Self::Product(code) => code.id(),
            Self::Assessment(code) => code.id(),
            Self::Hazard(code) => code.id(),
            Self::Deliverable(code) => code.id(),
            Self::Item(code) => code.id(),
            Self::Feature(code) => code.id(),
            Self::Import(code) => code.id(),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What is wrong.
    pub code: Code,
    /// Whether it blocks.
    pub severity: Severity,
    /// The form field it belongs to; empty when it concerns the whole record.
    pub field: String,
    /// The clause that asks for it, where one does.
    pub clause: Option<Citation>,
}

impl Violation {
    /// A violation that blocks.
    #[must_use]
    pub fn error(field: &str, code: Code) -> Self {
        Self { code, severity: Severity::Error, field: field.to_owned(), clause: None }
    }

    /// A violation that needs a reason.
    #[must_use]
    pub fn warning(field: &str, code: Code) -> Self {
        Self { severity: Severity::Warning, ..Self::error(field, code) }
    }

    /// The same violation, resting on `clause`.
    #[must_use]
    pub fn resting_on(self, clause: Citation) -> Self {
        Self { clause: Some(clause), ..self }
    }
}

/// Everything that is wrong with one form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    /// Nothing is wrong so far.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Takes the value out of a parse, or notes what is wrong with it.
    ///
    /// Lets a form collect the faults of all its fields before it answers:
    /// ```
    /// # use domain::{text::Title, violation::Violations};
    /// let mut wrong = Violations::none();
    /// let title = wrong.take(Title::parse("title", "Insulin controller"));
    /// let name = wrong.take(Title::parse("name", ""));
    /// assert!(title.is_some() && name.is_none() && wrong.into_result().is_err());
    /// ```
    pub fn take<T>(&mut self, parsed: Result<T, Violation>) -> Option<T> {
        parsed.map_err(|violation| self.push(violation)).ok()
    }

    /// Whether something blocks.
    #[must_use]
    pub fn block(&self) -> bool {
        self.0.iter().any(|violation| violation.severity == Severity::Error)
    }

    /// `Ok` when nothing at all is wrong.
    ///
    /// # Errors
    /// Itself, when it holds anything.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}
