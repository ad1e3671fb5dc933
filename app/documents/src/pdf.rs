//! PDF/A-2a and PDF/UA-1: a paper for archives that can also be read aloud. Everything that is needed to read it in
//! fifty years is inside, and its parts are tagged as what they are.
//!
//! Set by `typst`, which writes no file that fails the two standards. It sees three things: the template
//! `pdf/paper.typ`, the paper as data, and the fonts. There is no disk, no network, no package and no clock behind it,
//! and what people typed is never read as markup, because it reaches the template as strings.

#[cfg(test)]
mod reader;

use std::fmt;
use std::sync::LazyLock;

use typst::comemo;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::paper::{Paper, clean};

/// The letter for letters that the font does not have.
const NO_LETTER: char = '\u{fffd}';

/// What all papers share. The first font is the one that sets the text.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: FileId,
    standards: PdfStandards,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let faces =
        [dejavu::sans_condensed::regular(), dejavu::sans_condensed::bold(), dejavu::sans_mono::regular()];
    let fonts: Vec<Font> = faces.into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect();
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(file("paper.typ"), include_str!("pdf/paper.typ").to_owned()),
        data: file("paper.json"),
        standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .expect("one standard for archives goes together with the one for reading aloud"),
    }
});

fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names of our files are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world as a paper sees it.
struct Desk<'a> {
    press: &'a Press,
    data: Bytes,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.press.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    /// There is no today: a paper speaks of its own moment.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Why a paper could not be set. This is our mistake, never that of what it says.
#[derive(Debug)]
pub struct NotSet(String);

impl fmt::Display for NotSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the paper could not be set: {}", self.0)
    }
}

impl std::error::Error for NotSet {}

impl NotSet {
    fn of(mistakes: &[SourceDiagnostic]) -> Self {
        let messages: Vec<&str> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
        Self(messages.join("; "))
    }
}

/// The file. It takes a while and much memory; let few do it at a time.
///
/// # Errors
/// When the template is wrong, or the file would fail the standards.
pub fn write(paper: &Paper) -> Result<Vec<u8>, NotSet> {
    let Warned { output, warnings } = set(paper);
    let file = output?;
    // The template is ours, so a warning is a mistake too; the tests look for it.
    debug_assert!(warnings.is_empty(), "{}", NotSet::of(&warnings));
    Ok(file)
}

/// Sets a paper, and forgets what was remembered on the way, also when it failed: a server lives long.
fn set(paper: &Paper) -> Warned<Result<Vec<u8>, NotSet>> {
    let desk = Desk { press: &PRESS, data: Bytes::new(data(paper, &PRESS.fonts[0])) };
    let Warned { output, warnings } = typst::compile::<PagedDocument>(&desk);
    let written = output.and_then(|document| typst_pdf::pdf(&document, &options(paper)));
    comemo::evict(0);
    Warned { output: written.map_err(|mistakes| NotSet::of(&mistakes)), warnings }
}

fn options(paper: &Paper) -> PdfOptions {
    let moment = paper.moment.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.to_hms();
    let at = Datetime::from_ymd_hms(year, month.into(), day, hour, minute, second);
    PdfOptions {
        ident: Smart::Custom(format!("{} {}", paper.title(), paper.digest)),
        creator: Smart::Custom(Some("Hazel".to_owned())),
        timestamp: at.map(Timestamp::new_utc),
        standards: PRESS.standards.clone(),
        ..PdfOptions::default()
    }
}

/// The paper as the template reads it: with letters alone that the font has, because a paper for archives may not show
/// the sign for a missing one.
fn data(paper: &Paper, font: &Font) -> Vec<u8> {
    let mut data = serde_json::to_value(paper).expect("a paper is plain data");
    let mut missing = 0;
    each_text(&mut data, &mut |text| {
        let (shown, lacks) = legible(text, font);
        *text = shown;
        missing += lacks;
    });
    data["title"] = legible(&paper.title(), font).0.into();
    data["missing"] = missing.into();
    data.to_string().into_bytes()
}

fn each_text(data: &mut serde_json::Value, change: &mut impl FnMut(&mut String)) {
    match data {
        serde_json::Value::String(text) => change(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| each_text(field, change)),
        _ => {}
    }
}

/// The text in letters that the font has, and how many were lacking.
fn legible(text: &str, font: &Font) -> (String, usize) {
    let mut missing = 0;
    let shown = clean(text)
        .chars()
        .filter(|letter| !is_unseen(*letter))
        .map(|letter| {
            let is_private = ('\u{e000}'..='\u{f8ff}').contains(&letter) || letter >= '\u{f0000}';
            if letter == '\n' || (!is_private && font.info().coverage.contains(letter.into())) {
                letter
            } else {
                missing += 1;
                NO_LETTER
            }
        })
        .collect();
    (shown, missing)
}

