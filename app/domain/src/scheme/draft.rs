//! Packs that are not in force: proposals and drafts of standards, as far as they are known.
//!
//! They can be tried on answers and on nothing else. A [`Trial`] is no [`Telling`](super::Telling): no record takes
//! it, and nothing here gives a verdict that one would take.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Change, ResultWords, RuleWords, Verdict};
use crate::answer::{Answers, Key};
use crate::clause::Citation;
use crate::words;

mod iec62304;
mod rule_11;

/// A pack that is not in force.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its stable name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The pack in force whose place it would take.
    pub replaces: String,
    /// What it changes.
    pub title: String,
    /// The name of its trial.
    pub short_title: String,
    /// Where it stands on its way, and that it is no law.
    pub standing: String,
    /// The text it was written from.
    pub edition: String,
    /// When that text appeared, as far as it is known.
    pub proposed: String,
    /// What was read.
    pub sources: Vec<String>,
    /// What changed from version to version, the newest first.
    pub changelog: Vec<Change>,
    /// What is not known of it, or can not be asked.
    pub not_carried: Vec<String>,
    /// Which results in force a result of it stands for, where their names differ.
    pub corresponds: BTreeMap<String, Vec<String>>,
    /// The words of its rules. Rules of the pack in force that it leaves alone keep their words there.
    pub rules: Vec<RuleWords>,
    /// What can come out.
    pub results: Vec<ResultWords>,
}

/// What answers would come to under a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The stable name of the result; nothing where the answers do not decide it.
    pub result: Option<String>,
    /// Its title.
    pub title: String,
    /// The titles of all that can still come out, the lightest first.
    pub possible: Vec<String>,
    /// Why.
    pub sentence: String,
    /// Where that stands.
    pub citations: Vec<Citation>,
    /// The answers that are missing and could change it.
    pub open: BTreeSet<Key>,
}

/// The drafts that Hazel carries.
#[must_use]
pub fn drafts() -> &'static [Draft] {
    &words::all().drafts
}

/// The draft of that name.
#[must_use]
pub fn draft(id: &str) -> Option<&'static Draft> {
    drafts().iter().find(|draft| draft.id == id)
}

impl Draft {
    /// Name and version.
    #[must_use]
    pub fn edition_name(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    /// Tries the answers; nothing where the draft is not carried as rules.
    #[must_use]
    pub fn try_on(&self, answers: &Answers) -> Option<Trial> {
        match self.id.as_str() {
            rule_11::ID => Some(rule_11::try_on(self, answers)),
            iec62304::ID => Some(iec62304::try_on(self, answers)),
            _ => None,
        }
    }

    /// Whether a result of the draft asks for something else than a result in force does.
    #[must_use]
    pub fn moves(&self, in_force: &str, tried: &str) -> bool {
        match self.corresponds.get(tried) {
            Some(same) => !same.iter().any(|name| name == in_force),
            None => in_force != tried,
        }
    }

    fn told<T: Copy>(&self, verdict: Verdict<T>, name_of: fn(T) -> &'static str, rules: &[&str]) -> Trial {
        let in_force = &words::all().pack(&self.replaces).rules;
        let words_of = |id: &&str| self.rules.iter().chain(in_force).find(|words| words.id == **id);
        let rules: Vec<&RuleWords> = rules.iter().filter_map(words_of).collect();
        let title = |result: T| {
            let found = self.results.iter().find(|words| words.name == name_of(result));
            found.map_or(name_of(result), |words| &words.title).to_owned()
        };
        let sentences: Vec<&str> = rules.iter().map(|rule| rule.sentence.as_str()).collect();
        Trial {
            result: verdict.result.map(|result| name_of(result).to_owned()),
            title: verdict.result.map_or("Open".to_owned(), title),
            possible: verdict.possible.iter().map(|result| title(*result)).collect(),
            sentence: sentences.join(" "),
            citations: rules.iter().flat_map(|rule| rule.citations.iter().cloned()).collect(),
            open: verdict.open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::packs;
    use super::*;

    #[test]
    fn every_draft_is_marked_and_replaces_a_pack_in_force() {
        assert_eq!(drafts().len(), 2);
        for draft in drafts() {
            assert!(packs().iter().any(|pack| pack.id == draft.replaces), "{}", draft.id);
            assert!(packs().iter().all(|pack| pack.id != draft.id), "{} is not in force", draft.id);
            assert!(!draft.not_carried.is_empty() && !draft.sources.is_empty() && !draft.standing.is_empty());
            assert_eq!(draft.changelog.first().map(|change| &change.version), Some(&draft.version));
            assert!(draft.try_on(&Answers::none()).is_some(), "{} is tried", draft.id);
            assert!(draft.rules.iter().all(|rule| !rule.citations.is_empty()));
        }
    }
}
