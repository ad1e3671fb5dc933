//! The rules of Hazel.
//!
//! This crate decides: which class a piece of software gets and why, what a hazard register implies, which
//! deliverables follow, who may do what. The server, the browser and the command line share it.
//!
//! Invariants:
//! - It is pure: no input or output, no clock, no randomness. Identifiers and moments come in as arguments.
//! - It compiles for `wasm32-unknown-unknown`, with no feature switched on for it.
//! - Every verdict and every violation carries the clause that it rests on.
//! - The words of questions, clauses and deliverables are data in `data/`, not code, and reach the rules through
//!   `words`; the sentences of violations live beside the pages, so that they can be translated. Deliberately absent: `sqlx`, `axum`, `leptos`.

pub mod access;
pub mod answer;
pub mod assessment;
pub mod clause;
pub mod command_line;
pub mod contradiction;
pub mod control;
pub mod deliverable;
pub mod feature;
pub mod finding;
pub mod hazard;
pub mod ids;
pub mod import;
pub mod item;
pub mod lines;
pub mod market;
pub mod person;
pub mod plan;
pub mod product;
pub mod register;
pub mod rerun;
pub mod revision;
pub mod risk;
pub mod scheme;
pub mod text;
pub mod triage;
pub mod violation;
pub mod what_if;
pub mod words;
