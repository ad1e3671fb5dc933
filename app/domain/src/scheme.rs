//! The schemes that a piece of software is judged by, one a module.

pub mod iec62304;
