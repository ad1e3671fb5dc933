//! Triage: what a change of a product asks for, from nine questions at most.
//!
//! A feature joins the product, and joining takes nothing away. Each question is about one fact and offers a scale from
//! the lightest to the worst. The product has its place on it, found by reading its answers as the schemes read them;
//! the place is prefilled, and only what is worse is offered beside it. Of the answers to the rule packs that follow
//! from a worse pick, none takes the place of a worse one that the schemes read in the product ([`with_feature`]).
//! What moves is the difference of two judgements, and in each scheme the strictest of three verdicts stands: of the
//! product alone, of it with all of the feature but what it drives, and of it with all ([`Ground::judge`]).
//!
//! Two questions are about the change alone: what it is for, and what it touches. Where both say "nothing new", no
//! other question is asked and the product's answers stand. The others are asked in order, each only where an answer
//! can move a verdict after the answers before it; what can widen the circle of what is judged (purpose, what is
//! driven) comes first, so that no later answer makes a question matter that was passed over.
//!
//! Questions, rules and levels are data in `data/triage.json`. Only the server asks for them: a page draws what each
//! answer would come to. Invariants, each a property below: total, deterministic; in no scheme is the product with the
//! feature in it lighter than the product alone; a worse answer never gives a lower level; a question that is not
//! asked could not have moved a verdict; "I don't know" counts as the worst answer and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key};
use crate::assessment::{Classification, Judgement};
use crate::clause::Citation;
use crate::deliverable::{self, Clause, Deliverable, Difference, catalogue, owed};
use crate::product::Market;
use crate::scheme::iec62304::{self, Ending};
use crate::scheme::{self, Change, Open, Reading};

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// What the feature is for, against the intended purpose.
    Purpose,
    /// What it touches in the software.
    Touches,
    /// What it drives.
    Drives,
    /// The worst harm of its failure.
    Harm,
    /// What decisions rest on it.
    Decision,
    /// What it watches.
    Monitors,
    /// What its information does for a decision.
    Significance,
    /// How serious the situation is.
    Situation,
    /// Whether death or serious injury is probable before controls.
    ProbableHarm,
}

impl Fact {
    /// All of them, in the order of asking.
    pub const ALL: [Self; 9] = [
        Self::Purpose,
        Self::Touches,
        Self::Drives,
        Self::Harm,
        Self::Decision,
        Self::Monitors,
        Self::Significance,
        Self::Situation,
        Self::ProbableHarm,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Touches => "touches",
            Self::Harm => "harm",
            Self::Decision => "decision",
            Self::Drives => "drives",
            Self::Monitors => "monitors",
            Self::Significance => "significance",
            Self::Situation => "situation",
            Self::ProbableHarm => "probable_harm",
        }
    }

    /// The fact of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.name() == name)
    }

    /// Whether it is about the change alone, so that the product has no answer to it.
    #[must_use]
    pub const fn is_of_change(self) -> bool {
        matches!(self, Self::Purpose | Self::Touches)
    }
}

/// How much work a feature asks for. The order is that of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The analysis of the change, and nothing else.
    Note,
    /// A change request with its verification.
    Change,
    /// The software items are looked at.
    Items,
    /// Hazards and risk controls are looked at.
    Hazards,
    /// The product is assessed anew, with the feature in it.
    Assessment,
}

impl Level {
    /// All of them, from the lightest to the heaviest.
    pub const ALL: [Self; 5] = [Self::Note, Self::Change, Self::Items, Self::Hazards, Self::Assessment];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Change => "change",
            Self::Items => "items",
            Self::Hazards => "hazards",
            Self::Assessment => "assessment",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Its words.
    ///
    /// # Panics
    /// When the pack lacks them, which a test excludes.
    #[must_use]
    pub fn words(self) -> &'static LevelWords {
        pack().levels.iter().find(|words| words.level == self).expect("a test finds every level in the pack")
    }
}

/// The questions, rules and levels of the triage.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its stable name.
    pub id: String,
    /// Its version: the year and our own count.
    pub version: String,
    /// The texts it was written from.
    pub edition: String,
    /// What was read.
    pub sources: Vec<String>,
    /// What changed from version to version, the newest first.
    pub changelog: Vec<Change>,
    /// The questions in the order of asking, nine at most.
    pub questions: Vec<Question>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The words of the levels.
    pub levels: Vec<LevelWords>,
}

/// A question and its scale.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What it is about.
    pub fact: Fact,
    /// The question.
    pub ask: String,
    /// One sentence of help.
    pub help: String,
    /// The fact in a word or two.
    pub short: String,
    /// Where the rules speak of it.
    pub citations: Vec<Citation>,
    /// The answers, from the lightest to the worst. "I don't know" counts as the last.
    pub scale: Vec<Step>,
}

/// One answer of a scale.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its stable name.
    pub value: String,
    /// Its words.
    pub words: String,
    /// The answers to the rule packs that it is. By them the product's own place on the scale is found.
    #[serde(default)]
    pub gives: Answers,
    /// Answers that follow where it is worse than what the product has.
    #[serde(default)]
    pub also: Answers,
}

/// A rule: what makes a level of work necessary.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its stable name.
    pub id: String,
    /// The level that it asks for.
    pub level: Level,
    /// What it says, in a plain sentence.
    pub sentence: String,
    /// Where it stands.
    pub citations: Vec<Citation>,
    /// The sub-clauses of IEC 62304 whose deliverables have to be looked at again.
    pub clauses: Vec<String>,
}

/// The words of a level.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelWords {
    /// The level.
    pub level: Level,
    /// Its title.
    pub title: String,
    /// What it means, in a sentence.
    pub sentence: String,
}

static PACK: LazyLock<Pack> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/triage.json")).expect("the data is checked by tests")
});

/// The pack in force.
#[must_use]
pub fn pack() -> &'static Pack {
    &PACK
}

