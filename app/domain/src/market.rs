//! What is known about the markets that a product is made for: a note each, with how well it is known.
//!
//! For Morocco and the Gulf there is a note and nothing else. No class is computed for them, and the class that
//! another market's law gives is never theirs.

use serde::{Deserialize, Serialize};

use crate::product::Market;
use crate::words;

/// The notes with their sources: reviewed data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// Their stable name.
    pub id: String,
    /// Their version.
    pub version: String,
    /// When they were written: year, month, day.
    pub date: String,
    /// What was read.
    pub sources: Vec<Source>,
    /// One note a market.
    pub notes: Vec<Note>,
}

/// Something that was read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its stable name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the issuing body's own text.
    pub kind: String,
    /// How far it is to be trusted.
    pub trust: String,
}

/// What is known about one market.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The market.
    pub market: Market,
    /// Its name.
    pub title: String,
    /// How well its rules are known.
    pub known: String,
    /// What is known.
    pub statements: Vec<Statement>,
    /// What products for it are typically held to.
    pub held_to: String,
    /// What Hazel does not give for it; empty where it gives everything.
    pub not_given: String,
}

/// Something that is known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What.
    pub words: String,
    /// How certain it is.
    pub certainty: String,
    /// The stable names of its sources.
    pub sources: Vec<String>,
}

/// A note as a record keeps it: it needs no data to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldNote {
    /// Name and version of the notes.
    pub edition: String,
    /// The market.
    pub market: String,
    /// How well its rules are known.
    pub known: String,
    /// What is known.
    pub statements: Vec<ToldStatement>,
    /// What products for it are typically held to.
    pub held_to: String,
    /// What is not given for it; empty where everything is.
    pub not_given: String,
}

/// A statement as a record keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldStatement {
    /// What is known.
    pub words: String,
    /// How certain it is.
    pub certainty: String,
    /// Its sources, each with its kind and how far it is to be trusted.
    pub sources: Vec<String>,
}

/// The notes on these markets, told, in the order of the markets.
#[must_use]
pub fn notes(markets: &[Market]) -> Vec<ToldNote> {
    let all = &words::all().markets;
    let wanted = |note: &&Note| markets.contains(&note.market);
    all.notes.iter().filter(wanted).map(|note| tell(all, note)).collect()
}

fn tell(all: &Notes, note: &Note) -> ToldNote {
    let source = |id: &String| {
        let found = all.sources.iter().find(|source| source.id == *id);
        found.map(|source| format!("{} ({}; trust: {})", source.name, source.kind, source.trust))
    };
    ToldNote {
        edition: format!("{} {}", all.id, all.version),
        market: note.title.clone(),
        known: note.known.clone(),
        statements: note
            .statements
            .iter()
            .map(|statement| ToldStatement {
                words: statement.words.clone(),
                certainty: statement.certainty.clone(),
                sources: statement.sources.iter().filter_map(source).collect(),
            })
            .collect(),
        held_to: note.held_to.clone(),
        not_given: note.not_given.clone(),
    }
}

impl std::fmt::Display for ToldNote {
    /// The note as plain text, line by line.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{}: {} ({})", self.market, self.known, self.edition)?;
        for statement in &self.statements {
            writeln!(formatter, "- {} ({})", statement.words, statement.certainty)?;
            writeln!(formatter, "  {}", statement.sources.join("; "))?;
        }
        writeln!(formatter, "Typically held to: {}", self.held_to)?;
        if self.not_given.is_empty() { Ok(()) } else { writeln!(formatter, "{}", self.not_given) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_market_has_its_note_and_every_statement_its_sources() {
        let all = &words::all().markets;
        let noted: Vec<Market> = all.notes.iter().map(|note| note.market).collect();
        assert_eq!(noted, Market::ALL);
        for (note, told) in all.notes.iter().zip(notes(&Market::ALL)) {
            assert!(!note.statements.is_empty() && !note.held_to.is_empty(), "{}", note.title);
            for (statement, told) in note.statements.iter().zip(&told.statements) {
                assert!(!statement.sources.is_empty());
                assert_eq!(statement.sources.len(), told.sources.len(), "{}", statement.words);
            }
        }
        for source in &all.sources {
            let is_used = |statement: &Statement| statement.sources.contains(&source.id);
            assert!(all.notes.iter().flat_map(|note| &note.statements).any(is_used), "{}", source.id);
        }
        assert!(notes(&[]).is_empty());
    }

    #[test]
    fn morocco_and_the_gulf_are_said_to_have_no_class_here() {
        let told = notes(&[Market::Gulf, Market::Morocco]);
        assert_eq!(told.iter().map(|note| note.market.as_str()).collect::<Vec<_>>(), ["Morocco", "Gulf"]);
        for note in told {
            assert!(note.not_given.contains("gives no"), "{}", note.market);
            assert!(note.known.starts_with("In part"), "{}", note.market);
            assert!(note.held_to.contains("typically held to"), "{}", note.market);
        }
    }
}
