//! The status of a software function in the United States: sections 201(h) and 520(o) of the FD&C Act, with the FDA's
//! guidance on decision support, general wellness and device software functions as of January 2026.
//!
//! The rules are asked one after the other, and the first one that applies decides.

use std::sync::LazyLock;

use super::{
    Diagram, Open, Pack, Reading, Rule, Telling, Verdict, first_that_applies, tell_with_rules, that_apply,
};
use crate::answer::{Answers, Key, Value};

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    super::pack("us-software-function")
}

/// What the function is. The order is that of what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Outside the law on devices.
    NonDevice,
    /// It may be a device; the requirements are not enforced.
    EnforcementDiscretion,
    /// A device software function.
    Device,
}

use Status::{Device, EnforcementDiscretion, NonDevice};

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [NonDevice, EnforcementDiscretion, Device];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            NonDevice => "non_device",
            EnforcementDiscretion => "enforcement_discretion",
            Device => "device",
        }
    }
}

type Says = Result<bool, Open>;

/// Section 520(o)(4): software for blood, and what meets the criteria of class III, is never excluded.
fn may_be_excluded(reading: &mut Reading<'_>) -> Says {
    Ok(!reading.yes(Key::UsClassIII)?
        && !reading.yes(Key::Becs)?
        && !reading.yes(Key::BloodDonorScreening)?)
}

fn is_excluded(reading: &mut Reading<'_>, as_what: &'static str) -> Says {
    Ok(reading.value(Key::UsExclusion)? == Value::OneOf(as_what) && may_be_excluded(reading)?)
}

/// Section 520(o)(1)(E). Without the third criterion it is decision support that directs.
fn supports_decisions(reading: &mut Reading<'_>, without_directing: bool) -> Says {
    Ok(reading.yes(Key::CdsC1)?
        && reading.yes(Key::CdsC2)?
        && reading.yes(Key::CdsC3)? == without_directing
        && reading.yes(Key::CdsC4)?
        && (without_directing || reading.yes(Key::SingleAppropriateOption)?)
        && may_be_excluded(reading)?)
}

const fn rule(id: &'static str, outcome: Status, applies: fn(&mut Reading<'_>) -> Says) -> Rule<Status> {
    Rule { id, outcome, applies }
}

/// The rules, in the order in which they are asked.
pub const RULES: [Rule<Status>; 13] = [
    rule("201(h)", NonDevice, |reading| Ok(!reading.yes(Key::UsDevicePurpose)?)),
    rule("520(o)(1)(A)", NonDevice, |reading| is_excluded(reading, "administrative")),
    rule("520(o)(1)(B)", NonDevice, |reading| is_excluded(reading, "wellness")),
    rule("520(o)(1)(C)", NonDevice, |reading| is_excluded(reading, "record")),
    rule("520(o)(1)(D)", NonDevice, |reading| is_excluded(reading, "transfer_display")),
    rule("general wellness", NonDevice, |reading| {
        Ok(reading.yes(Key::WellnessClaimsOnly)? && reading.yes(Key::LowRisk)?)
    }),
    rule("520(o)(1)(E)", NonDevice, |reading| supports_decisions(reading, true)),
    rule("single recommendation", EnforcementDiscretion, |reading| supports_decisions(reading, false)),
    rule("control", Device, |reading| reading.yes(Key::ControlsDevice)),
    rule("platform", Device, |reading| reading.yes(Key::TransformsPlatform)),
    rule("self-management", EnforcementDiscretion, |reading| {
        reading.yes(Key::SelfManagementWithoutSpecificTreatment)
    }),
    rule("calculation", EnforcementDiscretion, |reading| reading.yes(Key::SimpleRoutineCalculation)),
    rule("device", Device, |_| Ok(true)),
];

/// The first rule that applies decides; the last one always applies.
pub(super) static STATUS: LazyLock<Diagram<Status>> = LazyLock::new(|| Diagram::of_rules(&RULES, Device));

/// The status that the answers give.
#[must_use]
pub fn status(answers: &Answers) -> Verdict<Status> {
    STATUS.verdict(answers)
}

