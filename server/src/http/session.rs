//! Binds a request to the person behind it, and to what the page shows once: what was typed, what was said.

use std::sync::Arc;

use app::cookie;
use app::error::AppError;
use app::request::{KeptForm, Outcome, RequestContext};
use app::{place, words};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::ids::PersonId;
use http::{HeaderMap, Method, header};
use service::account::{self, Browser, Found};
use service::{Actor, Origin, kept_form};

use super::Hosting;
use super::arrival::Arrival;
use crate::clock;

/// Whose session had ended, when the browser still has its cookie. Forms that they send are kept for them.
#[derive(Clone, Copy, Debug)]
pub struct Former(pub Option<PersonId>);

/// The layer that makes the [`RequestContext`].
pub async fn bind(State(hosting): State<Hosting>, mut request: Request, next: Next) -> Response {
    let arrival = request.extensions().get::<Arrival>().cloned();
    let origin = Origin {
        request: arrival.as_ref().map(|arrival| arrival.request.to_string()).unwrap_or_default(),
        client: arrival.as_ref().and_then(|arrival| arrival.client),
    };
    let headers = request.headers();
    let mut context = RequestContext {
        service: hosting.service.clone(),
        actor: None,
        origin: origin.clone(),
        browser: Browser {
            user_agent: headers
                .get(header::USER_AGENT)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            workstation: cookie::read_text(headers, cookie::WORKSTATION),
        },
        nonce: arrival.as_ref().map(|arrival| arrival.nonce.to_string()).unwrap_or_default(),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        plain_form: accepts_html(headers) && request.method() == Method::POST,
        kept: None,
        trouble: None,
        handover: None,
        flash: None,
        clock_synchronised: clock::state().is_synchronised(),
        assets: Arc::clone(&hosting.assets),
        outcome: Outcome::default(),
    };
    let former = match who(&context, headers, origin).await {
        Ok((actor, former)) => {
            context.actor = actor;
            former
        }
        Err(error) => return error.into_response(),
    };
    let shows_page = request.method() == Method::GET && accepts_html(headers);
    if shows_page {
        context.flash = cookie::read_text(headers, cookie::SAID);
        context.handover = cookie::read_text(headers, cookie::HANDOVER);
        if let Err(error) = take_up_kept(&mut context).await {
            return error.into_response();
        }
    }
    let was_read = [(cookie::SAID, context.flash.is_some()), (cookie::HANDOVER, context.handover.is_some())];
    request.extensions_mut().insert(Former(former));
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    if response.status().is_redirection() {
        return response;
    }
    for (name, _) in was_read.into_iter().filter(|(_, was_read)| *was_read) {
        response.headers_mut().append(header::SET_COOKIE, cookie::forget(name));
    }
    response
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

/// The person behind the session's cookie; or whose session it was, when it has ended.
async fn who(
    context: &RequestContext,
    headers: &HeaderMap,
    origin: Origin,
) -> Result<(Option<Actor>, Option<PersonId>), AppError> {
    let Some(token) = cookie::read(headers, cookie::SESSION).and_then(|spelled| account::token(&spelled))
    else {
        return Ok((None, None));
    };
    match account::find(&context.service, &token, origin).await {
        Ok(Found::Live(actor)) => Ok((Some(*actor), None)),
        Ok(Found::Ended(person)) => Ok((None, Some(person))),
        Ok(Found::Unknown) => Ok((None, None)),
        Err(failure) => Err(context.face(failure)),
    }
}

/// Gives the page the form that it shows again.
async fn take_up_kept(context: &mut RequestContext) -> Result<(), AppError> {
    let Some(id) = place::value(&context.path, "kept").and_then(|id| id.parse().ok()) else { return Ok(()) };
    let person = context.actor.as_ref().map(Actor::person);
    let found = kept_form::find(&context.service, id, person, place::path(&context.path)).await;
    let Some(found) = found.map_err(|failure| context.face(failure))? else { return Ok(()) };
    let Ok(error) = serde_json::from_value::<AppError>(found.problem) else { return Ok(()) };
    if found.form.is_empty() {
        context.trouble = Some(words::trouble(&error));
    } else {
        let fields = serde_json::from_value(found.fields).unwrap_or_default();
        context.kept = Some(KeptForm { id, form: found.form, fields, error });
    }
    Ok(())
}
