//! The HTTP face: routes and the layers around them.

pub mod operations;
pub mod outcome;
pub mod render;
pub mod session;

use std::sync::Arc;

use app::request::Assets;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;
use service::Service;

/// What the layers share.
#[derive(Clone, Debug)]
pub struct Hosting {
    /// The operations.
    pub service: Service,
    /// The files of the browser.
    pub assets: Arc<Assets>,
}

/// The whole application: pages, operations, and the layers in their order.
pub fn application(hosting: Hosting) -> Router {
    Router::new()
        .merge(app::routes::pages())
        .route("/api/{*operation}", post(operations::run))
        .fallback(|| async { app::error::AppError::NotFound })
        .method_not_allowed_fallback(|| async { app::error::AppError::MethodNotAllowed })
        .layer(from_fn(outcome::answer))
        .layer(from_fn(render::draw))
        .layer(from_fn_with_state(hosting, session::bind))
}
