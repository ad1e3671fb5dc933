//! Requests must name this host. A page of somebody else can make a name of its own lead to this machine (DNS
//! rebinding); the browser then believes that what it reads here belongs to that page. The name in the request
//! gives it away.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::HOST;
use http::uri::Authority;

/// The name that people use, where one was configured: host and port as in the address.
#[derive(Clone, Debug)]
pub struct OwnHost(pub Option<String>);

/// The layer that refuses other names. Health is asked for by machines, under whatever name they know.
pub async fn refuse_others(State(own): State<OwnHost>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let named = request
        .uri()
        .authority()
        .map(Authority::as_str)
        .or_else(|| request.headers().get(HOST).and_then(|host| host.to_str().ok()));
    if path == "/healthz" || path == "/readyz" || named.is_some_and(|named| is_ours(named, own.0.as_deref()))
    {
        return next.run(request).await;
    }
    let words = match own.0 {
        Some(own) => format!("This server is reached as {own}, and under no other name.\n"),
        None => "This server is reached on this machine only. To reach it by a name, start it with --public-url.\n"
            .to_owned(),
    };
    (StatusCode::MISDIRECTED_REQUEST, words).into_response()
}

/// Whether a request that names this host is meant for us: by the configured name, or on the machine itself, where
/// no foreign name leads.
fn is_ours(named: &str, own: Option<&str>) -> bool {
    if own.is_some_and(|own| own.eq_ignore_ascii_case(named)) {
        return true;
    }
    let Ok(authority) = named.parse::<Authority>() else { return false };
    // A port that is none is no port of ours: the library lets it pass as part of the name.
    if authority.port_u16().is_none() && authority.as_str() != authority.host() {
        return false;
    }
    let host = authority.host().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_the_configured_name_and_this_machine_are_ours() {
        let own = Some("hazel.example:8443");
        let table = [
            ("hazel.example:8443", own, true),
            ("HAZEL.example:8443", own, true),
            ("hazel.example", own, false),
            ("evil.example", own, false),
            ("evil.example:8443", own, false),
            ("127.0.0.1:8080", own, true),
            ("127.0.0.1:8080", None, true),
            ("[::1]:8080", None, true),
            ("localhost", None, true),
            ("localhost:99999999", None, false),
            ("localhost.evil.example", None, false),
            ("127.0.0.1.evil.example", None, false),
            ("10.0.0.1", None, false),
            ("", None, false),
            ("a b", None, false),
        ];
        for (named, own, expected) in table {
            assert_eq!(is_ours(named, own), expected, "{named} {own:?}");
        }
    }
}
