//! Draws the pages: turns a `Document`, or the error of a page, into HTML.

use std::sync::Arc;

use app::document::Drawn;
use app::error::AppError;
use app::request::{Outcome, RequestContext};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use service::Origin;

use super::Hosting;
use super::arrival::Arrival;

/// After how many seconds to try again what the database did not answer.
const COME_BACK: HeaderValue = HeaderValue::from_static("5");

/// The layer right around the routes.
pub async fn draw(Extension(context): Extension<RequestContext>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let document = match response.extensions_mut().remove::<Drawn>() {
        Some(drawn) => drawn.take(),
        None => error_of(&mut response, &method).map(|error| app::pages::error::document(&context, &error)),
    };
    if let Some(document) = document {
        fill(&mut response, document.status, document.render(&context));
    }
    response
}

/// The layer outside of the session: what was refused before anybody knew who asks gets a page too,
/// or JSON where a script asked.
pub async fn draw_refusals(State(hosting): State<Hosting>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let wants_html = wants_html(request.headers(), request.uri().path());
    let path = request.uri().path().to_owned();
    let arrival = request.extensions().get::<Arrival>().cloned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(COME_BACK);
    }
    let Some(error) = error_of(&mut response, &method) else {
        return response;
    };
    if !wants_html {
        *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(response.status());
        let text = serde_json::to_string(&error).unwrap_or_default();
        *response.body_mut() = Body::from(text);
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        return response;
    }
    let context = RequestContext {
        service: hosting.service.clone(),
        actor: None,
        origin: Origin {
            request: arrival.as_ref().map(|arrival| arrival.request.to_string()).unwrap_or_default(),
            client: arrival.as_ref().and_then(|arrival| arrival.client),
        },
        browser: Default::default(),
        nonce: arrival.as_ref().map(|arrival| arrival.nonce.to_string()).unwrap_or_default(),
        path,
        plain_form: false,
        kept: None,
        trouble: None,
        handover: None,
        flash: None,
        clock_synchronised: None,
        assets: Arc::clone(&hosting.assets),
        outcome: Outcome::default(),
    };
    let document = app::pages::error::document(&context, &error);
    fill(&mut response, document.status, document.render(&context));
    response
}

fn fill(response: &mut Response, status: u16, html: String) {
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(response.status());
    *response.body_mut() = Body::from(html);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
}

/// The error that an answer stands for: the one it carries, or what a bare status of the router
/// or of an extractor means.
fn error_of(response: &mut Response, method: &Method) -> Option<AppError> {
    let error = match response.extensions_mut().remove::<AppError>() {
        Some(error) => error,
        None => bare_error(response, method)?,
    };
    if let AppError::TooMany { retry_after } = &error {
        let seconds = HeaderValue::from(*retry_after);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    } else if error == AppError::Unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, COME_BACK);
    }
    Some(error)
}

fn bare_error(response: &Response, method: &Method) -> Option<AppError> {
    let is_bare = match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.as_bytes().starts_with(b"text/plain"),
    };
    if !is_bare {
        return None;
    }
    match response.status() {
        // An identifier in an address that is none, or a filter that does not exist.
        StatusCode::BAD_REQUEST if method == Method::GET || method == Method::HEAD => {
            Some(AppError::NotFound)
        }
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            Some(AppError::BadRequest)
        }
        StatusCode::FORBIDDEN => Some(AppError::Forbidden),
        StatusCode::NOT_FOUND => Some(AppError::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(AppError::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(AppError::TooLarge),
        status if status.is_server_error() => Some(AppError::Internal { request: String::new() }),
        _ => None,
    }
}

/// Pages are for people; operations answer JSON unless a form was sent by a browser itself.
fn wants_html(headers: &HeaderMap, path: &str) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("text/html") || !(path.starts_with("/api/") || accepts.contains("application/json"))
}
