//! PDF/A-2u: a paper for archives. Everything that is needed to read it in fifty years is inside: the letters of the
//! font that it uses, their meaning as text, and the colours' meaning.
//!
//! Written by hand over `pdf-writer`, because the alternative (a typesetter with 190 packages) would cost every build
//! minutes and the server its memory, for a document that is headings, paragraphs and lists. No clock and no
//! randomness: the same paper gives the same bytes.

mod font;
mod layout;
mod metadata;

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, OutputIntentSubtype, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::paper::Paper;
use font::{Face, Font};
use layout::{Page, Sheet};

/// A4, in points.
const SHEET: Sheet = Sheet { width: 595.0, height: 842.0, side: 62.0, top: 60.0, bottom: 64.0 };

const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The file.
#[must_use]
pub fn write(paper: &Paper) -> Vec<u8> {
    let mut fonts = [Font::new(Face::Regular), Font::new(Face::Bold)];
    let pages = layout::pages(paper, SHEET, &mut fonts);
    Writer::new().write(paper, &pages, &fonts)
}

/// Hands out the numbers of objects.
struct Writer {
    pdf: Pdf,
    next: i32,
}

impl Writer {
    fn new() -> Self {
        Self { pdf: Pdf::new(), next: 1 }
    }

    fn number(&mut self) -> Ref {
        let number = Ref::new(self.next);
        self.next += 1;
        number
    }

    fn write(mut self, paper: &Paper, pages: &[Page], fonts: &[Font]) -> Vec<u8> {
        let (catalog, tree, about, profile) = (self.number(), self.number(), self.number(), self.number());
        let fonts: Vec<(Face, Ref)> = fonts.iter().map(|font| (font.face(), self.font(font))).collect();
        let pages: Vec<Ref> = pages.iter().map(|page| self.page(page, tree, &fonts)).collect();
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        self.pdf.pages(tree).kids(pages).count(count);
        // Metadata is read by archives without a filter.
        let xml = metadata::xml(paper);
        let mut stream = self.pdf.stream(about, xml.as_bytes());
        stream.pair(Name(b"Type"), Name(b"Metadata"));
        stream.pair(Name(b"Subtype"), Name(b"XML"));
        stream.finish();
        let icc = metadata::colours();
        self.pdf.icc_profile(profile, &icc).n(3);
        let mut root = self.pdf.catalog(catalog);
        root.pages(tree);
        root.metadata(about);
        root.lang(TextStr("en"));
        root.viewer_preferences().display_doc_title(true);
        let mut intents = root.output_intents();
        let mut intent = intents.push();
        intent.subtype(OutputIntentSubtype::PDFA);
        intent.output_condition_identifier(TextStr("sRGB"));
        intent.info(TextStr("sRGB"));
        intent.dest_output_profile(profile);
        intent.finish();
        intents.finish();
        root.finish();
        let id = fingerprint(self.pdf.as_bytes());
        self.pdf.set_file_id((id.clone(), id));
        self.pdf.finish()
    }

    fn page(&mut self, page: &Page, tree: Ref, fonts: &[(Face, Ref)]) -> Ref {
        let (number, contents) = (self.number(), self.number());
        let data = packed(&drawn(page));
        self.pdf.stream(contents, &data).filter(Filter::FlateDecode);
        let mut object = self.pdf.page(number);
        object.parent(tree).media_box(Rect::new(0.0, 0.0, SHEET.width, SHEET.height)).contents(contents);
        let mut resources = object.resources();
        let mut named = resources.fonts();
        for (face, font) in fonts {
            named.pair(Name(face.resource()), *font);
        }
        named.finish();
        resources.finish();
        object.finish();
        number
    }

    /// A font with the letters that the paper uses.
    fn font(&mut self, font: &Font) -> Ref {
        let (number, cid, descriptor, file, cmap) =
            (self.number(), self.number(), self.number(), self.number(), self.number());
        let name = font.subset_name();
        let name = Name(name.as_bytes());
        self.pdf
            .type0_font(number)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut descendant = self.pdf.cid_font(cid);
        descendant
            .subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(descriptor);
        descendant.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = descendant.widths();
        for (glyph, width) in font.widths() {
            widths.consecutive(glyph, [width]);
        }
        widths.finish();
        descendant.finish();
        let measures = font.measures();
        self.pdf
            .font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(measures.left, measures.low, measures.right, measures.high))
            .italic_angle(0.0)
            .ascent(measures.ascent)
            .descent(measures.descent)
            .cap_height(measures.capital)
            .stem_v(if font.face() == Face::Bold { 140.0 } else { 80.0 })
            .font_file2(file);
        let subset = font.subset();
        let data = packed(&subset);
        let mut stream = self.pdf.stream(file, &data);
        stream.filter(Filter::FlateDecode);
        stream.pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
        stream.finish();
        let mut unicode = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), SYSTEM);
        for (glyph, letter) in font.letters() {
            unicode.pair(glyph, letter);
        }
        self.pdf.cmap(cmap, unicode.finish().as_slice());
        number
    }
}

