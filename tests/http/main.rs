//! Hazel over HTTP, from outside: one module an area.

#![allow(
    clippy::unwrap_used,
    clippy::redundant_closure_for_method_calls,
    reason = "a test may panic, and says where"
)]

mod answering;
mod bad_input;
mod bench;
mod classification;
mod deliverables;
mod demonstration;
mod features;
mod forms_as_browsers_read_them;
mod hazards;
mod importing;
mod items;
mod one_entry_a_change;
mod people;
mod permissions;
mod plans;
mod products;
mod rooms;
mod sent_again;
mod serving;
mod trail_pages;
mod trail_refusals;
mod what_if;
mod writing;
