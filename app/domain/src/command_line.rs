//! What `hazel deliverables` and `hazel classify` print: JSON whose shape is stable.

use serde::Serialize;

use crate::deliverable::{clauses, owed};
use crate::scheme::iec62304::SafetyClass;

/// What a class owes, for programs.
#[derive(Debug, Serialize)]
pub struct OwedByClass {
    /// The clauses that apply, in order.
    pub clauses: Vec<ClauseLine>,
    /// All deliverables, those not required included.
    pub deliverables: Vec<DeliverableLine>,
}

/// A clause that applies.
#[derive(Debug, Serialize)]
pub struct ClauseLine {
    /// Its number, such as `4.3.a`.
    pub clause: &'static str,
    /// The condition under which it counts, or null.
    pub condition: Option<&'static str>,
}

/// A deliverable.
#[derive(Debug, Serialize)]
pub struct DeliverableLine {
    /// Its number, such as `D05`.
    pub id: &'static str,
    /// `required`, `partly` or `not_required`.
    pub required: &'static str,
    /// Those of its clauses that apply.
    pub clauses: Vec<&'static str>,
    /// The condition under which it counts, or null.
    pub condition: Option<&'static str>,
}

/// What the class owes.
#[must_use]
pub fn deliverables(class: SafetyClass) -> OwedByClass {
    OwedByClass {
        clauses: clauses::owed_at(class)
            .map(|clause| ClauseLine {
                clause: &clause.place,
                condition: clause.condition.map(|it| it.name()),
            })
            .collect(),
        deliverables: owed(class)
            .into_iter()
            .map(|owed| DeliverableLine {
                id: &owed.deliverable.id,
                required: owed.need.name(),
                clauses: owed.clauses.iter().map(|clause| clause.place.as_str()).collect(),
                condition: owed.deliverable.condition.map(|it| it.name()),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_lines_carry_their_condition_and_no_others_do() {
        let printed = serde_json::to_value(deliverables(SafetyClass::A)).unwrap();
        for line in printed["clauses"].as_array().unwrap() {
            let legacy = line["clause"].as_str().unwrap().starts_with("4.4");
            assert_eq!(!line["condition"].is_null(), legacy);
        }
        for line in printed["deliverables"].as_array().unwrap() {
            assert_eq!(!line["condition"].is_null(), line["id"] == "D04");
        }
        assert_eq!(printed["deliverables"].as_array().unwrap().len(), 41);
    }
}
