//! Binds a request to the person behind it.

use std::sync::Arc;

use app::request::{Outcome, RequestContext};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use service::Origin;

use super::Hosting;
use super::arrival::Arrival;

/// The layer that makes the [`RequestContext`].
pub async fn bind(State(hosting): State<Hosting>, mut request: Request, next: Next) -> Response {
    let accepts_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    let arrival = request.extensions().get::<Arrival>().cloned();
    let context = RequestContext {
        service: hosting.service.clone(),
        actor: None,
        origin: Origin {
            request: arrival.as_ref().map(|arrival| arrival.request.to_string()).unwrap_or_default(),
            client: arrival.as_ref().and_then(|arrival| arrival.client),
        },
        nonce: arrival.as_ref().map(|arrival| arrival.nonce.to_string()).unwrap_or_default(),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        plain_form: accepts_html && request.method() == http::Method::POST,
        kept: None,
        flash: None,
        assets: Arc::clone(&hosting.assets),
        outcome: Outcome::default(),
    };
    request.extensions_mut().insert(context);
    next.run(request).await
}
