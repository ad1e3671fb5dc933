//! The error that an operation answers: small, closed, free of product text and of causes.

use domain::revision::Conflict;
use domain::violation::Violations;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// Why an operation or a page did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// The person may not.
    Forbidden,
    /// The browser says that another site made it send this.
    Elsewhere,
    /// There is no such page or record, or not for this person.
    NotFound,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// More was sent than the server takes.
    TooLarge,
    /// The request was not understood.
    BadRequest,
    /// Somebody else changed the record first.
    Stale(Box<Conflict>),
    /// What was entered can not be taken.
    Rejected(Violations),
    /// The form was accepted before with other words, or is so old that nobody can tell.
    Repeated,
    /// Too many tries; wait.
    TooMany {
        /// The seconds to wait.
        retry_after: u64,
    },
    /// There is no room left for anything new.
    Full,
    /// The database can not be reached, or the server is busy.
    Unavailable,
    /// A fault of ours; the log has the cause under this request.
    Internal {
        /// The identifier of the request.
        request: String,
    },
}

impl AppError {
    /// The status that goes with it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden | Self::Elsewhere => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::BadRequest => 400,
            Self::Stale(_) => 409,
            Self::Rejected(_) | Self::Repeated => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable => 503,
            Self::Full => 507,
            Self::Internal { .. } => 500,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// Faults of the transport. Their text may name internals, so none of it is passed on.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::BadRequest,
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            _ => Self::Internal { request: String::new() },
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.status())
    }
}

impl std::error::Error for AppError {}
