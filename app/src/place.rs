//! Addresses of our own pages that come back from a browser: only those are followed.

/// The address, if it is one of this site: a path, with or without a query. Anything that a browser could read as
/// another site is none.
#[must_use]
pub fn own(address: &str) -> Option<&str> {
    let is_path = address.starts_with('/') && !address.starts_with("//");
    let is_plain = address.len() <= 2000
        && address
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'"' && byte != b'<');
    (is_path && is_plain).then_some(address)
}

/// The address with one more pair in its query.
#[must_use]
pub fn with(address: &str, name: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{name}={}", escaped(value))
}

/// The address without any pair of this name in its query.
#[must_use]
pub fn without(address: &str, name: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let is_other = |pair: &&str| pair.split('=').next() != Some(name);
    let rest: Vec<&str> = query.split('&').filter(is_other).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

/// The address without its query.
#[must_use]
pub fn path(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// The value of a pair in the address's query, as it is written there.
#[must_use]
pub fn value<'address>(address: &'address str, name: &str) -> Option<&'address str> {
    let (_, query) = address.split_once('?')?;
    query
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(found, _)| *found == name).map(|(_, value)| value))
}

/// A text as it stands in a query.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

/// A text as it was before [`escaped`]; what can not be undone stays as it is.
#[must_use]
pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let byte = match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_followed() {
        for good in ["/", "/products/new", "/products/1/hazards?sort=severity&page=2", "/a#b"] {
            assert_eq!(own(good), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nb",
            "x",
            "/ä",
        ] {
            assert_eq!(own(bad), None, "{bad}");
        }
    }

    #[test]
    fn queries_are_added_to_and_taken_from() {
        assert_eq!(with("/a", "kept", "1"), "/a?kept=1");
        assert_eq!(with("/a?b=c", "next", "/d?e=f&g"), "/a?b=c&next=/d%3Fe%3Df%26g");
        assert_eq!(without("/a?kept=1&b=2&kept=3", "kept"), "/a?b=2");
        assert_eq!(without("/a?kept=1", "kept"), "/a");
        assert_eq!(without("/a", "kept"), "/a");
        let next = "/products/1?a=b&kept=c%20d";
        assert_eq!(value(&with("/sign-in", "next", next), "next").map(unescaped).as_deref(), Some(next));
        assert_eq!(unescaped("%zz%4"), "%zz%4");
        assert_eq!(unescaped("%+5"), "%+5");
    }
}
