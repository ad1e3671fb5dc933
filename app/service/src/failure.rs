//! Why an operation did not happen: a closed public list, and a private cause for the log.

use domain::revision::Conflict;
use domain::violation::{Violation, Violations};
use store::{Refusal, StoreError};

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Failure {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// The person may not.
    Forbidden,
    /// There is no such record, or not for this person.
    NotFound,
    /// Somebody else changed the record first.
    Stale(Box<Conflict>),
    /// What was entered can not be taken.
    Rejected(Violations),
    /// Too many tries; wait.
    TooMany {
        /// The seconds to wait.
        retry_after: u64,
    },
    /// The form was accepted before, or may have been.
    Repeated,
    /// There is no room left for anything new.
    Full,
    /// The database can not be reached, or the server is busy.
    Unavailable,
    /// A fault of ours.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::Forbidden => Self::Forbidden,
        }
    }
}

impl From<Violations> for Failure {
    fn from(violations: Violations) -> Self {
        Self::Rejected(violations)
    }
}

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Self {
        Self::Rejected(violation.into())
    }
}

/// A stale write has no conflict here yet: the operation must load the stored version and answer
/// [`Failure::Stale`] itself. One that forgets shows up as an internal failure in its tests.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::SessionEnded => Self::SignedOut,
            StoreError::Repeated => Self::Repeated,
            StoreError::Full => Self::Full,
            StoreError::Unavailable(_) => Self::Unavailable,
            other => Self::Internal(Box::new(other)),
        }
    }
}
