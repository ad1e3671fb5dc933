//! What a product's team says about one deliverable: how far it is, who owns it, where it lies.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::ids::PersonId;
use crate::text::{Link, Reason, Statement, TextCode, choice, date, optional};
use crate::violation::{Code, Violation, Violations};

/// What can be wrong with the record of a deliverable, beyond its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliverableCode {
    /// It is said not to apply, and not why.
    ReasonMissing,
    /// The owner has no role in the product.
    OwnerOutside,
    /// It belongs to the route for legacy software, which is not taken.
    RouteNotTaken,
    /// The three answers do not open the route for legacy software.
    RouteClosed,
}

impl DeliverableCode {
    /// The stable code.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ReasonMissing => "D101",
            Self::OwnerOutside => "D102",
            Self::RouteNotTaken => "D103",
            Self::RouteClosed => "D104",
        }
    }
}

/// How far a deliverable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is there yet.
    Missing,
    /// It is being written.
    Draft,
    /// It is written and being checked.
    InReview,
    /// It is there and approved.
    Approved,
    /// The team owes it by its class, but not in this product; the reason says why.
    NotApplicable,
}

impl Status {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 5] =
        [Self::Missing, Self::Draft, Self::InReview, Self::Approved, Self::NotApplicable];

    /// The value in forms, in the database and in exports.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The status with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.key() == key)
    }

    /// Whether work is left.
    #[must_use]
    pub const fn is_gap(self) -> bool {
        matches!(self, Self::Missing | Self::Draft | Self::InReview)
    }
}

/// Everything that a form about one deliverable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// How far it is.
    pub status: Status,
    /// Why it does not apply.
    pub reason: Option<Reason>,
    /// Who sees to it.
    pub owner: Option<PersonId>,
    /// When it is to be there.
    pub due: Option<Date>,
    /// Where it lies.
    pub link: Option<Link>,
    /// What else there is to say, such as its name and version in the team's own files.
    pub note: Option<Statement>,
}

/// The fields as a form sends them.
#[derive(Clone, Debug, Default)]
pub struct UpkeepForm {
    /// Field `status`.
    pub status: String,
    /// Field `reason`.
    pub reason: String,
    /// Field `owner`: the identifier of a person, or nothing.
    pub owner: String,
    /// Field `due`: year-month-day, or nothing.
    pub due: String,
    /// Field `link`.
    pub link: String,
    /// Field `note`.
    pub note: String,
}

impl Upkeep {
    /// What holds for a deliverable that nobody has touched.
    #[must_use]
    pub const fn untouched() -> Self {
        Self { status: Status::Missing, reason: None, owner: None, due: None, link: None, note: None }
    }

    /// Parses a form; all its faults at once. A reason is owed where something that is asked for is said not to
    /// apply.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(form: &UpkeepForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let status =
            wrong.take(choice("status", &form.status, &Status::ALL.map(|status| (status.key(), status))));
        let reason: Option<Option<Reason>> = wrong.take(optional("reason", &form.reason));
        let owner = wrong.take(person("owner", &form.owner));
        let due = wrong.take(optional_date("due", &form.due));
        let link = wrong.take(optional("link", &form.link));
        let note = wrong.take(optional("note", &form.note));
        if status == Some(Status::NotApplicable) && reason == Some(None) {
            wrong.push(Violation::error("reason", Code::Deliverable(DeliverableCode::ReasonMissing)));
        }
        wrong.into_result()?;
        match (status, reason, owner, due, link, note) {
            (Some(status), Some(reason), Some(owner), Some(due), Some(link), Some(note)) => {
                Ok(Self { status, reason, owner, due, link, note })
            }
            _ => Err(Violations::none()),
        }
    }
}

fn person(field: &str, raw: &str) -> Result<Option<PersonId>, Violation> {
    match raw.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Violation::error(field, Code::Text(TextCode::NotAChoice))),
    }
}

fn optional_date(field: &str, raw: &str) -> Result<Option<Date>, Violation> {
    if raw.trim().is_empty() { Ok(None) } else { date(field, raw).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(status: &str) -> UpkeepForm {
        UpkeepForm { status: status.to_owned(), ..UpkeepForm::default() }
    }

    fn codes(wrong: Result<Upkeep, Violations>) -> Vec<&'static str> {
        wrong.unwrap_err().0.iter().map(|violation| violation.code.id()).collect()
    }

    #[test]
    fn what_does_not_apply_needs_a_reason() {
        assert_eq!(codes(Upkeep::parse(&form("not_applicable"))), ["D101"]);
        let with_reason =
            UpkeepForm { reason: "One plan for the whole device.".into(), ..form("not_applicable") };
        assert!(Upkeep::parse(&with_reason).is_ok());
    }

    #[test]
    fn all_faults_of_a_form_are_named_at_once() {
        let wrong = UpkeepForm {
            status: "done".into(),
            owner: "somebody".into(),
            due: "tomorrow".into(),
            link: "javascript:alert(1)".into(),
            note: "a\u{0}b".into(),
            reason: String::new(),
        };
        assert_eq!(codes(Upkeep::parse(&wrong)), ["T007", "T007", "T009", "T006", "T004"]);
    }

    #[test]
    fn empty_fields_say_nothing() {
        let kept = Upkeep::parse(&form("missing")).unwrap();
        assert_eq!(kept, Upkeep::untouched());
    }
}
