//! The words about deliverables.

use domain::deliverable::legacy::{LegacyAnswer, LegacyQuestion};
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
        DeliverableCode::RouteNotTaken => {
            "This belongs to the route for legacy software, which is not taken. Answer its three questions first."
        }
        DeliverableCode::RouteClosed => {
            "The route for legacy software is open only where all three questions are answered with yes."
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

/// A question about legacy software.
#[must_use]
pub const fn legacy_question(question: LegacyQuestion) -> &'static str {
    match question {
        LegacyQuestion::Placed => "Was this software legally placed on the market?",
        LegacyQuestion::Marketed => "Is it still marketed today?",
        LegacyQuestion::EvidenceLacking => "Is evidence lacking that it was developed as the standard asks?",
    }
}

/// An answer to such a question.
#[must_use]
pub const fn legacy_answer(answer: LegacyAnswer) -> &'static str {
    match answer {
        LegacyAnswer::Yes => "yes",
        LegacyAnswer::No => "no",
        LegacyAnswer::Unknown => "I don't know",
    }
}
