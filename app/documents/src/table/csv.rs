//! Separated values in (RFC 4180): commas, semicolons or tabs, whichever the first row holds most of.
//!
//! Strict where a mistake would move cells: a quotation mark that is never closed, or that is followed by text, is
//! refused with its place. A quotation mark inside an unquoted cell is just one.

use domain::import::{CellPlace, ImportCode};

use super::{Filling, Sheet, index, limits};

/// The rows of a text.
///
/// # Errors
/// With the row and column, when the text is not well formed or goes past a limit.
pub fn read(bytes: &[u8]) -> Result<Sheet, ImportCode> {
    let text = utf8(bytes)?;
    let (text, separator) = separated(text);
    let mut filling = Filling::default();
    let mut rest = text;
    let mut row = 0;
    let mut cell = String::new();
    while !rest.is_empty() {
        row += 1;
        filling.begin_row(row)?;
        if row > MOST_ROWS {
            return Err(ImportCode::TooManyRows { most: limits::ROWS });
        }
        let mut column = 0_u16;
        loop {
            let at = CellPlace { row, column };
            let ended = next_cell(&mut rest, separator, at, &mut cell)?;
            filling.cell(at, &cell, None)?;
            match ended {
                Ended::Cell => column = column.saturating_add(1),
                Ended::Row => break,
            }
        }
    }
    Ok(filling.done())
}

/// Empty lines count, too: a text of nothing but line ends is work.
const MOST_ROWS: u32 = 20 * limits::ROWS;

enum Ended {
    Cell,
    Row,
}

fn utf8(bytes: &[u8]) -> Result<&str, ImportCode> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // UTF-16 has a mark of its own, or a zero in each second byte.
    if bytes.starts_with(&[0xFF, 0xFE])
        || bytes.starts_with(&[0xFE, 0xFF])
        || bytes.iter().take(64).any(|b| *b == 0)
    {
        return Err(ImportCode::NotUtf8 { row: 1 });
    }
    std::str::from_utf8(bytes).map_err(|broken| {
        let lines = bytes[..broken.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        ImportCode::NotUtf8 { row: index(lines) + 1 }
    })
}

/// The text without the line by which some spreadsheets name their separator, and the separator.
fn separated(text: &str) -> (&str, char) {
    if let Some(named) = text.strip_prefix("sep=") {
        let mut letters = named.chars();
        if let Some(separator @ (',' | ';' | '\t')) = letters.next() {
            let rest = letters.as_str();
            if let Some(rest) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')) {
                return (rest, separator);
            }
        }
    }
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for letter in text.chars().take(limits::CELL) {
        match letter {
            '"' => quoted = !quoted,
            '\n' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            letter if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == letter) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // The first of those that are equally frequent.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(separator, _)| *separator);
    (text, most)
}

/// Takes the next cell off the text.
fn next_cell(
    rest: &mut &str,
    separator: char,
    at: CellPlace,
    cell: &mut String,
) -> Result<Ended, ImportCode> {
    cell.clear();
    if let Some(mut inside) = rest.strip_prefix('"') {
        loop {
            let Some(close) = inside.find('"') else {
                let long = cell.len() + inside.len() > limits::CELL;
                return Err(if long {
                    ImportCode::CellTooLong { at }
                } else {
                    ImportCode::BrokenQuoting { at }
                });
            };
            cell.push_str(&inside[..close]);
            inside = &inside[close + 1..];
            bounded(cell, at)?;
            match inside.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    inside = after;
                }
                None => break,
            }
        }
        *rest = inside;
        return end_of(rest, separator).ok_or(ImportCode::BrokenQuoting { at });
    }
    let end = rest.find([separator, '\n', '\r']).unwrap_or(rest.len());
    cell.push_str(&rest[..end]);
    bounded(cell, at)?;
    *rest = &rest[end..];
    end_of(rest, separator).ok_or(ImportCode::BrokenQuoting { at })
}

fn bounded(cell: &str, at: CellPlace) -> Result<(), ImportCode> {
    let long = cell.len() > limits::CELL && cell.chars().nth(limits::CELL).is_some();
    if long { Err(ImportCode::CellTooLong { at }) } else { Ok(()) }
}

