//! Contradictions: where two pieces that were said about one product do not go together.
//!
//! Three speakers name a safety class: the answers, the hazard register, the items; where they differ, one of them is
//! wrong, and the lighter one blocks. Schemes are different: each answers its own question, and none follows from
//! another. Two that sound unlike each other may both be right, so between schemes a contradiction only ever warns.
//!
//! Invariants, held by tests below:
//! - Contradictions are read off verdicts and never flow back: no verdict of any scheme depends on this module.
//! - Total: any verdicts, facts, register and items give a list, and always the same one.
//! - Every rule has its words in `data/contradictions.json`, every word its rule; between schemes every level is
//!   [`Level::Warns`].

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key, Value};
use crate::assessment::{Classification, Judgement, QuestionStanding, Record, Subject};
use crate::clause::Citation;
use crate::finding::Level;
use crate::item::{Item, class_from_items};
use crate::product::Market;
use crate::register::ImpliedClass;
use crate::risk::Severity;
use crate::scheme::fda_documentation::Level as Documentation;
use crate::scheme::iec62304::SafetyClass;
use crate::scheme::imdrf::Category;
use crate::scheme::mdr::{self, MdrClass};
use crate::scheme::us_function::Status;
use crate::scheme::{Question, Telling, question};
use crate::words;

/// The words of a contradiction.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The stable code.
    pub code: String,
    /// What does not go together, in a few words.
    pub title: String,
    /// Why that is strange, and when it is right all the same.
    pub sentence: String,
    /// Where the documents speak of it.
    pub citations: Vec<Citation>,
    /// What can be done about it, the likeliest first.
    pub ways: Vec<Way>,
}

/// A way out of a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Where it leads: the key of a question, or the name of a [`Room`].
    pub to: String,
    /// What to do there, in a few words.
    pub words: String,
}

/// Where a way out leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// To a question.
    Question(Key),
    /// To the hazard register.
    Register,
    /// To the software items.
    Items,
    /// To the room of classification, to assess again.
    Classification,
    /// To what is said about the product.
    Product,
}

impl Way {
    /// Where it leads.
    #[must_use]
    pub fn room(&self) -> Option<Room> {
        match self.to.as_str() {
            "register" => Some(Room::Register),
            "items" => Some(Room::Items),
            "classification" => Some(Room::Classification),
            "product" => Some(Room::Product),
            key => Key::named(key).map(Room::Question),
        }
    }
}

/// What the answers say: the verdicts as they were told, and the facts that count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    verdicts: Vec<Spoken>,
    facts: Answers,
    classification: Option<Classification>,
}

/// A told verdict, without its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The name of the rule pack.
    pub pack: String,
    /// The name of the verdict.
    pub subject: String,
    /// The stable name of the result; nothing while it is open.
    pub result: Option<String>,
    /// Its title.
    pub title: String,
}

impl Spoken {
    fn of(told: &Telling) -> Self {
        Self {
            pack: told.pack.split(' ').next().unwrap_or_default().to_owned(),
            subject: told.subject.clone(),
            result: told.result.clone(),
            title: told.title.clone(),
        }
    }
}

impl Said {
    /// What these answers come to now.
    #[must_use]
    pub fn of_judgement(judgement: &Judgement) -> Self {
        let counting = judgement.questions().into_iter().filter(|it| it.standing == QuestionStanding::Counts);
        Self {
            verdicts: judgement.telling().iter().map(Spoken::of).collect(),
            facts: counting.filter_map(|asked| Some((asked.question.key, asked.given?))).collect(),
            classification: judgement.classification(),
        }
    }

    /// Only what it comes to, for what is set beside the class and needs no verdict of a scheme.
    #[must_use]
    pub fn of_classification(classification: Classification) -> Self {
        Self { classification: Some(classification), ..Self::default() }
    }

    /// What an approved record says, under the packs that it was approved with.
    #[must_use]
    pub fn of_record(record: &Record, outcome: Option<Classification>) -> Self {
        let counting = record.answers.iter().filter(|answer| answer.counts);
        Self {
            verdicts: record.verdicts.iter().map(Spoken::of).collect(),
            facts: counting.filter_map(|it| Some((it.key, Given::named(it.key, &it.given)?))).collect(),
            classification: outcome,
        }
    }

