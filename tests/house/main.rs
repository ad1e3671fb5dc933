//! The house holds: who may use whom, what a build may mix, and what the sources must not say.

mod arrows;
mod sources;
