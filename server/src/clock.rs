//! Whether the operating system believes its clock to be right.
//!
//! Every entry of the trail carries the database's time, so people must be able to see how far it
//! can be trusted. Until there are electronic signatures the answer is shown and blocks nothing.

use serde::Serialize;

/// What the operating system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Clock {
    /// A time source is followed; the error is at most this many microseconds.
    Synchronised {
        /// Microseconds.
        max_error_us: i64,
    },
    /// The clock runs by itself.
    Unsynchronised,
    /// This system does not say, or not to this process.
    Unknown,
}

impl Clock {
    /// Whether a time source is followed; nothing where that is not known.
    #[must_use]
    pub const fn is_synchronised(self) -> Option<bool> {
        match self {
            Self::Synchronised { .. } => Some(true),
            Self::Unsynchronised => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Asks the operating system.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the call exists in no safe wrapper; it is the only one in the project")]
pub fn state() -> Clock {
    // SAFETY: `timex` is a C struct of integers, for which all zeros is a value; with `modes` zero the
    // call only reads the clock and writes into the struct that it is given, which lives long enough.
    let (answer, told) = unsafe {
        let mut told: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut told), told)
    };
    match answer {
        -1 => Clock::Unknown,
        libc::TIME_ERROR => Clock::Unsynchronised,
        _ if told.status & libc::STA_UNSYNC != 0 => Clock::Unsynchronised,
        _ => Clock::Synchronised { max_error_us: told.maxerror },
    }
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
pub fn state() -> Clock {
    Clock::Unknown
}
