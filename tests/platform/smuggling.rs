//! What a proxy and a server could read differently: how long a request is. Whatever comes after the request that
//! both agree on must never be answered as a request of its own.

use std::io::{Read, Write};

/// A request that must stay unanswered when it is hidden: no other answer of Hazel says `alive`.
pub fn hidden(host: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
}

fn begin(host: &str) -> String {
    format!("POST /api/nothing HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n")
}

/// Requests that hide another one, each with a name.
pub fn attempts(host: &str) -> Vec<(&'static str, String)> {
    let (begin, hidden) = (begin(host), hidden(host));
    let length = hidden.len();
    [
        ("both lengths", format!("content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("two lengths", format!("content-length: 0\r\ncontent-length: {length}\r\n\r\n{hidden}")),
        ("a list of lengths", format!("content-length: 0, {length}\r\n\r\n{hidden}")),
        ("a signed length", format!("content-length: +0\r\n\r\n{hidden}")),
        ("another coding", format!("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a coding twice", format!("transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}")),
        ("a blank before the colon", format!("transfer-encoding : chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a folded line", format!("x-a: b\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a bad chunk", format!("transfer-encoding: chunked\r\n\r\nzz\r\n{hidden}")),
    ]
    .map(|(what, rest)| (what, format!("{begin}{rest}")))
    .into()
}

/// Two requests, one after the other, with nothing hidden: the control that the second one is answered.
pub fn control(host: &str) -> String {
    format!("{}content-length: 0\r\n\r\n{}", begin(host), hidden(host))
}

/// Sends it and gives everything that comes back until the other side falls silent.
pub fn exchange(mut stream: impl Read + Write, request: &str) -> String {
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}
