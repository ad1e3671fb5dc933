//! The schemes that a piece of software is judged by, one a module.
//!
//! A scheme is two things: a **rule pack**, which is reviewed data in `data/` (questions, help, examples, citations,
//! what each answer leads to), and a **decision**, which is code: a plain function that reads answers in order and
//! stops at the first open one. [`decide`] runs it over every completion of the open answers that it reaches, so a
//! verdict is known as soon as no open answer can change it, and the answers that still can are known by name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key, Value};
use crate::clause::Citation;
use crate::words;

pub mod iec62304;
pub mod qualification;

/// One versioned set of questions with what the answers lead to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its stable name.
    pub id: String,
    /// Its version: the year of the edition and our own count.
    pub version: String,
    /// The question it answers.
    pub title: String,
    /// The name of its verdict.
    pub short_title: String,
    /// The text it was written from.
    pub edition: String,
    /// Since when that text is in force: year and month.
    pub in_force_since: String,
    /// What was read.
    pub sources: Vec<String>,
    /// The headings of its questions.
    pub groups: Vec<Group>,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<Question>,
    /// What is taken for certain and stands in the path.
    pub premises: Vec<Premise>,
    /// What can come out.
    pub results: Vec<ResultWords>,
}

/// A heading of questions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its stable name.
    pub id: String,
    /// Its words.
    pub title: String,
}

/// A question in plain words.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The key of its answer.
    pub key: Key,
    /// The heading it stands under.
    pub group: String,
    /// The question.
    pub ask: String,
    /// One paragraph of help.
    pub help: String,
    /// The term that the rules use for it.
    pub term: String,
    /// Where the rules speak of it.
    pub citations: Vec<Citation>,
    /// An example that counts.
    pub counts: String,
    /// An example that does not count.
    pub counts_not: String,
    /// The answers offered, "I don't know" left out.
    pub options: Vec<AnswerOption>,
    /// What "I don't know" counts as.
    pub unknown: Unknown,
    /// When the question matters.
    pub matters: String,
}

/// An answer that a question offers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerOption {
    /// Its stable name.
    pub value: String,
    /// Its words.
    pub words: String,
    /// What it leads to, in a sentence.
    pub leads: String,
}

/// What "I don't know" counts as.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// The stable name of the cautious value.
    pub counts_as: String,
    /// That, in a sentence.
    pub words: String,
}

/// Something that is taken for certain once an answer was given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Premise {
    /// The question after whose answer it stands in the path.
    pub after: Key,
    /// The answer that makes it relevant.
    pub given: String,
    /// What it is about.
    pub statement: String,
    /// What is taken for certain.
    pub value: String,
    /// What that leads to.
    pub leads: String,
    /// Where the rules say so.
    pub citations: Vec<Citation>,
}

/// The words of something that can come out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultWords {
    /// Its stable name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its reason, in a sentence.
    pub sentence: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
}

impl Pack {
    /// Name and version, as records keep them.
    #[must_use]
    pub fn edition_name(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    /// The question of that key.
    #[must_use]
    pub fn question(&self, key: Key) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// The words of a result.
    ///
    /// # Panics
    /// When the pack lacks it, which a test excludes.
    #[must_use]
    pub fn result(&self, name: &str) -> &ResultWords {
        self.results.iter().find(|result| result.name == name).expect("a test finds every result in its pack")
    }
}

impl Question {
    /// The option with that stable name.
    #[must_use]
    pub fn option(&self, value: &str) -> Option<&AnswerOption> {
        self.options.iter().find(|option| option.value == value)
    }

    /// The value that "I don't know" counts as.
    #[must_use]
    pub fn cautious(&self) -> Value {
        self.key.value(&self.unknown.counts_as).unwrap_or(Value::Yes)
    }

    /// The words of what was given.
    #[must_use]
    pub fn words_of(&self, given: Given) -> &str {
        match given {
            Given::Unknown => "I don’t know",
            Given::Value(value) => self.option(value.name()).map_or(value.name(), |option| &option.words),
        }
    }
}

/// The question of a key, in whichever pack asks it.
#[must_use]
pub fn question(key: Key) -> Option<&'static Question> {
    packs().iter().find_map(|pack| pack.question(key))
}

/// The packs in force, in the order in which their questions are asked.
#[must_use]
pub fn packs() -> &'static [Pack] {
    &words::all().packs
}

/// A decision came to an answer that is open.
#[derive(Clone, Copy, Debug)]
pub struct Open(Key);

/// Reads answers for a decision and remembers which were read.
pub struct Reading<'a> {
    answers: &'a Answers,
    assumed: &'a [(Key, Value)],
    read: Vec<(Key, Source)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Given(Given, Value),
    Assumed,
}

