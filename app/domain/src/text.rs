//! Texts that people enter: trimmed, bounded, free of control characters. Parse, then trust the type.
//!
//! Unicode normalisation happens in the service, so that the browser code carries no tables.

use serde::{Deserialize, Serialize};

use crate::violation::{Code, Violation};

/// What can be wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextCode {
    /// Nothing was entered where something is needed.
    Missing,
    /// Longer than the field takes.
    TooLong {
        /// The longest length, in characters.
        longest: usize,
        /// The length that was sent, in characters.
        length: usize,
    },
    /// Shorter than the field takes.
    TooShort {
        /// The shortest length, in characters.
        shortest: usize,
    },
    /// Holds a control character (for single-line fields also a line break).
    ControlCharacter,
    /// Not an e-mail address.
    NotAnEmailAddress,
    /// Not an `http` or `https` link.
    NotALink,
    /// Not one of the values that the field offers.
    NotAChoice,
    /// Not a calendar date written as year-month-day.
    NotADate,
}

impl TextCode {
    /// The stable code.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Missing => "T001",
            Self::TooLong { .. } => "T002",
            Self::TooShort { .. } => "T003",
            Self::ControlCharacter => "T004",
            Self::NotAnEmailAddress => "T005",
            Self::NotALink => "T006",
            Self::NotAChoice => "T007",
            Self::NotADate => "T009",
        }
    }
}

fn wrong(field: &str, code: TextCode) -> Violation {
    Violation::error(field, Code::Text(code))
}

/// Whether a text may run over several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn parse(field: &str, raw: &str, longest: usize, lines: Lines) -> Result<String, Violation> {
    // Browsers send line breaks of a form as CR LF; the stored text has one kind.
    let text = raw.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(wrong(field, TextCode::Missing));
    }
    let length = text.chars().count();
    if length > longest {
        return Err(wrong(field, TextCode::TooLong { longest, length }));
    }
    // Spaces without width and their like are wanted inside some scripts; alone they would be a name nobody can see.
    if text.chars().all(is_unseen) {
        return Err(wrong(field, TextCode::Missing));
    }
    if text.chars().any(|character| is_forbidden(character, lines)) {
        return Err(wrong(field, TextCode::ControlCharacter));
    }
    Ok(text)
}

