//! The words about deliverables.

use domain::deliverable::{DeliverableCode, Status};

use crate::parts::Progress;

/// The sentence of a code.
#[must_use]
pub const fn sentence(code: DeliverableCode) -> &'static str {
    match code {
        DeliverableCode::ReasonMissing => {
            "The class asks for this. Say why it does not apply in this product."
        }
        DeliverableCode::OwnerOutside => {
            "This person has no role in the product. Choose one of its members, or give the person a role first."
        }
    }
}

/// The words of a status.
#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Missing => "missing",
        Status::Draft => "draft",
        Status::InReview => "in review",
        Status::Approved => "approved",
        Status::NotApplicable => "not applicable",
    }
}

/// The mark of a status.
#[must_use]
pub const fn progress(status: Status) -> Progress {
    match status {
        Status::Missing => Progress::Missing,
        Status::Draft => Progress::Draft,
        Status::InReview => Progress::InReview,
        Status::Approved => Progress::Approved,
        Status::NotApplicable => Progress::NotUsed,
    }
}
