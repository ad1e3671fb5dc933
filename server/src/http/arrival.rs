//! What is known about a request before anything is done with it, and the line that the log keeps of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

use crate::measures::Measures;
use crate::network::{Network, client_address};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The address at the other end of the socket; the listener puts it on every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// A request, as it arrived. The outermost layer puts it on every request.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The identifier of the request: in the log, on the trail, and in the answer's header.
    pub request: Arc<str>,
    /// The address of the client, behind the proxies that are trusted.
    pub client: Option<IpAddr>,
    /// The secret that allows scripts of this answer.
    pub nonce: Arc<str>,
}

/// What the layer must know.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Whose word about the client's address counts.
    pub trusted: Arc<[Network]>,
    /// Where requests are counted.
    pub measures: Measures,
}

/// The outermost layer: names the request, finds its client, logs and counts how it went.
pub async fn note(State(arrivals): State<Arrivals>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    // An identifier sent by a client is not taken over: it could be another request's.
    let id: Arc<str> = uuid::Uuid::now_v7().simple().to_string().into();
    let client = request
        .extensions()
        .get::<Peer>()
        .map(|peer| client_address(peer.0, request.headers(), &arrivals.trusted));
    let arrival = Arrival { request: Arc::clone(&id), client, nonce: nonce() };
    request.extensions_mut().insert(arrival);

    let method = request.method().clone();
    let path = loggable(request.uri().path());
    let under_way = arrivals.measures.begin();
    let span = tracing::info_span!("request", request = %id);
    let mut response = next.run(request).instrument(span).await;

    let status = response.status().as_u16();
    let taken = began.elapsed();
    let milliseconds = taken.as_secs_f64() * 1000.0;
    under_way.end(&method, &path, status, taken);
    let client = client.map(|client| client.to_string()).unwrap_or_default();
    if is_routine(&path) {
        tracing::debug!(request = %id, client, status, milliseconds, "{method} {path} was answered with {status}.");
    } else {
        tracing::info!(request = %id, client, status, milliseconds, "{method} {path} was answered with {status}.");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// Nobody reads these lines, and there are many.
fn is_routine(path: &str) -> bool {
    path.starts_with("/pkg/") || path == "/healthz" || path == "/readyz"
}

/// The path without what must not be in a log: one-time links are keys. Queries are left out
/// altogether, because they hold what people searched for.
fn loggable(path: &str) -> String {
    match path.split('/').nth(1) {
        Some(first @ ("setup" | "set-up" | "reset")) if path.len() > first.len() + 2 => format!("/{first}/…"),
        _ => path.to_owned(),
    }
}

fn nonce() -> Arc<str> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("without randomness nothing can be made safe");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn one_time_links_stay_out_of_the_log() {
        assert_eq!(loggable("/setup/0123456789"), "/setup/…");
        assert_eq!(loggable("/reset/0123456789"), "/reset/…");
        assert_eq!(loggable("/products/new"), "/products/new");
        assert_eq!(loggable("/"), "/");
    }
}