    /// The verdicts, in the order in which they are told.
    #[must_use]
    pub fn verdicts(&self) -> &[Spoken] {
        &self.verdicts
    }

    /// What it comes to.
    #[must_use]
    pub const fn classification(&self) -> Option<Classification> {
        self.classification
    }

    fn verdict(&self, pack: &str) -> Option<&Spoken> {
        self.verdicts.iter().find(|spoken| spoken.pack == pack)
    }

    fn result<T: Copy>(&self, pack: &str, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let result = self.verdict(pack)?.result.as_deref()?;
        all.iter().copied().find(|known| name(*known) == result)
    }

    fn safety(&self) -> Option<SafetyClass> {
        self.result(SAFETY, &SafetyClass::ALL, SafetyClass::letter)
    }

    fn mdr(&self) -> Option<MdrClass> {
        self.result(MDR, &MdrClass::ALL, MdrClass::name)
    }

    fn imdrf(&self) -> Option<Category> {
        self.result(IMDRF, &Category::ALL, Category::name)
    }

    fn documentation(&self) -> Option<Documentation> {
        self.result(DOCUMENTATION, &Documentation::ALL, Documentation::name)
    }

    fn status(&self) -> Option<Status> {
        self.result(STATUS, &Status::ALL, Status::name)
    }

    /// Whether European law covers it.
    fn is_european(&self) -> Option<bool> {
        let result = self.verdict(QUALIFICATION)?.result.as_deref()?;
        Some(matches!(result, "mdsw" | "accessory_or_component"))
    }

    /// What a counting answer came to; what is not known counts as the cautious value.
    fn fact(&self, key: Key) -> Option<Value> {
        match self.facts.given(key)? {
            Given::Value(value) => Some(value),
            Given::Unknown => question(key).map(Question::cautious),
        }
    }

    fn is(&self, key: Key, value: &str) -> bool {
        self.fact(key).is_some_and(|fact| fact.name() == value)
    }
}

const QUALIFICATION: &str = "eu-qualification";
const STATUS: &str = "us-software-function";
const SAFETY: &str = "iec-62304";
const MDR: &str = "eu-mdr-class";
const IMDRF: &str = "imdrf-category";
const DOCUMENTATION: &str = "us-documentation-level";

/// What the hazard register says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterSays {
    /// The class that it implies.
    pub implied: ImpliedClass,
    /// Whether any row holds a harm of severity 3 or more.
    pub any_severe: bool,
    /// The worst severity of any row before control, where one was estimated.
    pub worst_before: Option<Severity>,
}

/// What the software items say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemsSay {
    /// The heaviest class that is written on one of them, or that a risk control in one of them needs.
    pub class: SafetyClass,
    /// Whether an item directly below the system only inherits, so that it carries the system's class whatever that is.
    pub some_inherit: bool,
}

impl ItemsSay {
    /// What these items say; nothing where every item only inherits.
    #[must_use]
    pub fn of(items: &[Item]) -> Option<Self> {
        let some_inherit = items.iter().any(|item| item.parent.is_none() && item.own.is_none());
        class_from_items(items).map(|class| Self { class, some_inherit })
    }
}

/// What of a product is no longer as its record knew it. Early records do not say what they knew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The intended purpose, the users or the use environment.
    pub purpose: bool,
    /// The markets.
    pub markets: bool,
}

impl Moved {
    /// What moved between the record and the product as it is now.
    #[must_use]
    pub fn since(record: &Record, now: &Subject, markets: &[Market]) -> Self {
        let known = record.subject.as_ref();
        let purpose = known.is_some_and(|known| {
            (&known.intended_purpose, &known.intended_users, &known.use_environment)
                != (&now.intended_purpose, &now.intended_users, &now.use_environment)
        });
        let sorted = |markets: &[Market]| {
            let mut markets = markets.to_vec();
            markets.sort_unstable();
            markets
        };
        Self { purpose, markets: known.is_some() && sorted(&record.markets) != sorted(markets) }
    }
}

