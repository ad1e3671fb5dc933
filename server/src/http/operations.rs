//! Runs the server functions of `app::api`.

use app::request::RequestContext;
use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;

/// `POST /api/{operation}`.
pub async fn run(Extension(context): Extension<RequestContext>, request: Request<Body>) -> Response {
    let path = request.uri().path().to_owned();
    if server_fn_paths().all(|(known, _)| known != path) {
        return app::error::AppError::NotFound.into_response();
    }
    leptos_axum::handle_server_fns_with_context(move || provide_context(context.clone()), request)
        .await
        .into_response()
}
