//! Requests that another site made a browser send are refused.
//!
//! `tower_http`'s layer judges by `Sec-Fetch-Site` and `Origin`. It lets a request pass that has
//! neither, for tools that are no browsers; Hazel's operations are for browsers, so here such a
//! request is refused. `SameSite` on the cookie is the second wall.

use app::error::AppError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, header};

static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The origin that people use, where one was configured.
#[derive(Clone, Debug)]
pub struct OwnOrigin(pub Option<String>);

/// The layer before `CsrfLayer`, stricter than it.
pub async fn refuse(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let allowed = if request.method() == Method::GET || request.method() == Method::HEAD {
        may_read(headers)
    } else {
        may_change(headers, own.0.as_deref())
    };
    if allowed { next.run(request).await } else { AppError::Elsewhere.into_response() }
}

fn may_change(headers: &HeaderMap, own: Option<&str>) -> bool {
    // A form of this encoding can be made to look like JSON, and Hazel has none.
    if value(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/plain")) {
        return false;
    }
    match (value(headers, &FETCH_SITE), value(headers, &header::ORIGIN), own) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(own)) => origin == own,
        // `CsrfLayer` compares it with the host.
        (None, Some(_), None) => true,
        (None, None, _) => false,
    }
}

/// A link from elsewhere may lead here; a page elsewhere may not contain what is shown here.
fn may_read(headers: &HeaderMap) -> bool {
    if value(headers, &FETCH_SITE) != Some("cross-site") {
        return true;
    }
    value(headers, &FETCH_MODE) == Some("navigate") && value(headers, &FETCH_DEST) == Some("document")
}

fn value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs = [(&'static str, &'static str)];

    fn headers(pairs: &Pairs) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let own = Some("https://hazel.example");
        let table: &[(&Pairs, Option<&str>, bool)] = &[
            (&[("sec-fetch-site", "same-origin")], None, true),
            (&[("sec-fetch-site", "same-site")], None, false),
            (&[("sec-fetch-site", "cross-site")], None, false),
            (&[("sec-fetch-site", "none")], None, false),
            (&[], None, false),
            (&[("origin", "https://hazel.example")], own, true),
            (&[("origin", "http://hazel.example")], own, false),
            (&[("origin", "null")], own, false),
            (&[("sec-fetch-site", "same-origin"), ("content-type", "text/plain;charset=utf-8")], None, false),
        ];
        for (pairs, own, expected) in table {
            assert_eq!(may_change(&headers(pairs), *own), *expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_link_from_elsewhere_opens_and_a_frame_does_not() {
        let site = ("sec-fetch-site", "cross-site");
        let table: &[(&Pairs, bool)] = &[
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], true),
            (&[site, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false),
            (&[site, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
        ];
        for (pairs, expected) in table {
            assert_eq!(may_read(&headers(pairs)), *expected, "{pairs:?}");
        }
    }
}
