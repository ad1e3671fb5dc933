//! Assessments: answers to the rule packs about one product, what they come to, and the way to approval.
//!
//! A draft is only a draft: the class of record changes by approval alone, and until one is approved class C applies.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key};
use crate::ids::PersonId;
use crate::revision::Revision;
use crate::scheme::iec62304::{self, Classed, SafetyClass};
use crate::scheme::qualification::{self, Qualification, Regulation};
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

/// What answers come to under the packs in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    answers: Answers,
    /// Whether the software is covered.
    pub qualification: Verdict<Qualification>,
    /// By which regulation.
    pub regulation: Verdict<Option<Regulation>>,
    /// Which class it has; not looked at where it is certain that it is not covered.
    pub safety: Option<Verdict<Classed>>,
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
    /// Judges answers about a whole software system.
    #[must_use]
    pub fn of(answers: &Answers) -> Self {
        let qualification = qualification::qualification(answers);
        let may_be_covered = qualification.possible.iter().any(|result| result.is_covered());
        Self {
            regulation: qualification::regulation(answers),
            safety: may_be_covered.then(|| iec62304::safety_class(&iec62304::as_system(answers))),
            qualification,
            answers: answers.clone(),
        }
    }

    /// The answers judged.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What these answers would make the classification; nothing while open answers can change it.
    #[must_use]
    pub fn classification(&self) -> Option<Classification> {
        if !self.qualification.possible.iter().any(|result| result.is_covered()) {
            return Some(Classification::NotADevice);
        }
        let covered = self.qualification.possible.iter().all(|result| result.is_covered());
        let class = self.safety.as_ref().and_then(|verdict| verdict.result)?;
        covered.then_some(Classification::Class(class.class))
    }

    /// The open questions whose answers can still change a verdict.
    #[must_use]
    pub fn open(&self) -> BTreeSet<Key> {
        let mut open = &self.qualification.open | &self.regulation.open;
        if let Some(safety) = &self.safety {
            open.extend(&safety.open);
        }
        open
    }

    /// Every question of the packs and how it stands, in the order of asking.
    #[must_use]
    pub fn questions(&self) -> Vec<Asked> {
        let open = self.open();
        let mut reached = &self.qualification.reached | &self.regulation.reached;
        if let Some(safety) = &self.safety {
            reached.extend(&safety.reached);
        }
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

    /// The verdicts in words: qualification, regulation where covered, safety class where covered.
    #[must_use]
    pub fn telling(&self) -> Vec<Telling> {
        let mut told = vec![qualification::tell_qualification(&self.qualification)];
        if self.regulation.possible.iter().any(Option::is_some) {
            told.push(qualification::tell_regulation(&self.regulation));
        }
        if let Some(safety) = &self.safety {
            told.push(iec62304::tell_safety_class(safety));
        }
        told
    }

    /// The verdicts as the text that a record keeps. The same answers give the same text, byte for byte.
    #[must_use]
    pub fn text(&self) -> String {
        let told: Vec<String> = self.telling().iter().map(ToString::to_string).collect();
        told.join("\n")
    }

    /// What was not known and counted as the cautious answer.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        self.telling().into_iter().flat_map(|told| told.doubts).collect()
    }
}

/// What an approval keeps for ever: it needs no rule pack to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The rule packs, by name and version.
    pub packs: Vec<String>,
    /// The answers in the order of asking.
    pub answers: Vec<RecordedAnswer>,
    /// The verdicts.
    pub verdicts: Vec<Telling>,
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
    /// The record that an approval of these answers keeps.
    #[must_use]
    pub fn record(&self, rationale: impl Fn(Key) -> String) -> Record {
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
        Record { packs: pack_names(), answers, verdicts: self.telling() }
    }
}

/// The packs in force, as records name them.
#[must_use]
pub fn pack_names() -> Vec<String> {
    packs().iter().map(crate::scheme::Pack::edition_name).collect()
}

