//! The demonstration: five products to look at and to try things on.

pub mod content;
