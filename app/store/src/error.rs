//! What can go wrong between the program and the database.

use thiserror::Error;

/// Why a read or a write did not happen.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no such record.
    #[error("no such record")]
    NotFound,
    /// Somebody else changed the record since it was read.
    #[error("the record was changed since it was read")]
    Stale,
    /// The session that the write was made for is no longer live.
    #[error("the session is no longer live")]
    SessionEnded,
    /// The write breaks a named constraint.
    #[error("constraint {0} was broken")]
    Constraint(String),
    /// The database can not be reached or is too busy; trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else; the cause is logged, never shown.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
    /// The task that ran the transaction ended without an answer.
    #[error("the transaction's task ended early")]
    TaskEnded,
}

/// Raised by `audit.begin` when no live session belongs to the token.
const NO_LIVE_SESSION: &str = "HZ001";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(refusal) => {
                if refusal.code().as_deref() == Some(NO_LIVE_SESSION) {
                    return Self::SessionEnded;
                }
                match refusal.constraint() {
                    Some(name) => Self::Constraint(name.to_owned()),
                    None => Self::Database(error),
                }
            }
            _ => Self::Database(error),
        }
    }
}
