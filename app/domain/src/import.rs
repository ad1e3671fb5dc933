//! What can be wrong with a file that brings rows into the register, and with a cell in it.
//!
//! Rows are numbered as the spreadsheet that shows the file numbers them, columns by its letters: the sentence of a
//! code leads a person straight to the cell.

use serde::{Deserialize, Serialize};

/// A cell of a file, as a spreadsheet names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CellPlace {
    /// The row, counted from 1.
    pub row: u32,
    /// The column, counted from 0.
    pub column: u16,
}

impl std::fmt::Display for CellPlace {
    /// `C12`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", column_letters(self.column), self.row)
    }
}

/// The letters of a column: A for 0, AB for 27.
#[must_use]
pub fn column_letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut left = u32::from(column) + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// What can be wrong with an import.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImportCode {
    /// No file was chosen, or an empty one.
    NoFile,
    /// Neither a workbook nor a text of separated values.
    NotATable,
    /// A workbook of the format before 2007.
    OldWorkbook,
    /// A workbook that is locked with a password.
    Locked,
    /// The file is cut off or put together wrongly.
    Damaged,
    /// A text that is not UTF-8, from this row on.
    NotUtf8 {
        /// The row.
        row: u32,
    },
    /// The file is larger than is taken.
    FileTooLarge {
        /// The most that is taken, in MiB.
        most: u32,
    },
    /// What is packed in the file is larger than is taken.
    ExpandsTooFar {
        /// The most that is taken, in MiB.
        most: u32,
    },
    /// XML that declares a document type, which can hide anything.
    DeclaresType,
    /// More rows than are taken at once.
    TooManyRows {
        /// The most.
        most: u32,
    },
    /// Something stands further right than is taken.
    TooManyColumns {
        /// The most.
        most: u32,
    },
    /// More cells than are taken at once.
    TooManyCells {
        /// The most.
        most: u32,
    },
    /// A cell is longer than any spreadsheet makes one; mostly a quotation mark that is never closed.
    CellTooLong {
        /// Where it begins.
        at: CellPlace,
    },
    /// A quotation mark is never closed, or text follows the one that closes.
    BrokenQuoting {
        /// Where the cell begins.
        at: CellPlace,
    },
    /// There is no row under the head.
    NoRows,
    /// The workbook has no such sheet any more, or none at all.
    NoSheet,
    /// Something that every row needs stands in no column.
    NoColumn,
    /// A word of the file that nobody has said the meaning of.
    UnknownWord,
    /// More different words in the column than a scale has.
    TooManyWords {
        /// The most.
        most: u32,
    },
    /// The cell holds the error of a formula.
    ErrorValue,
    /// The cell is a formula whose result is not in the file.
    NoResult,
    /// The identifier can not be read.
    BrokenIdentifier,
    /// The identifier is that of a row elsewhere.
    OtherRegister,
    /// The same row stands in the file twice.
    RowTwice {
        /// Where it stood before.
        row: u32,
    },
    /// The row was withdrawn from the register.
    RowWithdrawn,
    /// Two rows share this record and change it to two different texts.
    SharedTwice {
        /// The other row.
        row: u32,
    },
    /// Somebody changed this cell in the register, and the file changes it too.
    ChangedSince,
    /// The import was refused because cells or rows are refused.
    HasFaults,
    /// The import was refused because cells that both sides changed are not settled.
    Unsettled,
    /// The import was refused because the register is not as it was shown.
    Moved,
    /// There is nothing to import.
    ChangesNothing,
}

impl ImportCode {
    /// The stable code.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NoFile => "X001",
            Self::NotATable => "X002",
            Self::OldWorkbook => "X003",
            Self::Locked => "X004",
            Self::Damaged => "X005",
            Self::NotUtf8 { .. } => "X006",
            Self::FileTooLarge { .. } => "X007",
            Self::ExpandsTooFar { .. } => "X008",
            Self::DeclaresType => "X009",
            Self::TooManyRows { .. } => "X010",
            Self::TooManyColumns { .. } => "X011",
            Self::TooManyCells { .. } => "X012",
            Self::CellTooLong { .. } => "X013",
            Self::BrokenQuoting { .. } => "X014",
            Self::NoRows => "X015",
            Self::NoSheet => "X016",
            Self::NoColumn => "X017",
            Self::UnknownWord => "X018",
            Self::TooManyWords { .. } => "X019",
            Self::ErrorValue => "X020",
            Self::NoResult => "X021",
            Self::BrokenIdentifier => "X022",
            Self::OtherRegister => "X023",
            Self::RowTwice { .. } => "X024",
            Self::RowWithdrawn => "X025",
            Self::SharedTwice { .. } => "X026",
            Self::ChangedSince => "X027",
            Self::HasFaults => "X028",
            Self::Unsettled => "X029",
            Self::Moved => "X030",
            Self::ChangesNothing => "X031",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (column, letters) in
            [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            assert_eq!(column_letters(column), letters);
        }
        assert_eq!(CellPlace { row: 12, column: 2 }.to_string(), "C12");
    }
}
