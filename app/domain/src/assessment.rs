//! Assessments: answers to the rule packs about one product, what they come to, and the way to approval.
//!
//! A draft is only a draft: the class of record changes by approval alone, and until one is approved class C applies.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key};
use crate::ids::PersonId;
use crate::market::{self, ToldNote};
use crate::product::{Market, Profile};
use crate::revision::Revision;
use crate::scheme::fda_documentation::{self, Level};
use crate::scheme::iec62304::{self, Classed, SafetyClass};
use crate::scheme::imdrf::{self, Category};
use crate::scheme::mdr::{self, MdrClass};
use crate::scheme::qualification::{self, Qualification, Regulation};
use crate::scheme::us_function::{self, Status};
use crate::scheme::{Question, Telling, Verdict, packs};

/// Where an assessment stands.
///
/// ```text
/// draft ──submit──▶ in review ──approve──▶ approved ──a later one is approved──▶ superseded
///   ▲                 │    │
///   └───take back─────┘    └─return──▶ returned ──submit──▶ in review
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being answered.
    Draft,
    /// Handed over; nothing can be changed.
    InReview,
    /// Sent back with a comment; being answered again.
    Returned,
    /// The record that counts.
    Approved,
    /// Was the record that counted, until a later one was approved.
    Superseded,
}

/// What can be done with an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Change an answer.
    Answer,
    /// Hand over for review.
    Submit,
    /// Take back from review.
    TakeBack,
    /// Approve.
    Approve,
    /// Send back with a comment.
    Return,
    /// Give way to a later approved assessment.
    Supersede,
}

impl State {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::InReview, Self::Returned, Self::Approved, Self::Superseded];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Superseded => "superseded",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state after a step; nothing where the step is refused. What is not named here is refused.
    #[must_use]
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Draft, Step::Answer) | (Self::InReview, Step::TakeBack) => Some(Self::Draft),
            (Self::Returned, Step::Answer) | (Self::InReview, Step::Return) => Some(Self::Returned),
            (Self::Draft | Self::Returned, Step::Submit) => Some(Self::InReview),
            (Self::InReview, Step::Approve) => Some(Self::Approved),
            (Self::Approved, Step::Supersede) => Some(Self::Superseded),
            _ => None,
        }
    }

    /// Whether answers can be changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.after(Step::Answer).is_some()
    }
}

impl Step {
    /// What was done, as the start of a sentence.
    #[must_use]
    pub const fn deed(self) -> &'static str {
        match self {
            Self::Answer => "Answered",
            Self::Submit => "Handed over",
            Self::TakeBack => "Taken back",
            Self::Approve => "Approved",
            Self::Return => "Returned",
            Self::Supersede => "Superseded",
        }
    }

    /// All steps.
    pub const ALL: [Self; 6] =
        [Self::Answer, Self::Submit, Self::TakeBack, Self::Approve, Self::Return, Self::Supersede];
}

/// What can be wrong with a step of an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssessmentCode {
    /// The assessment is not in a state that allows the step.
    NotInThisState {
        /// The state that it is in.
        state: State,
    },
    /// A question that can still matter has no answer.
    QuestionOpen {
        /// Its key.
        key: Key,
    },
    /// An answer that counts has no reason.
    ReasonMissing {
        /// Its key.
        key: Key,
    },
    /// The reviewer changed an answer of this assessment.
    ReviewerAnswered,
    /// The reviewer looked at an older revision than the one that stands now.
    NotTheRevisionReviewed,
    /// There is no such question.
    NoSuchQuestion,
    /// No answer was picked.
    NothingPicked,
    /// The answers decide nothing yet.
    NotDecided,
    /// Another assessment of the product is already being worked on.
    AnotherIsOpen,
}

impl AssessmentCode {
    /// The stable code.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotInThisState { .. } => "A001",
            Self::QuestionOpen { .. } => "A002",
            Self::ReasonMissing { .. } => "A003",
            Self::ReviewerAnswered => "A004",
            Self::NotTheRevisionReviewed => "A005",
            Self::NoSuchQuestion => "A006",
            Self::AnotherIsOpen => "A007",
            Self::NothingPicked => "A008",
            Self::NotDecided => "A009",
        }
    }

    /// The question that it is about, where it is about one.
    #[must_use]
    pub const fn question(&self) -> Option<Key> {
        match self {
            Self::QuestionOpen { key } | Self::ReasonMissing { key } => Some(*key),
            _ => None,
        }
    }
}

/// Takes a step.
///
/// # Errors
/// When the state does not allow it.
pub fn take(state: State, step: Step) -> Result<State, AssessmentCode> {
    state.after(step).ok_or(AssessmentCode::NotInThisState { state })
}

