//! A document as blocks, before it has a format. The formats draw the same paper each in its own way.

use serde::Serialize;
use time::OffsetDateTime;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// What kind of document it is.
    pub kind: String,
    /// What it is about.
    pub name: String,
    /// What stands at the head of every page: what it is about, and which state of it.
    pub head: String,
    /// What stands at the foot of every page.
    pub foot: String,
    /// The digest of what it was made from.
    pub digest: String,
    /// The moment that it speaks of. It is part of the file, so that the same record gives the same bytes.
    #[serde(skip)]
    pub moment: OffsetDateTime,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "of", rename_all = "lowercase")]
pub enum Block {
    /// What it comes to, on top of everything.
    Outcome(Outcome),
    /// A heading: 1 begins a part, 2 a paragraph of it.
    Heading(u8, String),
    /// A paragraph.
    Text(Vec<Run>),
    /// A list.
    List(Vec<Vec<Run>>),
    /// Names and their values.
    Facts(Vec<(String, Vec<Run>)>),
    /// A table, with a head that stands on every page that it reaches.
    Table(Table),
}

/// What a document comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The letter of a class; nothing where there is no class.
    pub letter: Option<String>,
    /// How many of the two fields of its plate are filled.
    pub filled: u8,
    /// Whether it is of record.
    pub of_record: bool,
    /// In words.
    pub words: String,
    /// How it stands.
    pub standing: String,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The names of the columns and their shares of the width; the shares of a table sum up to 100.
    pub columns: Vec<(&'static str, u8)>,
    /// The rows, as wide as there are columns.
    pub rows: Vec<Vec<Vec<Run>>>,
}

/// Words of one weight. A line break in them is one on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The words.
    pub text: String,
    /// How they stand out.
    pub weight: Weight,
}

/// How words stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Not at all.
    Plain,
    /// Bold.
    Strong,
    /// Smaller and lighter: where something comes from.
    Quiet,
    /// To be read letter by letter, and never broken.
    Exact,
}

impl Paper {
    /// Its title.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {}", self.kind, self.name)
    }
}

impl Run {
    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Plain }
    }

    /// Words that stand out.
    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Strong }
    }

    /// Words that stand back.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Quiet }
    }

    /// Letters that count one by one.
    pub fn exact(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Exact }
    }
}

impl Block {
    /// A paragraph of plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text(vec![Run::plain(text)])
    }

    /// A paragraph that stands back.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self::Text(vec![Run::quiet(text)])
    }
}

/// Text as formats take it: without control characters, lines ended by `\n` alone.
#[must_use]
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|letter| match letter {
            '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\t' | '\u{a0}' => Some(' '),
            letter if letter.is_control() || ('\u{fff0}'..='\u{fff8}').contains(&letter) => None,
            '\u{fffe}' | '\u{ffff}' | '\u{feff}' => None,
            letter => Some(letter),
        })
        .collect()
}

/// A paper with one of everything, for the tests of the formats. `words` stand in a paragraph, a list, a fact and a
/// cell.
#[cfg(test)]
pub(crate) fn sample(words: &str) -> Paper {
    let columns = vec![("Name", 40), ("Words", 60)];
    Paper {
        kind: "Sample".to_owned(),
        name: "A & B".to_owned(),
        head: "Head".to_owned(),
        foot: "Foot".to_owned(),
        digest: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".to_owned(),
        moment: time::macros::datetime!(2026-11-27 10:00 UTC),
        blocks: vec![
            Block::Outcome(Outcome {
                letter: Some("B".to_owned()),
                filled: 1,
                of_record: true,
                words: "Class B".to_owned(),
                standing: "Approved.".to_owned(),
            }),
            Block::Heading(1, "Part".to_owned()),
            Block::Heading(2, "Paragraph".to_owned()),
            Block::Text(vec![Run::plain(words), Run::strong(" strong"), Run::quiet(" quiet")]),
            Block::List(vec![vec![Run::plain(words)], vec![Run::plain("an item")]]),
            Block::Facts(vec![
                ("fact".to_owned(), vec![Run::plain(words)]),
                ("digest".to_owned(), vec![Run::exact("0123456789abcdef".repeat(4))]),
            ]),
            Block::Table(Table {
                columns,
                rows: vec![vec![vec![Run::plain("cell")], vec![Run::strong(words)]]],
            }),
        ],
    }
}
