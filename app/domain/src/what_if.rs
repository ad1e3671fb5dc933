//! What if: what an answer, a row of the register or the class of an item would change, before anything is saved.
//!
//! One mechanism for all of them: everything that was said about a product now, and everything that would be said
//! then, laid side by side. Nothing is estimated here: both sides are worked out by the rules that judge what is
//! saved, so a preview and the saved result are the same value. Browser and server call the same functions.

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given, Key};
use crate::assessment::{Classification, Judgement};
use crate::contradiction::{Contradiction, ItemsSay, Known, Moved, RegisterSays, Said, Spoken, find};
use crate::deliverable::{Difference, Size, owed, size};
use crate::item::Item;
use crate::product::Market;
use crate::scheme::iec62304::SafetyClass;

mod item;
mod row;

pub use item::{TriedItem, TryingItem};
pub use row::{Beside, TriedControl, TriedRow, Trying};

/// Everything that was said about a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// By the answers.
    pub said: Said,
    /// By the hazard register.
    pub register: Option<RegisterSays>,
    /// By the software items.
    pub items: Option<ItemsSay>,
    /// What moved since its record was approved.
    pub moved: Moved,
}

impl Inputs {
    /// The same, with what these answers come to.
    #[must_use]
    pub fn with_answers(&self, answers: &Answers, markets: &[Market]) -> Self {
        Self { said: Said::of_judgement(&Judgement::of(answers, markets)), ..self.clone() }
    }

    /// The same, with another register.
    #[must_use]
    pub fn with_register(&self, register: RegisterSays) -> Self {
        Self { register: Some(register), ..self.clone() }
    }

    /// The same, with other items.
    #[must_use]
    pub fn with_items(&self, items: &[Item]) -> Self {
        Self { items: ItemsSay::of(items), ..self.clone() }
    }

    /// What does not go together.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        find(&Known { said: &self.said, register: self.register, items: self.items, moved: self.moved })
    }
}

/// The answers with some tried in place of those that are saved.
#[must_use]
pub fn tried_answers(saved: &Answers, tried: &[(Key, Given)]) -> Answers {
    tried.iter().fold(saved.clone(), |answers, (key, given)| answers.with(*key, *given))
}

/// A scheme before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The name of the verdict.
    pub subject: String,
    /// What it is now; nothing where the scheme is not asked.
    pub before: Option<Spoken>,
    /// What it would be.
    pub after: Option<Spoken>,
}

impl Move {
    /// Whether anything moves.
    #[must_use]
    pub fn moves(&self) -> bool {
        let told = |spoken: &Option<Spoken>| spoken.as_ref().map(|it| (it.result.clone(), it.title.clone()));
        told(&self.before) != told(&self.after)
    }
}

/// Every scheme that is asked now or would be, in the order in which verdicts are told.
#[must_use]
pub fn moves(before: &Said, after: &Said) -> Vec<Move> {
    let mut all: Vec<Move> = Vec::new();
    for spoken in after.verdicts() {
        all.push(Move { subject: spoken.subject.clone(), before: None, after: Some(spoken.clone()) });
    }
    for (place, spoken) in before.verdicts().iter().enumerate() {
        match all.iter_mut().find(|known| known.subject == spoken.subject) {
            Some(known) => known.before = Some(spoken.clone()),
            None => all.insert(
                place.min(all.len()),
                Move { subject: spoken.subject.clone(), before: Some(spoken.clone()), after: None },
            ),
        }
    }
    all
}

/// What does not go together now and then, by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradictions {
    /// New ones.
    pub appear: Vec<Contradiction>,
    /// Those that are resolved.
    pub go: Vec<Contradiction>,
    /// Those that stay, as they would read.
    pub stay: Vec<Contradiction>,
}

impl Contradictions {
    /// What comes, goes and stays.
    #[must_use]
    pub fn between(before: &[Contradiction], after: Vec<Contradiction>) -> Self {
        let has = |list: &[Contradiction], code: &str| list.iter().any(|known| known.code == code);
        let go = before.iter().filter(|known| !has(&after, known.code)).cloned().collect();
        let (stay, appear) = after.into_iter().partition(|known| has(before, known.code));
        Self { appear, go, stay }
    }

    /// Whether there are none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.appear.is_empty() && self.go.is_empty() && self.stay.is_empty()
    }
}

