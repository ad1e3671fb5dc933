//! The HTTP face: routes and the layers around them.

pub mod arrival;
pub mod assets;
mod forgery;
mod headers;
mod health;
mod host;
mod limits;
pub mod listener;
pub mod operations;
pub mod outcome;
mod panic;
pub mod render;
pub mod session;
pub mod tls;

use std::sync::Arc;

use app::error::AppError;
use app::request::Assets;
use axum::Router;
use axum::body::Body;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use service::Service;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::config::PublicUrl;
use crate::measures::Measures;
use crate::network::Network;
use crate::pulse::{self, Pulse};

/// What the layers share.
#[derive(Clone, Debug)]
pub struct Hosting {
    /// The operations.
    pub service: Service,
    /// The addresses of the browser's files, for pages.
    pub assets: Arc<Assets>,
    /// The browser's files.
    pub site: assets::Site,
    /// The address that people use, where one was configured.
    pub public_url: Option<PublicUrl>,
    /// Whether this server itself encrypts.
    pub has_tls: bool,
    /// Whose word about the client's address counts.
    pub trusted_proxies: Arc<[Network]>,
    /// What is counted about requests.
    pub measures: Measures,
    /// Whether the database answers.
    pub pulse: Pulse,
}

impl Hosting {
    /// The operations on loopback, without files and proxies.
    #[must_use]
    pub fn plain(service: Service) -> Self {
        Self {
            service,
            assets: Arc::default(),
            site: assets::Site::default(),
            public_url: None,
            has_tls: false,
            trusted_proxies: Arc::default(),
            measures: Measures::default(),
            pulse: Pulse::unwatched(),
        }
    }
}

/// The whole application. A request passes the layers in this order:
///
/// 1. it gets its name, and a line in the log (`arrival`);
/// 2. the answer gets the security headers (`headers`), also where a layer below refuses;
/// 3. a request that names another host ends here (`host`);
/// 4. a refusal of a layer below becomes a page (`render::draw_refusals`);
/// 5. methods that do not exist and bodies that are too large end here (`limits`);
/// 6. a panic below becomes an answer (`panic`);
/// 7. what another site sent is refused (`forgery`, then `CsrfLayer`);
/// 8. pages and operations end here while the database does not answer (`pulse`);
/// 9. they know the person (`session`), are drawn (`render`), and forms go on to the page that shows the result
///    (`outcome`). Files and health know nobody.
pub fn application(hosting: Hosting) -> Router {
    let own_origin = hosting.public_url.as_ref().map(|url| url.as_str().to_owned());
    let transport = headers::Transport {
        is_https: hosting.has_tls || hosting.public_url.as_ref().is_some_and(PublicUrl::is_https),
    };
    let own_host =
        host::OwnHost(own_origin.as_deref().and_then(|url| url.split("://").nth(1)).map(str::to_owned));
    let mut forgery = CsrfLayer::new();
    if let Some(origin) = &own_origin {
        forgery = forgery.add_trusted_origin(origin).expect("a public URL is an origin");
    }
    let forgery = forgery.with_rejection_response(refuse_forged as fn(ProtectionError) -> Response<Body>);

    let arrivals = arrival::Arrivals {
        trusted: Arc::clone(&hosting.trusted_proxies),
        measures: hosting.measures.clone(),
    };
    files_and_health(&hosting)
        .fallback_service(pages_and_operations(hosting.clone()))
        .layer(forgery)
        .layer(from_fn_with_state(forgery::OwnOrigin(own_origin), forgery::refuse))
        .layer(from_fn(panic::caught))
        .layer(from_fn(limits::bounded_body))
        .layer(from_fn(limits::known_methods))
        .layer(from_fn_with_state(hosting, render::draw_refusals))
        .layer(from_fn_with_state(own_host, host::refuse_others))
        .layer(from_fn_with_state(transport, headers::secure))
        .layer(from_fn_with_state(arrivals, arrival::note))
}

fn pages_and_operations(hosting: Hosting) -> Router {
    Router::new()
        .merge(app::routes::pages())
        .merge(app::routes::uploads())
        .route("/api/{*operation}", post(operations::run))
        .fallback(|| async { AppError::NotFound })
        .method_not_allowed_fallback(|| async { AppError::MethodNotAllowed })
        .layer(from_fn(outcome::answer))
        .layer(from_fn(render::draw))
        .layer(from_fn_with_state(hosting.clone(), session::bind))
        .layer(from_fn_with_state(hosting.pulse, pulse::while_it_beats))
        // A register of thousands of rows is mostly repetition. The level is one that costs about a millisecond.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
}

fn files_and_health(hosting: &Hosting) -> Router {
    let health = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(hosting.clone());
    let files = Router::new().route("/pkg/{file}", get(assets::serve)).with_state(hosting.site.clone());
    health.merge(files).method_not_allowed_fallback(|| async { AppError::MethodNotAllowed })
}

fn refuse_forged(_: ProtectionError) -> Response<Body> {
    AppError::Elsewhere.into_response()
}