/// Decides whether answers are ready to be handed over: every question that can still matter is answered ("I don't
/// know" is an answer), and every answer that counts has its reason.
///
/// # Errors
/// Everything that is missing, in the order of the questions.
pub fn ready(judgement: &Judgement, has_reason: impl Fn(Key) -> bool) -> Result<(), Vec<AssessmentCode>> {
    let missing: Vec<AssessmentCode> = judgement
        .questions()
        .into_iter()
        .filter_map(|asked| match asked.standing {
            QuestionStanding::Open => Some(AssessmentCode::QuestionOpen { key: asked.question.key }),
            QuestionStanding::Counts if !has_reason(asked.question.key) => {
                Some(AssessmentCode::ReasonMissing { key: asked.question.key })
            }
            _ => None,
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

/// Decides whether a reviewer may approve: an assessment in review, exactly the revision that was looked at, and no
/// answer of it was ever changed by the reviewer.
///
/// # Errors
/// The first reason against it.
pub fn approve(
    state: State,
    stands: Revision,
    reviewed: Revision,
    answered_by: &BTreeSet<PersonId>,
    reviewer: PersonId,
) -> Result<State, AssessmentCode> {
    let approved = take(state, Step::Approve)?;
    if stands != reviewed {
        return Err(AssessmentCode::NotTheRevisionReviewed);
    }
    if answered_by.contains(&reviewer) {
        return Err(AssessmentCode::ReviewerAnswered);
    }
    Ok(approved)
}

/// What stands as the classification of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Classification {
    /// Approved as not a medical device: it owes no IEC 62304 set, only its own record.
    NotADevice,
    /// This safety class.
    Class(SafetyClass),
}

impl Classification {
    /// What stands while nothing is approved (IEC 62304, 4.3 g).
    pub const UNCLASSIFIED: Self = Self::Class(SafetyClass::C);

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotADevice => "not_a_device",
            Self::Class(class) => class.letter(),
        }
    }

    /// The classification of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == Self::NotADevice.name() {
            Some(Self::NotADevice)
        } else {
            SafetyClass::named(name).map(Self::Class)
        }
    }

    /// The class whose set is owed; nothing where none is.
    #[must_use]
    pub const fn class(self) -> Option<SafetyClass> {
        match self {
            Self::NotADevice => None,
            Self::Class(class) => Some(class),
        }
    }
}

/// Which schemes are asked. The markets decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scope {
    /// The European schemes: for the European Union, and for Morocco and the Gulf, whose products are typically held
    /// to the MDR. They are also the ones that are asked where no market is named.
    european: bool,
    /// The American ones.
    american: bool,
}

impl Scope {
    fn of(markets: &[Market]) -> Self {
        let american = markets.contains(&Market::UnitedStates);
        Self { european: !american || markets.len() > 1, american }
    }
}

/// What answers come to under the packs in force. A verdict is missing where its scheme is not asked, or where it is
/// certain that the scheme has nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    answers: Answers,
    markets: Vec<Market>,
    /// Whether European law covers the software.
    pub qualification: Option<Verdict<Qualification>>,
    /// By which regulation.
    pub regulation: Option<Verdict<Option<Regulation>>>,
    /// What it is under American law.
    pub status: Option<Verdict<Status>>,
    /// Which safety class it has.
    pub safety: Option<Verdict<Classed>>,
    /// Which class the MDR gives it.
    pub mdr: Option<Verdict<MdrClass>>,
    /// Which category the IMDRF gives it.
    pub imdrf: Option<Verdict<Category>>,
    /// Which documentation the FDA expects.
    pub documentation: Option<Verdict<Level>>,
}

/// How a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuestionStanding {
    /// Answered, and the answer is part of the way to the verdicts.
    Counts,
    /// Open, and an answer can still change a verdict.
    Open,
    /// Answered, but another answer made it irrelevant. It is kept.
    KeptAside,
    /// Open, and nothing depends on it.
    NotNeeded,
}

impl QuestionStanding {
    /// Whether no answer to it matters as the others stand.
    #[must_use]
    pub const fn is_aside(self) -> bool {
        matches!(self, Self::KeptAside | Self::NotNeeded)
    }
}

/// A question of a pack and how it stands.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Its number in the order of asking, from 1.
    pub number: usize,
    /// The question.
    pub question: &'static Question,
    /// What was given.
    pub given: Option<Given>,
    /// How it stands.
    pub standing: QuestionStanding,
}

impl Judgement {
    /// Judges answers about a whole software system that is made for these markets.
    #[must_use]
    pub fn of(answers: &Answers, markets: &[Market]) -> Self {
        let scope = Scope::of(markets);
        let qualification = scope.european.then(|| qualification::qualification(answers));
        let regulation = scope.european.then(|| qualification::regulation(answers));
        let status = scope.american.then(|| us_function::status(answers));
        let may_be_european = is_possible(qualification.as_ref(), |result| result.is_covered());
        let may_be_american = is_possible(status.as_ref(), |status| *status != Status::NonDevice);
        let may_be_device_software =
            is_possible(qualification.as_ref(), |result| *result == Qualification::MedicalDeviceSoftware);
        let may_be_mdr = is_possible(regulation.as_ref(), |result| *result == Some(Regulation::Mdr));
        Self {
            safety: (may_be_european || may_be_american)
                .then(|| iec62304::safety_class(&iec62304::as_system(answers))),
            mdr: may_be_mdr.then(|| mdr_of(answers, qualification.as_ref(), regulation.as_ref())),
            imdrf: (may_be_device_software || may_be_american).then(|| imdrf::category(answers)),
            documentation: may_be_american.then(|| fda_documentation::level(answers)),
            qualification,
            regulation,
            status,
            markets: markets.to_vec(),
            answers: answers.clone(),
        }
    }

