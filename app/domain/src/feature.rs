//! Features: proposed changes of what a product does, and their way from triage to a decision.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clause::Citation;
use crate::ids::PersonId;
use crate::revision::Revision;
use crate::text::{Link, Name, Statement, optional};
use crate::triage::{self, Again, Fact, Level, Move, Standing, Triage};
use crate::violation::Violations;

/// Where a feature stands.
///
/// ```text
/// draft ──hand over──▶ handed over ──approve──▶ approved
///   ▲                    │  │  └──turn into──▶ turned into an assessment
///   └─────take back──────┘  └──return──▶ returned ──hand over──▶ handed over
/// draft, returned ──withdraw──▶ withdrawn
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being answered.
    Draft,
    /// Handed over to regulatory; nothing can be changed.
    HandedOver,
    /// Sent back with a comment; being answered again.
    Returned,
    /// The triage holds.
    Approved,
    /// A full assessment of the product was started from it.
    Assessed,
    /// Not pursued.
    Withdrawn,
}

/// What can be done with a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Change an answer, the description or the rationale.
    Edit,
    /// Hand over to regulatory.
    HandOver,
    /// Take back before anybody decided.
    TakeBack,
    /// Approve the triage.
    Approve,
    /// Send back with a comment.
    Return,
    /// Start a full assessment from it.
    Assess,
    /// Pursue it no further.
    Withdraw,
}

impl State {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::HandedOver, Self::Returned, Self::Approved, Self::Assessed, Self::Withdrawn];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::HandedOver => "handed_over",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Assessed => "assessed",
            Self::Withdrawn => "withdrawn",
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
            (Self::Draft, Step::Edit) | (Self::HandedOver, Step::TakeBack) => Some(Self::Draft),
            (Self::Returned, Step::Edit) | (Self::HandedOver, Step::Return) => Some(Self::Returned),
            (Self::Draft | Self::Returned, Step::HandOver) => Some(Self::HandedOver),
            (Self::HandedOver, Step::Approve) => Some(Self::Approved),
            (Self::HandedOver, Step::Assess) => Some(Self::Assessed),
            (Self::Draft | Self::Returned, Step::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// Whether anything can be changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.after(Step::Edit).is_some()
    }
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 7] = [
        Self::Edit,
        Self::HandOver,
        Self::TakeBack,
        Self::Approve,
        Self::Return,
        Self::Assess,
        Self::Withdraw,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::HandOver => "hand_over",
            Self::TakeBack => "take_back",
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Assess => "assess",
            Self::Withdraw => "withdraw",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What can be wrong with a step of a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeatureCode {
    /// The feature is not in a state that allows the step.
    NotInThisState {
        /// The state that it is in.
        state: State,
    },
    /// A question that is asked has no answer.
    QuestionOpen {
        /// What it is about.
        fact: Fact,
    },
    /// The reviewer worked on this feature.
    ReviewerAnswered,
    /// What the reviewer read is not what stands now.
    NotWhatWasRead,
    /// There is no such question, or no such answer to it.
    NoSuchQuestion,
    /// No answer was picked.
    NothingPicked,
    /// One of the named risk controls is not in the register.
    NoSuchControl,
}

impl FeatureCode {
    /// The stable code.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotInThisState { .. } => "F001",
            Self::QuestionOpen { .. } => "F002",
            Self::ReviewerAnswered => "F003",
            Self::NotWhatWasRead => "F004",
            Self::NoSuchQuestion => "F005",
            Self::NothingPicked => "F006",
            Self::NoSuchControl => "F007",
        }
    }
}

/// Takes a step.
///
/// # Errors
/// When the state does not allow it.
pub fn take(state: State, step: Step) -> Result<State, FeatureCode> {
    state.after(step).ok_or(FeatureCode::NotInThisState { state })
}

/// Decides whether a reviewer may approve, return or turn into an assessment: a feature that was handed over, exactly
/// the revision that was read, and nobody decides on what they worked on.
///
/// # Errors
/// The first reason against it.
pub fn decide(
    state: State,
    step: Step,
    stands: Revision,
    read: Revision,
    worked_on_by: &BTreeSet<PersonId>,
    reviewer: PersonId,
) -> Result<State, FeatureCode> {
    let next = take(state, step)?;
    if stands != read {
        return Err(FeatureCode::NotWhatWasRead);
    }
    // To send it back decides nothing; everybody who reviews may ask for more.
    if step != Step::Return && worked_on_by.contains(&reviewer) {
        return Err(FeatureCode::ReviewerAnswered);
    }
    Ok(next)
}

/// What people say about a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Its name.
    pub name: Name,
    /// What it does.
    pub what: Statement,
    /// The ticket that it comes from.
    pub ticket: Option<Link>,
    /// Who brought it.
    pub brought_by: Option<Name>,
}

