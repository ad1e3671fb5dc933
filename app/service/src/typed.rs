//! Text as it was typed, brought into one form before it is parsed.

use unicode_normalization::UnicodeNormalization;

/// The composed form (NFC): the same letters are the same characters, whatever keyboard they came from.
///
/// Here and not in `domain`, so that the browser code carries no tables.
#[must_use]
pub fn normal(raw: &str) -> String {
    raw.nfc().collect()
}
