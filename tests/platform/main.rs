//! The program `hazel` as its administrator meets it: started, killed, started twice, backed up, restored, and
//! asked wrongly. Every test runs the real program on a data folder of its own.
//!
//! These tests belong to the package `server`, because only its own tests are told where the program is.

#![allow(clippy::unwrap_used, reason = "a test that can not go on has failed")]

mod commands;
mod database;
mod deployed;
mod encrypted;
mod hosted;
mod http;
mod lifecycle;
mod pooled;
mod proxies;
mod records;
mod smuggling;
mod transport;
mod two_servers;
