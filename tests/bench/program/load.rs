//! Load: many connections that ask for one page as fast as they are answered, by the program `wrk`.

use std::path::Path;
use std::process::Command;

use bench::installation::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

/// Prints what `wrk` measured as JSON. Its latencies are in microseconds.
const SCRIPT: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\nJSON {"p50":%d,"p95":%d,"p99":%d,"requests":%d,"microseconds":%d,"bytes":%d,"not_answered":%d,"refused":%d}\n',
    latency:percentile(50), latency:percentile(95), latency:percentile(99), summary.requests, summary.duration,
    summary.bytes, e.connect + e.read + e.write + e.timeout, e.status))
end
"#;

/// What a round of load came to.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Round {
    p50: f64,
    p95: f64,
    p99: f64,
    requests: f64,
    microseconds: f64,
    /// Answers that are no success.
    pub refused: u64,
    /// Requests that got no answer.
    pub not_answered: u64,
}

impl Round {
    /// The time within which 95 of a hundred answers came, in milliseconds. A round without answers, or with refusals,
    /// shows no more than that it took at least as long as the round.
    pub fn p95(&self) -> f64 {
        if self.is_of_use() { self.p95 / 1000.0 } else { self.p95.max(self.microseconds) / 1000.0 }
    }

    /// Whether the answers were pages, but for one in a thousand.
    fn is_of_use(&self) -> bool {
        let failed = f64::from(u32::try_from(self.refused + self.not_answered).unwrap_or(u32::MAX));
        self.requests > 0.0 && failed * 1000.0 <= self.requests
    }

    /// Everything for programs, in milliseconds.
    pub fn numbers(&self) -> Value {
        json!({
            "p50": self.p50 / 1000.0,
            "p95": self.p95 / 1000.0,
            "p99": self.p99 / 1000.0,
            "requests_a_second": self.requests / (self.microseconds / 1e6),
            "refused": self.refused,
            "not_answered": self.not_answered,
        })
    }

    /// Everything in a line.
    pub fn in_words(&self) -> String {
        if self.requests < 1.0 {
            return format!("not one answer in {:.0} s", self.microseconds / 1e6);
        }
        let ms = |microseconds: f64| format!("{:.1}", microseconds / 1000.0);
        let a_second = self.requests / (self.microseconds / 1e6);
        let mut words = format!(
            "p50 {}, p95 {}, p99 {} ms; {} a second",
            ms(self.p50),
            ms(self.p95),
            ms(self.p99),
            crate::report::number(a_second.round())
        );
        if self.refused + self.not_answered > 0 {
            words.push_str(&format!("; {} refused, {} not answered", self.refused, self.not_answered));
        }
        words
    }
}

/// Asks for `url` over `connections` connections for some seconds.
///
/// # Errors
/// When `wrk` can not be run or says nothing.
pub fn round(
    folder: &Path,
    url: &str,
    headers: &[String],
    connections: usize,
    seconds: u64,
) -> Result<Round, Problem> {
    let script = folder.join("wrk.lua");
    std::fs::write(&script, SCRIPT)?;
    let mut command = Command::new("wrk");
    command
        .args(["--threads", "2", "--timeout", "20s"])
        .arg(format!("--connections={connections}"))
        .arg(format!("--duration={seconds}s"))
        .arg("--script")
        .arg(&script);
    for header in headers {
        command.args(["--header", header]);
    }
    let output = command.arg(url).output().map_err(|cause| format!("wrk could not be run: {cause}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures = text.lines().find_map(|line| line.strip_prefix("JSON "));
    let figures = figures
        .ok_or_else(|| format!("wrk measured nothing: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(serde_json::from_str(figures)?)
}
