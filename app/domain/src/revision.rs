//! Revisions of records, and what happens when two people change the same one.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The number of times a record was written; every form carries the one it was filled from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub i32);

impl Revision {
    /// The revision of a record that was just made.
    #[must_use]
    pub const fn first() -> Self {
        Self(1)
    }

    /// The revision after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Somebody else changed the record first: both versions, field by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Who made the version that is stored now.
    pub changed_by: String,
    /// When that version was made.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// The revision that is stored now; a form sent again must carry it.
    pub revision: Revision,
    /// The fields that differ.
    pub fields: Vec<ConflictField>,
}

/// One field on which two versions differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictField {
    /// The form field's name.
    pub field: String,
    /// What was sent.
    pub yours: String,
    /// What is stored.
    pub theirs: String,
}
