//! Lines of comma-separated cells (RFC 4180), safe to open in a spreadsheet.

use std::borrow::Cow;

/// What spreadsheets take for the beginning of a formula.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0'];

/// The bytes that tell spreadsheets that the text is UTF-8; put them before the first line.
pub const UTF8_MARK: &str = "\u{feff}";

/// One line with its line end. Cells are quoted where they must be.
///
/// ```
/// assert_eq!(documents::cells::line(["R-001", "low, then lower"]), "R-001,\"low, then lower\"\r\n");
/// ```
#[must_use]
pub fn line<I, C>(cells: I) -> String
where
    I: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut any = false;
    for cell in cells {
        any = true;
        writer.write_field(inert(cell.as_ref()).as_bytes()).expect("a vector takes every field");
    }
    if any {
        writer.write_record(None::<&[u8]>).expect("a vector takes the end of a line");
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).expect("texts joined by commas are text")
}

/// The cell, with an apostrophe before it when a spreadsheet would compute it. A plain number stays a number. So that
/// [`typed`] finds every text again, one that looks as if it had such an apostrophe already gets another.
#[must_use]
pub fn inert(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim_start_matches('\'');
    let is_number = bare.len() == cell.len() && cell.parse::<f64>().is_ok();
    if bare.starts_with(FORMULA) && !is_number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Whether a spreadsheet takes the text for a formula once somebody edits its cell.
#[must_use]
pub fn would_be_computed(text: &str) -> bool {
    text.starts_with(FORMULA)
}

/// The text for a file whose cells are texts by themselves, so that [`typed`] finds it again: only what already looks
/// as if it had an apostrophe before it gets another.
#[must_use]
pub fn marked(text: &str) -> Cow<'_, str> {
    let bare = text.trim_start_matches('\'');
    let looks_marked = bare.len() < text.len() && bare.starts_with(FORMULA);
    if looks_marked { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`inert`] may have put an apostrophe before.
///
/// ```
/// use documents::cells::{inert, typed};
/// for text in ["=1+1", "'=1+1", "'tis", "-2", "- first event"] {
///     assert_eq!(typed(&inert(text)), text);
/// }
/// ```
#[must_use]
pub fn typed(cell: &str) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FORMULA, UTF8_MARK, inert, line, typed};

    #[test]
    fn formulas_become_text_and_numbers_stay_numbers() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(inert("-2"), "-2");
        assert_eq!(inert("plain"), "plain");
    }

    #[test]
    fn an_empty_cell_is_kept() {
        assert_eq!(line(["", "a", ""]), ",a,\r\n");
    }

    proptest! {
        #[test]
        fn a_reader_finds_the_same_cells_and_no_formula(cells in prop::collection::vec(".*", 1..6)) {
            let text = format!("{UTF8_MARK}{}", line(&cells));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let read = reader.records().next().expect("one line").expect("well formed");
            prop_assert_eq!(read.len(), cells.len());
            for (read, written) in read.iter().zip(&cells) {
                prop_assert!(!read.starts_with(FORMULA) || read.parse::<f64>().is_ok());
                let expected = inert(written);
                prop_assert_eq!(read, expected.as_ref());
                prop_assert_eq!(typed(read), written.as_str());
            }
        }
    }
}
