//! Workbooks out (Office Open XML): a table of rows, and a sheet that explains it.
//!
//! Every text is a text: no cell is a formula, and one that a spreadsheet would compute once somebody edits it is marked
//! so that it does not. Rows are packed as they come, so that a long table needs no more memory than what comes out.

use std::fmt::Write as _;

use crate::cells;
use crate::xml::escaped;
use crate::zip::{Entry, Growing, join};

/// What may be done with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To be changed.
    Change,
    /// Only for reading: grey.
    Read,
}

/// A column of the table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its width, in letters.
    pub width: u8,
    /// What may be done with it.
    pub usage: Use,
    /// The rows of the sheet of explanations that list what a cell may hold: first and last, from 1.
    pub list: Option<(u32, u32)>,
}

/// A cell of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text; an empty one leaves the cell out.
    Text(String),
    /// A decimal number, as XML writes it.
    Number(String),
}

/// A line of the sheet of explanations.
#[derive(Clone, Debug)]
pub enum Line {
    /// A heading.
    Head(String),
    /// Cells.
    Cells(Vec<String>),
}

/// The most characters that a spreadsheet keeps in a cell.
const LONGEST: usize = 32_767;

// Places in the list of formats of `STYLES`.
const HEAD_CHANGE: u8 = 1;
const HEAD_READ: u8 = 2;
const CHANGE: u8 = 3;
const READ: u8 = 4;
/// Added to the two before: keeps a text a text when it is edited.
const QUOTED: u8 = 2;
const TITLE: u8 = 7;
const PLAIN: u8 = 8;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;

const ROOT_LINKS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const BOOK_LINKS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="4"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><sz val="11"/><color rgb="FF5F6B6B"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="14"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFD8E9E7"/><bgColor indexed="64"/></patternFill></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE6E6E3"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/><bottom style="thin"><color rgb="FF5F6B6B"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="9"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="1" fillId="3" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;

const SHEET: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;

/// A workbook that is being written.
pub struct Workbook {
    names: [String; 2],
    columns: Vec<Column>,
    letters: Vec<String>,
    table: Growing,
    rows: u32,
    line: String,
}

impl Workbook {
    /// A workbook with an empty table. The names are those of the two sheets: letters only.
    #[must_use]
    pub fn new(table: &str, explanations: &str, columns: Vec<Column>) -> Self {
        let letters: Vec<String> = (0..).take(columns.len()).map(domain::import::column_letters).collect();
        let mut head = String::from(SHEET);
        head.push_str(
            "<sheetViews><sheetView tabSelected=\"1\" workbookViewId=\"0\"><pane xSplit=\"1\" ySplit=\"1\" \
             topLeftCell=\"B2\" activePane=\"bottomRight\" state=\"frozen\"/><selection pane=\"bottomRight\"/>\
             </sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>",
        );
        head.push_str(&widths(columns.iter().map(|column| column.width)));
        head.push_str("<sheetData>");
        let mut workbook = Self {
            names: [table.to_owned(), explanations.to_owned()],
            letters,
            table: Growing::new("xl/worksheets/sheet1.xml"),
            rows: 0,
            line: head,
            columns,
        };
        let heads: Vec<(Cell, u8)> = workbook
            .columns
            .iter()
            .map(|column| {
                let look = if column.usage == Use::Change { HEAD_CHANGE } else { HEAD_READ };
                (Cell::Text(column.head.clone()), look)
            })
            .collect();
        workbook.put(heads);
        workbook
    }

    /// Adds a row of the table: a cell for each column.
    pub fn row(&mut self, cells: Vec<Cell>) {
        let looks: Vec<u8> = self
            .columns
            .iter()
            .map(|column| if column.usage == Use::Change { CHANGE } else { READ })
            .collect();
        self.put(cells.into_iter().zip(looks).collect());
    }

    fn put(&mut self, cells: Vec<(Cell, u8)>) {
        self.rows += 1;
        let number = self.rows;
        let _ = write!(self.line, "<row r=\"{number}\">");
        for ((cell, look), letters) in cells.into_iter().zip(&self.letters) {
            put_cell(&mut self.line, &format!("{letters}{number}"), &cell, look);
        }
        self.line.push_str("</row>");
        self.table.write(self.line.as_bytes());
        self.line.clear();
    }

    /// The file, with its explanations.
    #[must_use]
    pub fn finish(mut self, explanations: &[Line]) -> Vec<u8> {
        let last = self.letters.last().cloned().unwrap_or_default();
        let mut foot = format!("</sheetData><autoFilter ref=\"A1:{last}{}\"/>", self.rows);
        let lists: Vec<String> = self
            .columns
            .iter()
            .zip(&self.letters)
            .filter_map(|(column, letters)| {
                let (first, end) = column.list?;
                // Rows may be added below.
                let until = self.rows + 1_000;
                Some(format!(
                    "<dataValidation type=\"list\" errorStyle=\"warning\" allowBlank=\"1\" showErrorMessage=\"1\" \
                     sqref=\"{letters}2:{letters}{until}\"><formula1>{}!$A${first}:$A${end}</formula1></dataValidation>",
                    self.names[1]
                ))
            })
            .collect();
        if !lists.is_empty() {
            let _ = write!(
                foot,
                "<dataValidations count=\"{}\">{}</dataValidations>",
                lists.len(),
                lists.concat()
            );
        }
        foot.push_str("</worksheet>");
        self.table.write(foot.as_bytes());
        let [first, second] = self.names.map(|name| escaped(&name));
        let book = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<workbook \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet \
             name=\"{first}\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"{second}\" sheetId=\"2\" r:id=\"rId2\"/>\
             </sheets></workbook>"
        );
        join(vec![
            Entry::new("[Content_Types].xml", TYPES.as_bytes()),
            Entry::new("_rels/.rels", ROOT_LINKS.as_bytes()),
            Entry::new("xl/workbook.xml", book.as_bytes()),
            Entry::new("xl/_rels/workbook.xml.rels", BOOK_LINKS.as_bytes()),
            Entry::new("xl/styles.xml", STYLES.as_bytes()),
            self.table.finish(),
            Entry::new("xl/worksheets/sheet2.xml", explained(explanations).as_bytes()),
        ])
    }
}

