//! The parts that are alive in the browser.

pub mod local_time;
pub mod register;
pub mod shortcuts;
pub mod verdict;
