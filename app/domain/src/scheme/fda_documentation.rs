//! The documentation level of the FDA's guidance of June 2023 on premarket submissions. Judged before risk controls,
//! one level for the whole device.

use std::sync::LazyLock;

use super::us_function::{self, Status};
use super::{
    Diagram, Open, Pack, Reading, Rule, Telling, Verdict, first_that_applies, tell_with_rules, that_apply,
};
use crate::answer::{Answers, Given, Key, Value};

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    super::pack("us-documentation-level")
}

/// How much documentation is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is no device software function.
    None,
    /// The basic set.
    Basic,
    /// The enhanced set.
    Enhanced,
}

impl Level {
    /// All of them, from the lightest to the heaviest.
    pub const ALL: [Self; 3] = [Self::None, Self::Basic, Self::Enhanced];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "Basic",
            Self::Enhanced => "Enhanced",
        }
    }
}

type Says = Result<bool, Open>;

/// A class III device, or part of a combination product; `supported` by a detailed rationale or not.
fn is_presumed_enhanced(reading: &mut Reading<'_>, supported: bool) -> Says {
    let presumed = reading.yes(Key::UsClassIII)? || reading.yes(Key::CombinationProductPart)?;
    Ok(presumed && reading.yes(Key::DocumentedRationaleForBasic)? == supported)
}

const fn rule(id: &'static str, outcome: Level, applies: fn(&mut Reading<'_>) -> Says) -> Rule<Level> {
    Rule { id, outcome, applies }
}

/// The rules, in the order in which they are asked.
pub const RULES: [Rule<Level>; 7] = [
    rule("no device software", Level::None, |reading| Ok(!reading.yes(Key::HasDeviceSoftware)?)),
    rule("probable harm", Level::Enhanced, |reading| {
        reading.yes(Key::ProbableDeathOrSeriousInjuryBeforeControls)
    }),
    rule("blood donor", Level::Enhanced, |reading| reading.yes(Key::BloodDonorScreening)),
    rule("blood establishment", Level::Enhanced, |reading| reading.yes(Key::Becs)),
    rule("class III or combination", Level::Enhanced, |reading| is_presumed_enhanced(reading, false)),
    rule("rationale", Level::Basic, |reading| is_presumed_enhanced(reading, true)),
    rule("otherwise", Level::Basic, |_| Ok(true)),
];

/// The level where it was said whether there is a device software function.
static AS_SAID: LazyLock<Diagram<Level>> = LazyLock::new(|| Diagram::of_rules(&RULES, Level::Enhanced));

/// The level where the status says it, which is not asked for a second time.
static BY_STATUS: LazyLock<Diagram<Level>> = LazyLock::new(|| {
    let of_device_software = Diagram::of_rules(&RULES[1..], Level::Enhanced);
    let none = |status: &Status| (*status != Status::Device).then_some(Level::None);
    Diagram::before(&us_function::STATUS, none, &of_device_software)
});

/// The level that the answers give.
#[must_use]
pub fn level(answers: &Answers) -> Verdict<Level> {
    let diagram = if answers.given(Key::HasDeviceSoftware).is_some() { &AS_SAID } else { &BY_STATUS };
    diagram.verdict(answers)
}

/// The answers with whether there is device software: as said, else as the status says once it is decided.
fn with_device_software(answers: &Answers) -> Answers {
    let said = answers.given(Key::HasDeviceSoftware);
    let by_status =
        || Some(Given::Value(Value::from(us_function::status(answers).result? == Status::Device)));
    match said.or_else(by_status) {
        Some(given) => answers.with(Key::HasDeviceSoftware, given),
        None => answers.clone(),
    }
}

/// The verdict in words: only the steps that belong to the level.
#[must_use]
pub fn tell_level(verdict: &Verdict<Level>, answers: &Answers) -> Telling {
    let answers = with_device_software(answers);
    let decided = first_that_applies(&RULES, &mut Reading::of(&answers)).ok().flatten().map(|rule| rule.id);
    let rule: Vec<_> = verdict
        .result
        .and_then(|level| decided.or_else(|| that_apply(&RULES, &answers, level).first().copied()))
        .into_iter()
        .collect();
    tell_with_rules(pack(), verdict, verdict.result.map(Level::name), &rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The rule, what it gives, and the answers that differ from the plain ones.
    type Case = (&'static str, Level, &'static [(Key, &'static str)]);

    fn answers(pairs: &[(Key, &str)]) -> Answers {
        let mut answers = Answers::none();
        for question in &pack().questions {
            answers.give(question.key, Given::Value(Value::No));
        }
        answers.give(Key::HasDeviceSoftware, Given::Value(Value::Yes));
        for (key, value) in pairs {
            answers.give(*key, Given::named(*key, value).expect("a value of the key"));
        }
        answers
    }

    #[test]
    fn every_rule_gives_its_level() {
        use Key::*;
        let table: &[Case] = &[
            ("otherwise", Level::Basic, &[]),
            (
                "no device software",
                Level::None,
                &[(HasDeviceSoftware, "no"), (ProbableDeathOrSeriousInjuryBeforeControls, "yes")],
            ),
            ("probable harm", Level::Enhanced, &[(ProbableDeathOrSeriousInjuryBeforeControls, "yes")]),
            ("blood donor", Level::Enhanced, &[(BloodDonorScreening, "yes")]),
            ("blood establishment", Level::Enhanced, &[(Becs, "yes")]),
            ("class III or combination", Level::Enhanced, &[(UsClassIII, "yes")]),
            ("class III or combination", Level::Enhanced, &[(CombinationProductPart, "yes")]),
            ("rationale", Level::Basic, &[(UsClassIII, "yes"), (DocumentedRationaleForBasic, "yes")]),
        ];
        let mut hit = BTreeSet::new();
        for (id, expected, pairs) in table {
            let answers = answers(pairs);
            let verdict = level(&answers);
            assert_eq!(verdict.result, Some(*expected), "{id} {pairs:?}");
            assert_eq!(tell_level(&verdict, &answers).rules, [*id], "{pairs:?}");
            hit.insert(*id);
        }
        assert_eq!(hit, RULES.iter().map(|rule| rule.id).collect());
    }

    #[test]
    fn a_rationale_does_not_help_where_death_is_probable() {
        let answers = answers(&[
            (Key::UsClassIII, "yes"),
            (Key::DocumentedRationaleForBasic, "yes"),
            (Key::ProbableDeathOrSeriousInjuryBeforeControls, "yes"),
        ]);
        assert_eq!(level(&answers).result, Some(Level::Enhanced));
    }
}