impl Pack {
    /// Name and version, as records keep them.
    #[must_use]
    pub fn edition_name(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    fn rule(&self, id: &str) -> &Rule {
        self.rules.iter().find(|rule| rule.id == id).expect("a test finds every rule in the pack")
    }
}

/// The question about a fact.
///
/// # Panics
/// When the pack lacks it, which a test excludes.
#[must_use]
pub fn question(fact: Fact) -> &'static Question {
    let found = pack().questions.iter().find(|question| question.fact == fact);
    found.expect("a test finds every fact in the pack")
}

/// What was picked as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pick {
    /// This step of the scale.
    Step(usize),
    /// "I don't know": counts as the worst.
    Unknown,
}

impl Question {
    /// The pick of that stable name.
    #[must_use]
    pub fn pick(&self, name: &str) -> Option<Pick> {
        if name == Given::UNKNOWN {
            return Some(Pick::Unknown);
        }
        self.scale.iter().position(|step| step.value == name).map(Pick::Step)
    }

    /// The stable name of a pick.
    #[must_use]
    pub fn name_of(&self, pick: Pick) -> &str {
        match pick {
            Pick::Step(place) => self.scale.get(place).map_or(Given::UNKNOWN, |step| &step.value),
            Pick::Unknown => Given::UNKNOWN,
        }
    }

    /// The words of a pick.
    #[must_use]
    pub fn words_of(&self, pick: Pick) -> &str {
        match pick {
            Pick::Step(place) => self.scale.get(place).map_or("", |step| &step.words),
            Pick::Unknown => "I don’t know",
        }
    }

    /// What "I don't know" counts as, in a sentence that stands alone.
    #[must_use]
    pub fn caution(&self) -> String {
        let worst = self.scale.last().map_or("", |step| &step.words);
        format!("Counts as “{worst}”, the worst answer. The record will say so.")
    }

    fn worst(&self) -> usize {
        self.scale.len().saturating_sub(1)
    }

    /// Whether an answer to it is one to that key of the rule packs.
    #[must_use]
    pub fn speaks_of(&self, key: Key) -> bool {
        self.keys().any(|own| own == key)
    }

    /// How far up the scale a pick stands.
    #[must_use]
    pub fn rank(&self, pick: Pick) -> usize {
        match pick {
            Pick::Step(place) => place.min(self.worst()),
            Pick::Unknown => self.worst(),
        }
    }

    /// The place of the product's own answers on this scale, read as the schemes read them: "I don't know" counts as
    /// the cautious answer, and what does not count is not read. Nothing where they do not lead to a place, or where
    /// the question is about the change alone.
    #[must_use]
    pub fn of_product(&self, product: &Answers) -> Option<Pick> {
        if self.fact.is_of_change() {
            return None;
        }
        let mut reading = Reading::of(product);
        let place = match self.fact {
            // Which of the answers counts depends on what protects outside of the software; Figure 3 says it.
            Fact::Harm => iec62304::figure_3(&mut reading).ok().map(harm_at),
            _ => self.place(&mut reading).ok().flatten(),
        }?;
        let is_not_known = self.keys().any(|key| product.given(key) == Some(Given::Unknown));
        Some(if is_not_known && place == self.worst() { Pick::Unknown } else { Pick::Step(place) })
    }

    /// The step whose answers these are, read in the order of their keys.
    fn place(&self, reading: &mut Reading<'_>) -> Result<Option<usize>, Open> {
        'steps: for (place, step) in self.scale.iter().enumerate() {
            for (key, given) in step.gives.iter() {
                if Given::Value(reading.value(key)?) != given {
                    continue 'steps;
                }
            }
            return Ok(Some(place));
        }
        Ok(None)
    }

    /// The keys of the rule packs that its answers are about.
    fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.scale.iter().flat_map(|step| step.gives.iter().chain(step.also.iter())).map(|(key, _)| key)
    }

    /// The steps that can be picked: what the product has already, and all that is worse.
    #[must_use]
    pub fn offered(&self, product: &Answers) -> std::ops::RangeInclusive<usize> {
        self.of_product(product).map_or(0, |pick| self.rank(pick))..=self.worst()
    }

    /// The answers to the rule packs that follow from a pick which is worse than what the product has.
    fn answers_of(&self, pick: Pick) -> Vec<(Key, Given)> {
        let Some(step) = self.scale.get(self.rank(pick)) else { return Vec::new() };
        let given = |(key, given)| (key, if pick == Pick::Unknown { Given::Unknown } else { given });
        step.gives.iter().chain(step.also.iter()).map(given).collect()
    }
}

/// The place on the scale of harm where Figure 3 ends.
const fn harm_at(ending: Ending) -> usize {
    match ending {
        Ending::NoDanger => 0,
        Ending::Acceptable => 1,
        Ending::NonSerious => 2,
        Ending::Serious => 3,
    }
}

/// What was picked, by fact.
pub type Picks = BTreeMap<Fact, Pick>;

/// The product with the feature in it: its answers, and over them what the feature makes worse.
#[must_use]
pub fn with_feature(product: &Answers, markets: &[Market], picks: &Picks) -> Answers {
    Ground::of(product, markets).join(picks)
}

/// The product that features are held against.
struct Ground<'a> {
    product: &'a Answers,
    markets: &'a [Market],
    judged: Judgement,
    open: BTreeSet<Key>,
}

impl<'a> Ground<'a> {
    fn of(product: &'a Answers, markets: &'a [Market]) -> Self {
        let judged = Judgement::of(product, markets);
        Self { product, markets, open: judged.open(), judged }
    }

    /// Whether a pick adds something to the product. Where it is open what the product has, only the worst does: a
    /// feature can not answer for the product.
    fn adds(&self, question: &Question, pick: Pick) -> bool {
        match question.of_product(self.product) {
            Some(own) => question.rank(pick) > question.rank(own),
            None => question.rank(pick) == question.worst() || !self.is_pending(question),
        }
    }

