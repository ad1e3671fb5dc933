//! The operations: server functions, one file an area, each with its permission in its doc comment.
//!
//! An operation is five lines in `service`; here stand only its address and its arguments. Every address is named
//! by hand, so that it stays the same from build to build.

#![allow(
    missing_docs,
    reason = "the arguments of an operation become fields of a struct that the macro makes"
)]

pub mod account;
pub mod classification;
pub mod deliverables;
pub mod demonstration;
pub mod features;
pub mod hazards;
pub mod items;
pub mod legacy_route;
pub mod packs;
pub mod people;
pub mod products;
