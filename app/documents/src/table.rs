//! Tables in: what the file of a spreadsheet holds, as rows of text.
//!
//! Every file is taken for hostile. Nothing in it is believed: sizes are counted while they are read, and whatever
//! goes past one of the [`limits`] ends the reading there. Formulas are never computed; their last results are text.

pub mod csv;
mod unzip;
pub mod xlsx;

use domain::import::{CellPlace, ImportCode};

/// How much of a file is taken, and why. One place, so that they can be seen together.
pub mod limits {
    /// A file. A register of 20,000 rows, as comma-separated text, is a fifth of it smaller.
    pub const FILE: usize = 16 * MIB;
    /// One part of a workbook, unpacked: a sheet of 20,000 rows has about 40 MiB of XML. Read as a stream, so this
    /// bounds time (half a second), not memory.
    pub const PART: u64 = 64 * MIB as u64;
    /// Parts of a workbook. Real ones have dozens.
    pub const PARTS: usize = 4_000;
    /// One tag or one text of a sheet: the longest cell, should every letter of it be a reference.
    pub const XML_STEP: u64 = 512 * 1024;
    /// How deep elements of a sheet may stand in each other. A cell stands five deep.
    pub const DEPTH: usize = 64;
    /// Sheets of a workbook that can be chosen from.
    pub const SHEETS: usize = 200;
    /// Rows with something in them, the largest register that figures are held for and its head with room.
    pub const ROWS: u32 = 25_000;
    /// Columns: three times as many as our own files have.
    pub const COLUMNS: u16 = 128;
    /// Cells with something in them: a full register of our own files. At 12 bytes each this bounds memory.
    pub const CELLS: usize = 1_000_000;
    /// Cells and rows of a sheet whether they hold something or not: tiny empty ones cost time.
    pub const TAGS: u32 = 2_000_000;
    /// Different texts of a workbook.
    pub const STRINGS: usize = 1_000_000;
    /// All texts together. With the cells it bounds memory.
    pub const TEXT: usize = 24 * MIB;
    /// One cell, in characters: what the common spreadsheet takes.
    pub const CELL: usize = 32_767;
    /// A mebibyte.
    pub const MIB: usize = 1024 * 1024;
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Comma-separated values, or semicolons, or tabs.
    Csv,
    /// An Office Open XML workbook.
    Xlsx,
}

impl Kind {
    /// What the first bytes say it is. The name of a file says nothing.
    ///
    /// # Errors
    /// When it is neither, with what it is instead where that can be told.
    pub fn of(bytes: &[u8]) -> Result<Self, ImportCode> {
        // The compound files in which older workbooks, and locked newer ones, are kept.
        const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        if bytes.is_empty() {
            return Err(ImportCode::NoFile);
        }
        if bytes.starts_with(&COMPOUND) {
            let package: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let locked = bytes.windows(package.len()).any(|window| window == package);
            return Err(if locked { ImportCode::Locked } else { ImportCode::OldWorkbook });
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Self::Xlsx);
        }
        if bytes.starts_with(b"PK") || bytes.starts_with(b"%PDF") {
            return Err(ImportCode::NotATable);
        }
        Ok(Self::Csv)
    }
}

/// Why the text of a cell can not be taken for what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellFault {
    /// It is the error of a formula.
    Error,
    /// It is a formula whose result the file does not hold.
    NoResult,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    column: u16,
    fault: Option<CellFault>,
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    number: u32,
    first: u32,
    end: u32,
}

/// A sheet: the rows in which something stands, each with its number in the spreadsheet.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// All texts, one after the other.
    text: String,
    cells: Vec<Cell>,
    rows: Vec<Row>,
}

impl Sheet {
    /// How many rows hold something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number of a row in the spreadsheet, from 1.
    #[must_use]
    pub fn number(&self, row: usize) -> u32 {
        self.rows.get(row).map_or(0, |row| row.number)
    }

