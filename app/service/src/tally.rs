//! How often people signed in, or tried to, since this server started. The trail has each case; this has the sums,
//! for whoever watches the server.

use std::sync::atomic::{AtomicU64, Ordering};

/// Sums since the start. They are only ever added to.
#[derive(Debug, Default)]
pub struct Tally {
    signed_in: AtomicU64,
    refused: AtomicU64,
    throttled: AtomicU64,
}

impl Tally {
    pub(crate) fn note<T>(&self, tried: &Result<T, crate::Failure>) {
        let sum = match tried {
            Ok(_) => &self.signed_in,
            Err(crate::Failure::Rejected(_)) => &self.refused,
            Err(crate::Failure::TooMany { .. }) => &self.throttled,
            Err(_) => return,
        };
        sum.fetch_add(1, Ordering::Relaxed);
    }

    /// People who signed in.
    #[must_use]
    pub fn signed_in(&self) -> u64 {
        self.signed_in.load(Ordering::Relaxed)
    }

    /// Tries with an address and a password that do not belong together.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Tries that had to wait.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.throttled.load(Ordering::Relaxed)
    }
}
