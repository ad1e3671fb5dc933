//! What a plain form gets: the page that shows the result, or its own page again with everything that was typed.
//!
//! Also where a page goes that nobody signed in may see, and where a refusal is put on the trail.

use std::collections::BTreeMap;

use app::error::AppError;
use app::islands::post;
use app::parts::kept::KEY;
use app::request::{Ending, RequestContext};
use app::{cookie, place};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Form};
use domain::ids::PersonId;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use service::{account, kept_form};

use super::session::Former;

/// More than any form of ours holds. The layer outside of this one allows less for most.
const LARGEST_FORM: usize = super::limits::LARGEST_FILE;
/// For how many seconds a sentence waits for the page that says it.
const SAID_SECONDS: u32 = 60;

/// The layer around pages and operations.
pub async fn answer(
    Extension(context): Extension<RequestContext>,
    Extension(Former(former)): Extension<Former>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return page(&context, next.run(request).await).await;
    }
    if !context.plain_form || !request.uri().path().starts_with("/api/") {
        let island_waits = asks_for_form(request.headers());
        let response = next.run(request).await;
        let Some(Ending::Failed(error)) = context.outcome.take().or_else(|| unsaid(&response)) else {
            return response;
        };
        if error == AppError::Forbidden {
            note_denied(&context).await;
        }
        return if island_waits { told(&error) } else { with_status(response, &error) };
    }
    let (parts, body) = request.into_parts();
    let Ok(typed) = axum::body::to_bytes(body, LARGEST_FORM).await else {
        return AppError::TooLarge.into_response();
    };
    let headers = parts.headers.clone();
    let response = next.run(Request::from_parts(parts, Body::from(typed.clone()))).await;
    let ending = context.outcome.take().or_else(|| unsaid(&response));
    match ending {
        Some(Ending::Done { next, said }) => go_on(&response, &next, &said),
        Some(Ending::Failed(error)) => {
            if error == AppError::Forbidden {
                note_denied(&context).await;
            }
            let sent = Sent::read(&headers, typed).await;
            send_back(&context, former, sent, error).await
        }
        None => response,
    }
}

/// Whether an island is waiting for the answer.
fn asks_for_form(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accepted| accepted == post::FORM)
}

/// A refusal in sentences, for an island.
fn told(error: &AppError) -> Response {
    with_status(Form(post::told(error)).into_response(), error)
}

/// The answer with the status of its error: what could not be read at all comes as a fault of the server.
fn with_status(mut response: Response, error: &AppError) -> Response {
    if let Ok(status) = StatusCode::from_u16(error.status()) {
        *response.status_mut() = status;
    }
    response
}

/// A page that needs somebody signed in asks for that; a refused one is put on the trail.
async fn page(context: &RequestContext, response: Response) -> Response {
    match response.extensions().get::<AppError>() {
        Some(AppError::SignedOut) => redirect(&sign_in_then(&context.path)),
        Some(AppError::Forbidden) => {
            note_denied(context).await;
            response
        }
        _ => response,
    }
}

async fn note_denied(context: &RequestContext) {
    if let Some(who) = &context.actor {
        account::note_denied(&context.service, who, &context.path).await;
    }
}

/// How an operation ended that did not say so: its arguments could not be read, or it is not there.
fn unsaid(response: &Response) -> Option<Ending> {
    if response.extensions().get::<AppError>().is_some() {
        return None;
    }
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let has_failed = response.status().is_client_error()
        || response.status().is_server_error()
        || location.is_some_and(|location| location.contains("__err="));
    has_failed.then_some(Ending::Failed(AppError::BadRequest))
}

/// On to the page that shows the result; cookies and the like of the operation go along.
fn go_on(response: &Response, next: &str, said: &str) -> Response {
    let mut onward = redirect(next);
    for (name, value) in response.headers() {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH, header::LOCATION].contains(name) {
            onward.headers_mut().append(name, value.clone());
        }
    }
    if !said.is_empty() {
        let line = cookie::text(cookie::SAID, said, SAID_SECONDS);
        onward.headers_mut().append(header::SET_COOKIE, line);
    }
    onward
}

