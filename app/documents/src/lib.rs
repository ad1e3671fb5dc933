//! Formats in and out. Pure: texts and bytes, no files, no network, no database.
//!
//! Invariant: what people typed leaves as data. A spreadsheet that opens one of our files never finds a formula in it.

pub mod cells;
