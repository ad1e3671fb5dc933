//! The pages, one a file. Each handler loads, then answers a document.

pub mod error;
pub mod portfolio;
