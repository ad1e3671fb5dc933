//! What a class owes: deliverables and the clauses behind them, and what changes from one class to another.

use crate::scheme::iec62304::SafetyClass;

pub mod catalogue;
pub mod clauses;
pub mod legacy;
pub mod record;

pub use catalogue::Deliverable;
pub use clauses::{Clause, Condition};
pub use record::{DeliverableCode, Status, Upkeep};

/// How much of a deliverable a class asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// None of its clauses applies.
    NotRequired,
    /// Some of its clauses apply.
    Partly,
    /// All of its clauses apply.
    Required,
}

impl Need {
    /// The stable name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotRequired => "not_required",
            Self::Partly => "partly",
            Self::Required => "required",
        }
    }
}

/// A deliverable as one class owes it.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The deliverable.
    pub deliverable: &'static Deliverable,
    /// The class that it was asked for.
    pub class: SafetyClass,
    /// How much of it the class asks for.
    pub need: Need,
    /// The clauses of it that apply at the class.
    pub clauses: Vec<&'static Clause>,
}

impl Owed {
    fn at(deliverable: &'static Deliverable, class: SafetyClass) -> Self {
        let clauses: Vec<_> = deliverable.clauses().filter(|clause| clause.applies_to(class)).collect();
        let need = match clauses.len() {
            0 => Need::NotRequired,
            some if some < deliverable.clauses().count() => Need::Partly,
            _ => Need::Required,
        };
        Self { deliverable, class, need, clauses }
    }

    /// Whether it counts as owed. What stands under a condition counts only where the condition holds.
    #[must_use]
    pub fn counts(&self, legacy_route: bool) -> bool {
        self.need != Need::NotRequired && (self.deliverable.condition.is_none() || legacy_route)
    }

    /// Why it is needed, or not, at this class: one sentence.
    #[must_use]
    pub fn why(&self) -> String {
        if let Some(condition) = self.deliverable.condition {
            return condition.sentence().to_owned();
        }
        let whole = self.deliverable.clauses().count();
        match self.need {
            Need::Required => match self.deliverable.clauses().filter_map(Clause::from_class).max() {
                Some(SafetyClass::A) | None => "Every class owes it in full.".to_owned(),
                Some(SafetyClass::B) => "Owed in full from class B.".to_owned(),
                Some(SafetyClass::C) => "Owed in full at class C.".to_owned(),
            },
            Need::Partly => {
                let applying = self.clauses.len();
                format!("{applying} of its {whole} sub-clauses apply at class {}.", self.class)
            }
            Need::NotRequired => {
                let from =
                    self.deliverable.clauses().filter_map(Clause::from_class).min().unwrap_or(SafetyClass::C);
                format!("IEC 62304 asks for it only from class {from}. Another rule may still ask.")
            }
        }
    }
}

/// All deliverables as the class owes them, those not required included, in the order of their numbers.
#[must_use]
pub fn owed(class: SafetyClass) -> Vec<Owed> {
    catalogue::all().iter().map(|deliverable| Owed::at(deliverable, class)).collect()
}

/// How much a class owes, in two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Deliverables that count, whole or in part.
    pub deliverables: usize,
    /// Sub-clauses, with 4.3 and 4.4 counted once each.
    pub clauses: usize,
}

/// How much the class owes; legacy deliverables count only where that route is taken.
#[must_use]
pub fn size(class: SafetyClass, legacy_route: bool) -> Size {
    Size {
        deliverables: owed(class).iter().filter(|owed| owed.counts(legacy_route)).count(),
        clauses: clauses::count(class),
    }
}

/// A deliverable and the clauses by which it differs between two classes.
#[derive(Clone, Debug)]
pub struct Change {
    /// The deliverable.
    pub deliverable: &'static Deliverable,
    /// The clauses that come or go.
    pub clauses: Vec<&'static Clause>,
}

/// What changes when software of one class is held to another.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The class now.
    pub from: SafetyClass,
    /// The class then.
    pub to: SafetyClass,
    /// Not asked for now, asked for then.
    pub appear: Vec<Change>,
    /// Asked for now, more clauses then.
    pub grow: Vec<Change>,
    /// Asked for now, fewer clauses then.
    pub shrink: Vec<Change>,
    /// Asked for now, not asked for then.
    pub drop: Vec<Change>,
}

