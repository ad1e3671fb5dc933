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

struct Entry {
    name: &'static str,
    sum: u32,
    packed: Vec<u8>,
    length: u32,
    at: u32,
}

impl Entry {
    fn new(name: &'static str, content: &[u8], at: u32) -> Self {
        let mut crc = Crc::new();
        crc.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("a vector takes every byte");
        let packed = encoder.finish().expect("a vector takes every byte");
        Self { name, sum: crc.sum(), packed, length: size(content.len()), at }
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
    let (mut whole, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let entry = Entry::new(name, content, size(whole.len()));
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
    let count = u16::try_from(files.len()).unwrap_or_default();
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
