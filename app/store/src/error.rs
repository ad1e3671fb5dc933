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
    /// The form was accepted before, under the same key.
    #[error("the form was accepted before")]
    Repeated,
    /// The session that the write was made for is no longer live.
    #[error("the session is no longer live")]
    SessionEnded,
    /// The write breaks a named constraint.
    #[error("constraint {0} was broken")]
    Constraint(String),
    /// The database can not be reached or is too busy; trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// There is no room left where the database keeps its files.
    #[error("the disk of the database is full")]
    Full,
    /// Anything else; the cause is logged, never shown.
    #[error("the database refused")]
    Database(#[source] sqlx::Error),
    /// The task that ran the transaction ended without an answer.
    #[error("the transaction's task ended early")]
    TaskEnded,
}

/// Raised by `audit.begin` when no live session belongs to the token.
const NO_LIVE_SESSION: &str = "HZ001";

/// Two writers of one version of one record; the row's lock keeps them apart, this is the second wall.
const ONE_ENTRY_A_VERSION: &str = "entry_record_version";

/// The database could not make its files larger.
const DISK_FULL: &str = "53100";

/// The class of states in which a pooler between here and the database says that it lost the way.
const CONNECTION_LOST: &str = "08";

/// States that pass by themselves: locks and statements that took too long, deadlocks, too many connections, a
/// server that is going down or coming up.
const PASSING: [&str; 9] = ["55P03", "57014", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "25P03"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(refusal) => {
                let state = refusal.code();
                match state.as_deref() {
                    Some(NO_LIVE_SESSION) => return Self::SessionEnded,
                    Some(DISK_FULL) => return Self::Full,
                    Some(state) if PASSING.contains(&state) || state.starts_with(CONNECTION_LOST) => {
                        return Self::Unavailable(error);
                    }
                    _ => {}
                }
                match refusal.constraint() {
                    Some(ONE_ENTRY_A_VERSION) => Self::Stale,
                    Some(name) => Self::Constraint(name.to_owned()),
                    None => Self::Database(error),
                }
            }
            _ => Self::Database(error),
        }
    }
}

/// `Ok` when a row was changed, [`StoreError::Stale`] when none was.
pub(crate) fn changed(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