impl Reading<'_> {
    /// The value of an answer; "I don't know" counts as the cautious value of its question.
    ///
    /// # Errors
    /// When the answer is open.
    pub fn value(&mut self, key: Key) -> Result<Value, Open> {
        let (source, value) = if let Some(given) = self.answers.given(key) {
            let value = match given {
                Given::Value(value) => value,
                Given::Unknown => question(key).map_or(Value::Yes, Question::cautious),
            };
            (Source::Given(given, value), value)
        } else if let Some((_, value)) = self.assumed.iter().find(|(assumed, _)| *assumed == key) {
            (Source::Assumed, *value)
        } else {
            return Err(Open(key));
        };
        if !self.read.iter().any(|(before, _)| *before == key) {
            self.read.push((key, source));
        }
        Ok(value)
    }

    /// Whether the answer is yes.
    ///
    /// # Errors
    /// When the answer is open.
    pub fn yes(&mut self, key: Key) -> Result<bool, Open> {
        self.value(key).map(|value| value == Value::Yes)
    }
}

/// One answer on the way to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The question.
    pub key: Key,
    /// What was given.
    pub given: Given,
    /// What it counted as.
    pub counted: Value,
}

/// What a decision came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<T> {
    /// The result, once no open answer can change it.
    pub result: Option<T>,
    /// Everything that can still come out.
    pub possible: BTreeSet<T>,
    /// The answers that led here, in the order in which they were read.
    pub path: Vec<Step>,
    /// The open answers that can still change the result, in the order of their keys.
    pub open: BTreeSet<Key>,
    /// Every answer that can be read at all from here, given or not.
    pub reached: BTreeSet<Key>,
}

/// One end of a decision: which answers were assumed on the way, what came out, and what was read.
struct Leaf<T> {
    assumed: Vec<(Key, Value)>,
    outcome: T,
    read: Vec<(Key, Source)>,
}

/// Runs a decision over every completion of the open answers that it reaches.
///
/// Total for any decision that reads finitely many keys; the same answers always give the same verdict.
pub fn decide<T: Ord + Clone>(
    answers: &Answers,
    decision: impl Fn(&mut Reading<'_>) -> Result<T, Open>,
) -> Verdict<T> {
    let mut leaves = Vec::new();
    let mut assumed = Vec::new();
    let read_first = explore(answers, &decision, &mut assumed, &mut leaves);
    let possible: BTreeSet<T> = leaves.iter().map(|leaf| leaf.outcome.clone()).collect();
    let reached = leaves.iter().flat_map(|leaf| leaf.read.iter().map(|(key, _)| *key)).collect();
    let decided = possible.len() == 1;
    let open = if decided { BTreeSet::new() } else { keys_that_decide(&leaves) };
    // A decided verdict is told by the way that rests on most given answers; an open one by what was read before the
    // first open answer.
    let told = if decided {
        let given =
            |leaf: &&Leaf<T>| leaf.read.iter().filter(|(_, source)| *source != Source::Assumed).count();
        leaves.iter().rev().max_by_key(given).map(|leaf| leaf.read.clone()).unwrap_or_default()
    } else {
        read_first
    };
    let path = told
        .into_iter()
        .filter_map(|(key, source)| match source {
            Source::Given(given, counted) => Some(Step { key, given, counted }),
            Source::Assumed => None,
        })
        .collect();
    Verdict { result: if decided { possible.first().cloned() } else { None }, possible, path, open, reached }
}

/// Follows the decision; at an open answer it follows every value. Returns what was read before the first branch.
fn explore<T>(
    answers: &Answers,
    decision: &impl Fn(&mut Reading<'_>) -> Result<T, Open>,
    assumed: &mut Vec<(Key, Value)>,
    leaves: &mut Vec<Leaf<T>>,
) -> Vec<(Key, Source)> {
    let mut reading = Reading { answers, assumed, read: Vec::new() };
    match decision(&mut reading) {
        Ok(outcome) => {
            let read = reading.read;
            leaves.push(Leaf { assumed: assumed.clone(), outcome, read: read.clone() });
            read
        }
        Err(Open(key)) => {
            let read = reading.read;
            for value in key.domain() {
                assumed.push((key, value));
                explore(answers, decision, assumed, leaves);
                assumed.pop();
            }
            read
        }
    }
}

/// The assumed keys on which alone two completions with different outcomes differ.
fn keys_that_decide<T: PartialEq>(leaves: &[Leaf<T>]) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    for (index, one) in leaves.iter().enumerate() {
        for other in leaves.iter().skip(index + 1).filter(|other| other.outcome != one.outcome) {
            let mut conflicts = one.assumed.iter().filter_map(|(key, value)| {
                other.assumed.iter().any(|(same, another)| same == key && another != value).then_some(*key)
            });
            if let (Some(key), None) = (conflicts.next(), conflicts.next()) {
                keys.insert(key);
            }
        }
    }
    keys
}

/// A verdict told in words, for pages, records and the command line. Once written into a record it stands by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// The name of the verdict.
    pub subject: String,
    /// Name and version of the rule pack.
    pub pack: String,
    /// The text the pack was written from.
    pub edition: String,
    /// The stable name of the result; nothing when it is open.
    pub result: Option<String>,
    /// Its title.
    pub title: String,
    /// Its reason.
    pub sentence: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// The way there.
    pub steps: Vec<ToldStep>,
    /// What was not known and counted as the cautious answer.
    pub doubts: Vec<String>,
}