/// The rule that decided.
#[must_use]
pub fn rule_of(answers: &Answers, status: Status) -> Option<&'static str> {
    let decided = first_that_applies(&RULES, &mut Reading::of(answers)).ok().flatten().map(|rule| rule.id);
    decided.or_else(|| that_apply(&RULES, answers, status).first().copied())
}

/// The verdict in words.
#[must_use]
pub fn tell_status(verdict: &Verdict<Status>, answers: &Answers) -> Telling {
    let rule: Vec<_> = verdict.result.and_then(|status| rule_of(answers, status)).into_iter().collect();
    tell_with_rules(pack(), verdict, verdict.result.map(Status::name), &rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::answer::Given;

    /// The rule, what it gives, and the answers that differ from the plain ones.
    type Case = (&'static str, Status, Vec<(Key, &'static str)>);

    fn answers(pairs: &[(Key, &str)]) -> Answers {
        let mut answers = Answers::none();
        let others = [Key::UsClassIII, Key::Becs, Key::BloodDonorScreening];
        for key in pack().questions.iter().map(|question| question.key).chain(others) {
            answers.give(key, Given::Value(key.value("no").unwrap_or(Value::OneOf("none"))));
        }
        answers.give(Key::UsDevicePurpose, Given::Value(Value::Yes));
        for (key, value) in pairs {
            answers.give(*key, Given::named(*key, value).expect("a value of the key"));
        }
        answers
    }

    #[test]
    fn every_rule_gives_its_status() {
        use Key::*;
        let support = |third, more: &[(Key, &'static str)]| {
            let all = [(CdsC1, "yes"), (CdsC2, "yes"), (CdsC3, third), (CdsC4, "yes")];
            [&all, more].concat()
        };
        let table: Vec<Case> = vec![
            ("201(h)", NonDevice, vec![(UsDevicePurpose, "no")]),
            ("520(o)(1)(A)", NonDevice, vec![(UsExclusion, "administrative")]),
            ("520(o)(1)(B)", NonDevice, vec![(UsExclusion, "wellness")]),
            ("520(o)(1)(C)", NonDevice, vec![(UsExclusion, "record")]),
            ("520(o)(1)(D)", NonDevice, vec![(UsExclusion, "transfer_display")]),
            ("520(o)(1)(E)", NonDevice, support("yes", &[])),
            (
                "single recommendation",
                EnforcementDiscretion,
                support("no", &[(SingleAppropriateOption, "yes")]),
            ),
            ("device", Device, support("no", &[])),
            ("general wellness", NonDevice, vec![(WellnessClaimsOnly, "yes"), (LowRisk, "yes")]),
            ("device", Device, vec![(WellnessClaimsOnly, "yes")]),
            ("control", Device, vec![(ControlsDevice, "yes"), (SimpleRoutineCalculation, "yes")]),
            ("platform", Device, vec![(TransformsPlatform, "yes")]),
            ("self-management", EnforcementDiscretion, vec![(SelfManagementWithoutSpecificTreatment, "yes")]),
            ("calculation", EnforcementDiscretion, vec![(SimpleRoutineCalculation, "yes")]),
            // Section 520(o)(4): nothing is excluded here.
            ("device", Device, vec![(UsExclusion, "transfer_display"), (Becs, "yes")]),
            ("device", Device, support("yes", &[(UsClassIII, "yes")])),
            ("device", Device, support("yes", &[(BloodDonorScreening, "yes")])),
        ];
        let mut hit = BTreeSet::new();
        for (id, expected, pairs) in table {
            let answers = answers(&pairs);
            assert_eq!(status(&answers).result, Some(expected), "{id} {pairs:?}");
            assert_eq!(rule_of(&answers, expected), Some(id), "{pairs:?}");
            hit.insert(id);
        }
        assert_eq!(hit, RULES.iter().map(|rule| rule.id).collect());
    }

    #[test]
    fn time_critical_use_fails_the_fourth_criterion() {
        let answers = answers(&[(Key::CdsC1, "yes"), (Key::CdsC2, "yes"), (Key::CdsC3, "yes")]);
        assert_eq!(status(&answers).result, Some(Device));
        assert!(pack().question(Key::CdsC4).unwrap().help.contains("time is critical"));
    }
}
