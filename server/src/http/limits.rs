//! How much and how long a request may be, and which methods exist.

use std::time::Duration;

use app::error::AppError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// The largest form: ten texts of 4,000 characters, percent-encoded, fit well.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// The largest form that carries a file: the file, and room for the fields around it.
pub const LARGEST_FILE: usize = service::hazards::exchange::limits::FILE + 64 * 1024;

/// How much a request to this address may send.
#[must_use]
pub fn largest(path: &str) -> usize {
    if path == app::routes::UPLOAD { LARGEST_FILE } else { LARGEST_BODY }
}

/// The most fields of one form: a thousand rows of ten. Taking apart millions of empty ones is work that a small body
/// could ask for.
const MOST_FIELDS: usize = 10_000;

/// A client that sends a part and then falls silent is not waited for.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Only reading and posting exist. TRACE in particular would repeat a request with its cookies.
pub async fn known_methods(request: Request, next: Next) -> Response {
    if [Method::GET, Method::HEAD, Method::POST].contains(request.method()) {
        return next.run(request).await;
    }
    let mut response = AppError::MethodNotAllowed.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

/// Reads the body before anybody works on it, so that a body that is too large is one answer
/// (413) for every kind of operation, whether its length was announced or not. So is one with too many fields.
pub async fn bounded_body(request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    let most = largest(request.uri().path());
    if announced.is_some_and(|length| length > most as u64) {
        return AppError::TooLarge.into_response();
    }
    let (parts, body) = request.into_parts();
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, most).collect()).await;
    let bytes: Bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => return AppError::TooLarge.into_response(),
        // The client broke off or is too slow: nobody reads the answer.
        Ok(Err(_)) | Err(_) => return AppError::BadRequest.into_response(),
    };
    if most == LARGEST_BODY && bytes.iter().filter(|byte| **byte == b'&').count() >= MOST_FIELDS {
        return AppError::TooLarge.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}
