//! IEC 62304:2006 with amendment 1:2015, clause 4.3: the software safety class.

use serde::{Deserialize, Serialize};

/// The software safety class of a software system or item. The order is that of the harm: `A < B < C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SafetyClass {
    /// No hazardous situation, or none whose risk is unacceptable once controls outside the software count.
    A,
    /// Unacceptable risk, of an injury that is not serious.
    B,
    /// Unacceptable risk of death or serious injury; also whatever was not classified.
    C,
}

impl SafetyClass {
    /// The classes, from the lightest to the heaviest.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

impl std::fmt::Display for SafetyClass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.letter())
    }
}
