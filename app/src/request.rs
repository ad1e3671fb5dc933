//! What belongs to one request, and how an operation answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::ids::KeptFormId;
use leptos::prelude::use_context;
use service::account::Browser;
use service::{Actor, Failure, Origin, Service};

use crate::error::AppError;

/// Everything that is bound to one request. The server's layers make it; pages and operations read it.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The operations.
    pub service: Service,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// Where the request came from.
    pub origin: Origin,
    /// What the browser says about itself.
    pub browser: Browser,
    /// The secret that allows scripts of this answer.
    pub nonce: String,
    /// The address that was asked for, with its query.
    pub path: String,
    /// Whether a plain form was posted, so that the answer is a page and not JSON.
    pub plain_form: bool,
    /// What the person typed into a form that could not be accepted, when this page shows it again.
    pub kept: Option<KeptForm>,
    /// Why the last operation was refused, when it has no form on the page that could say so.
    pub trouble: Option<String>,
    /// A one-time link that an operation has just made; shown once.
    pub handover: Option<String>,
    /// What the last operation said it did.
    pub flash: Option<String>,
    /// Whether this machine says that its clock follows a time source; nothing where it does not say.
    pub clock_synchronised: Option<bool>,
    /// The files of the browser.
    pub assets: Arc<Assets>,
    /// What the operation of this request came to; read by the outcome layer.
    pub outcome: Outcome,
}

/// The names of the bundled files, each with the hash of its content.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The style sheet's address.
    pub style: String,
    /// The address of the script that starts the islands; empty when there is none.
    pub script: String,
}

/// A form that could not be accepted, kept so that nothing typed is lost.
#[derive(Clone, Debug)]
pub struct KeptForm {
    /// The record of it.
    pub id: KeptFormId,
    /// Which form of the page (its hidden field `_form`).
    pub form: String,
    /// The fields as they were typed. Passwords are never among them.
    pub fields: BTreeMap<String, String>,
    /// Why it could not be accepted.
    pub error: AppError,
}

/// What an operation came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome(Arc<Mutex<Option<Ending>>>);

/// How an operation ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It was done: where to go next, and what to say there.
    Done {
        /// The page that shows the result.
        next: String,
        /// What happened, in one sentence.
        said: String,
    },
    /// It was not.
    Failed(AppError),
}

impl Outcome {
    /// Notes how the operation ended.
    pub fn set(&self, ending: Ending) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(ending);
    }

    /// What the operation came to.
    #[must_use]
    pub fn seen(&self) -> Option<Ending> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Takes what the operation came to.
    #[must_use]
    pub fn take(&self) -> Option<Ending> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

impl RequestContext {
    /// The person who is signed in.
    ///
    /// # Errors
    /// [`AppError::SignedOut`] when nobody is.
    pub fn actor(&self) -> Result<&Actor, AppError> {
        self.actor.as_ref().ok_or_else(|| fail(self, AppError::SignedOut))
    }

    /// The public face of a failure. The cause of an internal one is logged here, once, and stays here.
    #[must_use]
    pub fn face(&self, failure: Failure) -> AppError {
        match failure {
            Failure::SignedOut => AppError::SignedOut,
            Failure::Forbidden => AppError::Forbidden,
            Failure::NotFound => AppError::NotFound,
            Failure::Stale(conflict) => AppError::Stale(conflict),
            Failure::Rejected(violations) => AppError::Rejected(violations),
            Failure::TooMany { retry_after } => AppError::TooMany { retry_after },
            Failure::Repeated => AppError::Repeated,
            Failure::Full => AppError::Full,
            Failure::Unavailable => AppError::Unavailable,
            Failure::Internal(cause) => {
                let request = self.origin.request.clone();
                tracing::error!(request = %request, cause = ?cause, "an operation failed: {cause}");
                AppError::Internal { request }
            }
        }
    }
}

/// The request that the current operation or page belongs to.
///
/// # Errors
/// When it is called outside of a request, which is a fault of ours.
pub fn current() -> Result<RequestContext, AppError> {
    use_context::<RequestContext>().ok_or_else(|| {
        tracing::error!("an operation ran without a request");
        AppError::Internal { request: String::new() }
    })
}

/// Answers an operation: passes a value on, or gives a failure its public face and status.
///
/// # Errors
/// The public face of the failure.
pub fn answer<T>(context: &RequestContext, result: Result<T, Failure>) -> Result<T, AppError> {
    result.map_err(|failure| {
        let error = context.face(failure);
        fail(context, error)
    })
}

/// Notes an error for the outcome layer and sets its status.
pub fn fail(context: &RequestContext, error: AppError) -> AppError {
    context.outcome.set(Ending::Failed(error.clone()));
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(
            http::StatusCode::from_u16(error.status()).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR),
        );
    }
    error
}

/// Says where a plain form goes after it was accepted, and what happened. Islands go nowhere.
pub fn done(context: &RequestContext, next: impl Into<String>, said: impl Into<String>) {
    context.outcome.set(Ending::Done { next: next.into(), said: said.into() });
}

/// Names and values of a text that is written like the query of an address. What is not so written holds none.
#[must_use]
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let address = format!("/?{query}");
    let read = address.parse().ok().and_then(|address| axum::extract::Query::try_from_uri(&address).ok());
    read.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default()
}
