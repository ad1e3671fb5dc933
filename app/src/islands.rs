//! The parts that are alive in the browser.
