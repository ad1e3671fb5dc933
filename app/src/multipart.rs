//! The parts of a form that carries a file (RFC 7578): as much as one form of ours needs.
//!
//! The body is in memory already and bounded; parts are slices of it. What is not well formed has no parts.

use axum::body::Bytes;

/// More parts than the form has.
const MOST: usize = 16;

/// One field of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// What the file is called; empty for a field without one.
    pub file_name: String,
    /// What it holds.
    pub content: Bytes,
}

/// The parts of a body of this content type.
#[must_use]
pub fn parts(kind: &str, body: &Bytes) -> Vec<Part> {
    let Some(boundary) = boundary(kind) else { return Vec::new() };
    let line = format!("\r\n--{boundary}").into_bytes();
    // The first boundary stands at the beginning, without a line end before it.
    let Some(mut at) = body.starts_with(&line[2..]).then(|| line.len() - 2) else { return Vec::new() };
    let mut parts = Vec::new();
    while parts.len() < MOST && body[at..].starts_with(b"\r\n") {
        let Some(length) = find(&body[at..], &line) else { return Vec::new() };
        let part = at + 2..at + length;
        at += length + line.len();
        let Some(head) = find(&body[part.clone()], b"\r\n\r\n") else { return Vec::new() };
        let words = String::from_utf8_lossy(&body[part.start..part.start + head]).into_owned();
        parts.push(Part {
            name: parameter(&words, "name").unwrap_or_default(),
            file_name: parameter(&words, "filename").unwrap_or_default(),
            content: body.slice(part.start + head + 4..part.end),
        });
    }
    parts
}

fn boundary(kind: &str) -> Option<&str> {
    let rest = kind.strip_prefix("multipart/form-data")?;
    let (_, boundary) = rest.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    (!boundary.is_empty() && boundary.len() <= 70).then_some(boundary)
}

/// Where a text begins, looked for by its first byte.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let found = from + bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        if bytes[found..].starts_with(wanted) {
            return Some(found);
        }
        from = found + 1;
    }
}

/// The quoted value of a parameter of the part's disposition.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let (_, rest) = line.split_once(&format!("; {name}=\""))?;
    // Browsers write a quotation mark inside as %22.
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----x1";

    #[test]
    fn fields_and_files_are_found() {
        let body = Bytes::from_static(
            b"------x1\r\nContent-Disposition: form-data; name=\"product\"\r\n\r\np1\r\n------x1\r\nContent-Disposition: \
              form-data; name=\"file\"; filename=\"a %22b%22.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\r\n\r\n--1\r\n------x1--\r\n",
        );
        let found = parts(KIND, &body);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), &found[0].content[..]), ("product", &b"p1"[..]));
        assert_eq!((found[1].name.as_str(), found[1].file_name.as_str()), ("file", "a \"b\".csv"));
        assert_eq!(&found[1].content[..], b"a,b\r\n\r\n--1");
    }

    #[test]
    fn what_is_not_well_formed_has_no_parts() {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", &b"a=1"[..]),
            ("multipart/form-data", b"--x"),
            (KIND, b""),
            (KIND, b"------x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever closed"),
            (KIND, b"preamble\r\n------x1--"),
        ] {
            assert!(parts(kind, &Bytes::from_static(body)).is_empty(), "{kind}");
        }
    }
}
