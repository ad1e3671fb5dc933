//! New identifiers and secrets: the only place that makes them.

use uuid::Uuid;

/// A new identifier, ordered by the time of its making: `let hazard: HazardId = fresh::id();`
#[must_use]
pub fn id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

/// 32 random bytes for a session or a one-time link.
///
/// # Panics
/// When the operating system gives no randomness; nothing can be made safe then.
#[must_use]
pub fn secret() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