/// The same as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescriptionForm {
    /// Its name.
    pub name: String,
    /// What it does.
    pub what: String,
    /// The ticket that it comes from.
    pub ticket: String,
    /// Who brought it.
    pub brought_by: String,
}

impl Description {
    /// Parses what was typed.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(form: &DescriptionForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let name = wrong.take(Name::parse("name", &form.name));
        let what = wrong.take(Statement::parse("what", &form.what));
        let ticket = wrong.take(optional::<Link>("ticket", &form.ticket));
        let brought_by = wrong.take(optional::<Name>("brought_by", &form.brought_by));
        match (name, what, ticket, brought_by) {
            (Some(name), Some(what), Some(ticket), Some(brought_by)) => {
                Ok(Self { name, what, ticket, brought_by })
            }
            _ => Err(wrong),
        }
    }
}

/// What a decision keeps for ever: it needs no pack to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The triage pack and the rule packs, by name and version.
    pub packs: Vec<String>,
    /// What is said about the feature.
    pub description: Description,
    /// What it was held against, in words.
    pub basis: String,
    /// The answers in the order of asking.
    pub answers: Vec<RecordedAnswer>,
    /// The level of work.
    pub level: Level,
    /// Its title.
    pub title: String,
    /// What it means.
    pub sentence: String,
    /// The rules that apply: what each says, and where it stands.
    pub rules: Vec<(String, Vec<Citation>)>,
    /// Every scheme before and after.
    pub schemes: Vec<Move>,
    /// The deliverables that have to be looked at again.
    pub again: Vec<Concerned>,
    /// Those that are asked for then and not now.
    pub appear: Vec<Concerned>,
    /// Those of which more is asked for then.
    pub grow: Vec<Concerned>,
    /// Those that are not asked for then.
    pub go: Vec<Concerned>,
    /// The risk controls that are touched, by number and title.
    pub controls: Vec<(i32, String)>,
    /// Whether software items have to be looked at.
    pub items: bool,
    /// Whether hazards have to be looked at.
    pub hazards: bool,
    /// What was not known and counted as the worst.
    pub doubts: Vec<String>,
    /// The reasons.
    pub rationale: String,
}

/// A deliverable as a decision keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The clauses that it is about.
    pub clauses: Vec<Citation>,
}

impl From<&Again> for Concerned {
    fn from(again: &Again) -> Self {
        Self {
            id: again.deliverable.id.clone(),
            name: again.deliverable.name.clone(),
            clauses: again.clauses.iter().map(|clause| clause.citation()).collect(),
        }
    }
}

/// An answer as a decision keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAnswer {
    /// What it is about.
    pub fact: Fact,
    /// The question in words.
    pub question: String,
    /// The answer in words.
    pub answer: String,
    /// Whether it is what the product has already.
    pub is_products: bool,
    /// Whether it was asked; what is not asked stands as the product has it.
    pub asked: bool,
}

impl Record {
    /// The record of a triage. `rationale` is what somebody wrote; without it the draft stands.
    #[must_use]
    pub fn of(
        description: &Description,
        basis: String,
        triage: &Triage,
        controls: Vec<(i32, String)>,
        rationale: Option<&str>,
    ) -> Self {
        let words = triage.level.words();
        let answers = triage.questions.iter().filter_map(|asked| {
            let is_asked = asked.standing != Standing::AsProduct;
            let pick = if is_asked { asked.pick } else { asked.own }?;
            Some(RecordedAnswer {
                fact: asked.question.fact,
                question: asked.question.ask.clone(),
                answer: asked.question.words_of(pick).to_owned(),
                is_products: asked.own == Some(pick),
                asked: is_asked,
            })
        });
        let concerned = |all: &[Again]| all.iter().map(Concerned::from).collect();
        let mut packs = vec![triage::pack().edition_name()];
        packs.extend(crate::assessment::pack_names());
        Self {
            packs,
            description: description.clone(),
            basis,
            answers: answers.collect(),
            level: triage.level,
            title: words.title.clone(),
            sentence: words.sentence.clone(),
            rules: triage.rules.iter().map(|rule| (rule.sentence.clone(), rule.citations.clone())).collect(),
            schemes: triage.schemes.clone(),
            again: concerned(&triage.again),
            appear: concerned(&triage.appear),
            grow: concerned(&triage.grow),
            go: concerned(&triage.go),
            controls,
            items: triage.looks_at_items(),
            hazards: triage.looks_at_hazards(),
            doubts: triage.doubts.clone(),
            rationale: rationale.map_or_else(|| triage.rationale(), str::to_owned),
        }
    }
}

