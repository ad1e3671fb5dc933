//! The words that the rules speak with: rule packs, clause table, deliverables, contradictions. Data in `data/`, read
//! once.
//!
//! The server and the command line carry the data inside of them. The browser's program does not: a page that needs
//! the words loads them beside it as one file that the bundle wrote, and hands them to [`give`] before anything asks.
//! This is the only place that tells the two apart; everything else calls [`all`].

use serde::{Deserialize, Serialize};

use crate::contradiction::Wording;
use crate::deliverable::catalogue::Catalogue;
use crate::deliverable::clauses::Table;
use crate::market::Notes;
use crate::scheme::Pack;
use crate::scheme::draft::Draft;

/// All words.
#[derive(Debug, Serialize, Deserialize)]
pub struct Words {
    /// The rule packs, in the order in which their questions are asked.
    pub packs: Vec<Pack>,
    /// The packs that are not in force.
    pub drafts: Vec<Draft>,
    /// The sub-clauses of IEC 62304.
    pub clauses: Table,
    /// The deliverables.
    pub catalogue: Catalogue,
    /// What is known about the markets.
    pub markets: Notes,
    /// What can contradict each other.
    pub contradictions: Vec<Wording>,
}

impl Words {
    /// The rule pack of that name.
    ///
    /// # Panics
    /// When there is none: its scheme and its data are shipped together.
    #[must_use]
    pub fn pack(&self, id: &str) -> &Pack {
        self.packs.iter().find(|pack| pack.id == id).expect("every scheme has its pack")
    }

    /// The file that the browser loads: without the help of questions, the origin of clauses, the drafts and the notes
    /// on markets, which only pages show.
    ///
    /// # Panics
    /// Never: all lists know their length.
    #[must_use]
    #[cfg(not(target_arch = "wasm32"))]
    pub fn for_the_browser() -> String {
        let mut words = source::read();
        for question in words.packs.iter_mut().flat_map(|pack| &mut pack.questions) {
            for text in
                [&mut question.help, &mut question.counts, &mut question.counts_not, &mut question.matters]
            {
                text.clear();
            }
        }
        words.clauses.keep_rules_only();
        words.catalogue.keep_names_only();
        words.drafts.clear();
        words.markets.sources.clear();
        words.markets.notes.clear();
        crate::lines::write(&words).expect("all lists know their length")
    }
}

/// All words.
///
/// # Panics
/// In the browser, before they were given.
#[must_use]
pub fn all() -> &'static Words {
    source::all()
}

#[cfg(target_arch = "wasm32")]
pub use source::give;

/// Where the data is part of the program.
#[cfg(not(target_arch = "wasm32"))]
mod source {
    use std::sync::LazyLock;

    use serde::de::DeserializeOwned;

    use super::Words;

    /// In the order in which their questions are asked.
    const PACKS: &[&str] = &[
        include_str!("../data/eu-qualification.json"),
        include_str!("../data/us-software-function.json"),
        include_str!("../data/iec-62304.json"),
        include_str!("../data/eu-mdr-class.json"),
        include_str!("../data/imdrf-category.json"),
        include_str!("../data/us-documentation-level.json"),
    ];

    const DRAFTS: &[&str] =
        &[include_str!("../data/draft-eu-mdr-rule-11.json"), include_str!("../data/draft-iec-62304-2.json")];

    static WORDS: LazyLock<Words> = LazyLock::new(read);

    pub(super) fn all() -> &'static Words {
        &WORDS
    }

    pub(super) fn read() -> Words {
        Words {
            packs: PACKS.iter().copied().map(parse).collect(),
            drafts: DRAFTS.iter().copied().map(parse).collect(),
            clauses: parse(include_str!("../data/clauses.json")),
            catalogue: parse(include_str!("../data/deliverables.json")),
            markets: parse(include_str!("../data/markets.json")),
            contradictions: parse(include_str!("../data/contradictions.json")),
        }
    }

    fn parse<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).expect("the data is checked by tests")
    }
}

/// Where the data comes beside the program.
#[cfg(target_arch = "wasm32")]
mod source {
    use std::sync::OnceLock;

    use super::Words;
    use crate::lines;

    static WORDS: OnceLock<Words> = OnceLock::new();

    pub(super) fn all() -> &'static Words {
        WORDS.get().expect("the words are given before anything asks for them")
    }

    /// Takes the words of the file that belongs to this build. Later ones are not taken.
    ///
    /// # Errors
    /// When the text is not such a file.
    pub fn give(text: &str) -> Result<(), lines::Unfit> {
        let words = lines::read(text)?;
        let _ = WORDS.set(words);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliverable::{Difference, size};
    use crate::scheme::iec62304::SafetyClass;

    #[test]
    fn what_the_browser_loads_can_be_read_and_holds_every_question() {
        let file = Words::for_the_browser();
        let words: Words = crate::lines::read(&file).unwrap();
        assert_eq!(crate::lines::write(&words).unwrap(), file);
        for (sent, whole) in words.packs.iter().zip(&all().packs) {
            assert_eq!(sent.id, whole.id);
            for (sent, whole) in sent.questions.iter().zip(&whole.questions) {
                assert_eq!((&sent.ask, &sent.unknown.words), (&whole.ask, &whole.unknown.words));
                assert!(sent.help.is_empty());
            }
            assert_eq!(sent.questions.len(), whole.questions.len());
        }
        assert_eq!(words.clauses.clauses.len(), all().clauses.clauses.len());
    }

    #[test]
    fn the_words_themselves_are_left_whole() {
        assert!(
            all().packs.iter().flat_map(|pack| &pack.questions).all(|question| !question.help.is_empty())
        );
        assert!(size(SafetyClass::C, false).clauses > 0);
        assert!(!Difference::between(SafetyClass::A, SafetyClass::C).is_empty());
    }
}