    /// Whether the row of that place stands under the row of that number.
    pub fn rows_after(&self, number: u32) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows.len()).filter(move |row| self.rows[*row].number > number)
    }

    /// The row of that number, when something stands in it.
    #[must_use]
    pub fn row_numbered(&self, number: u32) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |row| row.number).ok()
    }

    fn find(&self, row: usize, column: u16) -> Option<&Cell> {
        let row = self.rows.get(row)?;
        let cells = self.cells.get(row.first as usize..row.end as usize)?;
        cells.binary_search_by_key(&column, |cell| cell.column).ok().map(|at| &cells[at])
    }

    /// The text of a cell; empty where nothing stands.
    #[must_use]
    pub fn text(&self, row: usize, column: u16) -> &str {
        self.find(row, column)
            .and_then(|cell| self.text.get(cell.start as usize..cell.end as usize))
            .unwrap_or_default()
    }

    /// What is wrong with a cell.
    #[must_use]
    pub fn fault(&self, row: usize, column: u16) -> Option<CellFault> {
        self.find(row, column)?.fault
    }

    /// The cells of a row in which something stands: column and text.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = (u16, &str)> {
        let range = self.rows.get(row).map_or(0..0, |row| row.first as usize..row.end as usize);
        self.cells[range].iter().map(|cell| {
            (cell.column, self.text.get(cell.start as usize..cell.end as usize).unwrap_or_default())
        })
    }

    /// The column after the last in which something stands.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.cells.iter().map(|cell| cell.column + 1).max().unwrap_or_default()
    }
}

/// Fills a sheet and watches over what it costs.
#[derive(Debug, Default)]
struct Filling {
    sheet: Sheet,
}

impl Filling {
    fn begin_row(&mut self, number: u32) -> Result<(), ImportCode> {
        self.end_row();
        if self.sheet.rows.len() >= limits::ROWS as usize {
            return Err(ImportCode::TooManyRows { most: limits::ROWS });
        }
        let at = index(self.sheet.cells.len());
        self.sheet.rows.push(Row { number, first: at, end: at });
        Ok(())
    }

    /// Keeps texts for later cells: where they begin and end.
    fn keep(&mut self, text: &str) -> Result<(u32, u32), ImportCode> {
        if self.sheet.text.len() + text.len() > limits::TEXT {
            return Err(ImportCode::ExpandsTooFar { most: mebibytes(limits::TEXT as u64) });
        }
        let start = index(self.sheet.text.len());
        self.sheet.text.push_str(text);
        Ok((start, index(self.sheet.text.len())))
    }

    fn cell(&mut self, at: CellPlace, text: &str, fault: Option<CellFault>) -> Result<(), ImportCode> {
        if text.is_empty() && fault.is_none() {
            return Ok(());
        }
        let (start, end) = self.keep(text)?;
        self.kept_cell(at, (start, end), fault)
    }

    fn kept_cell(
        &mut self,
        at: CellPlace,
        (start, end): (u32, u32),
        fault: Option<CellFault>,
    ) -> Result<(), ImportCode> {
        if start == end && fault.is_none() {
            return Ok(());
        }
        if at.column >= limits::COLUMNS {
            return Err(ImportCode::TooManyColumns { most: u32::from(limits::COLUMNS) });
        }
        if self.sheet.cells.len() >= limits::CELLS {
            return Err(ImportCode::TooManyCells { most: index(limits::CELLS) });
        }
        self.sheet.cells.push(Cell { column: at.column, fault, start, end });
        Ok(())
    }

    /// A row in which nothing stands is none.
    fn end_row(&mut self) {
        let end = index(self.sheet.cells.len());
        if let Some(row) = self.sheet.rows.last_mut() {
            row.end = end;
            if row.first == end {
                self.sheet.rows.pop();
            } else {
                // A file may name its cells in any order, and one twice.
                self.sheet.cells[row.first as usize..end as usize].sort_by_key(|cell| cell.column);
            }
        }
    }

    fn done(mut self) -> Sheet {
        self.end_row();
        self.sheet.rows.sort_by_key(|row| row.number);
        self.sheet
    }
}

/// All texts are shorter than [`limits::TEXT`].
fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn mebibytes(bytes: u64) -> u32 {
    u32::try_from(bytes / limits::MIB as u64).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(Kind::of(b"Hazard;Harm\n"), Ok(Kind::Csv));
        assert_eq!(Kind::of(b"PK\x03\x04rest"), Ok(Kind::Xlsx));
        assert_eq!(Kind::of(b""), Err(ImportCode::NoFile));
        assert_eq!(Kind::of(b"%PDF-1.7"), Err(ImportCode::NotATable));
        let mut old = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        old.extend([0; 600]);
        assert_eq!(Kind::of(&old), Err(ImportCode::OldWorkbook));
        old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(Kind::of(&old), Err(ImportCode::Locked));
    }
}