/// Everything that was said about one product.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// By the answers.
    pub said: &'a Said,
    /// By the hazard register.
    pub register: Option<RegisterSays>,
    /// By the software items.
    pub items: Option<ItemsSay>,
    /// What moved since its record was approved.
    pub moved: Moved,
}

impl Known<'_> {
    /// The class that the register implies, once its analysis is declared complete.
    fn register_class(&self) -> Option<SafetyClass> {
        match self.register?.implied {
            ImpliedClass::Determined { class, .. } => Some(class),
            ImpliedClass::NotDetermined => None,
        }
    }

    /// The class of the answers; nothing where they make it no device.
    fn answers_class(&self) -> Option<SafetyClass> {
        self.said.classification.and_then(Classification::class)
    }
}

/// One of the two pieces that do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Who or what speaks: a scheme, a question, the register, the items.
    pub subject: String,
    /// What it says.
    pub says: String,
}

/// Two pieces that do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The stable code.
    pub code: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// Between whom.
    pub between: Between,
    /// The two pieces, side by side.
    pub sides: [Side; 2],
}

impl Contradiction {
    /// Its words.
    ///
    /// # Panics
    /// When the data lacks them, which a test excludes.
    #[must_use]
    pub fn wording(&self) -> &'static Wording {
        wording(self.code).expect("a test finds the words of every code")
    }

    /// Whether its verdict tells it as a doubt of its own: beside that it is not said again.
    #[must_use]
    pub fn is_told_with_its_verdict(&self) -> bool {
        self.code == ANNEX_III
    }

    /// Whether one of its ways out leads there.
    #[must_use]
    pub fn leads_to(&self, room: Room) -> bool {
        self.wording().ways.iter().any(|way| way.room() == Some(room))
    }
}

/// The words of a code.
#[must_use]
pub fn wording(code: &str) -> Option<&'static Wording> {
    words::all().contradictions.iter().find(|wording| wording.code == code)
}

/// Everything that does not go together, what blocks first, then in the order of the rules.
#[must_use]
pub fn find(known: &Known<'_>) -> Vec<Contradiction> {
    let mut found: Vec<Contradiction> = RULES
        .iter()
        .filter_map(|rule| {
            let sides = (rule.holds)(known)?;
            Some(Contradiction { code: rule.code, level: rule.level, between: rule.between, sides })
        })
        .collect();
    found.sort_by_key(|contradiction| contradiction.level);
    found
}

/// The codes of all rules, in their order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.code)
}

/// Between whom a contradiction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Two speakers about the one safety class.
    OneClass,
    /// Two schemes, or a scheme and what another rests on.
    Schemes,
}

