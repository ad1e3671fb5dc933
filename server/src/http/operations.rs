//! Runs the server functions of `app::api`, each form once.
//!
//! A form carries a key that was drawn with it (the field `_key`, or the header `idempotency-key` where a program
//! sends it). The first write under that key takes it, in the transaction of the write itself
//! (`store::accepted_forms`); whoever sends the same again gets the answer of the first time, and whoever sends
//! something else under that key is told so. No operation knows about this.

use std::time::Duration;

use app::error::AppError;
use app::parts::kept::KEY;
use app::place;
use app::request::{Ending, RequestContext};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use store::accepted_forms::{self, AcceptedForm, SentForm};
use store::leftovers::ACCEPTED_HOURS;
use uuid::Uuid;

use super::limits::LARGEST_BODY;
use super::outcome;

/// The header that carries the key where no form was drawn.
const KEY_HEADER: &str = "idempotency-key";
/// How long the second one waits for the answer that the first one is about to note.
const ANSWER_TIME: f64 = 3.0;
const ANSWER_POLL: Duration = Duration::from_millis(20);
/// What is said when the answer of the first time is not known.
const DONE_BEFORE: &str = "This was saved already, so it was not done again.";

/// `POST /api/{operation}`.
pub async fn run(Extension(mut context): Extension<RequestContext>, request: Request<Body>) -> Response {
    let path = request.uri().path().to_owned();
    if server_fn_paths().all(|(known, _)| known != path) {
        return AppError::NotFound.into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(typed) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return AppError::TooLarge.into_response();
    };
    let form = match Posted::read(&parts.headers, &typed).await {
        Ok(posted) => posted.and_then(|posted| posted.by(&context, &path, &typed)),
        Err(error) => return error.into_response(),
    };
    let Some((posted, form)) = form else {
        return call(context, Request::from_parts(parts, Body::from(typed))).await;
    };
    if posted.is_old() {
        // Its key may have been taken and forgotten again: nobody can tell any more whether it was accepted.
        let again = again(&context, &posted, &form).await;
        return again.unwrap_or_else(|| refused(&context, AppError::Repeated));
    }
    context.actor = context.actor.map(|who| who.sending(form.clone()));
    let response = call(context.clone(), Request::from_parts(parts, Body::from(typed))).await;
    match (has_failed(&context, &response), form.is_taken()) {
        // Also where it failed because the first one changed what this one builds on.
        (true, false) => match again(&context, &posted, &form).await {
            Some(answer) => answer,
            // The first one was refused in the meantime.
            None if was_repeated(&context) => refused(&context, AppError::Unavailable),
            None => response,
        },
        (true, true) => {
            warn_of(accepted_forms::release(context.service.store(), &form).await);
            response
        }
        (false, true) => note(&context, &form, response).await,
        (false, false) => response,
    }
}

async fn call(context: RequestContext, request: Request<Body>) -> Response {
    let outcome = context.outcome.clone();
    let response =
        leptos_axum::handle_server_fns_with_context(move || provide_context(context.clone()), request)
            .await
            .into_response();
    if outcome.seen().is_none() && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return named(response).await;
    }
    response
}

/// Arguments that could not be read are refused before the operation begins, all with one status for faults of ours.
/// The error in the answer says better what it was.
async fn named(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<AppError>(&body) {
        parts.status = StatusCode::from_u16(error.status()).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(body))
}

/// What a form says about itself.
struct Posted {
    key: Uuid,
    page: Option<String>,
}

impl Posted {
    /// The key and the page of what was sent; none where it has no key.
    async fn read(headers: &HeaderMap, typed: &Bytes) -> Result<Option<Self>, AppError> {
        let mut found = Self { key: Uuid::nil(), page: None };
        let mut key = headers.get(KEY_HEADER).map(|key| key.to_str().unwrap_or_default().to_owned());
        for (name, value) in outcome::pairs(headers, typed.clone()).await {
            match name.as_str() {
                KEY => key = key.or(Some(value)),
                "_page" => found.page = place::own(&value).map(str::to_owned),
                _ => {}
            }
        }
        let Some(key) = key else { return Ok(None) };
        found.key = key.parse().map_err(|_| AppError::BadRequest)?;
        Ok(Some(found))
    }

    /// Ties it to the person who sends it; nobody's forms are not kept apart.
    fn by(self, context: &RequestContext, path: &str, typed: &[u8]) -> Option<(Self, SentForm)> {
        let who = context.actor.as_ref()?;
        let digest = Sha256::new().chain_update(path).chain_update([0]).chain_update(typed).finalize();
        let form = SentForm::new(who, self.key, digest.into());
        Some((self, form))
    }

