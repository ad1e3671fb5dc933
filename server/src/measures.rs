//! What is measured about the running server, for Prometheus.
//!
//! The addresses in the labels are those of routes, never those of records: their number is bounded, and nothing
//! about a product or a person can be read here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Method, StatusCode, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use service::Service;
use service::tally::Tally;

/// From half a millisecond to ten seconds; the goals of pages are at 50 and 200 milliseconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0];

/// Which requests are counted together.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Counts requests. Clones count into the same place.
#[derive(Clone, Debug)]
pub struct Measures {
    requests: Family<Labels, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    under_way: Gauge,
    started: SystemTime,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            under_way: Gauge::default(),
            started: SystemTime::now(),
        }
    }
}

/// A request that is being answered; one that breaks off is no longer under way either.
#[derive(Debug)]
pub struct UnderWay(Measures);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.dec();
    }
}

impl UnderWay {
    /// The request was answered.
    pub fn end(self, method: &Method, path: &str, status: u16, taken: Duration) {
        let route = if status == 404 || status == 405 { "unmatched".to_owned() } else { route(path) };
        let method = match *method {
            Method::GET | Method::HEAD | Method::POST => method.as_str().to_owned(),
            _ => "other".to_owned(),
        };
        self.0.durations.get_or_create(&Route { route: route.clone() }).observe(taken.as_secs_f64());
        self.0.requests.get_or_create(&Labels { method, route, status }).inc();
    }
}

/// The path with the identifiers taken out.
fn route(path: &str) -> String {
    if path.starts_with("/pkg/") {
        return "/pkg/{file}".to_owned();
    }
    let parts = path.split('/').map(|part| if is_identifier(part) { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Words of routes have no digits but for file endings; whatever has some names a record.
fn is_identifier(part: &str) -> bool {
    part.len() > 40 || part == "…" || part.bytes().any(|byte| byte.is_ascii_digit())
}

/// What is asked for at the moment somebody looks.
#[derive(Clone, Debug)]
struct Looked {
    measures: Measures,
    service: Service,
    errors: Arc<AtomicU64>,
}

impl Measures {
    /// A request begins.
    #[must_use]
    pub fn begin(&self) -> UnderWay {
        self.under_way.inc();
        UnderWay(self.clone())
    }

    /// `GET /metrics`.
    pub fn page(self, service: Service) -> Router {
        Router::new().route("/metrics", get(show)).with_state(Looked {
            measures: self,
            service,
            errors: Arc::default(),
        })
    }
}

async fn show(State(looked): State<Looked>) -> Response {
    let mut registry = Registry::with_prefix("hazel");
    register_requests(&mut registry, &looked.measures);
    register_process(&mut registry, &looked.measures);
    register_sign_ins(&mut registry, looked.service.tally());
    register_database(&mut registry, &looked).await;
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(cause) => {
            tracing::error!(%cause, "The metrics could not be written.");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn register_requests(registry: &mut Registry, measures: &Measures) {
    registry.register("requests", "Requests that were answered.", measures.requests.clone());
    registry.register("request_seconds", "How long the answers took.", measures.durations.clone());
    registry.register("requests_under_way", "Requests that are being answered.", measures.under_way.clone());
}

fn register_process(registry: &mut Registry, measures: &Measures) {
    let started = measures.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    gauge(registry, "started_seconds", "When the server started, in Unix time.", ConstGauge::new(started));
    if let Some(bytes) = resident_bytes() {
        gauge(
            registry,
            "resident_bytes",
            "Memory of the server, without its database.",
            ConstGauge::new(bytes),
        );
    }
}

fn register_sign_ins(registry: &mut Registry, tally: &Tally) {
    for (name, help, count) in [
        ("sign_ins", "People who signed in.", tally.signed_in()),
        ("sign_ins_refused", "Tries to sign in with a wrong address or password.", tally.refused()),
        ("sign_ins_throttled", "Tries to sign in that had to wait.", tally.throttled()),
    ] {
        registry.register(name, help, ConstCounter::new(count));
    }
}

async fn register_database(registry: &mut Registry, looked: &Looked) {
    let (open, idle) = looked.service.store().read().open_and_idle();
    let idle = i64::try_from(idle).unwrap_or(i64::MAX);
    gauge(
        registry,
        "database_connections",
        "Open connections to the database.",
        ConstGauge::new(i64::from(open)),
    );
    gauge(registry, "database_connections_idle", "Open connections that nobody uses.", ConstGauge::new(idle));
    match store::trail::newest(looked.service.store()).await {
        Ok(newest) => {
            gauge(
                registry,
                "trail_entries",
                "Number of the newest entry of the trail.",
                ConstGauge::new(newest.number),
            );
            gauge(
                registry,
                "trail_newest_age_seconds",
                "Age of the newest entry, by the clock of the database.",
                ConstGauge::new(newest.age_seconds),
            );
            gauge(
                registry,
                "trail_lag_seconds",
                "By how much the database that is read from is behind the one that is written to.",
                ConstGauge::new(newest.lag_seconds),
            );
        }
        Err(cause) => {
            looked.errors.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(?cause, "The trail could not be looked at for the metrics.");
        }
    }
    registry.register(
        "trail_looks_failed",
        "Times that the trail could not be looked at for these metrics.",
        ConstCounter::new(looked.errors.load(Ordering::Relaxed)),
    );
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: impl Metric) {
    registry.register(name, help, value);
}

/// The memory that the process holds, where the system tells.
fn resident_bytes() -> Option<i64> {
    let told = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = told.split_ascii_whitespace().nth(1)?.parse().ok()?;
    let page = i64::try_from(rustix::param::page_size()).ok()?;
    Some(pages * page)
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn routes_hold_no_identifiers() {
        let some = "01890000-0000-7000-8000-000000000000";
        let table = [
            ("/", "/"),
            ("/people", "/people"),
            (&format!("/products/{some}/hazards.csv"), "/products/{id}/hazards.csv"),
            (&format!("/products/{some}/hazards/{some}"), "/products/{id}/hazards/{id}"),
            ("/setup/…", "/setup/{id}"),
            ("/pkg/hazel-0a1b.css", "/pkg/{file}"),
            ("/api/hazards/set_severity", "/api/hazards/set_severity"),
        ];
        for (path, expected) in table {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
