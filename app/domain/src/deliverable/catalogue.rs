//! The deliverables that the clauses are usually packed into. Read from `data/deliverables.json`.
//!
//! IEC 62304 asks for outcomes, not for documents: a team may keep several deliverables in one document, or one in
//! several. The names here are the common ones.

use serde::{Deserialize, Serialize};

use super::clauses::{self, Clause, Condition, Group};
use crate::clause::Document;
use crate::words;

/// A deliverable.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliverable {
    /// Its stable number, such as `D05`.
    pub id: String,
    /// Its usual name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// How it differs from class to class.
    pub differs: String,
    #[serde(rename = "clauses")]
    places: Vec<String>,
    /// The condition under which it counts at all.
    #[serde(default)]
    pub condition: Option<Condition>,
    /// Whether an approved assessment is this deliverable: the record of the class, with its reasoning.
    #[serde(default)]
    pub is_classification: bool,
}

impl Deliverable {
    /// The clauses that it answers, whatever the class.
    pub fn clauses(&self) -> impl Iterator<Item = &'static Clause> {
        self.places.iter().filter_map(|place| clauses::clause(place))
    }

    /// The heading of its first clause, under which lists group it.
    #[must_use]
    pub fn group(&self) -> &'static Group {
        self.places
            .first()
            .and_then(|place| clauses::group_of(place))
            .expect("every deliverable answers a clause")
    }
}

/// The whole catalogue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "document")]
    _document: Document,
    #[serde(rename = "edition")]
    _edition: String,
    deliverables: Vec<Deliverable>,
}

impl Catalogue {
    /// Leaves numbers, names and clauses.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn keep_names_only(&mut self) {
        for deliverable in &mut self.deliverables {
            deliverable.about.clear();
            deliverable.differs.clear();
        }
    }
}

/// All deliverables, in the order of their numbers.
#[must_use]
pub fn all() -> &'static [Deliverable] {
    &words::all().catalogue.deliverables
}

/// The deliverable with that number.
#[must_use]
pub fn deliverable(id: &str) -> Option<&'static Deliverable> {
    all().iter().find(|deliverable| deliverable.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clauses::{State, table};
    use super::*;

    #[test]
    fn there_are_41_deliverables_with_distinct_numbers() {
        let ids: BTreeSet<&str> = all().iter().map(|deliverable| deliverable.id.as_str()).collect();
        assert_eq!((all().len(), ids.len()), (41, 41));
    }

    #[test]
    fn only_the_record_of_the_class_is_an_approved_assessment() {
        let ids: Vec<&str> =
            all().iter().filter(|one| one.is_classification).map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["D03"]);
    }

    #[test]
    fn every_clause_in_force_is_answered_by_a_deliverable_and_no_other_is_named() {
        let answered: BTreeSet<&str> =
            all().iter().flat_map(|deliverable| deliverable.places.iter().map(String::as_str)).collect();
        for clause in &table().clauses {
            assert_eq!(
                answered.contains(clause.place.as_str()),
                clause.state == State::Live,
                "{}",
                clause.place
            );
        }
        for place in answered {
            assert!(clauses::clause(place).is_some(), "{place}");
        }
    }
}
