//! Files out of one file (ZIP): as much of the format as a workbook needs, read as if somebody meant harm.
//!
//! The list at the end of the file is read, and then checked: parts may not overlap, may not be locked, and may not
//! unpack to more than the list says nor to more than the limit. Names are only ever looked up; nothing is written.

use std::io::{self, BufRead, BufReader, Read};

use domain::import::ImportCode;
use flate2::bufread::DeflateDecoder;

use super::{limits, mebibytes};

struct Entry {
    name: String,
    packing: u16,
    packed: u64,
    unpacked: u64,
    at: u64,
}

/// The parts of a file.
pub(super) struct Archive<'file> {
    bytes: &'file [u8],
    entries: Vec<Entry>,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ImportCode> {
    bytes.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).ok_or(ImportCode::Damaged)
}

fn short(bytes: &[u8], at: usize) -> Result<u16, ImportCode> {
    number(bytes, at).map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Result<u32, ImportCode> {
    number(bytes, at).map(u32::from_le_bytes)
}

const LIST_END: &[u8; 4] = b"PK\x05\x06";
const LIST_ENTRY: &[u8; 4] = b"PK\x01\x02";
const PART: &[u8; 4] = b"PK\x03\x04";
/// What stands before the name and the extra fields of a part.
const PART_HEAD: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

impl<'file> Archive<'file> {
    pub(super) fn open(bytes: &'file [u8]) -> Result<Self, ImportCode> {
        // A comment of up to 65,535 bytes may follow the end of the list.
        let tail = bytes.len().saturating_sub(22 + 65_535);
        let end = (tail..bytes.len().saturating_sub(21))
            .rev()
            .find(|at| bytes[*at..].starts_with(LIST_END))
            .ok_or(ImportCode::Damaged)?;
        let (count, mut at) = (usize::from(short(bytes, end + 10)?), long(bytes, end + 16)? as usize);
        // One disk, and none of the fields for files beyond four gibibytes, which are not taken anyway.
        if long(bytes, end + 4)? != 0 || count == usize::from(u16::MAX) || count > limits::PARTS {
            return Err(ImportCode::Damaged);
        }
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            if bytes.get(at..at + 4) != Some(LIST_ENTRY) {
                return Err(ImportCode::Damaged);
            }
            let (name, extra, comment) =
                (short(bytes, at + 28)?, short(bytes, at + 30)?, short(bytes, at + 32)?);
            let name = bytes.get(at + 46..at + 46 + usize::from(name)).ok_or(ImportCode::Damaged)?;
            if short(bytes, at + 8)? & 1 != 0 {
                return Err(ImportCode::Locked);
            }
            entries.push(Entry {
                name: String::from_utf8_lossy(name).trim_start_matches('/').to_owned(),
                packing: short(bytes, at + 10)?,
                packed: u64::from(long(bytes, at + 20)?),
                unpacked: u64::from(long(bytes, at + 24)?),
                at: u64::from(long(bytes, at + 42)?),
            });
            at += 46 + name.len() + usize::from(extra) + usize::from(comment);
        }
        apart(&entries, bytes.len())?;
        Ok(Self { bytes, entries })
    }

    /// The part of that name, as a stream that ends in an error where it goes past what it may be.
    pub(super) fn part(&self, name: &str) -> Result<Option<impl BufRead + use<'file>>, ImportCode> {
        let name = name.trim_start_matches('/');
        let found = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));
        let Some(entry) = found else { return Ok(None) };
        if entry.unpacked > limits::PART {
            return Err(ImportCode::ExpandsTooFar { most: mebibytes(limits::PART) });
        }
        let at = usize::try_from(entry.at).map_err(|_| ImportCode::Damaged)?;
        if self.bytes.get(at..at + 4) != Some(PART) {
            return Err(ImportCode::Damaged);
        }
        let before =
            PART_HEAD + usize::from(short(self.bytes, at + 26)?) + usize::from(short(self.bytes, at + 28)?);
        let packed = usize::try_from(entry.packed).map_err(|_| ImportCode::Damaged)?;
        let bytes = self.bytes.get(at + before..at + before + packed).ok_or(ImportCode::Damaged)?;
        let stream = match entry.packing {
            STORED => Stream::Stored(bytes),
            DEFLATED => Stream::Deflated(Box::new(DeflateDecoder::new(bytes))),
            _ => return Err(ImportCode::Damaged),
        };
        Ok(Some(BufReader::with_capacity(32 * 1024, Counted { stream, left: entry.unpacked })))
    }
}

/// Parts that lie over each other can unpack the same bytes a thousand times.
fn apart(entries: &[Entry], length: usize) -> Result<(), ImportCode> {
    let mut places: Vec<(u64, u64)> =
        entries.iter().map(|entry| (entry.at, entry.at + PART_HEAD as u64 + entry.packed)).collect();
    places.sort_unstable();
    let overlap = places.windows(2).any(|pair| pair[0].1 > pair[1].0);
    let beyond = places.last().is_some_and(|(_, end)| *end > length as u64);
    if overlap || beyond { Err(ImportCode::Damaged) } else { Ok(()) }
}

enum Stream<'file> {
    Stored(&'file [u8]),
    Deflated(Box<DeflateDecoder<&'file [u8]>>),
}

/// Ends in an error where there is more than the list said, which was below the limit.
struct Counted<'file> {
    stream: Stream<'file>,
    left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.stream {
            Stream::Stored(bytes) => bytes.read(buffer)?,
            Stream::Deflated(decoder) => decoder.read(buffer)?,
        };
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "a part is larger than it says"))?;
        Ok(read)
    }
}