impl Difference {
    /// What changes from `from` to `to`.
    #[must_use]
    pub fn between(from: SafetyClass, to: SafetyClass) -> Self {
        let mut difference = Self { from, to, appear: vec![], grow: vec![], shrink: vec![], drop: vec![] };
        for deliverable in catalogue::all() {
            let differing: Vec<_> = deliverable
                .clauses()
                .filter(|clause| clause.applies_to(from) != clause.applies_to(to))
                .collect();
            if differing.is_empty() {
                continue;
            }
            let (now, then) = (Owed::at(deliverable, from), Owed::at(deliverable, to));
            let list = match (now.need, then.need) {
                (Need::NotRequired, _) => &mut difference.appear,
                (_, Need::NotRequired) => &mut difference.drop,
                _ if then.clauses.len() > now.clauses.len() => &mut difference.grow,
                _ => &mut difference.shrink,
            };
            list.push(Change { deliverable, clauses: differing });
        }
        difference
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.appear, &self.grow, &self.shrink, &self.drop].iter().all(|list| list.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(changes: &[Change]) -> Vec<&str> {
        changes.iter().map(|change| change.deliverable.id.as_str()).collect()
    }

    fn needs(class: SafetyClass, wanted: Need) -> Vec<&'static str> {
        owed(class)
            .iter()
            .filter(|owed| owed.need == wanted)
            .map(|owed| owed.deliverable.id.as_str())
            .collect()
    }

    #[test]
    fn class_a_needs_some_in_part_and_thirteen_not_at_all() {
        assert_eq!(
            needs(SafetyClass::A, Need::Partly),
            ["D05", "D06", "D09", "D12", "D16", "D26", "D27", "D28", "D39"]
        );
        assert_eq!(
            needs(SafetyClass::A, Need::NotRequired),
            ["D10", "D11", "D14", "D15", "D17", "D18", "D20", "D21", "D22", "D23", "D29", "D37", "D38"]
        );
    }

    #[test]
    fn class_b_needs_five_in_part_and_two_not_at_all() {
        assert_eq!(needs(SafetyClass::B, Need::Partly), ["D05", "D06", "D14", "D17", "D20"]);
        assert_eq!(needs(SafetyClass::B, Need::NotRequired), ["D10", "D18"]);
    }

    #[test]
    fn class_c_needs_everything() {
        assert_eq!(needs(SafetyClass::C, Need::Required).len(), 41);
    }

    #[test]
    fn sizes_leave_the_legacy_file_out_unless_that_route_is_taken() {
        let deliverables = SafetyClass::ALL.map(|class| size(class, false).deliverables);
        assert_eq!(deliverables, [27, 38, 40]);
        assert_eq!(size(SafetyClass::C, true).deliverables, 41);
    }

    #[test]
    fn from_b_to_c_two_appear_and_five_grow_by_six_sub_clauses() {
        let difference = Difference::between(SafetyClass::B, SafetyClass::C);
        assert_eq!(ids(&difference.appear), ["D10", "D18"]);
        assert_eq!(ids(&difference.grow), ["D05", "D06", "D14", "D17", "D20"]);
        assert!(difference.shrink.is_empty() && difference.drop.is_empty());
        assert_eq!(difference.grow.iter().map(|change| change.clauses.len()).sum::<usize>(), 6);
    }

    #[test]
    fn the_way_back_drops_what_the_way_there_added() {
        for from in SafetyClass::ALL {
            for to in SafetyClass::ALL {
                let (there, back) = (Difference::between(from, to), Difference::between(to, from));
                assert_eq!(ids(&there.appear), ids(&back.drop));
                assert_eq!(ids(&there.grow), ids(&back.shrink));
                assert_eq!(there.is_empty(), from == to);
            }
        }
    }

    #[test]
    fn every_deliverable_says_why() {
        for class in SafetyClass::ALL {
            assert!(owed(class).iter().all(|owed| owed.why().ends_with('.')));
        }
    }
}