impl std::fmt::Display for Record {
    /// The record as text: the verdicts, then every answer with its reason.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
                writeln!(formatter, "   Because: {}", answer.rationale.replace('\n', "\n   "))?;
            }
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
        let judgement = Judgement::of(&answers);
        assert_eq!(judgement.classification(), Some(Classification::NotADevice));
        assert!(judgement.safety.is_none());
        assert!(judgement.open().is_empty());
        assert!(ready(&judgement, |_| true).is_ok());
    }

    #[test]
    fn a_device_that_can_not_endanger_anybody_is_class_a_at_once() {
        let answers = device().with(Key::ContributesToHazardousSituation, Given::Value(Value::No));
        assert_eq!(Judgement::of(&answers).classification(), Some(Classification::Class(SafetyClass::A)));
    }

    #[test]
    fn support_of_conception_is_a_medical_purpose_by_itself() {
        let answers = device()
            .with(Key::MedicalPurpose, Given::Value(Value::No))
            .with(Key::ControlOrSupportOfConception, Given::Value(Value::Yes));
        assert_eq!(Judgement::of(&answers).qualification.result, Some(Qualification::MedicalDeviceSoftware));
    }

    #[test]
    fn what_is_open_or_without_reason_is_named_before_review() {
        let judgement = Judgement::of(&device());
        let missing = ready(&judgement, |key| key != Key::IsSoftware).unwrap_err();
        assert_eq!(missing[0], AssessmentCode::ReasonMissing { key: Key::IsSoftware });
        assert!(
            missing.contains(&AssessmentCode::QuestionOpen { key: Key::ContributesToHazardousSituation })
        );
    }

    #[test]
    fn every_question_can_matter_and_every_result_can_come_out() {
        // Reached from somewhere: a walk that gives every value to every open question in turn.
        let mut mattered = BTreeSet::new();
        let mut came_out = BTreeSet::new();
        let mut waiting = vec![Answers::none()];
        while let Some(answers) = waiting.pop() {
            let judgement = Judgement::of(&answers);
            mattered.extend(judgement.open());
            for told in judgement.telling() {
                came_out.extend(told.result);
            }
            if let Some(key) = judgement.next_question() {
                waiting.extend(key.domain().into_iter().map(|value| answers.with(key, Given::Value(value))));
            }
        }
        assert_eq!(mattered, asked_keys().into_iter().collect());
        for result in
            Qualification::ALL.map(Qualification::name).into_iter().chain(["MDR", "IVDR", "A", "B", "C"])
        {
            assert!(came_out.contains(result), "{result}");
        }
    }

    #[test]
    fn i_do_not_know_counts_as_its_cautious_value() {
        // Everywhere on the way, the other answers being anything that was given before.
        let mut waiting = vec![Answers::none()];
        while let Some(answers) = waiting.pop() {
            let Some(key) = Judgement::of(&answers).next_question() else { continue };
            let cautious = crate::scheme::question(key).unwrap().cautious();
            let unknown = Judgement::of(&answers.with(key, Given::Unknown));
            let counted = Judgement::of(&answers.with(key, Given::Value(cautious)));
            assert_eq!(unknown.classification(), counted.classification(), "{key}");
            assert_eq!(unknown.open(), counted.open(), "{key}");
            for value in key.domain() {
                let other = answers.with(key, Given::Value(value));
                assert!(strictest(&unknown) >= strictest(&Judgement::of(&other)), "{key} {value:?}");
                waiting.push(other);
            }
        }
    }

    /// The strictest classification that can still come out.
    fn strictest(judgement: &Judgement) -> Classification {
        let covered = judgement.qualification.possible.iter().any(|result| result.is_covered());
        let class =
            judgement.safety.as_ref().and_then(|verdict| verdict.possible.iter().map(|it| it.class).max());
        match class {
            Some(class) if covered => Classification::Class(class),
            _ => Classification::NotADevice,
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
            let judgement = Judgement::of(&answers);
            prop_assert_eq!(judgement.text(), Judgement::of(&answers).text());
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
        fn only_named_questions_can_change_a_verdict(answers in any_answers(), pick in 0usize..64, choice in 0usize..8) {
            let judgement = Judgement::of(&answers);
            let keys = asked_keys();
            let key = keys[pick % keys.len()];
            if answers.given(key).is_none() && !judgement.open().contains(&key) {
                let domain = key.domain();
                let more = Judgement::of(&answers.with(key, Given::Value(domain[choice % domain.len()])));
                prop_assert_eq!(more.qualification.result, judgement.qualification.result);
                prop_assert_eq!(more.regulation.result, judgement.regulation.result);
                prop_assert_eq!(more.classification(), judgement.classification());
            }
        }

        #[test]
        fn more_harm_never_lowers_the_class(answers in any_answers()) {
            let class = |harm| {
                let given = Given::named(Key::WorstHarm, harm).unwrap();
                strictest(&Judgement::of(&answers.with(Key::WorstHarm, given)))
            };
            prop_assert!(class("serious") >= class("non_serious"));
            let accepted = |value| {
                strictest(&Judgement::of(&answers.with(Key::RiskAcceptableAfterExternalControls, Given::Value(value))))
            };
            prop_assert!(accepted(Value::No) >= accepted(Value::Yes));
        }
    }
}
