//! The font of papers: which letters are used, how wide they are, and a copy of the font with these letters alone.

use std::collections::{BTreeMap, BTreeSet};

use ttf_parser::{GlyphId, RawFace, Tag};

/// One of the two faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

impl Face {
    /// The name of the face on pages.
    pub(super) const fn resource(self) -> &'static [u8] {
        match self {
            Self::Regular => b"F1",
            Self::Bold => b"F2",
        }
    }

    fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => dejavu::sans::regular(),
            Self::Bold => dejavu::sans::bold(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Regular => "DejaVuSans",
            Self::Bold => "DejaVuSans-Bold",
        }
    }
}

/// What a letter is shown as that the font does not have.
const NO_LETTER: char = '\u{fffd}';

/// A face, and the letters that were asked for.
pub(super) struct Font {
    face: Face,
    parsed: ttf_parser::Face<'static>,
    used: BTreeMap<u16, char>,
}

/// What a font descriptor says, in thousandths of the size.
pub(super) struct Measures {
    pub(super) left: f32,
    pub(super) low: f32,
    pub(super) right: f32,
    pub(super) high: f32,
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) capital: f32,
}

impl Font {
    pub(super) fn new(face: Face) -> Self {
        let parsed = ttf_parser::Face::parse(face.file(), 0).expect("the font is part of the program");
        Self { face, parsed, used: BTreeMap::new() }
    }

    pub(super) const fn face(&self) -> Face {
        self.face
    }

    /// The glyph of a letter; it becomes part of the copy.
    pub(super) fn glyph(&mut self, letter: char) -> u16 {
        let known = self.parsed.glyph_index(letter).map(|glyph| (glyph, letter));
        let other = || self.parsed.glyph_index(NO_LETTER).map(|glyph| (glyph, NO_LETTER));
        let (glyph, letter) = known.or_else(other).unwrap_or((GlyphId(0), NO_LETTER));
        self.used.entry(glyph.0).or_insert(letter);
        glyph.0
    }

    fn scaled(&self, units: impl Into<f32>) -> f32 {
        units.into() * 1000.0 / f32::from(self.parsed.units_per_em())
    }

    /// The width of a glyph in thousandths of the size.
    pub(super) fn width(&self, glyph: u16) -> f32 {
        self.scaled(self.parsed.glyph_hor_advance(GlyphId(glyph)).unwrap_or_default())
    }

