//! Files in one file (ZIP): as much of the format as an Office document needs. Its clock stands still, so that the
//! same files give the same bytes.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// The first of January 1980, which is the beginning of time here.
const DATE: u16 = 0x0021;

/// Needed to read it: version 2.0. Packed: by deflate.
const VERSION: u16 = 20;
const DEFLATE: u16 = 8;

/// A packed file.
pub(crate) struct Entry {
    name: &'static str,
    sum: u32,
    packed: Vec<u8>,
    length: u32,
    at: u32,
}

/// A file that is still being written: its content is packed as it comes, so that it never stands anywhere whole.
pub(crate) struct Growing {
    name: &'static str,
    encoder: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    length: usize,
}

impl Growing {
    /// An empty file, to be packed quickly rather than small.
    pub(crate) fn new(name: &'static str) -> Self {
        Self::packed(name, Compression::fast())
    }

    fn packed(name: &'static str, how: Compression) -> Self {
        Self { name, encoder: DeflateEncoder::new(Vec::new(), how), crc: Crc::new(), length: 0 }
    }

    /// Adds to its content.
    pub(crate) fn write(&mut self, content: &[u8]) {
        self.crc.update(content);
        self.length += content.len();
        self.encoder.write_all(content).expect("a vector takes every byte");
    }

    /// The file, whole.
    pub(crate) fn finish(self) -> Entry {
        let packed = self.encoder.finish().expect("a vector takes every byte");
        Entry { name: self.name, sum: self.crc.sum(), packed, length: size(self.length), at: 0 }
    }
}

impl Entry {
    /// A file of this content.
    pub(crate) fn new(name: &'static str, content: &[u8]) -> Self {
        let mut growing = Growing::packed(name, Compression::best());
        growing.write(content);
        growing.finish()
    }

    /// What stands before the content, and again in the list at the end.
    fn head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        for number in [VERSION, 0, DEFLATE, 0, DATE] {
            head.extend(number.to_le_bytes());
        }
        for number in [self.sum, size(self.packed.len()), self.length] {
            head.extend(number.to_le_bytes());
        }
        head.extend(u16::try_from(self.name.len()).unwrap_or_default().to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        head
    }
}

fn size(length: usize) -> u32 {
    u32::try_from(length).expect("a document is smaller than that")
}

/// Packs files under their names, in this order.
#[must_use]
pub(crate) fn pack(files: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    join(files.iter().map(|(name, content)| Entry::new(name, content)).collect())
}

/// Puts packed files into one, in this order.
#[must_use]
pub(crate) fn join(files: Vec<Entry>) -> Vec<u8> {
    let (mut whole, mut list) = (Vec::new(), Vec::new());
    let count = u16::try_from(files.len()).unwrap_or_default();
    for mut entry in files {
        let name = entry.name;
        entry.at = size(whole.len());
        whole.extend(b"PK\x03\x04");
        whole.extend(entry.head());
        whole.extend(name.as_bytes());
        whole.extend(&entry.packed);
        list.extend(b"PK\x01\x02");
        list.extend(VERSION.to_le_bytes());
        list.extend(entry.head());
        // No comment, first disk, no attributes.
        list.extend([0; 2 + 2 + 2 + 4]);
        list.extend(entry.at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let (at, length) = (size(whole.len()), size(list.len()));
    whole.extend(list);
    whole.extend(b"PK\x05\x06");
    whole.extend([0; 4]);
    for number in [count, count] {
        whole.extend(number.to_le_bytes());
    }
    for number in [length, at] {
        whole.extend(number.to_le_bytes());
    }
    whole.extend([0; 2]);
    whole
}