struct Rule {
    code: &'static str,
    level: Level,
    between: Between,
    holds: fn(&Known<'_>) -> Option<[Side; 2]>,
}

const fn about_the_class(
    code: &'static str,
    level: Level,
    holds: fn(&Known<'_>) -> Option<[Side; 2]>,
) -> Rule {
    Rule { code, level, between: Between::OneClass, holds }
}

const fn between_schemes(code: &'static str, holds: fn(&Known<'_>) -> Option<[Side; 2]>) -> Rule {
    Rule { code, level: Warns, between: Between::Schemes, holds }
}

use Level::{Blocks, Warns};
use SafetyClass::{A, B, C};

const RULES: [Rule; 26] = [
    about_the_class("C21", Blocks, |known| {
        let (answers, register) = (known.answers_class()?, known.register_class()?);
        (answers == A && register > A).then(|| [answers_say(answers), register_says(register)])
    }),
    about_the_class("C22", Blocks, |known| {
        let (answers, register) = (known.answers_class()?, known.register_class()?);
        (answers == B && register == C).then(|| [answers_say(answers), register_says(register)])
    }),
    about_the_class("C23", Warns, |known| {
        let (answers, register) = (known.answers_class()?, known.register_class()?);
        let unsupported = answers == C && !known.register?.any_severe;
        let says = format!("Class {register}; no harm of severity 3 or more");
        unsupported.then(|| [answers_say(answers), Side { says, ..register_says(register) }])
    }),
    about_the_class("C51", Warns, |known| {
        let (answers, register) = (known.answers_class()?, known.register_class()?);
        let supported = answers != C || known.register?.any_severe;
        (answers > register && supported).then(|| [answers_say(answers), register_says(register)])
    }),
    about_the_class("X01", Warns, |known| {
        let register = known.register_class()?;
        let no_device = known.said.classification == Some(Classification::NotADevice);
        (no_device && register > A).then(|| {
            let says = "Not a medical device".to_owned();
            [Side { subject: ANSWERS.to_owned(), says }, register_says(register)]
        })
    }),
    about_the_class("X02", Blocks, |known| {
        let (answers, items) = (known.answers_class()?, known.items?);
        (items.class > answers).then(|| [answers_say(answers), items_say(items)])
    }),
    about_the_class("X03", Warns, |known| {
        let (answers, items) = (known.answers_class()?, known.items?);
        (items.class < answers && !items.some_inherit).then(|| [answers_say(answers), items_say(items)])
    }),
    about_the_class("X04", Blocks, |known| {
        let (register, items) = (known.register_class()?, known.items?);
        (register > items.class && !items.some_inherit).then(|| [register_says(register), items_say(items)])
    }),
    about_the_class("X05", Warns, |known| {
        let (register, items) = (known.register_class()?, known.items?);
        (register < items.class).then(|| [register_says(register), items_say(items)])
    }),
    about_the_class("X06", Warns, |known| {
        let what = match (known.moved.purpose, known.moved.markets) {
            (false, false) => return None,
            (true, false) => "Another intended purpose, use or user",
            (false, true) => "Other markets",
            (true, true) => "Another intended purpose, and other markets",
        };
        let side = |subject: &str, says: &str| Side { subject: subject.to_owned(), says: says.to_owned() };
        Some([side("Approved record", "The product as it was approved"), side("Product now", what)])
    }),
    between_schemes("X11", |known| {
        let strict = known.said.mdr()? >= MdrClass::IIb;
        (strict && known.said.safety()? == A).then(|| verdicts(known, MDR, SAFETY)).flatten()
    }),
    between_schemes("X12", |known| {
        let said = known.said;
        let severe = said.is(Key::InfoForDxTxDecisions, "yes")
            && (said.is(Key::DecisionImpact, "death_irreversible")
                || said.is(Key::DecisionImpact, "serious_surgical"));
        (severe && said.is(Key::WorstHarm, "non_serious"))
            .then(|| facts(known, Key::DecisionImpact, Key::WorstHarm))
            .flatten()
    }),
    between_schemes("X13", |known| {
        (known.said.mdr()? == MdrClass::I && known.said.safety()? == C)
            .then(|| verdicts(known, MDR, SAFETY))
            .flatten()
    }),
    between_schemes("X14", |known| {
        let said = known.said;
        (said.is(Key::ImmediateDanger, "yes") && said.is(Key::WorstHarm, "non_serious"))
            .then(|| facts(known, Key::ImmediateDanger, Key::WorstHarm))
            .flatten()
    }),
    between_schemes(ANNEX_III, |known| {
        let differ = mdr::differs_from_annex_iii(&known.said.facts)?;
        let side = |subject: &str, class: MdrClass| Side {
            subject: subject.to_owned(),
            says: format!("Class {}", class.name()),
        };
        Some([side("MDR Rule 11 (a)", differ.rule), side("MDCG 2019-11, Annex III", differ.table)])
    }),
    between_schemes("X22", |known| {
        let critical = known.said.imdrf()? == Category::IV && known.said.is(Key::Monitors, "none");
        critical.then(|| Some([verdict(known, IMDRF)?, fact(known, Key::Monitors)?])).flatten()
    }),
    between_schemes("X23", |known| {
        let said = known.said;
        let matters =
            said.is(Key::ImdrfSignificance, "treat_diagnose") || said.is(Key::ImdrfSignificance, "drive");
        (matters && said.is(Key::InfoForDxTxDecisions, "no"))
            .then(|| facts(known, Key::ImdrfSignificance, Key::InfoForDxTxDecisions))
            .flatten()
    }),
    between_schemes("X24", |known| {
        (known.said.imdrf()? >= Category::III && known.said.safety()? == A)
            .then(|| verdicts(known, IMDRF, SAFETY))
            .flatten()
    }),
    between_schemes("X25", |known| {
        (known.said.imdrf()? == Category::I && known.said.safety()? == C)
            .then(|| verdicts(known, IMDRF, SAFETY))
            .flatten()
    }),
    between_schemes("X31", |known| {
        (known.said.documentation()? == Documentation::Basic && known.said.safety()? == C)
            .then(|| verdicts(known, DOCUMENTATION, SAFETY))
            .flatten()
    }),
    between_schemes("X32", |known| {
        let fatal = known.said.is(Key::InfoForDxTxDecisions, "yes")
            && known.said.is(Key::DecisionImpact, "death_irreversible");
        (known.said.documentation()? == Documentation::Basic && fatal)
            .then(|| Some([verdict(known, DOCUMENTATION)?, fact(known, Key::DecisionImpact)?]))
            .flatten()
    }),
    between_schemes("X33", |known| {
        let worst = known.register?.worst_before.filter(|severity| *severity >= Severity::Critical)?;
        (known.said.documentation()? == Documentation::Basic)
            .then(|| Some([verdict(known, DOCUMENTATION)?, severity_before(worst)]))
            .flatten()
    }),
    between_schemes("X34", |known| {
        let said = known.said;
        // What stands outside the software explains the difference: the FDA judges before any control.
        let explained = !said.is(Key::ContributesToHazardousSituation, "no")
            && !said.is(Key::ExternalControl, "none")
            && !said.is(Key::ExternalControl, "watchdog_only");
        let probable = said.is(Key::ProbableDeathOrSeriousInjuryBeforeControls, "yes");
        (probable && said.safety()? < C && !explained)
            .then(|| {
                Some([fact(known, Key::ProbableDeathOrSeriousInjuryBeforeControls)?, verdict(known, SAFETY)?])
            })
            .flatten()
    }),
    between_schemes("X35", |known| {
        (known.said.is(Key::UsClassIII, "yes") && known.said.mdr()? <= MdrClass::IIa)
            .then(|| Some([fact(known, Key::UsClassIII)?, verdict(known, MDR)?]))
            .flatten()
    }),
    between_schemes("X41", |known| {
        let american = known.said.status()? != Status::NonDevice;
        (known.said.is_european()? != american).then(|| verdicts(known, QUALIFICATION, STATUS)).flatten()
    }),
    between_schemes("X42", |known| {
        let said = known.said;
        (said.is(Key::DrivesInfluencesHw, "yes") && said.is(Key::ControlsDevice, "no"))
            .then(|| facts(known, Key::DrivesInfluencesHw, Key::ControlsDevice))
            .flatten()
    }),
];

/// Rule 11 (a) beside the table of Annex III, which the verdict of the MDR tells as a doubt.
const ANNEX_III: &str = "X21";

const ANSWERS: &str = "Answers, IEC 62304";

fn answers_say(class: SafetyClass) -> Side {
    Side { subject: ANSWERS.to_owned(), says: format!("Class {class}") }
}

fn register_says(class: SafetyClass) -> Side {
    Side { subject: "Hazard register".to_owned(), says: format!("Class {class}") }
}

fn items_say(items: ItemsSay) -> Side {
    Side { subject: "Software items".to_owned(), says: format!("Class {}", items.class) }
}

fn severity_before(severity: Severity) -> Side {
    let says = format!("Severity {} before control", severity.level());
    Side { subject: "Hazard register".to_owned(), says }
}

fn verdict(known: &Known<'_>, pack: &str) -> Option<Side> {
    let spoken = known.said.verdict(pack)?;
    Some(Side { subject: spoken.subject.clone(), says: spoken.title.clone() })
}

fn verdicts(known: &Known<'_>, one: &str, other: &str) -> Option<[Side; 2]> {
    Some([verdict(known, one)?, verdict(known, other)?])
}

fn fact(known: &Known<'_>, key: Key) -> Option<Side> {
    let question = question(key)?;
    let says = question.words_of(known.said.facts.given(key)?).to_owned();
    Some(Side { subject: question.ask.clone(), says })
}

fn facts(known: &Known<'_>, one: Key, other: Key) -> Option<[Side; 2]> {
    Some([fact(known, one)?, fact(known, other)?])
}

#[cfg(test)]
mod tests;
