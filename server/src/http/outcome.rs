//! What a plain form gets: the page that shows the result, or its own page again with everything that was typed.

use app::request::{Ending, RequestContext};
use axum::Extension;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

/// The layer around the operations.
pub async fn answer(Extension(context): Extension<RequestContext>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !context.plain_form {
        return response;
    }
    match context.outcome.take() {
        Some(Ending::Done { next, .. }) => Redirect::to(&next).into_response(),
        Some(Ending::Failed(error)) => error.into_response(),
        None => response,
    }
}