/// What the software owes now and then. What is open is held to class C (IEC 62304, 4.3 g).
#[derive(Clone, Debug)]
pub struct Owing {
    /// The class whose set is owed now; none for what is no device.
    pub before: Option<SafetyClass>,
    /// The class whose set would be owed.
    pub after: Option<SafetyClass>,
}

impl Owing {
    /// Between two classifications.
    #[must_use]
    pub fn between(before: Option<Classification>, after: Option<Classification>) -> Self {
        let held = |it: Option<Classification>| it.unwrap_or(Classification::UNCLASSIFIED).class();
        Self { before: held(before), after: held(after) }
    }

    /// Whether another set would be owed.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.before != self.after
    }

    /// Deliverables and sub-clauses, now and then.
    #[must_use]
    pub fn sizes(&self) -> (Size, Size) {
        let of = |class: Option<SafetyClass>| {
            class.map_or(Size { deliverables: 0, clauses: 0 }, |class| size(class, false))
        };
        (of(self.before), of(self.after))
    }

    /// What comes and goes between two classes; nothing where one of the two owes no set at all.
    #[must_use]
    pub fn difference(&self) -> Option<Difference> {
        Some(Difference::between(self.before?, self.after?)).filter(|difference| !difference.is_empty())
    }
}

/// What people have approved or declared about a product, as far as a change touches it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// The assessment of record, by its number, and what it came to.
    pub of_record: Option<(i32, Classification)>,
    /// Whether a declaration stands that the hazard analysis is complete.
    pub declared: bool,
    /// The deliverables that are approved, by number.
    pub deliverables: Vec<String>,
}

/// What a change does to something that was approved or declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The approval of record stays until the change is approved; then it gives way.
    GivesWay {
        /// The number of the assessment.
        number: i32,
        /// What it came to.
        from: Classification,
        /// What would take its place; nothing while that is open.
        to: Option<Classification>,
    },
    /// The approval of record stays, and the change comes to the same classification.
    Confirmed {
        /// The number of the assessment.
        number: i32,
        /// What it came to.
        classification: Classification,
    },
    /// The declaration that the analysis is complete ends as soon as the change is saved.
    DeclarationEnds,
    /// These approved deliverables would be asked for more, or for less; their approvals were given for another set.
    Reopened {
        /// Their numbers.
        deliverables: Vec<String>,
    },
    /// These approved deliverables would not be asked for any more.
    NoLongerOwed {
        /// Their numbers.
        deliverables: Vec<String>,
    },
}

impl Approvals {
    /// What a change from one set to another does to the approvals of deliverables.
    fn of_deliverables(&self, owing: &Owing) -> Vec<Effect> {
        let approved = |id: &str| self.deliverables.iter().any(|known| known == id);
        let (mut other, mut gone) = (Vec::new(), Vec::new());
        let Some(before) = owing.before.filter(|_| owing.changes()) else { return Vec::new() };
        for now in owed(before).into_iter().filter(|it| it.counts(true) && approved(&it.deliverable.id)) {
            let then = owing.after.map(owed);
            let then =
                then.and_then(|all| all.into_iter().find(|it| it.deliverable.id == now.deliverable.id));
            let id = now.deliverable.id.clone();
            match then.filter(|then| then.counts(true)) {
                None => gone.push(id),
                Some(then) if then.clauses.len() != now.clauses.len() => other.push(id),
                Some(_) => {}
            }
        }
        let mut effects = Vec::new();
        if !other.is_empty() {
            effects.push(Effect::Reopened { deliverables: other });
        }
        if !gone.is_empty() {
            effects.push(Effect::NoLongerOwed { deliverables: gone });
        }
        effects
    }

    /// What other answers do, once they are approved.
    #[must_use]
    pub fn under_answers(&self, after: Option<Classification>) -> Vec<Effect> {
        let Some((number, from)) = self.of_record else { return Vec::new() };
        if after == Some(from) {
            return vec![Effect::Confirmed { number, classification: from }];
        }
        let mut effects = vec![Effect::GivesWay { number, from, to: after }];
        effects.extend(self.of_deliverables(&Owing::between(Some(from), after)));
        effects
    }

    /// What a change of the register does, as soon as it is saved.
    #[must_use]
    pub fn under_register(&self) -> Vec<Effect> {
        if self.declared { vec![Effect::DeclarationEnds] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests;