    /// Whether the product has begun to answer what the question is about, or owes an answer.
    fn is_pending(&self, question: &Question) -> bool {
        let matters = |key| self.product.given(key).is_some() || self.open.contains(&key);
        !question.fact.is_of_change() && question.keys().any(matters)
    }

    /// The product's answers, and over them what the picks make worse.
    fn join(&self, picks: &Picks) -> Answers {
        let mut answers = self.product.clone();
        let mut read = self.judged.reached();
        for question in &pack().questions {
            let pick = picks.get(&question.fact).filter(|pick| self.adds(question, **pick));
            let Some(pick) = pick else { continue };
            for (key, given) in question.answers_of(*pick) {
                // The worst answer that there is stays where it counts: another fact may rest on it too.
                let stays = self.is_worst(key) && (given == Given::Unknown || read.contains(&key));
                if !stays {
                    answers.give(key, given);
                }
            }
            // More is judged then, and more is read.
            if matches!(question.fact, Fact::Purpose | Fact::Drives) {
                read = Judgement::of(&answers, self.markets).reached();
            }
        }
        answers
    }

    /// Whether the product's own answer counts as the cautious one. What is not known and not known again is the same.
    fn is_worst(&self, key: Key) -> bool {
        let cautious = scheme::question(key).map(scheme::Question::cautious);
        match self.product.given(key) {
            Some(Given::Unknown) => true,
            Some(Given::Value(value)) => cautious == Some(value),
            None => false,
        }
    }

    /// What the schemes say of the product with the feature in it. Software without a purpose of its own takes the
    /// class of the device that it drives, however heavy it was before; so the verdicts without that count too.
    fn judge(&self, picks: &Picks) -> Judgement {
        let judge = |picks: &Picks| Judgement::of(&self.join(picks), self.markets);
        let mut joined = judge(picks).or_stricter(&self.judged);
        if picks.contains_key(&Fact::Drives) {
            let mut others = picks.clone();
            others.remove(&Fact::Drives);
            joined = joined.or_stricter(&judge(&others));
        }
        joined
    }
}

/// How a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// To be answered.
    Open,
    /// Answered.
    Answered,
    /// Not asked: the product's answer stands. Either nothing is worse, or nothing worse could move a verdict.
    AsProduct,
}

/// A question and how it stands.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The question.
    pub question: &'static Question,
    /// What the product has already.
    pub own: Option<Pick>,
    /// What was picked for the feature.
    pub pick: Option<Pick>,
    /// How it stands.
    pub standing: Standing,
}

/// A scheme before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The name of the verdict.
    pub subject: String,
    /// Of the product alone; nothing where the scheme is not asked.
    pub before: Option<String>,
    /// Of the product with the feature in it.
    pub after: Option<String>,
}

impl Move {
    /// Whether it moves at all.
    #[must_use]
    pub fn moves(&self) -> bool {
        self.before != self.after
    }
}

/// A deliverable that the feature concerns.
#[derive(Clone, Debug)]
pub struct Again {
    /// The deliverable.
    pub deliverable: &'static Deliverable,
    /// The sub-clauses that ask for it.
    pub clauses: Vec<&'static Clause>,
}

/// What a triage comes to, so far.
#[derive(Clone, Debug)]
pub struct Triage {
    /// The questions, in the order of asking.
    pub questions: Vec<Asked>,
    /// The rules that apply, in the order of the pack.
    pub rules: Vec<&'static Rule>,
    /// The heaviest level that they ask for.
    pub level: Level,
    /// Every scheme that says something, before and after.
    pub schemes: Vec<Move>,
    /// The classification of the product by its own answers.
    pub before: Option<Classification>,
    /// With the feature in it.
    pub after: Option<Classification>,
    /// What has to be looked at again at the class that is owed then.
    pub again: Vec<Again>,
    /// What the class that is owed then asks for and the one now does not.
    pub appear: Vec<Again>,
    /// What both ask for, with the clauses that come then.
    pub grow: Vec<Again>,
    /// What is not asked for then. A feature takes nothing away; it goes only where class C applied for want of answers.
    pub go: Vec<Again>,
    /// What was not known and counted as the worst.
    pub doubts: Vec<String>,
}

impl Triage {
    /// Holds the picks against the product's own answers.
    #[must_use]
    pub fn of(product: &Answers, markets: &[Market], picks: &Picks) -> Self {
        let ground = Ground::of(product, markets);
        let questions = questions(&ground, picks);
        let counted = counted(&questions);
        let after = ground.judge(&counted);
        let schemes = moves(&ground.judged, &after);
        let rules = rules(&ground, &schemes, &counted);
        let level = rules.iter().map(|rule| rule.level).max().unwrap_or(Level::Note);
        let before = ground.judged.classification();
        // Where the product leaves its own classification open, a feature does not close it; class C applies as before.
        let closes = |after: &Classification| before.is_some() || *after == Classification::UNCLASSIFIED;
        let after = after.classification().filter(closes);
        let [appear, grow, go] = set_moves(before, after);
        let doubts = questions
            .iter()
            .filter(|asked| asked.standing == Standing::Answered && asked.pick == Some(Pick::Unknown))
            .map(|asked| format!("{} {}", asked.question.ask, asked.question.caution()))
            .collect();
        Self {
            again: again(&rules, after),
            questions,
            rules,
            level,
            schemes,
            before,
            after,
            appear,
            grow,
            go,
            doubts,
        }
    }

