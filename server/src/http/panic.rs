//! One bad request ends itself, not the process.

use std::panic::AssertUnwindSafe;

use app::error::AppError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;

use super::arrival::Arrival;

/// The layer that answers for a handler that panicked. The panic itself is logged by the hook of
/// `crate::logs`, with its place.
pub async fn caught(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<Arrival>().map(|arrival| arrival.request.to_string());
    // What the handler held is dropped with it; shared state is behind locks that are not poisoned.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => AppError::Internal { request: id.unwrap_or_default() }.into_response(),
    }
}
