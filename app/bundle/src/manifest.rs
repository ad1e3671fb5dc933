//! The list of the site's files: see the crate's documentation for an example.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The format that this program writes.
pub const FORMAT: u32 = 1;

/// The whole list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Raised when a reader of the old format would go wrong.
    pub format: u32,
    /// Names this set of files: the version and the digest of all digests.
    pub build: String,
    /// `release` or `dev`.
    pub profile: String,
    /// From the logical name to the file.
    pub files: BTreeMap<String, Entry>,
}

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, which holds the first 16 digits of its digest.
    pub file: String,
    /// What the server says it is.
    pub media_type: String,
    /// The digest of the plain file, in hexadecimal digits.
    pub sha256: String,
    /// Bytes of the plain file.
    pub size: usize,
    /// The form in `file` + `.br`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brotli: Option<Compressed>,
    /// The form in `file` + `.gz`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gzip: Option<Compressed>,
}

/// A compressed form of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compressed {
    /// Bytes.
    pub size: usize,
    /// Its own digest, in hexadecimal digits.
    pub sha256: String,
}