/// Marks without a shape of their own, which only tell screens how to show their neighbours. Those that join letters
/// or keep them apart stay: some scripts are spelled with them.
const fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::reader::Read;
    use super::*;
    use crate::paper::{Block, Run, Table, sample};

    fn read(paper: &Paper) -> Read {
        Read::of(&write(paper).unwrap())
    }

    fn holds(file: &[u8], part: &str) -> bool {
        file.windows(part.len()).any(|window| window == part.as_bytes())
    }

    #[test]
    fn the_same_paper_gives_the_same_bytes_and_another_does_not() {
        assert_eq!(write(&sample("same")).unwrap(), write(&sample("same")).unwrap());
        assert_ne!(write(&sample("same")).unwrap(), write(&sample("other")).unwrap());
    }

    #[test]
    fn it_says_that_it_is_for_archives_and_for_reading_aloud() {
        let file = write(&sample("plain")).unwrap();
        assert!(file.starts_with(b"%PDF-1.7"));
        for part in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">Sample: A &amp; B</rdf:li>",
            "<xmp:CreateDate>2026-11-27T10:00:00+00:00</xmp:CreateDate>",
        ] {
            assert!(holds(&file, part), "{part}");
        }
        for part in ["/Encrypt", "/JavaScript", "/Launch", "/EmbeddedFile"] {
            assert!(!holds(&file, part), "{part}");
        }
        assert!(file.len() < 100_000, "{} bytes", file.len());
    }

    #[test]
    fn its_parts_are_tagged_as_what_they_are() {
        let tags = read(&sample("plain")).tags;
        for tag in ["H1", "H2", "P", "L", "LI", "Table", "TR", "TH", "TD", "Strong"] {
            assert!(tags.contains(tag), "{tag} in {tags:?}");
        }
    }

    #[test]
    fn what_people_type_is_never_markup() {
        for words in [
            "#panic(\"no\") #read(\"/etc/passwd\") #{ 1 + 1 }",
            "= no heading *no star* _no line_ `no code`",
            "$x^2$ \\ \\u{41} \\#",
            "<label> @label https://example.org/ // no comment /* nor this */",
            "- no list + nor this / Term: no",
            "--- ... ~ 'quotes' \"quotes\"",
            "{\"is\":\"heading\",\"of\":[1,\"no\"]}",
            "\u{fb01} office e\u{301} a\u{323}\u{302} \u{2d49}\u{2d4e} \u{416}\u{3a9}",
        ] {
            let read = read(&sample(words));
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(plain(&read.text()).matches(&plain(words)).count(), 4, "{words} in {}", read.text());
            assert!(!read.text().contains(NO_LETTER), "{words}");
        }
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(read(&sample("first\r\nsecond")).text().matches("first\nsecond").count(), 4);
    }

    #[test]
    fn scripts_that_run_from_right_to_left_keep_their_letters() {
        let letters = |text: &str| {
            let mut letters: Vec<char> =
                text.chars().filter(|letter| ('\u{590}'..'\u{900}').contains(letter)).collect();
            letters.sort_unstable();
            letters
        };
        for words in ["مراقبة نبض القلب في المنزل", "ניטור דופק בבית"] {
            assert_eq!(letters(&read(&sample(words)).text()), letters(&words.repeat(4)), "{words}");
        }
    }

    #[test]
    fn a_letter_that_the_font_lacks_is_shown_as_such_and_counted() {
        let text = read(&sample("心拍 🫀 ok")).text();
        assert_eq!(text.matches(NO_LETTER).count(), 3 * 4 + 1, "{text}");
        assert!(text.contains("12 letters of this record are"), "{text}");
    }

    #[test]
    fn a_word_that_is_longer_than_a_page_is_wide_is_broken_inside_the_margins() {
        let read = read(&sample(&"Wort".repeat(1_000)));
        assert_eq!(read.text().matches("Wort").count(), 4 * 1_000);
        assert!(read.right <= 595.0 - 60.0, "{}", read.right);
        assert!(read.pages.len() > 2);
    }

    #[test]
    fn a_long_table_has_its_head_and_every_page_its_number() {
        let mut paper = sample("short");
        let rows =
            (0..120).map(|row| vec![vec![Run::plain(format!("row {row}."))], vec![Run::plain("words")]]);
        let columns = vec![("First column", 50), ("Second column", 50)];
        paper.blocks = vec![Block::Table(Table { columns, rows: rows.collect() })];
        let read = read(&paper);
        assert!(read.pages.len() > 2);
        for (page, number) in read.pages.iter().zip(1..) {
            assert!(page.contains("First column") && page.contains("Head"), "{page}");
            assert!(page.contains(&format!("Page {number} of {}", read.pages.len())), "{page}");
        }
        for row in 0..120 {
            assert_eq!(read.text().matches(&format!("row {row}.")).count(), 1);
        }
    }

    #[test]
    fn the_template_gives_no_warning() {
        assert!(set(&sample("plain")).warnings.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]
        #[test]
        fn any_text_can_be_set(texts in prop::collection::vec("\\PC{0,30}(?s:.{0,30})", 60)) {
            let mut paper = sample("plain");
            let columns = vec![("Any text", 100)];
            paper.blocks.push(Block::Table(Table {
                columns,
                rows: texts.iter().map(|text| vec![vec![Run::plain(text), Run::strong(text)]]).collect(),
            }));
            let written = write(&paper);
            prop_assert!(written.is_ok(), "{:?}", written.err());
        }
    }
}
