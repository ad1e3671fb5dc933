//! The parts that are alive in the browser.

pub mod register;
pub mod verdict;
pub mod local_time;
pub mod shortcuts;
