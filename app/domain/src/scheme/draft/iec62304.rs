//! The draft of the second edition of IEC 62304: two levels of process rigour, II by default.

use std::sync::LazyLock;

use super::super::{Diagram, Rule, that_apply};
use super::{Draft, Trial};
use crate::answer::{Answers, Given, Key, Value};

pub(super) const ID: &str = "iec-62304-edition-2";

/// The level. The order is that of the rigour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    I,
    II,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
        }
    }
}

const RULES: [Rule<Level>; 2] = [
    Rule {
        id: "level-I",
        outcome: Level::I,
        applies: |reading| Ok(!reading.yes(Key::ContributesToHazardousSituation)?),
    },
    Rule { id: "level-II", outcome: Level::II, applies: |_| Ok(true) },
];

static LEVEL: LazyLock<Diagram<Level>> = LazyLock::new(|| Diagram::of_rules(&RULES, Level::II));

/// What nobody answered counts as a contribution: level II is the default.
pub(super) fn try_on(draft: &Draft, answers: &Answers) -> Trial {
    let key = Key::ContributesToHazardousSituation;
    let answered = match answers.given(key) {
        Some(_) => answers.clone(),
        None => answers.with(key, Given::Value(Value::Yes)),
    };
    let verdict = LEVEL.verdict(&answered);
    let level = verdict.result.unwrap_or(Level::II);
    let rules = that_apply(&RULES, &answered, level);
    draft.told(verdict, Level::name, &rules[..1])
}

#[cfg(test)]
mod tests {
    use super::super::draft;
    use super::*;

    #[test]
    fn only_what_can_not_contribute_has_level_one() {
        let draft = draft(ID).unwrap();
        let result = |given: Option<Given>| {
            let key = Key::ContributesToHazardousSituation;
            let answers = given.map_or_else(Answers::none, |given| Answers::none().with(key, given));
            draft.try_on(&answers).unwrap().result.unwrap()
        };
        assert_eq!(result(Some(Given::Value(Value::No))), "I");
        assert_eq!(result(Some(Given::Value(Value::Yes))), "II");
        assert_eq!(result(Some(Given::Unknown)), "II");
        assert_eq!(result(None), "II");
    }

    #[test]
    fn class_a_by_an_external_control_would_move() {
        let draft = draft(ID).unwrap();
        assert!(draft.moves("A", "II"));
        assert!(!draft.moves("A", "I"));
        assert!(!draft.moves("B", "II") && !draft.moves("C", "II"));
        assert!(draft.moves("C", "I"));
    }
}
