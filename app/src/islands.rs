//! The parts that are alive in the browser.

pub mod handed;
pub mod local_time;
pub mod post;
pub mod register;
pub mod shortcuts;
pub mod trial;
pub mod verdict;