    /// The answers judged.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The markets that the schemes were chosen for.
    #[must_use]
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// What these answers would make the classification; nothing while open answers can change it. It is "not a
    /// medical device" only where no market's law may cover the software.
    #[must_use]
    pub fn classification(&self) -> Option<Classification> {
        let Some(safety) = &self.safety else { return Some(Classification::NotADevice) };
        let is_european = is_certain(self.qualification.as_ref(), |result| result.is_covered());
        let is_american = is_certain(self.status.as_ref(), |status| *status != Status::NonDevice);
        let class = safety.result?;
        (is_european || is_american).then_some(Classification::Class(class.class))
    }

    /// The open questions whose answers can still change a verdict.
    #[must_use]
    pub fn open(&self) -> BTreeSet<Key> {
        self.keys().into_iter().flatten().flat_map(|(open, _)| open).copied().collect()
    }

    /// Every answer that a verdict can read, given or not.
    pub(crate) fn reached(&self) -> BTreeSet<Key> {
        self.keys().into_iter().flatten().flat_map(|(_, reached)| reached).copied().collect()
    }

    /// In each scheme the stricter of two verdicts, and of two equally strict ones the own. A scheme that is not asked
    /// is lighter than any verdict; what is open is as strict as the strictest that it can still come to. The answers
    /// stay the own ones.
    pub(crate) fn or_stricter(mut self, other: &Self) -> Self {
        fn or<T: Ord + Clone>(own: &mut Option<Verdict<T>>, other: &Option<Verdict<T>>) {
            if held(other.as_ref()) > held(own.as_ref()) {
                own.clone_from(other);
            }
        }
        or(&mut self.qualification, &other.qualification);
        or(&mut self.regulation, &other.regulation);
        or(&mut self.status, &other.status);
        or(&mut self.safety, &other.safety);
        or(&mut self.mdr, &other.mdr);
        or(&mut self.imdrf, &other.imdrf);
        or(&mut self.documentation, &other.documentation);
        self
    }

    /// What each verdict has open, and what it reached.
    fn keys(&self) -> [Option<(&BTreeSet<Key>, &BTreeSet<Key>)>; 7] {
        fn of<T>(verdict: Option<&Verdict<T>>) -> Option<(&BTreeSet<Key>, &BTreeSet<Key>)> {
            verdict.map(|verdict| (&verdict.open, &verdict.reached))
        }
        [
            of(self.qualification.as_ref()),
            of(self.regulation.as_ref()),
            of(self.status.as_ref()),
            of(self.safety.as_ref()),
            of(self.mdr.as_ref()),
            of(self.imdrf.as_ref()),
            of(self.documentation.as_ref()),
        ]
    }

    /// Every question of the packs and how it stands, in the order of asking.
    #[must_use]
    pub fn questions(&self) -> Vec<Asked> {
        let (open, reached) = (self.open(), self.reached());
        packs()
            .iter()
            .flat_map(|pack| &pack.questions)
            .zip(1..)
            .map(|(question, number)| {
                let given = self.answers.given(question.key);
                let standing = match given {
                    Some(_) if reached.contains(&question.key) => QuestionStanding::Counts,
                    Some(_) => QuestionStanding::KeptAside,
                    None if open.contains(&question.key) => QuestionStanding::Open,
                    None => QuestionStanding::NotNeeded,
                };
                Asked { number, question, given, standing }
            })
            .collect()
    }

    /// The first open question that can still matter.
    #[must_use]
    pub fn next_question(&self) -> Option<Key> {
        self.questions()
            .into_iter()
            .find(|asked| asked.standing == QuestionStanding::Open)
            .map(|asked| asked.question.key)
    }

