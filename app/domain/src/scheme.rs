//! The schemes that a piece of software is judged by, one a module.
//!
//! A scheme is two things: a **rule pack**, which is reviewed data in `data/` (questions, help, examples, citations,
//! what each answer leads to), and a **decision**, which is code: a plain function that reads answers in order and
//! stops at the first open one. A [`Diagram`] lays it out over every answer that it can read, so a verdict is known as
//! soon as no open answer can change it, and the answers that still can are known by name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key, Value};
use crate::clause::Citation;
use crate::words;

mod diagram;
pub mod draft;
pub mod fda_documentation;
pub mod iec62304;
pub mod imdrf;
pub mod mdr;
pub mod qualification;
pub mod us_function;

pub use diagram::Diagram;

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
    /// Until when it was in force; nothing while it is.
    #[serde(default)]
    pub in_force_until: Option<String>,
    /// What was read.
    pub sources: Vec<String>,
    /// What changed from version to version, the newest first.
    pub changelog: Vec<Change>,
    /// The headings of its questions.
    pub groups: Vec<Group>,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<Question>,
    /// What is taken for certain and stands in the path.
    pub premises: Vec<Premise>,
    /// The words of its rules, where the scheme is a table of rules.
    #[serde(default)]
    pub rules: Vec<RuleWords>,
    /// The words of a second reading that stands beside the rules and overrides none of them.
    #[serde(default)]
    pub comparison: Option<RuleWords>,
    /// What can come out.
    pub results: Vec<ResultWords>,
}

/// What a version of a pack changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The version.
    pub version: String,
    /// When it was written: year, month, day.
    pub date: String,
    /// What changed.
    pub words: String,
}

/// The words of a rule.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleWords {
    /// Its stable name.
    pub id: String,
    /// What it says, in a plain sentence.
    pub sentence: String,
    /// Where it stands.
    pub citations: Vec<Citation>,
    /// Where its reading is not certain, and why.
    #[serde(default)]
    pub caveat: Option<String>,
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
    /// The key of a question that sounds alike and is another test: its answer is offered as a start.
    #[serde(default)]
    pub similar: Option<Key>,
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

/// The pack of that name.
pub(crate) fn pack(id: &str) -> &'static Pack {
    words::all().pack(id)
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
            Given::Unknown => NOT_KNOWN,
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

/// Reads answers for a decision.
pub struct Reading<'a> {
    answers: &'a Answers,
    assumed: &'a [(Key, Value)],
}

impl<'a> Reading<'a> {
    /// Reads what was given and assumes nothing.
    #[must_use]
    pub fn of(answers: &'a Answers) -> Self {
        Self { answers, assumed: &[] }
    }

    /// Reads what was given, and what is assumed about the rest.
    pub(crate) const fn assuming(answers: &'a Answers, assumed: &'a [(Key, Value)]) -> Self {
        Self { answers, assumed }
    }

    /// The value of an answer; "I don't know" counts as the cautious value of its question.
    ///
    /// # Errors
    /// When the answer is open.
    pub fn value(&mut self, key: Key) -> Result<Value, Open> {
        let assumed = || self.assumed.iter().find(|(assumed, _)| *assumed == key).map(|(_, value)| *value);
        self.answers.given(key).map(|given| counted(key, given)).or_else(assumed).ok_or(Open(key))
    }

    /// Whether the answer is yes.
    ///
    /// # Errors
    /// When the answer is open.
    pub fn yes(&mut self, key: Key) -> Result<bool, Open> {
        self.value(key).map(|value| value == Value::Yes)
    }
}

/// What was given counts as this value: "I don't know" as the cautious one of its question.
fn counted(key: Key, given: Given) -> Value {
    match given {
        Given::Value(value) => value,
        Given::Unknown => question(key).map_or(Value::Yes, Question::cautious),
    }
}

