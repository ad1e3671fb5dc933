//! The route for legacy software (IEC 62304 clause 4.4): software that was lawfully on the market before, whose
//! development can not be shown to conform.
//!
//! The route is open only where three questions are answered with yes, and taken only by a decision with a reason.
//! The class still comes from 4.3, and whatever changes goes through clause 6 as for any other software.

use serde::{Deserialize, Serialize};

use super::clauses::{self, Clause};
use crate::hazard::choices;
use crate::scheme::iec62304::SafetyClass;
use crate::text::Reason;

choices! {
    /// The answer to one of the three questions.
    LegacyAnswer {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Nobody knows: the route stays closed.
        Unknown = "unknown",
    }
}

choices! {
    /// The three questions, in the order in which they are asked.
    LegacyQuestion {
        /// Was it legally placed on the market?
        Placed = "placed",
        /// Is it still marketed?
        Marketed = "marketed",
        /// Is evidence of conformity lacking?
        EvidenceLacking = "evidence_lacking",
    }
}

/// The answers to the three questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LegacyAnswers {
    /// Whether it was legally placed on the market.
    pub placed: LegacyAnswer,
    /// Whether it is still marketed.
    pub marketed: LegacyAnswer,
    /// Whether evidence of conformity is lacking.
    pub evidence_lacking: LegacyAnswer,
}

impl LegacyAnswers {
    /// The answer to one question.
    #[must_use]
    pub const fn answer(self, question: LegacyQuestion) -> LegacyAnswer {
        match question {
            LegacyQuestion::Placed => self.placed,
            LegacyQuestion::Marketed => self.marketed,
            LegacyQuestion::EvidenceLacking => self.evidence_lacking,
        }
    }

    /// The first question whose answer closes the route; none where it is open.
    #[must_use]
    pub fn closed_by(self) -> Option<LegacyQuestion> {
        LegacyQuestion::ALL.iter().copied().find(|question| self.answer(*question) != LegacyAnswer::Yes)
    }

    /// Whether the route is open.
    #[must_use]
    pub fn open_the_route(self) -> bool {
        self.closed_by().is_none()
    }
}

/// What is on record about the route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyRoute {
    /// The answers.
    pub answers: LegacyAnswers,
    /// What they rest on.
    pub basis: Reason,
    /// Why the route is taken; none while it is not.
    pub taken_because: Option<Reason>,
}

impl LegacyRoute {
    /// Whether the route is taken: by a decision, and only where the answers open it.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken_because.is_some() && self.answers.open_the_route()
    }
}

/// The sub-clauses against which the gap analysis measures what exists (4.4.3): those of 5.2, 5.3, 5.7 and clause 7
/// that the class owes.
pub fn gap_clauses(class: SafetyClass) -> impl Iterator<Item = &'static Clause> {
    clauses::owed_at(class)
        .filter(|clause| ["5.2.", "5.3.", "5.7.", "7."].iter().any(|part| clause.place.starts_with(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers([placed, marketed, evidence_lacking]: [LegacyAnswer; 3]) -> LegacyAnswers {
        LegacyAnswers { placed, marketed, evidence_lacking }
    }

    #[test]
    fn only_three_yes_open_the_route_and_the_first_other_answer_closes_it() {
        for placed in LegacyAnswer::ALL {
            for marketed in LegacyAnswer::ALL {
                for evidence_lacking in LegacyAnswer::ALL {
                    let given = [*placed, *marketed, *evidence_lacking];
                    let first = given.iter().position(|answer| *answer != LegacyAnswer::Yes);
                    let answers = answers(given);
                    assert_eq!(answers.closed_by(), first.map(|at| LegacyQuestion::ALL[at]));
                    assert_eq!(answers.open_the_route(), first.is_none());
                }
            }
        }
    }

    #[test]
    fn the_route_is_taken_by_a_decision_on_open_answers() {
        let yes = LegacyAnswer::Yes;
        let reason = || Reason::stored("On the market since 2009.".to_owned());
        let route =
            |given, taken_because| LegacyRoute { answers: answers(given), basis: reason(), taken_because };
        assert!(route([yes; 3], Some(reason())).is_taken());
        assert!(!route([yes; 3], None).is_taken());
        assert!(!route([yes, LegacyAnswer::No, yes], Some(reason())).is_taken());
    }

    #[test]
    fn the_gap_analysis_of_class_a_measures_5_2_without_5_2_3_and_5_7_and_7_4_1() {
        let places: Vec<&str> = gap_clauses(SafetyClass::A).map(|clause| clause.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "5.2.1", "5.2.2", "5.2.4", "5.2.5", "5.2.6", "5.7.1", "5.7.2", "5.7.3", "5.7.4", "5.7.5",
                "7.4.1"
            ]
        );
        for class in SafetyClass::ALL {
            assert!(gap_clauses(class).all(|clause| clause.applies_to(class)));
        }
    }
}
