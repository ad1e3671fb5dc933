//! Words of importing: what is wrong with a file, a row or a cell, and what to do.

use domain::import::{CellPlace, ImportCode, column_letters};

/// What is wrong with an import, and what to do.
#[must_use]
pub fn sentence(code: &ImportCode) -> String {
    match code {
        ImportCode::NoFile => "Please choose a file; this one is empty.".to_owned(),
        ImportCode::NotATable => {
            "This is neither an Excel workbook (.xlsx) nor a text of separated values (.csv). Please save it as one of \
             the two."
                .to_owned()
        }
        ImportCode::OldWorkbook => {
            "This is a workbook of the format before 2007 (.xls). Please open it and save it as .xlsx.".to_owned()
        }
        ImportCode::Locked => {
            "This workbook is locked with a password. Please save it without one, and try again.".to_owned()
        }
        ImportCode::Damaged => {
            "This file is damaged: it is cut off or put together wrongly. Please open it in your spreadsheet, save it \
             anew, and try again."
                .to_owned()
        }
        ImportCode::NotUtf8 { row } => format!(
            "From row {row} on this text is not written in UTF-8. Please save it as “CSV UTF-8”, or as .xlsx."
        ),
        ImportCode::FileTooLarge { most } => format!(
            "A file may have up to {most} MiB. Please take out sheets and pictures that are not needed, or split it."
        ),
        ImportCode::ExpandsTooFar { most } => format!(
            "What is packed in this file is larger than {most} MiB. Please take out what is not needed, or split it."
        ),
        ImportCode::DeclaresType => {
            "This workbook holds declarations that spreadsheets never write, so it is not read. Please save it anew."
                .to_owned()
        }
        ImportCode::TooManyRows { most } => {
            format!("A sheet may have up to {most} rows with something in them. Please split it.")
        }
        ImportCode::TooManyColumns { most } => format!(
            "Something stands further right than column {}. Please take out the columns that are not needed.",
            column_letters(u16::try_from(most.saturating_sub(1)).unwrap_or(u16::MAX))
        ),
        ImportCode::TooManyCells { most } => {
            format!("A sheet may have up to {most} cells. Please take out what is not needed, or split it.")
        }
        ImportCode::CellTooLong { at } => format!(
            "The cell that begins in {} is longer than a spreadsheet takes. Often a quotation mark is never closed \
             there.",
            place(*at)
        ),
        ImportCode::BrokenQuoting { at } => format!(
            "The quotation marks of the cell in {} do not fit: one is never closed, or text follows the last.",
            place(*at)
        ),
        ImportCode::NoRows => "There is no row under the head of the table.".to_owned(),
        ImportCode::NoSheet => "This workbook has no such sheet.".to_owned(),
        ImportCode::NoColumn => {
            "Every new row needs this. Please choose its column, or write what stands where there is none.".to_owned()
        }
        ImportCode::UnknownWord => "Nobody has said yet what this word means here.".to_owned(),
        ImportCode::TooManyWords { most } => format!(
            "This column holds more than {most} different words. It is hardly a scale; please choose another column."
        ),
        ImportCode::ErrorValue => "The cell holds the error of a formula. Please mend it in the file.".to_owned(),
        ImportCode::NoResult => {
            "The cell is a formula, and the file does not hold its result. Please open the file in your spreadsheet and \
             save it."
                .to_owned()
        }
        ImportCode::BrokenIdentifier => {
            "The identifier of the row was changed and can not be read. Please take it from the export again, or empty \
             it to add the row as a new one."
                .to_owned()
        }
        ImportCode::OtherRegister => {
            "The row comes from another register. Empty its identifier to add it here as a new row.".to_owned()
        }
        ImportCode::RowTwice { row } => format!(
            "The same row stands in row {row} of the file already. Please take one out, or empty its identifier to add \
             it as a new row."
        ),
        ImportCode::RowWithdrawn => {
            "The row was withdrawn from the register. Take it back there first, or leave it as it was.".to_owned()
        }
        ImportCode::SharedTwice { row } => format!(
            "Row {row} of the file gives the same record another text. What several rows share can have one text only."
        ),
        ImportCode::ChangedSince => "Somebody changed this cell in the register since the file was made.".to_owned(),
        ImportCode::HasFaults => {
            "Nothing was imported: some rows are refused. Please mend them in the file and send it again.".to_owned()
        }
        ImportCode::Unsettled => {
            "Nothing was imported: some cells were changed in the file and in the register. Please choose for each."
                .to_owned()
        }
        ImportCode::Moved => {
            "Nothing was imported: the register changed after you looked. Please look at the preview once more."
                .to_owned()
        }
        ImportCode::ChangesNothing => "There is nothing to import: the file changes nothing.".to_owned(),
    }
}

fn place(at: CellPlace) -> String {
    format!("row {}, column {}", at.row, column_letters(at.column))
}