    /// Whether it was drawn longer ago than keys are remembered. Keys of programs need not tell their age.
    fn is_old(&self) -> bool {
        let Some(drawn) = self.key.get_timestamp() else { return false };
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let drawn = i64::try_from(drawn.to_unix().0).unwrap_or(i64::MAX);
        now.saturating_sub(drawn) > i64::from(ACCEPTED_HOURS) * 60 * 60
    }
}

/// An answer, as it can be given again.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    status: u16,
    kind: String,
    body: String,
    next: Option<String>,
    said: String,
}

impl Answer {
    /// What is left to say when the first answer is not known.
    fn unknown(posted: &Posted) -> Self {
        Self {
            status: 200,
            kind: "application/json".to_owned(),
            body: "null".to_owned(),
            next: Some(posted.page.clone().unwrap_or_else(|| "/".to_owned())),
            said: DONE_BEFORE.to_owned(),
        }
    }

    fn give(self, context: &RequestContext) -> Response {
        if let Some(next) = self.next {
            context.outcome.set(Ending::Done { next, said: self.said });
        } else {
            let _ = context.outcome.take();
        }
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        if let Ok(kind) = HeaderValue::from_str(&self.kind) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        response
    }
}

/// The answer to a form that was accepted before, or the refusal of another one under its key; none when it was not
/// accepted yet.
async fn again(context: &RequestContext, posted: &Posted, form: &SentForm) -> Option<Response> {
    let mut accepted = accepted(context, form).await?;
    if !form.is(&accepted) {
        return Some(refused(context, AppError::Repeated));
    }
    while accepted.answer.is_none() && accepted.age_seconds < ANSWER_TIME {
        tokio::time::sleep(ANSWER_POLL).await;
        accepted = self::accepted(context, form).await?;
    }
    if !accepted.has_changed {
        // It was refused, and its server was killed before it could give the key back.
        warn_of(accepted_forms::release(context.service.store(), form).await);
        return Some(refused(context, AppError::Unavailable));
    }
    let answer = accepted.answer.and_then(|answer| serde_json::from_value(answer).ok());
    Some(answer.unwrap_or_else(|| Answer::unknown(posted)).give(context))
}

async fn accepted(context: &RequestContext, form: &SentForm) -> Option<AcceptedForm> {
    match accepted_forms::find(context.service.store(), form).await {
        Ok(accepted) => accepted,
        Err(cause) => {
            tracing::warn!(?cause, "Whether a form was accepted before could not be looked up.");
            None
        }
    }
}

/// Keeps the answer for whoever sends the form again, and gives it.
async fn note(context: &RequestContext, form: &SentForm, response: Response) -> Response {
    if response.headers().contains_key(header::SET_COOKIE) {
        // Among cookies are links that are shown once and kept nowhere. Without them it would not be the same answer.
        warn_of(accepted_forms::forget(context.service.store(), form).await);
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        tracing::error!("An operation answered more than an answer may be.");
        return refused(context, AppError::Internal { request: context.origin.request.clone() });
    };
    let (next, said) = match context.outcome.seen() {
        Some(Ending::Done { next, said }) => (Some(next), said),
        _ => (None, String::new()),
    };
    let answer = Answer {
        status: parts.status.as_u16(),
        kind: parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
        next,
        said,
    };
    let answer = serde_json::to_value(answer).unwrap_or_default();
    warn_of(accepted_forms::note_answer(context.service.store(), form, &answer).await);
    Response::from_parts(parts, Body::from(body))
}

/// What is noted about a form is of use only when it is sent again; how it was answered does not depend on it.
fn warn_of(noted: Result<(), StoreError>) {
    if let Err(cause) = noted {
        tracing::warn!(?cause, "What became of a form could not be noted.");
    }
}

/// Whether it ended because its key was taken.
fn was_repeated(context: &RequestContext) -> bool {
    matches!(context.outcome.seen(), Some(Ending::Failed(AppError::Repeated)))
}

fn refused(context: &RequestContext, error: AppError) -> Response {
    context.outcome.set(Ending::Failed(error.clone()));
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(error)).into_response()
}

/// Whether the operation did not do what it was asked to.
fn has_failed(context: &RequestContext, response: &Response) -> bool {
    match context.outcome.seen() {
        Some(Ending::Done { .. }) => false,
        Some(Ending::Failed(_)) => true,
        None => {
            response.status().is_client_error()
                || response.status().is_server_error()
                || response.extensions().get::<AppError>().is_some()
        }
    }
}