impl std::fmt::Display for Record {
    /// The record as text: what the feature is, what it comes to, every answer, and the reasons.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let indented = |text: &str| text.replace('\n', "\n   ");
        let Description { name, what, ticket, brought_by } = &self.description;
        writeln!(formatter, "{name}")?;
        writeln!(formatter, "   {}", indented(what))?;
        if let Some(ticket) = ticket {
            writeln!(formatter, "   Ticket: {ticket}")?;
        }
        if let Some(brought_by) = brought_by {
            writeln!(formatter, "   Brought by {brought_by}")?;
        }
        writeln!(formatter, "{}", self.basis)?;
        writeln!(formatter, "Packs: {}", self.packs.join(", "))?;
        writeln!(formatter, "{}. {}", self.title, self.sentence)?;
        for (sentence, citations) in &self.rules {
            let places: Vec<String> = citations.iter().map(ToString::to_string).collect();
            writeln!(formatter, "- {sentence} ({})", places.join("; "))?;
        }
        for scheme in &self.schemes {
            let title = |title: &Option<String>| title.clone().unwrap_or_else(|| "not asked".to_owned());
            let (before, after) = (title(&scheme.before), title(&scheme.after));
            writeln!(formatter, "{}: {before} → {after}", scheme.subject)?;
        }
        let lists = [
            ("Appears", &self.appear),
            ("Grows", &self.grow),
            ("Goes", &self.go),
            ("To look at again", &self.again),
        ];
        for (head, all) in lists {
            for Concerned { id, name, .. } in all {
                writeln!(formatter, "{head}: {id} {name}")?;
            }
        }
        for (number, title) in &self.controls {
            writeln!(formatter, "Touched: {} {title}", crate::risk::shown_number("RC", *number))?;
        }
        for answer in &self.answers {
            let origin = if answer.is_products { " (as the product has it)" } else { "" };
            writeln!(formatter, "{} {}{origin}", answer.question, answer.answer)?;
        }
        for doubt in &self.doubts {
            writeln!(formatter, "In doubt: {doubt}")?;
        }
        writeln!(formatter, "Because: {}", indented(&self.rationale))
    }
}

/// A number as it is shown: `F-3`.
#[must_use]
pub fn shown(number: i32) -> String {
    format!("F-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_that_is_not_drawn_is_refused() {
        let drawn = [
            (State::Draft, Step::Edit, State::Draft),
            (State::Returned, Step::Edit, State::Returned),
            (State::Draft, Step::HandOver, State::HandedOver),
            (State::Returned, Step::HandOver, State::HandedOver),
            (State::HandedOver, Step::TakeBack, State::Draft),
            (State::HandedOver, Step::Return, State::Returned),
            (State::HandedOver, Step::Approve, State::Approved),
            (State::HandedOver, Step::Assess, State::Assessed),
            (State::Draft, Step::Withdraw, State::Withdrawn),
            (State::Returned, Step::Withdraw, State::Withdrawn),
        ];
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
            for step in Step::ALL {
                assert_eq!(Step::named(step.name()), Some(step));
                let expected = drawn.iter().find(|edge| edge.0 == state && edge.1 == step).map(|edge| edge.2);
                assert_eq!(state.after(step), expected, "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn who_worked_on_it_neither_approves_nor_assesses_but_may_send_it_back() {
        let (author, reviewer) =
            (PersonId::from(uuid::Uuid::from_u128(1)), PersonId::from(uuid::Uuid::from_u128(2)));
        let worked = BTreeSet::from([author]);
        let decide =
            |step, read, who| decide(State::HandedOver, step, Revision(4), Revision(read), &worked, who);
        assert_eq!(decide(Step::Approve, 4, reviewer), Ok(State::Approved));
        assert_eq!(decide(Step::Assess, 4, reviewer), Ok(State::Assessed));
        for step in [Step::Approve, Step::Assess] {
            assert_eq!(decide(step, 4, author), Err(FeatureCode::ReviewerAnswered));
            assert_eq!(decide(step, 3, reviewer), Err(FeatureCode::NotWhatWasRead));
        }
        assert_eq!(decide(Step::Return, 4, author), Ok(State::Returned));
    }

    #[test]
    fn a_ticket_is_a_link_or_nothing() {
        let form = |ticket: &str| DescriptionForm {
            name: "Dark mode".to_owned(),
            what: "Dark colours at night.".to_owned(),
            ticket: ticket.to_owned(),
            brought_by: String::new(),
        };
        assert!(Description::parse(&form("")).unwrap().ticket.is_none());
        assert!(Description::parse(&form("https://tickets.test/7")).unwrap().ticket.is_some());
        let wrong = Description::parse(&form("javascript:alert(1)")).unwrap_err();
        assert_eq!(wrong.0[0].field, "ticket");
        assert_eq!(Description::parse(&DescriptionForm::default()).unwrap_err().0.len(), 2);
    }
}