fn widths(widths: impl Iterator<Item = u8>) -> String {
    let columns: String = widths
        .zip(1..)
        .map(|(width, number)| {
            format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>")
        })
        .collect();
    format!("<cols>{columns}</cols>")
}

fn explained(lines: &[Line]) -> String {
    let mut sheet = String::from(SHEET);
    sheet.push_str(&widths([36, 80, 30].into_iter()));
    sheet.push_str("<sheetData>");
    for (line, number) in lines.iter().zip(1..) {
        let (cells, look) = match line {
            Line::Head(text) => (std::slice::from_ref(text), TITLE),
            Line::Cells(cells) => (cells.as_slice(), PLAIN),
        };
        let _ = write!(sheet, "<row r=\"{number}\">");
        for (text, column) in cells.iter().zip(0..) {
            let place = format!("{}{number}", domain::import::column_letters(column));
            put_cell(&mut sheet, &place, &Cell::Text(text.clone()), look);
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    sheet
}

fn put_cell(line: &mut String, place: &str, cell: &Cell, look: u8) {
    match cell {
        Cell::Text(text) if text.is_empty() => {}
        Cell::Number(number) => {
            let _ = write!(line, "<c r=\"{place}\" s=\"{look}\"><v>{number}</v></c>");
        }
        Cell::Text(text) => {
            let text = cells::marked(text);
            let short = text.char_indices().nth(LONGEST - 1).map_or(text.as_ref(), |(at, _)| &text[..at]);
            let would_change = cells::would_be_computed(&text) || text.parse::<f64>().is_ok();
            let look = if would_change && [CHANGE, READ].contains(&look) { look + QUOTED } else { look };
            let _ = write!(
                line,
                "<c r=\"{place}\" s=\"{look}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                masked(short)
            );
        }
    }
}

/// Letters that XML has not, and texts that look like their mask, as a workbook writes them: `_x000D_`.
fn masked(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let looks_masked = rest.starts_with("_x")
            && rest.get(2..7).is_some_and(|code| {
                code.ends_with('_') && code[..4].bytes().all(|letter| letter.is_ascii_hexdigit())
            });
        match letter {
            '_' if looks_masked => whole.push_str("_x005F_"),
            '\n' | '\t' => whole.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(whole, "_x{:04X}_", u32::from(letter));
            }
            _ => whole.push_str(&escaped(letter.encode_utf8(&mut [0; 4]))),
        }
        rest = &rest[letter.len_utf8()..];
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::xlsx;

    fn column(head: &str) -> Column {
        Column { head: head.to_owned(), width: 20, usage: Use::Change, list: Some((1, 2)) }
    }

    fn book(rows: &[Vec<String>]) -> Vec<u8> {
        let mut workbook = Workbook::new("Register", "Explanations", ["a", "b", "c"].map(column).to_vec());
        for row in rows {
            workbook.row(row.iter().cloned().map(Cell::Text).collect());
        }
        workbook
            .finish(&[Line::Head("=1+1".to_owned()), Line::Cells(vec!["one".to_owned(), "two".to_owned()])])
    }

    #[test]
    fn numbers_are_numbers_and_both_sheets_are_there() {
        let mut workbook = Workbook::new("Register", "Explanations", ["a", "b"].map(column).to_vec());
        workbook.row(vec![Cell::Number("2.5e-7".to_owned()), Cell::Text("x".to_owned())]);
        let bytes = workbook.finish(&[Line::Cells(vec!["one".to_owned()])]);
        let read = xlsx::Workbook::open(&bytes).unwrap();
        assert_eq!(read.sheets(), ["Register", "Explanations"]);
        let sheet = read.read(0).unwrap();
        assert_eq!(sheet.text(1, 0), "0.00000025");
        assert_eq!(read.read(1).unwrap().text(0, 0), "one");
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let rows = [vec!["x".to_owned(), "y".to_owned(), "z".to_owned()]];
        assert_eq!(book(&rows), book(&rows));
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_in_and_nothing_is_a_formula(
            rows in prop::collection::vec(prop::collection::vec("(?s).{0,12}|[=+@'_x0-9A-F-]{0,9}", 3), 0..5),
        ) {
            let bytes = book(&rows);
            let sheet = xlsx::Workbook::open(&bytes).unwrap().read(0).unwrap();
            for (row, cells) in rows.iter().enumerate() {
                let place = sheet.row_numbered(u32::try_from(row).unwrap() + 2);
                for (column, cell) in (0..).zip(cells) {
                    let read = place.map(|place| sheet.text(place, column)).unwrap_or_default();
                    let read = cells::typed(read).into_owned();
                    prop_assert_eq!(&read, cell);
                }
            }
        }
    }
}
