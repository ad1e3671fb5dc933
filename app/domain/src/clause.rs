//! Citations: where in which document a rule stands.

use serde::{Deserialize, Serialize};

/// A document that rules are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Document {
    /// IEC 62304:2006 with amendment 1:2015, software life cycle processes.
    #[serde(rename = "IEC 62304")]
    Iec62304,
    /// ISO 14971:2019, risk management.
    #[serde(rename = "ISO 14971")]
    Iso14971,
    /// Regulation (EU) 2017/745 on medical devices.
    #[serde(rename = "MDR")]
    Mdr,
    /// Regulation (EU) 2017/746 on in vitro diagnostic medical devices.
    #[serde(rename = "IVDR")]
    Ivdr,
    /// MDCG 2019-11 revision 1 of June 2025, qualification and classification of software.
    #[serde(rename = "MDCG 2019-11")]
    Mdcg2019_11,
}

impl Document {
    /// The short name that stands before a place.
    #[must_use]
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Iec62304 => "IEC 62304",
            Self::Iso14971 => "ISO 14971",
            Self::Mdr => "MDR",
            Self::Ivdr => "IVDR",
            Self::Mdcg2019_11 => "MDCG 2019-11",
        }
    }

    /// The edition that the rules were written from.
    #[must_use]
    pub const fn edition(self) -> &'static str {
        match self {
            Self::Iec62304 => "2006 with amendment 1:2015",
            Self::Iso14971 => "2019",
            Self::Mdr => "Regulation (EU) 2017/745",
            Self::Ivdr => "Regulation (EU) 2017/746",
            Self::Mdcg2019_11 => "revision 1, June 2025",
        }
    }
}

/// A place in a document, such as clause "4.3 a" of IEC 62304.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// The document.
    pub document: Document,
    /// The clause, rule, article or figure in it.
    pub place: String,
}

impl Citation {
    /// A citation of `place` in `document`.
    #[must_use]
    pub fn new(document: Document, place: &str) -> Self {
        Self { document, place: place.to_owned() }
    }
}

impl std::fmt::Display for Citation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.document.short_name(), self.place)
    }
}
