//! Measuring Hazel: the registers that it is measured on, and the program that measures (`./dev bench`).
//!
//! Invariants:
//! - Everything measured was written by the operations of `service`, in the name of people with live sessions: the
//!   trail of a measured database is a real one, made by its triggers.
//! - The same seed makes the same texts and estimates. Identifiers and times are fresh.
//! - A figure is printed beside the goal of `design/product.md`, whether it is met or not.

pub mod chance;
pub mod installation;
pub mod register;
