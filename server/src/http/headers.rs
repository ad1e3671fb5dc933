//! The headers that every answer carries, errors and files included.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::arrival::Arrival;

const NEVER_CHANGING: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: a plain form that could not be accepted finds its page by the referrer.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    // For browsers that do not know frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// None of the abilities that a page could ask for is used.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), \
    screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// Two years; asked for only where the way to the browser is encrypted.
const TRANSPORT: &str = "max-age=63072000; includeSubDomains";

/// What the layer must know.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    /// Whether people reach Hazel by https.
    pub is_https: bool,
}

/// The layer that sets them. There is one policy header, and it has the nonce of this request.
pub async fn secure(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let nonce = request.extensions().get::<Arrival>().map(|arrival| arrival.nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in NEVER_CHANGING {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = policy(nonce.as_deref().unwrap_or_default());
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&policy).expect("the policy has only visible characters"),
    );
    if transport.is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
    keep_from_caches(headers);
    response
}

/// Pages and errors are for one person at one moment. Files say otherwise by themselves.
fn keep_from_caches(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Scripts run only when this answer names them; the browser's module may be compiled. Nothing
/// is loaded from, sent to or framed by anybody else.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::policy;

    #[test]
    fn the_policy_allows_no_inline_code() {
        let policy = policy("0a1b");
        assert!(policy.contains("script-src 'nonce-0a1b' 'strict-dynamic' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }
}
