//! What the black box tests stand on: a database a test, the server in this process, browsers without script.
//!
//! Invariants:
//! - One private Postgres a test program, started by the same code as `hazel serve`, migrated once. Each test gets a
//!   copy of that database, so no test sees another's records. `fsync` stays on; the data lies in memory where the
//!   machine has a folder for that.
//! - The Postgres is stopped and its folder removed when the program ends, however it ends: a watcher waits for the
//!   end of a pipe that only this program holds.
//! - A [`Browser`] does what a browser without script does: cookies, `Origin`, redirects, forms with the fields that
//!   the page put into them. Tests fill in forms by their names; nothing is posted that a page did not offer, unless
//!   a test says so.
//!
//! Deliberately absent: knowledge of any single page. That stands in the tests.

pub mod application;
pub mod browser;
pub mod cluster;
pub mod page;

pub use application::{Person, TestApp};
pub use browser::Browser;
pub use page::{Form, Kind, Page};
