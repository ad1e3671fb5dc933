//! The few lines of HTTP that the drills speak: every exchange has an end, and what did not come is told from what was
//! refused.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::hosted::Answer;

/// What came back, and how long it took. Without an answer nobody knows what was done.
#[derive(Debug)]
pub struct Exchange {
    pub answer: Option<Answer>,
    pub took: Duration,
}

impl Exchange {
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }

    pub fn body(&self) -> &str {
        self.answer.as_ref().map_or("", |answer| answer.body.as_str())
    }

    /// A refusal that people may take for a crash: nobody is told when to come back.
    pub fn is_rude(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| {
            [500, 502, 503, 504].contains(&answer.status) && answer.header("retry-after").is_empty()
        })
    }
}

/// Somebody who is signed in, at an address.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: SocketAddr,
    /// The name that requests give to the server.
    pub host: String,
    pub session: String,
    pub patience: Duration,
}

impl Client {
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Exchange {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: text/html\r\ncookie: {}\r\n\r\n",
            self.host, self.session
        ))
    }

    /// Calls an operation as a program does: a status, and JSON.
    pub fn call(&self, operation: &str, key: Option<&str>, fields: &[(&str, &str)]) -> Exchange {
        self.send(&self.request(operation, key, fields))
    }

    pub fn request(&self, operation: &str, key: Option<&str>, fields: &[(&str, &str)]) -> String {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
        format!(
            "POST /api/{operation} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: application/json\r\n\
             sec-fetch-site: same-origin\r\ncookie: {}\r\n{key}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{body}",
            self.host,
            self.session,
            body.len()
        )
    }

    pub fn send(&self, request: &str) -> Exchange {
        exchange(self.address, request.as_bytes(), self.patience)
    }
}

/// Sends a request on a connection of its own and reads to the end of it.
pub fn exchange(address: SocketAddr, request: &[u8], patience: Duration) -> Exchange {
    let began = Instant::now();
    let answer = TcpStream::connect_timeout(&address, patience).ok().and_then(|mut stream| {
        stream.set_read_timeout(Some(patience)).ok()?;
        stream.set_write_timeout(Some(patience)).ok()?;
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request);
        let answer = Answer::read(stream);
        (answer.status != 0).then_some(answer)
    });
    Exchange { answer, took: began.elapsed() }
}

/// As a form writes it.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The value at this part of the sorted ones, and zero of none.
pub fn quantile(times: &mut [Duration], part: f64) -> Duration {
    times.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}