    /// Answers that count, and answers that can still be asked for.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let standings: Vec<_> = self.questions().into_iter().map(|asked| asked.standing).collect();
        let count = |wanted| standings.iter().filter(|standing| **standing == wanted).count();
        Progress { answered: count(QuestionStanding::Counts), open: count(QuestionStanding::Open) }
    }

    /// The verdicts in words, each scheme that has something to say.
    #[must_use]
    pub fn telling(&self) -> Vec<Telling> {
        let answers = &self.answers;
        let regulation =
            self.regulation.as_ref().filter(|verdict| verdict.possible.iter().any(Option::is_some));
        let qualified = self.qualification.as_ref().and_then(|verdict| verdict.result);
        let qualified = qualified.unwrap_or(Qualification::MedicalDeviceSoftware);
        [
            self.qualification.as_ref().map(qualification::tell_qualification),
            regulation.map(qualification::tell_regulation),
            self.status.as_ref().map(|verdict| us_function::tell_status(verdict, answers)),
            self.safety.as_ref().map(iec62304::tell_safety_class),
            self.mdr.as_ref().map(|verdict| mdr::tell_mdr_class(verdict, answers, qualified)),
            self.imdrf.as_ref().map(|verdict| imdrf::tell_category(verdict, answers)),
            self.documentation.as_ref().map(|verdict| fda_documentation::tell_level(verdict, answers)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The verdicts as the text that a record keeps. The same answers give the same text, byte for byte.
    #[must_use]
    pub fn text(&self) -> String {
        let told: Vec<String> = self.telling().iter().map(ToString::to_string).collect();
        told.join("\n")
    }
}

/// The strictest that a verdict can still come to, and the lightest.
fn held<T: Ord>(verdict: Option<&Verdict<T>>) -> Option<(Option<&T>, Option<&T>)> {
    verdict.map(|verdict| (verdict.possible.last(), verdict.possible.first()))
}

/// Whether a verdict can still come to something.
fn is_possible<T: Ord>(verdict: Option<&Verdict<T>>, what: impl Fn(&T) -> bool) -> bool {
    verdict.is_some_and(|verdict| verdict.possible.iter().any(what))
}

/// Whether a verdict can come to nothing else.
fn is_certain<T: Ord>(verdict: Option<&Verdict<T>>, what: impl Fn(&T) -> bool) -> bool {
    verdict.is_some_and(|verdict| verdict.possible.iter().all(what))
}

/// The class under the MDR. While it is open whether the MDR covers the software at all, the class stays open too;
/// its questions are those of medical device software.
fn mdr_of(
    answers: &Answers,
    qualification: Option<&Verdict<Qualification>>,
    regulation: Option<&Verdict<Option<Regulation>>>,
) -> Verdict<MdrClass> {
    let qualified = qualification.and_then(|verdict| verdict.result);
    let is_mdr = regulation.and_then(|verdict| verdict.result) == Some(Some(Regulation::Mdr));
    let mut verdict = mdr::mdr_class(answers, qualified.unwrap_or(Qualification::MedicalDeviceSoftware));
    if qualified.is_none() || !is_mdr {
        verdict.result = None;
    }
    verdict
}

/// What an approval keeps for ever: it needs no rule pack to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The rule packs, by name and version.
    pub packs: Vec<String>,
    /// The markets that the schemes were chosen for. Early records do not name them.
    #[serde(default)]
    pub markets: Vec<Market>,
    /// What the record is about. Early records do not say it.
    #[serde(default)]
    pub subject: Option<Subject>,
    /// The answers in the order of asking.
    pub answers: Vec<RecordedAnswer>,
    /// The verdicts.
    pub verdicts: Vec<Telling>,
    /// What is known about the markets. Early records do not say it.
    #[serde(default)]
    pub notes: Vec<ToldNote>,
}

/// What is said about a product, as an approval keeps it: the ground of its classification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The name of the product.
    pub name: String,
    /// What it is meant to do.
    pub intended_purpose: String,
    /// Who uses it.
    pub intended_users: Option<String>,
    /// Where and in which circumstances it is used.
    pub use_environment: Option<String>,
}

impl From<&Profile> for Subject {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name.to_string(),
            intended_purpose: profile.intended_purpose.to_string(),
            intended_users: profile.intended_users.as_ref().map(ToString::to_string),
            use_environment: profile.use_environment.as_ref().map(ToString::to_string),
        }
    }
}

/// An answer as an approval keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAnswer {
    /// The key of the question.
    pub key: Key,
    /// The question in words.
    pub question: String,
    /// The stable name of what was given.
    pub given: String,
    /// That in words.
    pub answer: String,
    /// What it counted as, where it was not known.
    pub counted: Option<String>,
    /// Why.
    pub rationale: String,
    /// Whether it was part of the way to the verdicts.
    pub counts: bool,
}

impl Judgement {
    /// The record that an approval of these answers about this product keeps.
    #[must_use]
    pub fn record(&self, subject: Subject, rationale: impl Fn(Key) -> String) -> Record {
        let answers = self
            .questions()
            .into_iter()
            .filter_map(|asked| {
                let given = asked.given?;
                let question = asked.question;
                Some(RecordedAnswer {
                    key: question.key,
                    question: question.ask.clone(),
                    given: given.name().to_owned(),
                    answer: question.words_of(given).to_owned(),
                    counted: (given == Given::Unknown).then(|| question.unknown.words.clone()),
                    rationale: rationale(question.key),
                    counts: asked.standing == QuestionStanding::Counts,
                })
            })
            .collect();
        Record {
            packs: pack_names(),
            markets: self.markets.clone(),
            subject: Some(subject),
            answers,
            verdicts: self.telling(),
            notes: market::notes(&self.markets),
        }
    }
}

/// The packs in force, as records name them.
#[must_use]
pub fn pack_names() -> Vec<String> {
    packs().iter().map(crate::scheme::Pack::edition_name).collect()
}

impl std::fmt::Display for Record {
    /// The record as text: what it is about, the verdicts, every answer with its reason, the notes on the markets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let indented = |text: &str| text.replace('\n', "\n   ");
        if let Some(subject) = &self.subject {
            writeln!(formatter, "{}", subject.name)?;
            writeln!(formatter, "   Intended purpose: {}", indented(&subject.intended_purpose))?;
            let users = subject.intended_users.as_ref().map(|users| ("Intended users", users));
            let setting = subject.use_environment.as_ref().map(|setting| ("Use environment", setting));
            for (name, text) in users.into_iter().chain(setting) {
                writeln!(formatter, "   {name}: {}", indented(text))?;
            }
            writeln!(formatter)?;
        }
        for verdict in &self.verdicts {
            writeln!(formatter, "{verdict}")?;
        }
        for answer in &self.answers {
            let aside = if answer.counts { "" } else { " (does not count)" };
            writeln!(formatter, "{} {}.{aside}", answer.question, answer.answer)?;
            if let Some(counted) = &answer.counted {
                writeln!(formatter, "   {counted}")?;
            }
            if !answer.rationale.is_empty() {
                writeln!(formatter, "   Because: {}", indented(&answer.rationale))?;
            }
        }
        for note in &self.notes {
            write!(formatter, "\n{note}")?;
        }
        Ok(())
    }
}