/// One step of a told verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldStep {
    /// The key of the question; nothing for a premise.
    pub key: Option<Key>,
    /// The question, or what the premise is about.
    pub question: String,
    /// The answer in words.
    pub answer: String,
    /// What it led to.
    pub led_to: String,
    /// Where the rules say so.
    pub citations: Vec<Citation>,
}

/// The words of a result that no answer leads to yet.
const OPEN_TITLE: &str = "Open";
const OPEN_SENTENCE: &str = "The answers so far do not decide it.";

/// Tells a verdict in the words of its pack. `name` is the stable name of the result, when there is one.
#[must_use]
pub fn tell<T>(pack: &Pack, verdict: &Verdict<T>, name: Option<&str>) -> Telling {
    let mut steps = Vec::new();
    let mut doubts = Vec::new();
    for step in &verdict.path {
        let Some(question) = pack.question(step.key) else { continue };
        let counted = question.option(step.counted.name());
        let leads = counted.map(|option| option.leads.as_str()).unwrap_or_default();
        let led_to = match step.given {
            Given::Value(_) => leads.to_owned(),
            Given::Unknown => {
                doubts.push(format!("{} {}", question.ask, question.unknown.words));
                let as_words = counted.map_or("", |option| &option.words);
                format!("Counted as “{as_words}”. {leads}")
            }
        };
        steps.push(ToldStep {
            key: Some(step.key),
            question: question.ask.clone(),
            answer: question.words_of(step.given).to_owned(),
            led_to,
            citations: question.citations.clone(),
        });
        for premise in &pack.premises {
            if premise.after == step.key && premise.given == step.counted.name() {
                steps.push(ToldStep {
                    key: None,
                    question: premise.statement.clone(),
                    answer: premise.value.clone(),
                    led_to: premise.leads.clone(),
                    citations: premise.citations.clone(),
                });
            }
        }
    }
    let words = name.map(|name| pack.result(name));
    Telling {
        subject: pack.short_title.clone(),
        pack: pack.edition_name(),
        edition: pack.edition.clone(),
        result: name.map(str::to_owned),
        title: words.map_or(OPEN_TITLE, |words| &words.title).to_owned(),
        sentence: words.map_or(OPEN_SENTENCE, |words| &words.sentence).to_owned(),
        citations: words.map(|words| words.citations.clone()).unwrap_or_default(),
        steps,
        doubts,
    }
}

impl std::fmt::Display for Telling {
    /// The verdict as plain text, line by line; the text that a record keeps.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let places = |citations: &[Citation]| {
            let places: Vec<String> = citations.iter().map(ToString::to_string).collect();
            places.join("; ")
        };
        writeln!(formatter, "{}: {}", self.subject, self.title)?;
        writeln!(formatter, "{} ({})", self.sentence, places(&self.citations))?;
        writeln!(formatter, "Rule pack {}, from {}", self.pack, self.edition)?;
        for (index, step) in self.steps.iter().enumerate() {
            writeln!(formatter, "{}. {} {}. {}", index + 1, step.question, step.answer, step.led_to)?;
            writeln!(formatter, "   {}", places(&step.citations))?;
        }
        for doubt in &self.doubts {
            writeln!(formatter, "Not known: {doubt}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_complete_and_offers_all_values_of_its_key() {
        for pack in packs() {
            for question in &pack.questions {
                let key = question.key;
                assert!(pack.groups.iter().any(|group| group.id == question.group), "{key}");
                assert!(!question.citations.is_empty(), "{key}");
                let offered: BTreeSet<&str> =
                    question.options.iter().map(|option| option.value.as_str()).collect();
                let taken: BTreeSet<&str> = key.domain().into_iter().map(Value::name).collect();
                assert_eq!(offered, taken, "{key}");
                assert!(taken.contains(question.unknown.counts_as.as_str()), "{key}");
                let words = question.option(&question.unknown.counts_as).unwrap().words.as_str();
                let short = words.split(',').next().unwrap();
                assert!(question.unknown.words.contains(short), "{key} says what it counts as");
                for text in
                    [&question.ask, &question.help, &question.term, &question.counts, &question.counts_not]
                {
                    assert!(!text.trim().is_empty(), "{key}");
                }
                assert!(question.ask.ends_with('?'), "{key}");
                assert!(question.help.chars().count() < 400, "{key}: help is one paragraph");
            }
        }
    }

    #[test]
    fn no_key_is_asked_twice() {
        let mut seen = BTreeSet::new();
        for question in packs().iter().flat_map(|pack| &pack.questions) {
            assert!(seen.insert(question.key), "{}", question.key);
        }
    }

    #[test]
    fn an_open_answer_that_changes_nothing_is_not_asked_for() {
        // Reads both, but only the second decides.
        let verdict = decide(&Answers::none(), |reading| {
            reading.yes(Key::IsSoftware)?;
            reading.yes(Key::MedicalPurpose)
        });
        assert_eq!(verdict.open, BTreeSet::from([Key::MedicalPurpose]));
        assert_eq!(verdict.possible, BTreeSet::from([false, true]));
        assert_eq!(verdict.result, None);
    }
}