    /// The questions that are asked, answered or not.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.questions.iter().filter(|asked| asked.standing != Standing::AsProduct)
    }

    /// The first open question.
    #[must_use]
    pub fn next(&self) -> Option<Fact> {
        self.questions.iter().find(|asked| asked.standing == Standing::Open).map(|asked| asked.question.fact)
    }

    /// Whether every question that is asked has its answer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.next().is_none()
    }

    /// The schemes whose verdict moves.
    pub fn moved(&self) -> impl Iterator<Item = &Move> {
        self.schemes.iter().filter(|scheme| scheme.moves())
    }

    /// Whether the rule of that name applies.
    #[must_use]
    pub fn applies(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.id == id)
    }

    /// Whether software items have to be looked at.
    #[must_use]
    pub fn looks_at_items(&self) -> bool {
        self.applies("new part")
    }

    /// Whether hazards or risk controls have to be looked at.
    #[must_use]
    pub fn looks_at_hazards(&self) -> bool {
        ["risk control", "worse answer", "new purpose", "verdict moves"].iter().any(|id| self.applies(id))
    }

    /// The draft of a rationale. The same answers give the same text, byte for byte.
    #[must_use]
    pub fn rationale(&self) -> String {
        let words = self.level.words();
        let mut lines = vec![format!("{}. {}", words.title, words.sentence)];
        for rule in &self.rules {
            lines.push(format!("{} ({})", rule.sentence, places(&rule.citations)));
        }
        for scheme in self.moved() {
            let (before, after) = (title(scheme.before.as_ref()), title(scheme.after.as_ref()));
            lines.push(format!("{}: {before} becomes {after}.", scheme.subject));
        }
        let kept: Vec<String> = self
            .schemes
            .iter()
            .filter(|scheme| !scheme.moves())
            .map(|scheme| format!("{} ({})", scheme.subject, title(scheme.after.as_ref())))
            .collect();
        if !kept.is_empty() {
            lines.push(format!("Unchanged: {}.", kept.join(", ")));
        }
        for asked in self.asked() {
            let Some(pick) = asked.pick else { continue };
            let origin = if asked.own == Some(pick) { " (as the product has it)" } else { "" };
            let words = asked.question.words_of(pick);
            lines.push(format!("{}: {words}{origin}.", asked.question.short));
        }
        lines.extend(self.doubts.iter().map(|doubt| format!("In doubt: {doubt}")));
        lines.join("\n")
    }
}

/// A title, or that there is none.
fn title(title: Option<&String>) -> &str {
    title.map_or("not asked", String::as_str)
}

fn places(citations: &[Citation]) -> String {
    let places: Vec<String> = citations.iter().map(ToString::to_string).collect();
    places.join("; ")
}

/// Every question, in the order of asking: whether it is asked rests on the answers before it alone.
fn questions(ground: &Ground<'_>, picks: &Picks) -> Vec<Asked> {
    let lightest = |fact| picks.get(&fact) == Some(&Pick::Step(0));
    let nothing_new = lightest(Fact::Purpose) && lightest(Fact::Touches);
    let mut earlier = Picks::new();
    let mut so_far = results(&ground.judged);
    let mut questions = Vec::new();
    for question in &pack().questions {
        let pick = picks.get(&question.fact).copied();
        // No verdict falls with a worse answer, so where the worst one moves nothing, none does.
        let can_move = || {
            let mut worst = earlier.clone();
            worst.insert(question.fact, Pick::Step(question.worst()));
            results(&ground.judge(&worst)) != so_far
        };
        let standing = match pick {
            _ if !question.fact.is_of_change() && (nothing_new || !can_move()) => Standing::AsProduct,
            Some(_) => Standing::Answered,
            None => Standing::Open,
        };
        if let (Standing::Answered, Some(pick)) = (standing, pick) {
            earlier.insert(question.fact, pick);
            if ground.adds(question, pick) {
                so_far = results(&ground.judge(&earlier));
            }
        }
        questions.push(Asked { question, own: question.of_product(ground.product), pick, standing });
    }
    questions
}

/// What was picked where it was asked.
fn counted(questions: &[Asked]) -> Picks {
    let answered = questions.iter().filter(|asked| asked.standing == Standing::Answered);
    answered.filter_map(|asked| Some((asked.question.fact, asked.pick?))).collect()
}

/// What each scheme can still come to.
fn results(judgement: &Judgement) -> [Option<Vec<&'static str>>; 7] {
    fn of<T>(
        verdict: Option<&scheme::Verdict<T>>,
        name: impl Fn(&T) -> &'static str,
    ) -> Option<Vec<&'static str>> {
        verdict.map(|verdict| verdict.possible.iter().map(name).collect())
    }
    [
        of(judgement.qualification.as_ref(), |it| it.name()),
        of(judgement.regulation.as_ref(), |it| it.map_or("", scheme::qualification::Regulation::name)),
        of(judgement.status.as_ref(), |it| it.name()),
        of(judgement.safety.as_ref(), |it| it.class.letter()),
        of(judgement.mdr.as_ref(), |it| it.name()),
        of(judgement.imdrf.as_ref(), |it| it.name()),
        of(judgement.documentation.as_ref(), |it| it.name()),
    ]
}

