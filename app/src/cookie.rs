//! The cookies of Hazel. All of them are for this host alone, for encrypted transport (browsers count loopback as
//! such), and out of reach of scripts.

use http::{HeaderMap, HeaderValue, header};

/// The session's secret. Ends with the browser; the server ends it earlier.
pub const SESSION: &str = "__Host-hazel";
/// The name that a person gave to the workstation; outlives sessions.
pub const WORKSTATION: &str = "__Host-hazel-workstation";
/// What the last operation said; read once.
pub const SAID: &str = "__Host-hazel-said";
/// A one-time link that was just made; read once.
pub const HANDOVER: &str = "__Host-hazel-handover";

const FLAGS: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
const TEN_YEARS: u32 = 10 * 365 * 24 * 60 * 60;

/// The value of a cookie that the browser sent.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

/// A text that was written with [`text`].
#[must_use]
pub fn read_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = read(headers, name)?;
    let bytes: Option<Vec<u8>> = (0..value.len())
        .step_by(2)
        .map(|place| value.get(place..place + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    String::from_utf8(bytes?).ok().filter(|text| !text.is_empty())
}

/// Sets the session's cookie.
#[must_use]
pub fn session(spelled_token: &str) -> HeaderValue {
    line(&format!("{SESSION}={spelled_token}; {FLAGS}"))
}

/// Keeps a text for a number of seconds. It is spelled in hexadecimal, so that nothing in it can end the cookie.
#[must_use]
pub fn text(name: &str, text: &str, seconds: u32) -> HeaderValue {
    let spelled: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    line(&format!("{name}={spelled}; Max-Age={seconds}; {FLAGS}"))
}

/// Keeps the workstation's name, or forgets it.
#[must_use]
pub fn workstation(name: Option<&str>) -> HeaderValue {
    name.map_or_else(|| forget(WORKSTATION), |name| text(WORKSTATION, name, TEN_YEARS))
}

/// Takes a cookie away.
#[must_use]
pub fn forget(name: &str) -> HeaderValue {
    line(&format!("{name}=; Max-Age=0; {FLAGS}"))
}

fn line(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(line: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        headers
    }

    #[test]
    fn the_session_cookie_carries_every_flag() {
        let line = session("00ff");
        assert_eq!(line, "__Host-hazel=00ff; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!(!line.to_str().unwrap().contains("Domain"));
    }

    #[test]
    fn cookies_are_told_apart_by_their_whole_name() {
        let headers = sent("other=1; __Host-hazel-said=2; __Host-hazel=3");
        assert_eq!(read(&headers, SESSION).as_deref(), Some("3"));
        assert_eq!(read(&headers, "hazel"), None);
    }

    #[test]
    fn any_text_survives_a_cookie() {
        let said = "“Pump; v2” was saved, ok=yes\n";
        let line = text(SAID, said, 60);
        let value = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(&value).unwrap());
        assert_eq!(read_text(&headers, SAID).as_deref(), Some(said));
        assert_eq!(read_text(&sent("__Host-hazel-said=zz"), SAID), None);
        assert_eq!(read_text(&sent("__Host-hazel-said=abc"), SAID), None);
    }
}
