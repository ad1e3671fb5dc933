//! The Commission's proposal of 16 December 2025 for Rule 11: class I by default, higher classes by situation. The
//! other rules of Annex VIII are those in force.

use std::sync::LazyLock;

use super::super::mdr::{self, MdrClass};
use super::super::{Diagram, Open, Reading, Rule, that_apply};
use super::{Draft, Trial};
use crate::answer::{Answers, Key, Value};

use MdrClass::{I, III, IIa, IIb};

pub(super) const ID: &str = "eu-mdr-class-proposal";

/// Whether there is an output that the proposal speaks of: one that is used for decisions, or for monitoring.
fn has_output(reading: &mut Reading<'_>) -> Result<bool, Open> {
    Ok(reading.yes(Key::InfoForDxTxDecisions)? || reading.value(Key::Monitors)? != Value::OneOf("none"))
}

/// The class by situation and significance.
fn by_situation(reading: &mut Reading<'_>, class: MdrClass) -> Result<bool, Open> {
    if !has_output(reading)? {
        return Ok(false);
    }
    let situation = reading.value(Key::ImdrfSituation)?.name();
    let given = match (situation, reading.value(Key::ImdrfSignificance)?.name()) {
        ("critical", "treat_diagnose") => III,
        ("critical", "drive") | ("serious", "treat_diagnose") => IIb,
        _ => IIa,
    };
    Ok(given == class)
}

const PROPOSED: [Rule<MdrClass>; 4] = [
    Rule { id: "11-proposal-III", outcome: III, applies: |reading| by_situation(reading, III) },
    Rule { id: "11-proposal-IIb", outcome: IIb, applies: |reading| by_situation(reading, IIb) },
    Rule { id: "11-proposal-IIa", outcome: IIa, applies: |reading| by_situation(reading, IIa) },
    Rule { id: "11-proposal-I", outcome: I, applies: |reading| Ok(!has_output(reading)?) },
];

/// The proposed lines in the place of those of Rule 11, the strictest class first.
static RULES: LazyLock<Vec<Rule<MdrClass>>> = LazyLock::new(|| {
    let others = mdr::RULES.into_iter().filter(|rule| !rule.id.starts_with("11"));
    let mut rules: Vec<Rule<MdrClass>> = PROPOSED.into_iter().chain(others).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.outcome));
    rules
});

static CLASS: LazyLock<Diagram<MdrClass>> = LazyLock::new(|| Diagram::of_rules(&RULES, I));

pub(super) fn try_on(draft: &Draft, answers: &Answers) -> Trial {
    let verdict = CLASS.verdict(answers);
    let rules = verdict.result.map(|class| that_apply(&RULES, answers, class)).unwrap_or_default();
    draft.told(verdict, MdrClass::name, &rules)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::draft;
    use super::*;
    use crate::answer::Given;

    fn answers(pairs: &[(Key, &str)]) -> Answers {
        let mut answers = Answers::none();
        for question in &mdr::pack().questions {
            let no = question.key.value("no").unwrap_or(Value::OneOf("none"));
            answers.give(question.key, Given::Value(no));
        }
        answers.give(Key::DrivesInfluencesHw, Given::Value(Value::No));
        for (key, value) in pairs {
            answers.give(*key, Given::named(*key, value).unwrap());
        }
        answers
    }

    #[test]
    fn the_situation_decides_and_class_one_is_the_default() {
        let draft = draft(ID).unwrap();
        let class = |situation, significance| {
            let trial = draft.try_on(&answers(&[
                (Key::InfoForDxTxDecisions, "yes"),
                (Key::DecisionImpact, "death_irreversible"),
                (Key::ImdrfSituation, situation),
                (Key::ImdrfSignificance, significance),
            ]));
            trial.unwrap().result.unwrap()
        };
        let row = |situation| ["treat_diagnose", "drive", "inform"].map(|it| class(situation, it));
        assert_eq!(row("critical"), ["III", "IIb", "IIa"]);
        assert_eq!(row("serious"), ["IIb", "IIa", "IIa"]);
        assert_eq!(row("non_serious"), ["IIa", "IIa", "IIa"]);
        let none = draft.try_on(&answers(&[])).unwrap();
        assert_eq!(none.result.as_deref(), Some("I"));
        assert!(none.sentence.contains("default"));
    }

    #[test]
    fn the_other_rules_stay_and_the_strictest_counts() {
        let draft = draft(ID).unwrap();
        let trial = draft
            .try_on(&answers(&[
                (Key::UsedForContraception, "yes"),
                (Key::InfoForDxTxDecisions, "yes"),
                (Key::ImdrfSituation, "non_serious"),
                (Key::ImdrfSignificance, "inform"),
            ]))
            .unwrap();
        assert_eq!(trial.result.as_deref(), Some("IIb"));
        assert!(trial.sentence.contains("contraception"), "{}", trial.sentence);
        let ids: BTreeSet<&str> = draft.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, PROPOSED.iter().map(|rule| rule.id).collect());
    }

    #[test]
    fn what_old_answers_do_not_say_is_named() {
        let draft = draft(ID).unwrap();
        let trial = draft.try_on(&answers(&[(Key::InfoForDxTxDecisions, "yes")])).unwrap();
        assert_eq!(trial.result, None);
        assert_eq!(trial.possible, ["Class IIa", "Class IIb", "Class III"]);
        assert_eq!(trial.open, BTreeSet::from([Key::ImdrfSignificance, Key::ImdrfSituation]));
    }
}