/// What the answers come to under a decision over few keys. What is decided often keeps its [`Diagram`].
pub fn decide<T: Ord + Clone>(
    answers: &Answers,
    decision: impl Fn(&mut Reading<'_>) -> Result<T, Open>,
) -> Verdict<T> {
    Diagram::of(decision).verdict(answers)
}

/// A rule of a scheme that is a table of rules.
#[derive(Clone, Copy, Debug)]
pub struct Rule<T: 'static> {
    /// Its stable name; its words stand under it in the pack.
    pub id: &'static str,
    /// What it gives where it applies.
    pub outcome: T,
    /// Whether it applies.
    pub applies: fn(&mut Reading<'_>) -> Result<bool, Open>,
}

/// The first rule that applies. Rules after it are not read, so that their questions are not asked.
///
/// # Errors
/// When an answer is open that decides whether an earlier rule applies.
pub fn first_that_applies<'r, T>(
    rules: &'r [Rule<T>],
    reading: &mut Reading<'_>,
) -> Result<Option<&'r Rule<T>>, Open> {
    for rule in rules {
        if (rule.applies)(reading)? {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

/// The names of all rules that certainly apply and give this outcome.
pub fn that_apply<T: PartialEq + Copy>(
    rules: &[Rule<T>],
    answers: &Answers,
    outcome: T,
) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.outcome == outcome) {
        if (rule.applies)(&mut Reading::of(answers)).is_ok_and(|applies| applies) && !names.contains(&rule.id)
        {
            names.push(rule.id);
        }
    }
    names
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
    /// The questions that were answered with "I don't know", and what that counted as.
    #[serde(default)]
    pub unknowns: Vec<String>,
    /// Where the reading of the rules is not certain, whatever was answered. Early records keep both lists in this one.
    #[serde(default, alias = "doubts")]
    pub caveats: Vec<String>,
    /// The names of the rules that decided, where the scheme is a table of rules.
    #[serde(default)]
    pub rules: Vec<String>,
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

/// The words of an answer that is not known.
pub const NOT_KNOWN: &str = "I don’t know";

/// The words of a result that no answer leads to yet.
const OPEN_TITLE: &str = "Open";
const OPEN_SENTENCE: &str = "The answers so far do not decide it.";

/// Tells a verdict in the words of its pack. `name` is the stable name of the result, when there is one.
#[must_use]
pub fn tell<T>(pack: &Pack, verdict: &Verdict<T>, name: Option<&str>) -> Telling {
    let mut steps = Vec::new();
    let mut unknowns = Vec::new();
    for step in &verdict.path {
        let Some(question) = pack.question(step.key) else { continue };
        let counted = question.option(step.counted.name());
        let leads = counted.map(|option| option.leads.as_str()).unwrap_or_default();
        let led_to = match step.given {
            Given::Value(_) => leads.to_owned(),
            Given::Unknown => {
                unknowns.push(format!("{} {}", question.ask, question.unknown.words));
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
        unknowns,
        caveats: Vec::new(),
        rules: Vec::new(),
    }
}

/// The same for a scheme that is a table of rules: the sentences are those of the rules that decided.
#[must_use]
pub fn tell_with_rules<T>(pack: &Pack, verdict: &Verdict<T>, name: Option<&str>, rules: &[&str]) -> Telling {
    let mut told = tell(pack, verdict, name);
    let words: Vec<&RuleWords> =
        rules.iter().filter_map(|id| pack.rules.iter().find(|words| words.id == *id)).collect();
    if !words.is_empty() {
        let sentences: Vec<&str> = words.iter().map(|words| words.sentence.as_str()).collect();
        told.sentence = sentences.join(" ");
        told.citations.clear();
        for citation in words.iter().flat_map(|words| &words.citations) {
            if !told.citations.contains(citation) {
                told.citations.push(citation.clone());
            }
        }
        // Several rules may share one caveat; it is said once.
        for caveat in words.iter().filter_map(|words| words.caveat.as_ref()) {
            if !told.caveats.contains(caveat) {
                told.caveats.push(caveat.clone());
            }
        }
    }
    told.rules = words.iter().map(|words| words.id.clone()).collect();
    told
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
        for unknown in &self.unknowns {
            writeln!(formatter, "Not known: {unknown}")?;
        }
        for caveat in &self.caveats {
            writeln!(formatter, "Not certain: {caveat}")?;
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
    fn every_rule_has_its_words_and_every_word_its_rule() {
        let table: [(&Pack, Vec<&str>); 4] = [
            (mdr::pack(), mdr::RULES.iter().map(|rule| rule.id).collect()),
            (imdrf::pack(), imdrf::rules()),
            (us_function::pack(), us_function::RULES.iter().map(|rule| rule.id).collect()),
            (fda_documentation::pack(), fda_documentation::RULES.iter().map(|rule| rule.id).collect()),
        ];
        for (pack, ids) in table {
            let ids: BTreeSet<&str> = ids.into_iter().collect();
            let words: BTreeSet<&str> = pack.rules.iter().map(|rule| rule.id.as_str()).collect();
            assert_eq!(ids, words, "{}", pack.id);
            assert!(pack.rules.iter().all(|rule| !rule.citations.is_empty()), "{}", pack.id);
        }
    }

    #[test]
    fn every_pack_tells_its_latest_change_first() {
        for pack in packs() {
            assert_eq!(
                pack.changelog.first().map(|change| &change.version),
                Some(&pack.version),
                "{}",
                pack.id
            );
            assert!(pack.in_force_until.is_none(), "{} is in force", pack.id);
        }
    }

    #[test]
    fn no_key_is_asked_twice() {
        let mut seen = BTreeSet::new();
        for question in packs().iter().flat_map(|pack| &pack.questions) {
            assert!(seen.insert(question.key), "{}", question.key);
        }
    }
}