/// Takes what stands after a cell: a separator, the end of a line, the end of the text.
fn end_of(rest: &mut &str, separator: char) -> Option<Ended> {
    if let Some(after) = rest.strip_prefix(separator) {
        // A separator at the very end of the text leaves one empty cell, which is none.
        *rest = after;
        return Some(if after.is_empty() { Ended::Row } else { Ended::Cell });
    }
    let line = ["\r\n", "\n", "\r"].iter().find_map(|end| rest.strip_prefix(end));
    if let Some(after) = line {
        *rest = after;
        return Some(Ended::Row);
    }
    rest.is_empty().then_some(Ended::Row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cells;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let sheet = read(text.as_bytes()).unwrap();
        (0..sheet.len())
            .map(|row| (0..sheet.width()).map(|column| sheet.text(row, column).to_owned()).collect())
            .collect()
    }

    #[test]
    fn each_separator_is_found_and_a_mark_is_no_text() {
        for text in
            ["a,b\r\n1,2", "a;b\n1;2\n", "\u{feff}a\tb\r1\t2\r", "sep=;\r\na;b\n1;2", "sep=,\na,b\n1,2,\n"]
        {
            assert_eq!(rows(text), [["a", "b"], ["1", "2"]], "{text:?}");
        }
        assert_eq!(rows("\"a;b;c\",d\n1,2"), [["a;b;c", "d"], ["1", "2"]]);
        assert_eq!(rows("a,\"b \"\"c\"\"\nd\"\n5\" tube,2"), [["a", "b \"c\"\nd"], ["5\" tube", "2"]]);
    }

    #[test]
    fn rows_keep_the_numbers_of_the_spreadsheet() {
        let sheet = read(b"title\n\n\nhead,er\n1,2\n").unwrap();
        assert_eq!((0..sheet.len()).map(|row| sheet.number(row)).collect::<Vec<_>>(), [1, 4, 5]);
        assert_eq!(sheet.rows_after(4).collect::<Vec<_>>(), [2]);
        assert_eq!(sheet.row_numbered(4), Some(1));
    }

    #[test]
    fn what_is_broken_is_named_with_its_place() {
        let at = |row, column| CellPlace { row, column };
        for (text, code) in [
            ("a,b\n1,\"2\n3,4\n", ImportCode::BrokenQuoting { at: at(2, 1) }),
            ("a,b\n1,\"2\" x\n", ImportCode::BrokenQuoting { at: at(2, 1) }),
            ("a,b\n\"1\"\"", ImportCode::BrokenQuoting { at: at(2, 0) }),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err(), code, "{text:?}");
        }
        assert_eq!(read(b"a,b\n1,\xFF\n").unwrap_err(), ImportCode::NotUtf8 { row: 2 });
        assert_eq!(read(b"\xFF\xFEa\0").unwrap_err(), ImportCode::NotUtf8 { row: 1 });
        assert_eq!(read(b"a\0b\0").unwrap_err(), ImportCode::NotUtf8 { row: 1 });
        let long = format!("a\n\"{}", "x,\n".repeat(20_000));
        assert_eq!(read(long.as_bytes()).unwrap_err(), ImportCode::CellTooLong { at: at(2, 0) });
        let wide = ",".repeat(200) + "x";
        assert_eq!(
            read(wide.as_bytes()).unwrap_err(),
            ImportCode::TooManyColumns { most: u32::from(limits::COLUMNS) }
        );
    }

    #[test]
    fn a_million_rows_end_at_the_limit() {
        let most = ImportCode::TooManyRows { most: limits::ROWS };
        assert_eq!(read("1,2\n".repeat(1_000_000).as_bytes()).unwrap_err(), most);
        assert_eq!(read("\n".repeat(10_000_000).as_bytes()).unwrap_err(), most);
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_in(cells in prop::collection::vec(prop::collection::vec("[^\0]*", 1..5), 1..5)) {
            // The head tells the separator, as it does in our own files.
            let head = cells::line(["1", "2", "3", "4", "5"]);
            let text: String = std::iter::once(head).chain(cells.iter().map(cells::line)).collect();
            let sheet = read(text.as_bytes()).unwrap();
            for (row, cells) in cells.iter().enumerate() {
                let place = sheet.row_numbered(index(row) + 2);
                for (column, cell) in cells.iter().enumerate() {
                    let column = u16::try_from(column).unwrap();
                    let read = place.map(|place| sheet.text(place, column)).unwrap_or_default();
                    let read = cells::typed(read).into_owned();
                    prop_assert_eq!(&read, cell);
                }
            }
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }
    }
}
