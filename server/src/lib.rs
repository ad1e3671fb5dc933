//! How Hazel is hosted: configuration, the database, HTTP, sign-in, the command line.
//!
//! Invariants: nothing of the product is decided here; the server listens on loopback unless it was told
//! otherwise; it refuses to start in a way that would lose or leak records.

pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod embedded;
pub mod http;
pub mod logs;
pub mod measures;
pub mod migrate;
pub mod network;
pub mod problem;
pub mod pulse;
pub mod startup;