/// Back to the form's own page, with everything that was typed.
async fn send_back(
    context: &RequestContext,
    former: Option<PersonId>,
    sent: Sent,
    error: AppError,
) -> Response {
    // A form that only waits for its person to sign in again is theirs; one to sign in with is anybody's.
    let former = former.filter(|_| error == AppError::SignedOut);
    let person = context.actor.as_ref().map(service::Actor::person).or(former);
    let problem = serde_json::to_value(&error).unwrap_or_default();
    let kept = kept_form::keep(&context.service, person, &sent.page, &sent.form, sent.fields, problem).await;
    match kept {
        Ok(id) => {
            let page = place::with(&place::without(&sent.page, "kept"), "kept", &id.to_string());
            redirect(&if error == AppError::SignedOut { sign_in_then(&page) } else { page })
        }
        Err(failure) => {
            // The page that says what went wrong is all that is left; the browser's way back has the text.
            let _ = context.face(failure);
            error.into_response()
        }
    }
}

/// What the browser sent.
struct Sent {
    page: String,
    form: String,
    fields: BTreeMap<String, String>,
}

impl Sent {
    async fn read(headers: &HeaderMap, typed: Bytes) -> Self {
        let pairs = pairs(headers, typed).await;
        let named =
            |name: &str| pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
        let page = named("_page")
            .as_deref()
            .and_then(place::own)
            .map(str::to_owned)
            .or_else(|| referring_page(headers))
            .unwrap_or_else(|| "/".to_owned());
        let form = named("_form").unwrap_or_default();
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in pairs {
            if !is_secret(&name) && (name == KEY || !name.starts_with('_')) {
                fields
                    .entry(name)
                    .and_modify(|earlier| {
                        earlier.push('\n');
                        earlier.push_str(&value);
                    })
                    .or_insert(value);
            }
        }
        Self { page, form, fields }
    }
}

/// The names and values of a form; none where something else was sent.
pub async fn pairs(headers: &HeaderMap, typed: Bytes) -> Vec<(String, String)> {
    let mut request = Request::new(Body::from(typed));
    *request.method_mut() = Method::POST;
    *request.headers_mut() = headers.clone();
    Form::<Vec<(String, String)>>::from_request(request, &())
        .await
        .map_or_else(|_| Vec::new(), |Form(pairs)| pairs)
}

/// Whether a field must never be kept.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("password") || name.contains("token")
}

/// The page that the browser says it came from; only its place on this site is taken.
fn referring_page(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let (_, rest) = referer.split_once("://")?;
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    place::own(path).map(str::to_owned)
}

fn sign_in_then(page: &str) -> String {
    if page == "/" { "/sign-in".to_owned() } else { place::with("/sign-in", "next", page) }
}

fn redirect(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(body: &'static str, referer: &'static str) -> Sent {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(header::REFERER, HeaderValue::from_static(referer));
        Sent::read(&headers, Bytes::from_static(body.as_bytes())).await
    }

    #[tokio::test]
    async fn secrets_are_never_kept() {
        let sent =
            sent("email=a%40b.c&password=x&password_again=x&current_password=y&token=z&Reset_Token=q", "")
                .await;
        assert_eq!(sent.fields.into_keys().collect::<Vec<_>>(), ["email"]);
    }

    #[tokio::test]
    async fn the_page_comes_from_the_form_and_else_from_where_the_browser_was() {
        assert_eq!(sent("_page=/a%3Fb%3D1&_form=f", "http://h/x").await.page, "/a?b=1");
        assert_eq!(sent("_page=//evil.example", "http://h/x?y=1").await.page, "/x?y=1");
        assert_eq!(sent("a=1", "http://h").await.page, "/");
        assert_eq!(sent("a=1", "nonsense").await.page, "/");
    }

    #[tokio::test]
    async fn a_field_that_was_sent_twice_keeps_both_lines() {
        assert_eq!(sent("a=1&a=2", "").await.fields["a"], "1\n2");
    }

    #[test]
    fn signing_in_leads_back_to_the_page() {
        assert_eq!(sign_in_then("/products/1?a=b&kept=c"), "/sign-in?next=/products/1%3Fa%3Db%26kept%3Dc");
        assert_eq!(sign_in_then("/"), "/sign-in");
    }
}
