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
    /// MDCG 2021-24 of October 2021, classification of medical devices.
    #[serde(rename = "MDCG 2021-24")]
    Mdcg2021_24,
    /// MDCG 2025-6 of June 2025, the MDR beside the regulation on artificial intelligence.
    #[serde(rename = "MDCG 2025-6")]
    Mdcg2025_6,
    /// IMDRF/SaMD WG/N12 of 2014, risk categorisation of software as a medical device.
    #[serde(rename = "IMDRF N12")]
    ImdrfN12,
    /// The Federal Food, Drug, and Cosmetic Act.
    #[serde(rename = "FD&C Act")]
    FdcAct,
    /// Title 21 of the Code of Federal Regulations.
    #[serde(rename = "21 CFR")]
    Cfr21,
    /// FDA guidance on clinical decision support software, January 2026.
    #[serde(rename = "FDA clinical decision support")]
    FdaDecisionSupport,
    /// FDA guidance on general wellness, January 2026.
    #[serde(rename = "FDA general wellness")]
    FdaGeneralWellness,
    /// FDA policy for device software functions and mobile medical applications, September 2022.
    #[serde(rename = "FDA device software functions")]
    FdaSoftwareFunctions,
    /// FDA guidance on the content of premarket submissions for device software functions, June 2023.
    #[serde(rename = "FDA premarket content")]
    FdaPremarketContent,
    /// The Commission's proposal COM(2025) 1023 to change the MDR. No law.
    #[serde(rename = "MDR proposal 2025")]
    MdrProposal2025,
    /// The draft of the second edition of IEC 62304.
    #[serde(rename = "IEC 62304 edition 2")]
    Iec62304Edition2,
}

impl Document {
    /// All documents, in the order in which they are shown.
    pub const ALL: [Self; 16] = [
        Self::Iec62304,
        Self::Iso14971,
        Self::Mdr,
        Self::Ivdr,
        Self::Mdcg2019_11,
        Self::Mdcg2021_24,
        Self::Mdcg2025_6,
        Self::ImdrfN12,
        Self::FdcAct,
        Self::Cfr21,
        Self::FdaDecisionSupport,
        Self::FdaGeneralWellness,
        Self::FdaSoftwareFunctions,
        Self::FdaPremarketContent,
        Self::MdrProposal2025,
        Self::Iec62304Edition2,
    ];

    /// The short name that stands before a place.
    #[must_use]
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Iec62304 => "IEC 62304",
            Self::Iso14971 => "ISO 14971",
            Self::Mdr => "MDR",
            Self::Ivdr => "IVDR",
            Self::Mdcg2019_11 => "MDCG 2019-11",
            Self::Mdcg2021_24 => "MDCG 2021-24",
            Self::Mdcg2025_6 => "MDCG 2025-6",
            Self::ImdrfN12 => "IMDRF N12",
            Self::FdcAct => "FD&C Act",
            Self::Cfr21 => "21 CFR",
            Self::FdaDecisionSupport => "FDA clinical decision support",
            Self::FdaGeneralWellness => "FDA general wellness",
            Self::FdaSoftwareFunctions => "FDA device software functions",
            Self::FdaPremarketContent => "FDA premarket content",
            Self::MdrProposal2025 => "MDR proposal 2025",
            Self::Iec62304Edition2 => "IEC 62304 edition 2",
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
            Self::Mdcg2021_24 => "October 2021",
            Self::Mdcg2025_6 => "June 2025",
            Self::ImdrfN12 => "2014",
            Self::FdcAct => "as amended",
            Self::Cfr21 => "parts 3 and 803",
            Self::FdaDecisionSupport => "29 January 2026",
            Self::FdaGeneralWellness => "6 January 2026",
            Self::FdaSoftwareFunctions => "28 September 2022",
            Self::FdaPremarketContent => "14 June 2023",
            Self::MdrProposal2025 => "16 December 2025, a proposal",
            Self::Iec62304Edition2 => "a draft",
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