    pub(super) fn widths(&self) -> impl Iterator<Item = (u16, f32)> + '_ {
        self.used.keys().map(|glyph| (*glyph, self.width(*glyph)))
    }

    /// What each glyph means as text.
    pub(super) fn letters(&self) -> impl Iterator<Item = (u16, char)> + '_ {
        self.used.iter().map(|(glyph, letter)| (*glyph, *letter))
    }

    pub(super) fn measures(&self) -> Measures {
        let bounds = self.parsed.global_bounding_box();
        let ascent = self.scaled(self.parsed.ascender());
        Measures {
            left: self.scaled(bounds.x_min),
            low: self.scaled(bounds.y_min),
            right: self.scaled(bounds.x_max),
            high: self.scaled(bounds.y_max),
            ascent,
            descent: self.scaled(self.parsed.descender()),
            capital: self.parsed.capital_height().map_or(ascent, |height| self.scaled(height)),
        }
    }

    /// A name that tells the copies of two papers apart, as the format asks for: six letters from what is in it.
    pub(super) fn subset_name(&self) -> String {
        let mut hash = self.used.keys().fold(0xcbf2_9ce4_8422_2325_u64, |hash, glyph| {
            (hash ^ u64::from(*glyph)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut name = String::new();
        for _ in 0..6 {
            name.push(char::from(b'A' + u8::try_from(hash % 26).unwrap_or_default()));
            hash /= 26;
        }
        format!("{name}+{}", self.face.name())
    }

    /// The used glyphs, and those that they are put together from.
    fn closure(&self, outlines: &Outlines<'_>) -> BTreeSet<u16> {
        let mut all = BTreeSet::from([0]);
        let mut to_see: Vec<u16> = self.used.keys().copied().collect();
        while let Some(glyph) = to_see.pop() {
            if all.insert(glyph) || glyph == 0 {
                to_see.extend(outlines.parts(glyph).into_iter().filter(|part| !all.contains(part)));
            }
        }
        all
    }

    /// A font file with the used letters: all glyphs keep their numbers, the unused ones are empty.
    pub(super) fn subset(&self) -> Vec<u8> {
        let raw = self.parsed.raw_face();
        let table = |name: &[u8; 4]| raw.table(Tag::from_bytes(name)).unwrap_or_default();
        let outlines = Outlines::of(raw);
        let kept = self.closure(&outlines);
        let (mut glyphs, mut places) = (Vec::new(), Vec::new());
        for glyph in 0..self.parsed.number_of_glyphs() {
            places.extend(u32::try_from(glyphs.len()).unwrap_or(u32::MAX).to_be_bytes());
            if kept.contains(&glyph) {
                glyphs.extend_from_slice(outlines.outline(glyph));
                glyphs.resize(glyphs.len().next_multiple_of(4), 0);
            }
        }
        places.extend(u32::try_from(glyphs.len()).unwrap_or(u32::MAX).to_be_bytes());
        let mut head = table(b"head").to_vec();
        // No sum over the file yet, and places of four bytes each.
        head[8..12].fill(0);
        head[50..52].copy_from_slice(&1_i16.to_be_bytes());
        let mut advances = table(b"hmtx").to_vec();
        // Each measure is a width and a bearing; what stands behind the last of them are bearings alone, and stays.
        let measured = u16_at(table(b"hhea"), 34);
        for (glyph, measure) in (0..measured).zip(advances.chunks_mut(4)) {
            if !kept.contains(&glyph) {
                measure.fill(0);
            }
        }
        let mut tables: Vec<([u8; 4], Vec<u8>)> =
            vec![(*b"glyf", glyphs), (*b"head", head), (*b"hmtx", advances), (*b"loca", places)];
        for name in [b"cvt ", b"fpgm", b"hhea", b"maxp", b"prep"] {
            let data = table(name);
            if !data.is_empty() {
                tables.push((*name, data.to_vec()));
            }
        }
        tables.sort_by_key(|(name, _)| *name);
        file(&tables)
    }
}

/// The outlines of a font.
struct Outlines<'a> {
    glyphs: &'a [u8],
    places: &'a [u8],
    long: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

impl<'a> Outlines<'a> {
    fn of(raw: &RawFace<'a>) -> Self {
        let table = |name: &[u8; 4]| raw.table(Tag::from_bytes(name)).unwrap_or_default();
        Self { glyphs: table(b"glyf"), places: table(b"loca"), long: u16_at(table(b"head"), 50) == 1 }
    }

    fn place(&self, glyph: usize) -> usize {
        if self.long {
            usize::try_from(u32_at(self.places, glyph * 4)).unwrap_or_default()
        } else {
            usize::from(u16_at(self.places, glyph * 2)) * 2
        }
    }

    fn outline(&self, glyph: u16) -> &'a [u8] {
        let glyph = usize::from(glyph);
        self.glyphs.get(self.place(glyph)..self.place(glyph + 1)).unwrap_or_default()
    }

    /// The glyphs that a glyph is put together from.
    fn parts(&self, glyph: u16) -> Vec<u16> {
        const WORDS: u16 = 0x0001;
        const SCALE: u16 = 0x0008;
        const MORE: u16 = 0x0020;
        const TWO_SCALES: u16 = 0x0040;
        const MATRIX: u16 = 0x0080;
        let outline = self.outline(glyph);
        // A negative count of contours says that it is put together.
        if outline.len() < 10 || u16_at(outline, 0) < 0x8000 {
            return Vec::new();
        }
        let (mut parts, mut at) = (Vec::new(), 10);
        loop {
            let flags = u16_at(outline, at);
            parts.push(u16_at(outline, at + 2));
            at += if flags & WORDS == 0 { 6 } else { 8 };
            at += match flags & (SCALE | TWO_SCALES | MATRIX) {
                SCALE => 2,
                TWO_SCALES => 4,
                MATRIX => 8,
                _ => 0,
            };
            if flags & MORE == 0 || at + 4 > outline.len() {
                return parts;
            }
        }
    }
}

/// Tables, sorted by name, as a font file with its sums.
fn file(tables: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).unwrap_or_default();
    let power = count.checked_ilog2().unwrap_or_default();
    let range = 16_u16 << power;
    let mut file = Vec::new();
    file.extend(0x0001_0000_u32.to_be_bytes());
    for number in [count, range, u16::try_from(power).unwrap_or_default(), count * 16 - range] {
        file.extend(number.to_be_bytes());
    }
    let mut at = 12 + 16 * tables.len();
    let mut head = 0;
    for (name, data) in tables {
        file.extend(name);
        file.extend(sum(data).to_be_bytes());
        for number in [at, data.len()] {
            file.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
        }
        if name == b"head" {
            head = at;
        }
        at += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        file.extend(data);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let rest = 0xb1b0_afba_u32.wrapping_sub(sum(&file));
    file[head + 8..head + 12].copy_from_slice(&rest.to_be_bytes());
    file
}

fn sum(data: &[u8]) -> u32 {
    data.chunks(4)
        .map(|four| {
            four.iter().zip([24, 16, 8, 0]).map(|(byte, shift)| u32::from(*byte) << shift).sum::<u32>()
        })
        .fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_is_a_font_with_the_used_letters_alone() {
        for face in [Face::Regular, Face::Bold] {
            let mut font = Font::new(face);
            let (a, umlaut) = (font.glyph('a'), font.glyph('ä'));
            let copy = font.subset();
            assert!(copy.len() < 150_000, "{}", copy.len());
            let (raw, whole) = (RawFace::parse(&copy, 0).unwrap(), Outlines::of(font.parsed.raw_face()));
            let copied = Outlines::of(&raw);
            for glyph in [a, umlaut] {
                assert!(copied.outline(glyph).starts_with(whole.outline(glyph)));
                assert!(!copied.outline(glyph).is_empty());
            }
            assert!(whole.parts(umlaut).contains(&a), "it is put together");
            let unused = font.parsed.glyph_index('Z').unwrap().0;
            assert!(copied.outline(unused).is_empty());
            assert_eq!(sum(&copy), 0xb1b0_afba);
        }
    }

    #[test]
    fn a_letter_that_the_font_lacks_is_shown_as_such() {
        let mut font = Font::new(Face::Regular);
        let glyph = font.glyph('日');
        assert_ne!(glyph, 0);
        assert_eq!(font.letters().collect::<Vec<_>>(), [(glyph, NO_LETTER)]);
        assert!(font.subset_name().ends_with("+DejaVuSans"));
    }
}