fn moves(before: &Judgement, after: &Judgement) -> Vec<Move> {
    let titles = |judgement: &Judgement| -> Vec<(String, String)> {
        judgement.telling().into_iter().map(|told| (told.subject, told.title)).collect()
    };
    let (before, after) = (titles(before), titles(after));
    let title = |titles: &[(String, String)], subject: &str| {
        titles.iter().find(|(name, _)| name == subject).map(|(_, title)| title.clone())
    };
    let mut subjects: Vec<&String> = Vec::new();
    for (subject, _) in before.iter().chain(&after) {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    subjects
        .into_iter()
        .map(|subject| Move {
            subject: subject.clone(),
            before: title(&before, subject),
            after: title(&after, subject),
        })
        .collect()
}

fn rules(ground: &Ground<'_>, schemes: &[Move], picks: &Picks) -> Vec<&'static Rule> {
    let touches = picks.get(&Fact::Touches).map(|pick| question(Fact::Touches).name_of(*pick));
    let purpose = picks.get(&Fact::Purpose).map(|pick| question(Fact::Purpose).name_of(*pick));
    // What is not known counts as everything that it may be.
    let touches = |values: &[&str]| touches.is_some_and(|it| values.contains(&it) || it == Given::UNKNOWN);
    let adds = |value: &str| purpose.is_some_and(|it| it == value || it == Given::UNKNOWN);
    let is_worse = picks.iter().any(|(fact, pick)| {
        let question = question(*fact);
        question.of_product(ground.product).is_some() && ground.adds(question, *pick)
    });
    let table = [
        ("analysis", true),
        ("items change", touches(&["items", "part", "control"])),
        ("other purpose", purpose == Some("other")),
        ("new part", touches(&["part"])),
        ("risk control", touches(&["control"])),
        ("worse answer", is_worse),
        ("new purpose", adds("medical")),
        ("verdict moves", schemes.iter().any(Move::moves)),
        ("never assessed", !ground.open.is_empty()),
    ];
    table.into_iter().filter(|(_, applies)| *applies).map(|(id, _)| pack().rule(id)).collect()
}

/// The deliverables that answer the clauses of these rules, at the class that is owed then.
fn again(rules: &[&'static Rule], after: Option<Classification>) -> Vec<Again> {
    let Some(class) = after.unwrap_or(Classification::UNCLASSIFIED).class() else { return Vec::new() };
    let places: BTreeSet<&str> = rules.iter().flat_map(|rule| &rule.clauses).map(String::as_str).collect();
    catalogue::all()
        .iter()
        .filter_map(|deliverable| {
            let clauses: Vec<_> = deliverable
                .clauses()
                .filter(|clause| places.contains(clause.place.as_str()) && clause.applies_to(class))
                .collect();
            (!clauses.is_empty()).then_some(Again { deliverable, clauses })
        })
        .collect()
}

/// What appears, grows and goes when the class that is owed moves. What is open is held to class C (4.3 g).
fn set_moves(before: Option<Classification>, after: Option<Classification>) -> [Vec<Again>; 3] {
    let held = |classification: Option<Classification>| {
        classification.unwrap_or(Classification::UNCLASSIFIED).class()
    };
    let whole = |class| {
        let counting = owed(class).into_iter().filter(|owed| owed.counts(false));
        counting.map(|owed| Again { deliverable: owed.deliverable, clauses: owed.clauses }).collect()
    };
    let of = |changes: Vec<deliverable::Change>| {
        changes
            .into_iter()
            .map(|change| Again { deliverable: change.deliverable, clauses: change.clauses })
            .collect()
    };
    match (held(before), held(after)) {
        (Some(from), Some(to)) => {
            let difference = Difference::between(from, to);
            let gone = difference.drop.into_iter().chain(difference.shrink).collect();
            [of(difference.appear), of(difference.grow), of(gone)]
        }
        (None, Some(to)) => [whole(to), Vec::new(), Vec::new()],
        (Some(from), None) => [Vec::new(), Vec::new(), whole(from)],
        (None, None) => [Vec::new(), Vec::new(), Vec::new()],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::answer::Value;
    use crate::scheme::iec62304::SafetyClass;

    const MARKETS: [Market; 2] = [Market::EuropeanUnion, Market::UnitedStates];

    /// The question, answers of the product, and the name of their place on its scale.
    type Case<'a> = (Fact, &'a [(Key, &'static str)], Option<&'static str>);

    fn answers(pairs: &[(Key, &str)]) -> Answers {
        pairs
            .iter()
            .map(|(key, value)| (*key, Given::named(*key, value).expect("a value of the key")))
            .collect()
    }

    fn picks(pairs: &[(Fact, &str)]) -> Picks {
        pairs.iter().map(|(fact, name)| (*fact, question(*fact).pick(name).expect("a step"))).collect()
    }

    /// A device of class B and IIa in the European Union.
    fn device() -> Answers {
        use Key::*;
        let mut all = answers(&[
            (IsSoftware, "yes"),
            (AccessoryOrComponent, "no"),
            (DrivesInfluencesHw, "no"),
            (ActionBeyondStorage, "yes"),
            (IndividualBenefit, "yes"),
            (MedicalPurpose, "yes"),
            (IvdScope, "no"),
            (ContributesToHazardousSituation, "yes"),
            (ExternalControl, "none"),
            (RiskAcceptableAfterExternalControls, "no"),
            (WorstHarm, "non_serious"),
            (InfoForDxTxDecisions, "yes"),
            (DecisionImpact, "other"),
            (Monitors, "none"),
            (ImdrfSignificance, "drive"),
            (ImdrfSituation, "serious"),
        ]);
        for question in &scheme::mdr::pack().questions {
            if all.given(question.key).is_none() {
                all.give(
                    question.key,
                    Given::Value(question.key.value("no").unwrap_or(Value::OneOf("none"))),
                );
            }
        }
        all
    }

    fn in_europe(product: &Answers, pairs: &[(Fact, &str)]) -> Triage {
        Triage::of(product, &MARKETS[..1], &picks(pairs))
    }

    fn asked(triage: &Triage) -> Vec<Fact> {
        triage.asked().map(|asked| asked.question.fact).collect()
    }

    #[test]
    fn there_are_nine_questions_at_most_and_each_is_whole() {
        assert!(pack().questions.len() <= 9);
        let facts: Vec<Fact> = pack().questions.iter().map(|question| question.fact).collect();
        assert_eq!(facts, Fact::ALL);
        for question in &pack().questions {
            let fact = question.fact.name();
            assert_eq!(Fact::named(fact), Some(question.fact));
            assert!(
                question.ask.ends_with('?') && !question.help.is_empty() && !question.short.is_empty(),
                "{fact}"
            );
            assert!(!question.citations.is_empty(), "{fact}");
            assert!(question.scale.len() >= 2, "{fact}");
            let names: BTreeSet<&str> = question.scale.iter().map(|step| step.value.as_str()).collect();
            assert_eq!(names.len(), question.scale.len(), "{fact}");
            assert!(!names.contains(Given::UNKNOWN), "{fact}");
            for step in &question.scale {
                assert_eq!(
                    question.pick(&step.value).map(|pick| question.name_of(pick)),
                    Some(step.value.as_str())
                );
                assert_eq!(
                    step.gives.is_empty(),
                    question.fact.is_of_change() && step.value != "medical",
                    "{fact} {}",
                    step.value
                );
            }
        }
    }

    #[test]
    fn each_fact_is_asked_once_and_in_the_keys_of_the_rule_packs() {
        let mut seen = BTreeSet::new();
        for question in &pack().questions {
            let keys: BTreeSet<Key> =
                question.scale.iter().flat_map(|step| step.gives.iter().map(|(key, _)| key)).collect();
            for key in keys {
                assert!(scheme::question(key).is_some(), "{key} is asked by a scheme");
                assert!(seen.insert(key), "{key} is asked twice");
            }
        }
    }

    #[test]
    fn rules_and_levels_have_their_words_and_clauses() {
        let ids: BTreeSet<&str> = pack().rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), 9);
        for rule in &pack().rules {
            assert!(!rule.citations.is_empty() && rule.sentence.ends_with('.'), "{}", rule.id);
            for place in &rule.clauses {
                assert!(deliverable::clauses::clause(place).is_some(), "{} names {place}", rule.id);
            }
        }
        for level in Level::ALL {
            assert_eq!(level.words().level, level);
            assert_eq!(Level::named(level.name()), Some(level));
        }
        assert_eq!(pack().changelog[0].version, pack().version);
    }

    #[test]
    fn the_place_of_the_product_on_each_scale_is_found_in_its_answers() {
        use Key::{
            ActionBeyondStorage, ContributesToHazardousSituation, DecisionImpact, DrivenDeviceClass,
            DrivesInfluencesHw, ExternalControl, ImdrfSignificance, ImdrfSituation, ImmediateDanger,
            IndividualBenefit, InfoForDxTxDecisions, MedicalPurpose,
            ProbableDeathOrSeriousInjuryBeforeControls, RiskAcceptableAfterExternalControls, WorstHarm,
        };
        let harm = |control, acceptable, worst| {
            [
                (ContributesToHazardousSituation, "yes"),
                (ExternalControl, control),
                (RiskAcceptableAfterExternalControls, acceptable),
                (WorstHarm, worst),
            ]
        };
        let table: &[Case] = &[
            (
                Fact::Purpose,
                &[(MedicalPurpose, "yes"), (ActionBeyondStorage, "yes"), (IndividualBenefit, "yes")],
                None,
            ),
            (Fact::Harm, &[], None),
            (Fact::Harm, &[(ContributesToHazardousSituation, "no")], Some("none")),
            (Fact::Harm, &[(ContributesToHazardousSituation, "yes")], None),
            (Fact::Harm, &harm("hardware", "yes", "serious"), Some("controlled")),
            (Fact::Harm, &harm("hardware", "no", "serious"), Some("serious")),
            (Fact::Harm, &harm("none", "no", "non_serious"), Some("non_serious")),
            // Behind a watchdog alone, and where it is not known what protects, nobody reads whether that is enough.
            (Fact::Harm, &harm("watchdog_only", "yes", "non_serious"), Some("non_serious")),
            (Fact::Harm, &harm("watchdog_only", "yes", "serious"), Some("serious")),
            (Fact::Harm, &harm("unknown", "yes", "non_serious"), Some("non_serious")),
            (Fact::Harm, &harm("unknown", "yes", "serious"), Some("unknown")),
            (Fact::Harm, &harm("hardware", "unknown", "non_serious"), Some("non_serious")),
            (Fact::Harm, &harm("none", "no", "unknown"), Some("unknown")),
            (Fact::Decision, &[(InfoForDxTxDecisions, "unknown"), (DecisionImpact, "other")], Some("other")),
            (Fact::Decision, &[(InfoForDxTxDecisions, "no")], Some("none")),
            (Fact::Decision, &[(InfoForDxTxDecisions, "yes")], None),
            (Fact::Decision, &[(InfoForDxTxDecisions, "yes"), (DecisionImpact, "other")], Some("other")),
            (Fact::Drives, &[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "IIb")], Some("IIb")),
            (Fact::Monitors, &[(Key::Monitors, "vital"), (ImmediateDanger, "no")], Some("vital")),
            (Fact::Monitors, &[(Key::Monitors, "non_vital"), (ImmediateDanger, "yes")], Some("non_vital")),
            (Fact::Significance, &[(ImdrfSignificance, "drive")], Some("drive")),
            (Fact::Situation, &[(ImdrfSituation, "critical")], Some("critical")),
            (Fact::ProbableHarm, &[(ProbableDeathOrSeriousInjuryBeforeControls, "unknown")], Some("unknown")),
        ];
        for (fact, given, expected) in table {
            let own = question(*fact).of_product(&answers(given));
            assert_eq!(own.map(|pick| question(*fact).name_of(pick)), *expected, "{fact:?} {given:?}");
        }
    }

    #[test]
    fn nothing_new_asks_two_questions_and_leaves_everything_as_it_is() {
        let triage = in_europe(&device(), &[(Fact::Purpose, "none"), (Fact::Touches, "looks")]);
        assert_eq!(asked(&triage), [Fact::Purpose, Fact::Touches]);
        assert!(triage.is_complete());
        assert_eq!(triage.level, Level::Note);
        assert_eq!(triage.moved().count(), 0);
        assert!(!triage.looks_at_hazards() && !triage.looks_at_items());
        assert_eq!(triage.rules.len(), 1);
    }

    #[test]
    fn what_is_already_the_worst_is_not_asked() {
        let product = device().with(Key::WorstHarm, Given::named(Key::WorstHarm, "serious").unwrap());
        let triage = in_europe(&product, &[(Fact::Purpose, "none"), (Fact::Touches, "items")]);
        assert!(!asked(&triage).contains(&Fact::Harm));
        assert!(asked(&triage).contains(&Fact::Decision));
        assert_eq!(triage.next(), Some(Fact::Drives));
    }

    #[test]
    fn every_rule_applies_somewhere_and_asks_for_its_level() {
        let small = [(Fact::Purpose, "none"), (Fact::Touches, "looks")];
        let with = |more: &[(Fact, &'static str)]| {
            let mut pairs = small.to_vec();
            pairs.extend_from_slice(more);
            in_europe(&device(), &pairs)
        };
        let table = [
            ("analysis", Level::Note, with(&[])),
            ("items change", Level::Change, with(&[(Fact::Touches, "items")])),
            ("other purpose", Level::Change, with(&[(Fact::Purpose, "other")])),
            ("new part", Level::Items, with(&[(Fact::Touches, "part")])),
            ("risk control", Level::Hazards, with(&[(Fact::Touches, "control")])),
            ("new purpose", Level::Assessment, with(&[(Fact::Purpose, "medical")])),
            ("verdict moves", Level::Assessment, with(&[(Fact::Touches, "items"), (Fact::Harm, "serious")])),
            ("never assessed", Level::Assessment, in_europe(&Answers::none(), &small)),
            (
                "worse answer",
                Level::Hazards,
                in_europe(
                    &device().with(Key::ContributesToHazardousSituation, Given::Value(Value::No)),
                    &[(Fact::Purpose, "none"), (Fact::Touches, "items"), (Fact::Harm, "controlled")],
                ),
            ),
        ];
        let mut hit = BTreeSet::new();
        for (id, level, triage) in &table {
            assert!(triage.applies(id), "{id}");
            assert_eq!(triage.level, *level, "{id}");
            hit.insert(*id);
        }
        assert_eq!(hit, pack().rules.iter().map(|rule| rule.id.as_str()).collect());
    }

    #[test]
    fn a_feature_that_can_hurt_more_moves_the_class_and_names_what_comes_with_it() {
        let triage = in_europe(
            &device(),
            &[(Fact::Purpose, "none"), (Fact::Touches, "part"), (Fact::Harm, "serious")],
        );
        assert_eq!(triage.before, Some(Classification::Class(SafetyClass::B)));
        assert_eq!(triage.after, Some(Classification::Class(SafetyClass::C)));
        let moved: Vec<_> = triage.moved().map(|scheme| scheme.subject.as_str()).collect();
        assert_eq!(moved, ["IEC 62304 safety class"]);
        assert!(triage.looks_at_items() && triage.looks_at_hazards());
        let appear: Vec<&str> = triage.appear.iter().map(|it| it.deliverable.id.as_str()).collect();
        assert_eq!(appear, ["D10", "D18"]);
        assert_eq!((triage.grow.len(), triage.go.len()), (5, 0));
        let again: Vec<&str> = triage.again.iter().map(|again| again.deliverable.id.as_str()).collect();
        for id in ["D03", "D14", "D16", "D34", "D37", "D39"] {
            assert!(again.contains(&id), "{id} in {again:?}");
        }
    }

    #[test]
    fn a_medical_purpose_makes_a_device_of_what_was_none() {
        use Key::*;
        let counter = answers(&[
            (IsSoftware, "yes"),
            (AccessoryOrComponent, "no"),
            (DrivesInfluencesHw, "no"),
            (ActionBeyondStorage, "yes"),
            (IndividualBenefit, "yes"),
            (MedicalPurpose, "no"),
            (ControlOrSupportOfConception, "no"),
            (CompensationOfDisability, "no"),
            (UsDevicePurpose, "no"),
        ]);
        let of = |pairs: &[(Fact, &str)]| Triage::of(&counter, &MARKETS, &picks(pairs));
        let plain = of(&[(Fact::Purpose, "none"), (Fact::Touches, "items")]);
        assert_eq!(plain.level, Level::Change);
        assert!(!asked(&plain).contains(&Fact::Harm), "no class is owed, so no harm is asked for");
        let medical = of(&[(Fact::Purpose, "medical"), (Fact::Touches, "part")]);
        assert_eq!(medical.level, Level::Assessment);
        assert_eq!(asked(&medical).len(), 9);
        assert_eq!(medical.appear.len(), 40, "what is open is held to class C");
        assert!(medical.moved().any(|scheme| scheme.subject == "EU qualification"));
        // The American test is another one: it is not known, counts as the cautious answer, and is told so.
        assert_eq!(
            with_feature(&counter, &MARKETS, &picks(&[(Fact::Purpose, "medical")])).given(UsDevicePurpose),
            Some(Given::Unknown)
        );
    }

    #[test]
    fn the_rationale_names_level_rules_moves_and_answers() {
        let triage = in_europe(
            &device(),
            &[(Fact::Purpose, "none"), (Fact::Touches, "items"), (Fact::Harm, "serious")],
        );
        let text = triage.rationale();
        assert!(text.starts_with("A full assessment is needed."), "{text}");
        assert!(text.contains("IEC 62304 safety class: Class B becomes Class C."), "{text}");
        assert!(text.contains("(IEC 62304 8.2.2; MDCG 2019-11 8)"), "{text}");
        assert!(text.contains("Worst harm: Death or a serious injury."), "{text}");
        assert!(text.chars().count() < crate::text::Statement::LONGEST);
    }

    fn asked_keys() -> Vec<Key> {
        scheme::packs().iter().flat_map(|pack| &pack.questions).map(|question| question.key).collect()
    }

    /// Products that were answered to the end: each question has a value or is not known.
    fn any_product() -> impl Strategy<Value = Answers> {
        let choices: Vec<_> = asked_keys()
            .into_iter()
            .map(|key| {
                let mut given = vec![Given::Unknown];
                given.extend(key.domain().into_iter().map(Given::Value));
                proptest::sample::select(given).prop_map(move |given| (key, given))
            })
            .collect();
        choices.prop_map(|answers| answers.into_iter().collect())
    }

    /// Anything picked, or nothing.
    fn any_picks() -> impl Strategy<Value = Picks> {
        let choices: Vec<_> = Fact::ALL
            .into_iter()
            .map(|fact| {
                let mut all = vec![None, Some(Pick::Unknown)];
                all.extend((0..question(fact).scale.len()).map(|place| Some(Pick::Step(place))));
                proptest::sample::select(all).prop_map(move |pick| pick.map(|pick| (fact, pick)))
            })
            .collect();
        choices.prop_map(|picks| picks.into_iter().flatten().collect())
    }

    /// Now and then a product that nobody has answered to the end.
    fn any_start() -> impl Strategy<Value = Answers> {
        (any_product(), proptest::collection::vec(any::<bool>(), asked_keys().len()), any::<bool>()).prop_map(
            |(product, keep, whole)| {
                let keys = asked_keys();
                let open = keys.iter().zip(keep).filter(|(_, keep)| !whole && !keep).map(|(key, _)| *key);
                open.fold(product.clone(), |product, key| product.without(key))
            },
        )
    }

    /// Whether no scheme is lighter in the first than in the second.
    fn is_as_strict(worse: &Judgement, lighter: &Judgement) -> bool {
        fn of<T: Ord>(worse: Option<&scheme::Verdict<T>>, lighter: Option<&scheme::Verdict<T>>) -> bool {
            worse.and_then(|it| it.possible.last()) >= lighter.and_then(|it| it.possible.last())
        }
        of(worse.qualification.as_ref(), lighter.qualification.as_ref())
            && of(worse.regulation.as_ref(), lighter.regulation.as_ref())
            && of(worse.status.as_ref(), lighter.status.as_ref())
            && of(worse.safety.as_ref(), lighter.safety.as_ref())
            && of(worse.mdr.as_ref(), lighter.mdr.as_ref())
            && of(worse.imdrf.as_ref(), lighter.imdrf.as_ref())
            && of(worse.documentation.as_ref(), lighter.documentation.as_ref())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_worse_answer_never_gives_a_lower_level(product in any_start(), picks in any_picks(), which in 0usize..9) {
            let fact = Fact::ALL[which];
            let level = |place| {
                let mut picks = picks.clone();
                picks.insert(fact, Pick::Step(place));
                Triage::of(&product, &MARKETS, &picks).level
            };
            let levels: Vec<Level> = (0..question(fact).scale.len()).map(level).collect();
            prop_assert!(levels.is_sorted(), "{:?} {:?}", fact, levels);
        }

        #[test]
        fn not_knowing_counts_as_the_worst_and_says_so(product in any_start(), picks in any_picks(), which in 0usize..9) {
            let fact = Fact::ALL[which];
            let mut unknown = picks.clone();
            unknown.insert(fact, Pick::Unknown);
            let mut worst = picks;
            worst.insert(fact, Pick::Step(question(fact).scale.len() - 1));
            let (unknown, worst) = (Triage::of(&product, &MARKETS, &unknown), Triage::of(&product, &MARKETS, &worst));
            prop_assert!(unknown.level >= worst.level);
            if fact != Fact::Purpose {
                prop_assert_eq!(&unknown.schemes, &worst.schemes);
            }
            if unknown.asked().any(|asked| asked.question.fact == fact) {
                prop_assert!(unknown.doubts.iter().any(|doubt| doubt.starts_with(&question(fact).ask)));
            }
        }

        #[test]
        fn any_answers_give_a_level_and_always_the_same_text(product in any_start(), picks in any_picks()) {
            let of = || Triage::of(&product, &MARKETS, &picks);
            prop_assert_eq!(of().rationale(), of().rationale());
            prop_assert!(of().asked().count() <= 9);
        }

        #[test]
        fn a_feature_never_makes_the_product_lighter(product in any_start(), picks in any_picks()) {
            let triage = Triage::of(&product, &MARKETS, &picks);
            let held = |classification: Option<Classification>| classification.unwrap_or(Classification::UNCLASSIFIED);
            prop_assert!(held(triage.after) >= held(triage.before));
            let ground = Ground::of(&product, &MARKETS);
            let joined = ground.judge(&picks);
            prop_assert!(is_as_strict(&joined, &ground.judged));
            // The answers that an assessment begins with are no lighter either, in the class that is owed.
            let begun = Judgement::of(&with_feature(&product, &MARKETS, &picks), &MARKETS);
            if let Some(before) = ground.judged.classification() {
                prop_assert!(held(begun.classification()) >= before);
            }
        }

        #[test]
        fn what_is_not_asked_could_not_have_moved_a_verdict(product in any_product(), picks in any_picks()) {
            let triage = Triage::of(&product, &MARKETS, &picks);
            let is_new = picks.get(&Fact::Purpose) != Some(&Pick::Step(0)) || picks.get(&Fact::Touches) != Some(&Pick::Step(0));
            let ground = Ground::of(&product, &MARKETS);
            let counted = counted(&triage.questions);
            let stands = results(&ground.judge(&counted));
            for asked in triage.questions.iter().filter(|asked| is_new && asked.standing == Standing::AsProduct) {
                for place in asked.question.offered(&product) {
                    let mut with = counted.clone();
                    with.insert(asked.question.fact, Pick::Step(place));
                    prop_assert_eq!(&results(&ground.judge(&with)), &stands, "{:?} {}", asked.question.fact, place);
                }
            }
        }

        #[test]
        fn a_worse_answer_makes_no_verdict_lighter(product in any_start(), picks in any_picks(), which in 0usize..9) {
            let fact = Fact::ALL[which];
            let ground = Ground::of(&product, &MARKETS);
            let judged = |place| {
                let mut picks = picks.clone();
                picks.insert(fact, Pick::Step(place));
                ground.judge(&picks)
            };
            for place in 1..question(fact).scale.len() {
                let (lighter, worse) = (judged(place - 1), judged(place));
                prop_assert!(is_as_strict(&worse, &lighter), "{:?} {}", fact, place);
            }
        }
    }
}