/// The page as drawing commands.
fn drawn(page: &Page) -> Vec<u8> {
    let mut content = Content::new();
    for rule in &page.rules {
        content.set_fill_gray(rule.gray);
        content.rect(rule.x, rule.y, rule.width, rule.height);
        content.fill_nonzero();
    }
    for word in &page.words {
        content.begin_text();
        content.set_fill_gray(word.gray);
        content.set_font(Name(word.face.resource()), word.size);
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, word.x, word.y]);
        let glyphs: Vec<u8> = word.glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect();
        content.show(Str(&glyphs));
        content.end_text();
    }
    content.finish().into_vec()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("a vector takes every byte");
    encoder.finish().expect("a vector takes every byte")
}

/// The identifier of the file, from what it says: the same for the same bytes.
fn fingerprint(bytes: &[u8]) -> Vec<u8> {
    let hash = |seed: u64| {
        bytes.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    };
    [hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4)]
        .into_iter()
        .flat_map(u64::to_be_bytes)
        .collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::paper::{Block, Run};

    fn paper(words: &str) -> Paper {
        Paper {
            title: "A title".to_owned(),
            foot: "Foot".to_owned(),
            moment: datetime!(2026-11-27 10:00 UTC),
            blocks: vec![
                Block::Heading(1, "Part".to_owned()),
                Block::Text(vec![Run::plain(words), Run::strong(" bold"), Run::quiet(" quiet")]),
                Block::Item("1.".to_owned(), vec![Run::plain("an item")]),
                Block::Quote("said\nin two lines".to_owned()),
                Block::Pair("name".to_owned(), "value".to_owned()),
            ],
        }
    }

    fn holds(file: &[u8], part: &[u8]) -> bool {
        file.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn the_same_paper_gives_the_same_bytes_and_another_does_not() {
        assert_eq!(write(&paper("same")), write(&paper("same")));
        assert_ne!(write(&paper("same")), write(&paper("other")));
    }

    #[test]
    fn it_says_that_it_is_for_archives_and_holds_what_an_archive_asks_for() {
        let file = write(&paper("plain"));
        assert!(file.starts_with(b"%PDF-1.7"));
        let parts: [&[u8]; 8] = [
            b"<pdfaid:part>2</pdfaid:part>",
            b"<pdfaid:conformance>U</pdfaid:conformance>",
            b"/S /GTS_PDFA1",
            b"/DestOutputProfile",
            b"/FontFile2",
            b"/ToUnicode",
            b"/ID [",
            b"/Lang (en)",
        ];
        for part in parts {
            assert!(holds(&file, part), "{}", String::from_utf8_lossy(part));
        }
        let refused: [&[u8]; 5] = [b"/Encrypt", b"/JavaScript", b"/AA", b"/Launch", b"/SMask"];
        for part in refused {
            assert!(!holds(&file, part), "{}", String::from_utf8_lossy(part));
        }
        assert!(file.len() < 60_000, "{} bytes", file.len());
    }

    #[test]
    fn any_text_can_be_written() {
        for words in
            ["", " ", "\u{0}\u{7}\u{fffe}", "日本語", "العربية", "🫀", &"long".repeat(2_000), "a\n\n\nb"]
        {
            assert!(write(&paper(words)).len() > 1_000);
        }
    }

    #[test]
    fn much_text_takes_more_pages() {
        let long = "Many words that fill a line and then another one. ".repeat(800);
        let file = write(&paper(&long));
        let text = String::from_utf8_lossy(&file).into_owned();
        let pages = text.matches("/Type /Page\n").count();
        assert!(pages > 5, "{pages}");
        assert!(text.contains(&format!("/Count {pages}")));
    }
}
