//! The house holds: who may use whom, what a build may mix, and what the sources must not say.

#![allow(
    clippy::unwrap_used,
    clippy::redundant_closure_for_method_calls,
    reason = "a test may panic, and says where"
)]

mod arrows;
mod sources;