/// How far an assessment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Answers that count.
    pub answered: usize,
    /// Questions still open.
    pub open: usize,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::answer::Value;

    fn asked_keys() -> Vec<Key> {
        packs().iter().flat_map(|pack| &pack.questions).map(|question| question.key).collect()
    }

    /// Any answers: each question open, not known, or one of its values.
    fn any_answers() -> impl Strategy<Value = Answers> {
        let choices: Vec<_> = asked_keys()
            .into_iter()
            .map(|key| {
                let mut given: Vec<Option<Given>> = vec![None, Some(Given::Unknown)];
                given.extend(key.domain().into_iter().map(|value| Some(Given::Value(value))));
                proptest::sample::select(given).prop_map(move |given| given.map(|given| (key, given)))
            })
            .collect();
        choices.prop_map(|answers| answers.into_iter().flatten().collect())
    }

    const MARKETS: [Market; 2] = [Market::EuropeanUnion, Market::UnitedStates];

    fn judge(answers: &Answers) -> Judgement {
        Judgement::of(answers, &MARKETS)
    }

    fn in_europe(answers: &Answers) -> Judgement {
        Judgement::of(answers, &MARKETS[..1])
    }

    fn yes(key: Key) -> (Key, Given) {
        (key, Given::Value(Value::Yes))
    }

    fn no(key: Key) -> (Key, Given) {
        (key, Given::Value(Value::No))
    }

    fn device() -> Answers {
        [
            yes(Key::IsSoftware),
            no(Key::AccessoryOrComponent),
            no(Key::DrivesInfluencesHw),
            yes(Key::ActionBeyondStorage),
            yes(Key::IndividualBenefit),
            yes(Key::MedicalPurpose),
            no(Key::IvdScope),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn every_edge_that_is_not_drawn_is_refused() {
        let drawn = [
            (State::Draft, Step::Answer, State::Draft),
            (State::Draft, Step::Submit, State::InReview),
            (State::InReview, Step::TakeBack, State::Draft),
            (State::InReview, Step::Approve, State::Approved),
            (State::InReview, Step::Return, State::Returned),
            (State::Returned, Step::Answer, State::Returned),
            (State::Returned, Step::Submit, State::InReview),
            (State::Approved, Step::Supersede, State::Superseded),
        ];
        for state in State::ALL {
            for step in Step::ALL {
                let expected = drawn.iter().find(|edge| edge.0 == state && edge.1 == step).map(|edge| edge.2);
                assert_eq!(state.after(step), expected, "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn who_answered_does_not_approve() {
        let (author, reviewer) =
            (PersonId::from(uuid::Uuid::from_u128(1)), PersonId::from(uuid::Uuid::from_u128(2)));
        let answered_by = BTreeSet::from([author]);
        let approve = |stands, reviewed, who| {
            approve(State::InReview, Revision(stands), Revision(reviewed), &answered_by, who)
        };
        assert_eq!(approve(3, 3, reviewer), Ok(State::Approved));
        assert_eq!(approve(3, 3, author), Err(AssessmentCode::ReviewerAnswered));
        assert_eq!(approve(4, 3, reviewer), Err(AssessmentCode::NotTheRevisionReviewed));
    }

    #[test]
    fn a_step_counter_for_fun_is_not_a_device_and_no_class_is_asked_for() {
        let mut answers = device();
        for key in [Key::MedicalPurpose, Key::ControlOrSupportOfConception, Key::CompensationOfDisability] {
            answers.give(key, Given::Value(Value::No));
        }
        let judgement = in_europe(&answers);
        assert_eq!(judgement.classification(), Some(Classification::NotADevice));
        assert!(judgement.safety.is_none());
        assert!(judgement.open().is_empty());
        assert!(ready(&judgement, |_| true).is_ok());
    }

    #[test]
    fn a_device_that_can_not_endanger_anybody_is_class_a_at_once() {
        let answers = device().with(Key::ContributesToHazardousSituation, Given::Value(Value::No));
        assert_eq!(in_europe(&answers).classification(), Some(Classification::Class(SafetyClass::A)));
    }

    #[test]
    fn what_one_market_calls_a_device_owes_a_class_whatever_another_says() {
        let mut answers = device();
        for key in [Key::MedicalPurpose, Key::ControlOrSupportOfConception, Key::CompensationOfDisability] {
            answers.give(key, Given::Value(Value::No));
        }
        assert!(in_europe(&answers).safety.is_none());
        let both = judge(&answers);
        assert_eq!(both.classification(), None);
        assert!(both.open().contains(&Key::UsDevicePurpose));
        answers.give(Key::UsDevicePurpose, Given::Value(Value::No));
        assert_eq!(judge(&answers).classification(), Some(Classification::NotADevice));
    }

    #[test]
    fn the_markets_choose_the_schemes() {
        let subjects = |markets: &[Market]| -> Vec<String> {
            Judgement::of(&device(), markets).telling().into_iter().map(|told| told.subject).collect()
        };
        let european =
            ["EU qualification", "EU regulation", "IEC 62304 safety class", "EU MDR class", "IMDRF category"];
        let american =
            ["US software function", "IEC 62304 safety class", "IMDRF category", "FDA documentation level"];
        assert_eq!(subjects(&[]), european);
        assert_eq!(subjects(&[Market::Morocco]), european);
        assert_eq!(subjects(&[Market::UnitedStates]), american);
        assert_eq!(subjects(&MARKETS).len(), 7);
    }

    #[test]
    fn a_record_says_what_it_is_about_and_keeps_the_notes_on_its_markets() {
        let subject = Subject {
            name: "Pulse".to_owned(),
            intended_purpose: "Shows the pulse.\nNothing more.".to_owned(),
            intended_users: Some("Anybody".to_owned()),
            use_environment: None,
        };
        let judgement = Judgement::of(&device(), &[Market::Morocco, Market::EuropeanUnion]);
        let record = judgement.record(subject, |_| "it is so".to_owned());
        let text = record.to_string();
        assert!(
            text.starts_with("Pulse\n   Intended purpose: Shows the pulse.\n   Nothing more.\n"),
            "{text}"
        );
        assert!(text.contains("Intended users: Anybody") && text.contains("Hazel gives no Moroccan class"));
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(serde_json::from_value::<Record>(json.clone()).unwrap(), record);
        // A record of before is read as it was kept.
        let mut early = json;
        for field in ["subject", "notes", "markets"] {
            early.as_object_mut().unwrap().remove(field);
        }
        let early: Record = serde_json::from_value(early).unwrap();
        assert_eq!((early.subject, early.notes.len(), early.verdicts), (None, 0, record.verdicts));
    }

    #[test]
    fn no_verdict_gives_morocco_or_the_gulf_a_class() {
        let answers = device();
        for market in [Market::Morocco, Market::Gulf] {
            for told in Judgement::of(&answers, &[market]).telling() {
                let said = format!("{} {}", told.subject, told.title);
                assert!(
                    !said.contains("Morocc") && !said.contains("Gulf") && !said.contains("Saudi"),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn support_of_conception_is_a_medical_purpose_by_itself() {
        let answers = device()
            .with(Key::MedicalPurpose, Given::Value(Value::No))
            .with(Key::ControlOrSupportOfConception, Given::Value(Value::Yes));
        assert_eq!(
            in_europe(&answers).qualification.unwrap().result,
            Some(Qualification::MedicalDeviceSoftware)
        );
    }

    #[test]
    fn what_is_open_or_without_reason_is_named_before_review() {
        let judgement = in_europe(&device());
        let missing = ready(&judgement, |key| key != Key::IsSoftware).unwrap_err();
        assert_eq!(missing[0], AssessmentCode::ReasonMissing { key: Key::IsSoftware });
        assert!(
            missing.contains(&AssessmentCode::QuestionOpen { key: Key::ContributesToHazardousSituation })
        );
    }

    /// What a verdict on no answers at all can come to, and by which keys.
    fn everything<T>(verdict: &Verdict<T>, name: fn(&T) -> String) -> (BTreeSet<Key>, BTreeSet<String>) {
        (verdict.open.clone(), verdict.possible.iter().map(name).collect())
    }

    #[test]
    fn every_question_can_matter_and_every_result_can_come_out() {
        let none = Answers::none();
        let device = Qualification::MedicalDeviceSoftware;
        let all = [
            everything(&qualification::qualification(&none), |it| it.name().to_owned()),
            everything(&qualification::regulation(&none), |it| {
                it.map_or("neither", Regulation::name).to_owned()
            }),
            everything(&us_function::status(&none), |it| it.name().to_owned()),
            everything(&iec62304::safety_class(&iec62304::as_system(&none)), |it| {
                it.class.letter().to_owned()
            }),
            everything(&mdr::mdr_class(&none, device), |it| it.name().to_owned()),
            everything(&imdrf::category(&none), |it| it.name().to_owned()),
            everything(&fda_documentation::level(&none), |it| it.name().to_owned()),
        ];
        let mattered: BTreeSet<Key> = all.iter().flat_map(|(keys, _)| keys).copied().collect();
        assert_eq!(mattered, asked_keys().into_iter().collect());
        let results: Vec<usize> = all.iter().map(|(_, results)| results.len()).collect();
        let kinds =
            [Qualification::ALL.len(), 3, Status::ALL.len(), 3, MdrClass::ALL.len(), 4, Level::ALL.len()];
        assert_eq!(results, kinds);
    }

    /// The strictest results that can still come out, scheme by scheme.
    fn strictest(judgement: &Judgement) -> impl PartialOrd + std::fmt::Debug + use<> {
        fn of<T: Ord + Copy>(verdict: Option<&Verdict<T>>) -> Option<T> {
            verdict.and_then(|verdict| verdict.possible.last().copied())
        }
        Strictest(
            of(judgement.qualification.as_ref()).map(Qualification::is_covered),
            of(judgement.status.as_ref()),
            judgement.safety.as_ref().and_then(|verdict| verdict.possible.iter().map(|it| it.class).max()),
            of(judgement.mdr.as_ref()),
            of(judgement.imdrf.as_ref()),
            of(judgement.documentation.as_ref()),
        )
    }

    /// Ordered only where no scheme goes up while another goes down.
    #[derive(Debug, PartialEq)]
    struct Strictest(
        Option<bool>,
        Option<Status>,
        Option<SafetyClass>,
        Option<MdrClass>,
        Option<Category>,
        Option<Level>,
    );

    impl PartialOrd for Strictest {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            use std::cmp::Ordering::{Equal, Greater, Less};
            let each = [
                self.0.cmp(&other.0),
                self.1.cmp(&other.1),
                self.2.cmp(&other.2),
                self.3.cmp(&other.3),
                self.4.cmp(&other.4),
                self.5.cmp(&other.5),
            ];
            match (each.contains(&Less), each.contains(&Greater)) {
                (true, true) => None,
                (true, false) => Some(Less),
                (false, true) => Some(Greater),
                (false, false) => Some(Equal),
            }
        }
    }

    /// All completions of the answers, over the keys that are open.
    fn completions(answers: &Answers, keys: &[Key]) -> Vec<Answers> {
        keys.iter().filter(|key| answers.given(**key).is_none()).fold(vec![answers.clone()], |all, key| {
            all.iter()
                .flat_map(|one| key.domain().into_iter().map(|value| one.with(*key, Given::Value(value))))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_answers_get_a_judgement_and_always_the_same(answers in any_answers()) {
            let judgement = judge(&answers);
            prop_assert_eq!(judgement.text(), judge(&answers).text());
            prop_assert_eq!(judgement.classification().is_none() && judgement.open().is_empty(), false);
        }

        #[test]
        fn a_class_is_shown_exactly_when_every_completion_gives_it(answers in any_answers()) {
            let keys: Vec<Key> = iec62304::pack().questions.iter().map(|question| question.key).collect();
            let verdict = iec62304::safety_class(&iec62304::as_system(&answers));
            let all: BTreeSet<SafetyClass> = completions(&answers, &keys)
                .iter()
                .map(|whole| iec62304::safety_class(&iec62304::as_system(whole)).result.unwrap().class)
                .collect();
            prop_assert_eq!(verdict.result.map(|it| it.class), (all.len() == 1).then(|| *all.first().unwrap()));
            prop_assert_eq!(verdict.possible.iter().map(|it| it.class).collect::<BTreeSet<_>>(), all);
        }

        #[test]
        fn an_mdr_class_is_shown_exactly_when_every_completion_gives_it(answers in any_answers()) {
            // All but four of the questions are answered, so that the completions can be counted out.
            let open = [Key::InfoForDxTxDecisions, Key::DecisionImpact, Key::Monitors, Key::ImmediateDanger];
            let mut answers = answers;
            for question in &mdr::pack().questions {
                if answers.given(question.key).is_none() && !open.contains(&question.key) {
                    answers.give(question.key, Given::Unknown);
                }
            }
            answers.give(Key::DrivesInfluencesHw, Given::Value(Value::No));
            let verdict = mdr::mdr_class(&answers, Qualification::MedicalDeviceSoftware);
            let all: BTreeSet<MdrClass> = completions(&answers, &open)
                .iter()
                .map(|whole| mdr::mdr_class(whole, Qualification::MedicalDeviceSoftware).result.unwrap())
                .collect();
            prop_assert_eq!(verdict.possible, all);
        }

        #[test]
        fn a_qualification_is_shown_exactly_when_every_completion_gives_it(answers in any_answers()) {
            let keys: Vec<Key> = qualification::pack().questions.iter().take(8).map(|question| question.key).collect();
            let verdict = qualification::qualification(&answers);
            let all: BTreeSet<Qualification> = completions(&answers, &keys)
                .iter()
                .map(|whole| qualification::qualification(whole).result.unwrap())
                .collect();
            prop_assert_eq!(verdict.possible, all);
        }

        #[test]
        fn a_complete_set_of_answers_gets_what_the_first_rule_gives(answers in any_answers()) {
            let mut answers = answers;
            for key in asked_keys().into_iter().chain([Key::HasDeviceSoftware]) {
                if answers.given(key).is_none() {
                    answers.give(key, Given::Unknown);
                }
            }
            let reading = &mut crate::scheme::Reading::of(&answers);
            let mdr = crate::scheme::first_that_applies(&mdr::RULES, reading).unwrap().unwrap().outcome;
            let verdict = mdr::mdr_class(&answers, Qualification::MedicalDeviceSoftware);
            prop_assert_eq!(verdict.result, Some(mdr));
            prop_assert!(verdict.open.is_empty());
            let status = crate::scheme::first_that_applies(&us_function::RULES, reading).unwrap().unwrap().outcome;
            prop_assert_eq!(us_function::status(&answers).result, Some(status));
            let level = crate::scheme::first_that_applies(&fda_documentation::RULES, reading).unwrap().unwrap().outcome;
            prop_assert_eq!(fda_documentation::level(&answers).result, Some(level));
            // Where nobody said whether there is device software, the status says it.
            let by_status = fda_documentation::level(&answers.without(Key::HasDeviceSoftware)).result;
            let has = Value::from(status == Status::Device);
            prop_assert_eq!(by_status, fda_documentation::level(&answers.with(Key::HasDeviceSoftware, Given::Value(has))).result);
        }

        #[test]
        fn only_named_questions_can_change_a_verdict(answers in any_answers(), pick in 0usize..64, choice in 0usize..8) {
            let judgement = judge(&answers);
            let keys = asked_keys();
            let key = keys[pick % keys.len()];
            if answers.given(key).is_none() && !judgement.open().contains(&key) {
                let domain = key.domain();
                let more = judge(&answers.with(key, Given::Value(domain[choice % domain.len()])));
                let results = |judgement: &Judgement| -> Vec<_> {
                    judgement.telling().into_iter().map(|told| (told.subject, told.result)).collect()
                };
                prop_assert_eq!(results(&more), results(&judgement));
                prop_assert_eq!(more.classification(), judgement.classification());
            }
        }

        #[test]
        fn i_do_not_know_is_never_lighter_than_what_could_be_known(answers in any_answers(), pick in 0usize..64) {
            let keys = asked_keys();
            let key = keys[pick % keys.len()];
            // Which regulation covers it, and whether it has its class from another device, is no matter of more
            // or less.
            let chooses_the_way = [
                Key::IvdScope,
                Key::IvdDataOnly,
                Key::IvdDataDrives,
                Key::DrivesInfluencesHw,
                Key::AccessoryOrComponent,
            ];
            if !chooses_the_way.contains(&key) {
                let unknown = strictest(&judge(&answers.with(key, Given::Unknown)));
                for value in key.domain() {
                    let known = strictest(&judge(&answers.with(key, Given::Value(value))));
                    prop_assert!(unknown >= known, "{key} {value:?}: {unknown:?} {known:?}");
                }
            }
        }

        #[test]
        fn more_harm_never_lowers_the_class(answers in any_answers()) {
            // From the lightest to the worst: more harm, a more critical situation, a worse decision.
            let scales: [(Key, &[&str]); 8] = [
                (Key::WorstHarm, &["non_serious", "serious"]),
                (Key::RiskAcceptableAfterExternalControls, &["yes", "no"]),
                (Key::DecisionImpact, &["other", "serious_surgical", "death_irreversible"]),
                (Key::ImdrfSituation, &["non_serious", "serious", "critical"]),
                (Key::ImdrfSignificance, &["inform", "drive", "treat_diagnose"]),
                (Key::ImmediateDanger, &["no", "yes"]),
                (Key::DrivenDeviceClass, &["I", "IIa", "IIb", "III"]),
                (Key::ProbableDeathOrSeriousInjuryBeforeControls, &["no", "yes"]),
            ];
            for (key, values) in scales {
                let each: Vec<_> = values
                    .iter()
                    .map(|value| strictest(&judge(&answers.with(key, Given::named(key, value).unwrap()))))
                    .collect();
                prop_assert!(each.windows(2).all(|pair| pair[0] <= pair[1]), "{key} {each:?}");
            }
        }
    }

    #[test]
    fn what_nobody_knows_and_what_the_rules_leave_open_are_told_apart() {
        let known = device()
            .with(Key::InfoForDxTxDecisions, Given::Value(Value::Yes))
            .with(Key::DecisionImpact, Given::Value(Value::OneOf("death_irreversible")));
        let told = |answers: &Answers| {
            let told = in_europe(answers).telling();
            told.into_iter().find(|told| told.pack.starts_with("eu-mdr-class")).unwrap()
        };
        let certain = told(&known);
        assert_eq!(certain.unknowns, Vec::<String>::new());
        assert_eq!(
            certain.caveats.len(),
            1,
            "the guidance leaves the impact to judgement: {:?}",
            certain.caveats
        );
        let doubtful = told(&known.with(Key::DecisionImpact, Given::Unknown));
        assert_eq!(doubtful.caveats, certain.caveats, "a caveat is the rule's, whatever was answered");
        let asked = &crate::scheme::question(Key::DecisionImpact).unwrap().ask;
        assert!(
            doubtful.unknowns.len() == 1 && doubtful.unknowns[0].starts_with(asked),
            "{:?}",
            doubtful.unknowns
        );
        let text = doubtful.to_string();
        assert!(text.contains(&format!("Not known: {asked}")) && text.contains("Not certain: "), "{text}");
    }

    #[test]
    fn an_early_record_keeps_what_it_said() {
        let told = in_europe(&device()).telling().remove(0);
        let mut early = serde_json::to_value(&told).unwrap();
        let fields = early.as_object_mut().unwrap();
        fields.remove("unknowns");
        fields.remove("caveats");
        fields.insert("doubts".to_owned(), serde_json::json!(["Said early."]));
        let read: Telling = serde_json::from_value(early).unwrap();
        assert_eq!((read.unknowns, read.caveats), (Vec::new(), vec!["Said early.".to_owned()]));
    }
}
