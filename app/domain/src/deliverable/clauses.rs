//! The sub-clauses of IEC 62304, clauses 4 to 9: which class owes which. Read from `data/clauses.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clause::{Citation, Document};
use crate::scheme::iec62304::SafetyClass;
use crate::words;

/// A sub-clause.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its number with letters after a point, such as `4.3.a`: the key in data and on the command line.
    pub place: String,
    /// What it asks, in one short line of our own.
    pub title: String,
    classes: String,
    edition_2006: String,
    /// Whether it is in force.
    pub state: State,
    /// The condition under which it counts at all.
    #[serde(default)]
    pub condition: Option<Condition>,
    /// What amendment 1 changed, where it did.
    #[serde(default)]
    pub amendment: Option<String>,
    /// Where public sources disagree, and how that was settled.
    #[serde(default)]
    pub disagreement: Option<String>,
    /// Short names of the sources read; their meaning is in [`Table::sources`].
    pub sources: Vec<String>,
    /// How sure the reading is.
    pub confidence: Confidence,
}

/// Whether a sub-clause is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In force.
    Live,
    /// The amendment took it out and left the number empty.
    NotUsed,
    /// The amendment deleted it.
    Deleted,
}

/// How sure a reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Several sources that do not depend on each other agree.
    High,
    /// Fewer sources, or one that disagrees.
    Medium,
    /// One source.
    Low,
}

/// A condition under which a clause or deliverable counts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The route for legacy software of 4.4 is taken.
    LegacyRoute,
}

impl Condition {
    /// The stable name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegacyRoute => "legacy_route",
        }
    }

    /// The condition in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::LegacyRoute => "Counts only where the route for legacy software is taken.",
        }
    }
}

impl Clause {
    /// Whether software of the class owes it.
    #[must_use]
    pub fn applies_to(&self, class: SafetyClass) -> bool {
        self.classes.contains(class.letter())
    }

    /// Whether software of the class owed it before the amendment.
    #[must_use]
    pub fn applied_in_2006(&self, class: SafetyClass) -> bool {
        self.edition_2006.contains(class.letter())
    }

    /// The lightest class that owes it.
    #[must_use]
    pub fn from_class(&self) -> Option<SafetyClass> {
        SafetyClass::ALL.into_iter().find(|class| self.applies_to(*class))
    }

    /// The clause as a citation.
    #[must_use]
    pub fn citation(&self) -> Citation {
        Citation::new(Document::Iec62304, &printed(&self.place))
    }
}

/// A place as it is printed: `4.3.a` is read as `4.3 a`.
#[must_use]
pub fn printed(place: &str) -> String {
    match place.rsplit_once('.') {
        Some((clause, letter)) if letter.chars().all(|character| character.is_ascii_lowercase()) => {
            format!("{clause} {letter}")
        }
        _ => place.to_owned(),
    }
}

/// A heading under which clauses stand together.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The clause above them, such as `5.1`.
    pub place: String,
    /// Its subject.
    pub title: String,
}

/// The whole table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The document it was taken from.
    pub document: Document,
    /// Its edition.
    pub edition: String,
    /// How the table is to be read, and what it is not.
    pub reading: String,
    /// What the short names of the sources mean.
    pub sources: BTreeMap<String, String>,
    /// The headings, in order.
    pub groups: Vec<Group>,
    /// The sub-clauses, in order; those no longer in force included.
    pub clauses: Vec<Clause>,
}

impl Table {
    /// Leaves what the rules read: places, classes and conditions.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn keep_rules_only(&mut self) {
        self.reading.clear();
        self.sources.clear();
        for clause in &mut self.clauses {
            clause.amendment = None;
            clause.disagreement = None;
            clause.sources.clear();
        }
    }
}

/// The clause table.
#[must_use]
pub fn table() -> &'static Table {
    &words::all().clauses
}

/// The clause with that number (`4.3.a`), in force or not.
#[must_use]
pub fn clause(place: &str) -> Option<&'static Clause> {
    table().clauses.iter().find(|clause| clause.place == place)
}

/// The clauses that software of the class owes, in order; those under a condition included.
pub fn owed_at(class: SafetyClass) -> impl Iterator<Item = &'static Clause> {
    table().clauses.iter().filter(move |clause| clause.applies_to(class))
}

/// The heading that a clause stands under.
#[must_use]
pub fn group_of(place: &str) -> Option<&'static Group> {
    table().groups.iter().find(|group| {
        place.strip_prefix(group.place.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// How many sub-clauses a class owes. 4.3 and 4.4 count once each, as is usual.
#[must_use]
pub fn count(class: SafetyClass) -> usize {
    let mut counted: Vec<&str> = owed_at(class)
        .map(|clause| match clause.place.get(..3) {
            Some(whole @ ("4.3" | "4.4")) => whole,
            _ => clause.place.as_str(),
        })
        .collect();
    counted.dedup();
    counted.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_owe_54_and_89_and_95_sub_clauses() {
        assert_eq!(SafetyClass::ALL.map(count), [54, 89, 95]);
    }

    #[test]
    fn a_heavier_class_owes_everything_that_a_lighter_one_owes() {
        for clause in &table().clauses {
            let owed = SafetyClass::ALL.map(|class| clause.applies_to(class));
            assert!(owed.is_sorted(), "{}", clause.place);
            assert_eq!(owed[2], clause.state == State::Live, "{}", clause.place);
        }
    }

    #[test]
    fn six_sub_clauses_belong_to_class_c_alone() {
        let only_c: Vec<&str> = owed_at(SafetyClass::C)
            .filter(|clause| !clause.applies_to(SafetyClass::B))
            .map(|clause| clause.place.as_str())
            .collect();
        assert_eq!(only_c, ["5.1.4", "5.3.5", "5.4.2", "5.4.3", "5.4.4", "5.5.4"]);
    }

    #[test]
    fn what_the_amendment_gave_to_class_a_says_so() {
        for clause in &table().clauses {
            let became_a = clause.applies_to(SafetyClass::A) && !clause.applied_in_2006(SafetyClass::A);
            assert!(!became_a || clause.amendment.is_some(), "{}", clause.place);
        }
    }

    #[test]
    fn every_clause_has_a_heading_and_known_sources() {
        for clause in &table().clauses {
            assert!(group_of(&clause.place).is_some(), "{}", clause.place);
            assert!(!clause.sources.is_empty(), "{}", clause.place);
            assert!(
                clause.sources.iter().all(|source| table().sources.contains_key(source)),
                "{}",
                clause.place
            );
        }
    }

    #[test]
    fn only_legacy_clauses_are_conditional() {
        for clause in &table().clauses {
            assert_eq!(clause.condition.is_some(), clause.place.starts_with("4.4"), "{}", clause.place);
        }
    }

    #[test]
    fn letters_are_printed_after_a_space() {
        assert_eq!(printed("4.3.a"), "4.3 a");
        assert_eq!(printed("6.2.1.1"), "6.2.1.1");
        assert_eq!(printed("6.1"), "6.1");
    }
}
