//! A document as blocks of text, before it has a format. The formats draw the same paper each in its own way.

use time::OffsetDateTime;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its title.
    pub title: String,
    /// What stands at the foot of every page.
    pub foot: String,
    /// The moment that it speaks of. It is part of the file, so that the same record gives the same bytes.
    pub moment: OffsetDateTime,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading: 1 begins a part, 2 a paragraph of it.
    Heading(u8, String),
    /// A paragraph.
    Text(Vec<Run>),
    /// A line of a list, with what stands before it.
    Item(String, Vec<Run>),
    /// Words of a person.
    Quote(String),
    /// A name and its value.
    Pair(String, String),
}

/// Words of one weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The words.
    pub text: String,
    /// How they stand out.
    pub weight: Weight,
}

/// How words stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Not at all.
    Plain,
    /// Bold.
    Strong,
    /// Smaller and lighter: where something comes from.
    Quiet,
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
}

impl Block {
    /// A paragraph of plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text(vec![Run::plain(text)])
    }
}

/// Text as formats take it: without control characters, lines ended by `\n` alone.
#[must_use]
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|letter| match letter {
            '\n' => Some('\n'),
            '\t' | '\u{a0}' => Some(' '),
            letter if letter.is_control() || ('\u{fff0}'..='\u{fff8}').contains(&letter) => None,
            '\u{fffe}' | '\u{ffff}' | '\u{feff}' => None,
            letter => Some(letter),
        })
        .collect()
}
