//! Whether the process lives, and whether it can do its work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::Hosting;
use crate::clock::{self, Clock};
use crate::migrate;

/// A database that answers later than this is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// What `GET /readyz` tells.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    version: &'static str,
    database: &'static str,
    migrations: Option<migrate::Levels>,
    /// Whether the database refuses changes of the trail's structure.
    ddl_guard: Option<bool>,
    clock: Clock,
}

/// `GET /readyz`: the database answers and has the schema of this build. The clock is told and
/// blocks nothing.
pub async fn ready(State(hosting): State<Hosting>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, migrate::levels(hosting.service.store().read())).await;
    let levels = asked.ok().and_then(Result::ok);
    let ready = levels.as_ref().is_some_and(migrate::Levels::match_this_build);
    let told = Readiness {
        ready,
        version: env!("CARGO_PKG_VERSION"),
        database: if levels.is_some() { "answers" } else { "does not answer" },
        ddl_guard: levels.as_ref().map(|levels| levels.ddl_guard),
        migrations: levels,
        clock: clock::state(),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told)).into_response()
}
