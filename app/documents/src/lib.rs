//! Formats in and out. Pure: texts and bytes, no files, no network, no database, no clock.
//!
//! Invariants:
//! - What people typed leaves as data. A spreadsheet that opens one of our files never finds a formula in it, and a
//!   document never finds markup.
//! - The same record gives the same bytes.
//! - What comes in is taken for hostile: read within limits that stand in one place, never computed, never fetched.

pub mod cells;
pub mod classification;
pub mod docx;
pub mod paper;
pub mod pdf;
pub mod table;
pub mod workbook;
mod xml;
mod zip;
