//! Draws the pages: turns a `Document`, or the error of a page, into HTML.

use app::document::Drawn;
use app::error::AppError;
use app::request::RequestContext;
use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};

/// The layer right around the routes.
pub async fn draw(Extension(context): Extension<RequestContext>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let document = match response.extensions_mut().remove::<Drawn>() {
        Some(drawn) => drawn.take(),
        None => response
            .extensions_mut()
            .remove::<AppError>()
            .map(|error| app::pages::error::document(&context, &error)),
    };
    if let Some(document) = document {
        let html = document.render(&context);
        *response.body_mut() = Body::from(html);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    response
}