/// Characters that leave nothing on paper.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Control characters, and the characters that turn the direction of what follows without being seen.
fn is_forbidden(character: char, lines: Lines) -> bool {
    match character {
        '\n' | '\t' => lines == Lines::One,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

macro_rules! text_types {
    ($($(#[$doc:meta])* $name:ident, $longest:literal, $lines:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The longest text taken, in characters.
            pub const LONGEST: usize = $longest;

            /// Parses what was entered into `field`.
            ///
            /// # Errors
            /// The first thing that is wrong with it.
            pub fn parse(field: &str, raw: &str) -> Result<Self, Violation> {
                parse(field, raw, Self::LONGEST, $lines).map(Self)
            }

            /// Takes a text that was stored before, unchecked: what is stored was parsed once.
            #[must_use]
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl Parse for $name {
            fn parse(field: &str, raw: &str) -> Result<Self, Violation> {
                Self::parse(field, raw)
            }
        }
    )+};
}

text_types! {
    /// The title of a record, one line.
    Title, 200, Lines::One;
    /// The name of a person or a thing, one line.
    Name, 120, Lines::One;
    /// A short text of one line, such as a version or a place.
    Line, 300, Lines::One;
    /// A statement of one or more lines.
    Statement, 4000, Lines::Many;
    /// The reason of a decision or a change.
    Reason, 1000, Lines::Many;
}

/// Something that a form field can be parsed into.
pub trait Parse: Sized {
    /// Parses what was entered into `field`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(field: &str, raw: &str) -> Result<Self, Violation>;
}

/// Parses a field that may stay empty.
///
/// # Errors
/// What is wrong with the text, when there is one.
pub fn optional<T: Parse>(field: &str, raw: &str) -> Result<Option<T>, Violation> {
    if raw.trim().is_empty() { Ok(None) } else { T::parse(field, raw).map(Some) }
}

/// An e-mail address, which is also the name a person signs in with. Kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The longest address taken, in characters.
    pub const LONGEST: usize = 254;

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes an address that was stored before.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl Parse for EmailAddress {
    fn parse(field: &str, raw: &str) -> Result<Self, Violation> {
        let text = parse(field, raw, Self::LONGEST, Lines::One)?.to_lowercase();
        let good = text.split_once('@').is_some_and(|(mailbox, host)| {
            !mailbox.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !text.chars().any(char::is_whitespace)
        });
        if good { Ok(Self(text)) } else { Err(wrong(field, TextCode::NotAnEmailAddress)) }
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A link to a document: `http` or `https` only, so that a stored link can never run a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

impl Link {
    /// The longest link taken, in characters.
    pub const LONGEST: usize = 2000;

    /// The link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a link that was stored before.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl Parse for Link {
    fn parse(field: &str, raw: &str) -> Result<Self, Violation> {
        let text = parse(field, raw, Self::LONGEST, Lines::One)?;
        let lower = text.to_ascii_lowercase();
        let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
        let good = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
            && !text.chars().any(char::is_whitespace);
        if good { Ok(Self(text)) } else { Err(wrong(field, TextCode::NotALink)) }
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Parses one of the values that a field offers.
///
/// # Errors
/// When the value is none of them.
pub fn choice<T: Copy>(field: &str, raw: &str, offered: &[(&str, T)]) -> Result<T, Violation> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(wrong(field, TextCode::Missing));
    }
    offered
        .iter()
        .find(|(value, _)| *value == text)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| wrong(field, TextCode::NotAChoice))
}

/// Parses a calendar date written as year-month-day.
///
/// # Errors
/// When it is missing or not a date.
pub fn date(field: &str, raw: &str) -> Result<time::Date, Violation> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(wrong(field, TextCode::Missing));
    }
    calendar_date(text).ok_or_else(|| wrong(field, TextCode::NotADate))
}

/// The calendar date that a text is, written as year-month-day and nothing else.
#[must_use]
pub fn calendar_date(text: &str) -> Option<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<impl std::fmt::Debug, Violation>) -> &'static str {
        result.unwrap_err().code.id()
    }

    #[test]
    fn text_is_trimmed_and_line_breaks_become_one_kind() {
        assert_eq!(Statement::parse("f", " a\r\nb ").unwrap().as_str(), "a\nb");
    }

    #[test]
    fn empty_long_and_controlling_texts_are_refused() {
        assert_eq!(code(Title::parse("f", "  ")), "T001");
        assert_eq!(code(Title::parse("f", "\u{200b}\u{2060} \u{200d}")), "T001");
        assert!(Title::parse("f", "नमस्\u{200d}ते").is_ok());
        assert_eq!(code(Title::parse("f", &"x".repeat(201))), "T002");
        assert!(Title::parse("f", &"é".repeat(200)).is_ok());
        for bad in ["a\0b", "a\u{7}b", "a\nb", "a\u{202e}b", "a\u{9b}b"] {
            assert_eq!(code(Title::parse("f", bad)), "T004", "{bad:?}");
        }
        assert!(Statement::parse("f", "a\nb\tc").is_ok());
    }

    #[test]
    fn markup_is_only_text() {
        let markup = "</textarea><script>alert(1)</script>";
        assert_eq!(Title::parse("f", markup).unwrap().as_str(), markup);
    }

    #[test]
    fn links_are_http_only() {
        assert!(Link::parse("f", "https://example.org/a?b#c").is_ok());
        for bad in ["javascript:alert(1)", "data:text/html,x", "//x", "https://", "https:///x", "http://a b"]
        {
            assert_eq!(code(Link::parse("f", bad)), "T006", "{bad}");
        }
    }

    #[test]
    fn email_addresses_are_kept_in_lower_case() {
        assert_eq!(EmailAddress::parse("f", "Salma@Example.ORG").unwrap().as_str(), "salma@example.org");
        for bad in ["salma", "@x", "a@", "a@b@c", "a b@c", "a@.c"] {
            assert_eq!(code(EmailAddress::parse("f", bad)), "T005", "{bad}");
        }
    }
}
