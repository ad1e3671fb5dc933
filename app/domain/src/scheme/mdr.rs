//! The class under Annex VIII of Regulation (EU) 2017/745, read with MDCG 2019-11 and MDCG 2021-24.
//!
//! Several rules may apply; the strictest counts (implementing rule 3.5), so the table begins with the strictest and
//! the first rule that applies decides. Rule 12 is left to the class of the pump: software itself gives no substance.
//! Rule 13 stands in no line: for a module that qualifies, 11 (c) always speaks first.

use std::sync::LazyLock;

use super::qualification::Qualification;
use super::{Diagram, Open, Pack, Reading, Rule, Telling, Verdict, tell_with_rules, that_apply};
use crate::answer::{Answers, Key, Value};

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    super::pack("eu-mdr-class")
}

/// The class. The order is that of the risk: `I < IIa < IIb < III`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MdrClass {
    /// Declared by the manufacturer alone.
    I,
    /// With a notified body.
    IIa,
    /// With a notified body.
    IIb,
    /// With a notified body, the strictest.
    III,
}

use MdrClass::{I, III, IIa, IIb};

impl MdrClass {
    /// The classes, from the lightest to the heaviest.
    pub const ALL: [Self; 4] = [I, IIa, IIb, III];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            I => "I",
            IIa => "IIa",
            IIb => "IIb",
            III => "III",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

type Says = Result<bool, Open>;

/// Implementing rule 3.3: what drives a device is never below its class.
fn drives(reading: &mut Reading<'_>, class: MdrClass) -> Says {
    Ok(reading.yes(Key::DrivesInfluencesHw)?
        && reading.value(Key::DrivenDeviceClass)? == Value::OneOf(class.name()))
}

/// Rule 22, first sentence about integrated diagnosis: closed loops, automatic defibrillators.
fn closes_a_loop(reading: &mut Reading<'_>) -> Says {
    Ok(reading.yes(Key::ActiveTherapeutic)? && reading.yes(Key::IntegratedDiagnosticDeterminesManagement)?)
}

/// Rule 9 on giving or exchanging energy.
fn treats_with_energy(reading: &mut Reading<'_>, hazardous: bool) -> Says {
    Ok(reading.yes(Key::PartOfEnergyTherapy)? && reading.yes(Key::EnergyPotentiallyHazardous)? == hazardous)
}

/// Rule 10 on direct diagnosis and vital processes.
fn acquires_and_diagnoses(reading: &mut Reading<'_>, danger: bool) -> Says {
    Ok(reading.yes(Key::PartOfDiagnosticActiveDevice)?
        && reading.yes(Key::DirectDiagnosisOrVitalMonitoring)?
        && reading.yes(Key::ImmediateDanger)? == danger)
}

/// Rule 10 on energy that the body absorbs.
fn sends_energy(reading: &mut Reading<'_>, light_alone: bool) -> Says {
    Ok(reading.yes(Key::PartOfDiagnosticActiveDevice)?
        && reading.yes(Key::AbsorbedEnergyOrRadiopharmaceutical)?
        && reading.yes(Key::VisibleLightOnly)? == light_alone)
}

/// Rule 11 (a).
fn informs(reading: &mut Reading<'_>, impact: &'static str) -> Says {
    Ok(reading.yes(Key::InfoForDxTxDecisions)? && reading.value(Key::DecisionImpact)? == Value::OneOf(impact))
}

/// Rule 11 (b).
fn monitors(reading: &mut Reading<'_>, danger: bool) -> Says {
    Ok(match reading.value(Key::Monitors)? {
        Value::OneOf("vital") => reading.yes(Key::ImmediateDanger)? == danger,
        Value::OneOf("non_vital") => !danger,
        _ => false,
    })
}

const fn rule(id: &'static str, outcome: MdrClass, applies: fn(&mut Reading<'_>) -> Says) -> Rule<MdrClass> {
    Rule { id, outcome, applies }
}

/// The rules, the strictest class first. Within a class what decides most products stands first.
pub const RULES: [Rule<MdrClass>; 21] = [
    rule("11a-III", III, |reading| informs(reading, "death_irreversible")),
    rule("22", III, closes_a_loop),
    rule("9-implant", III, |reading| reading.yes(Key::ControlsMonitorsActiveImplant)),
    rule("3.3", III, |reading| drives(reading, III)),
    rule("11a-IIb", IIb, |reading| informs(reading, "serious_surgical")),
    rule("3.3", IIb, |reading| drives(reading, IIb)),
    rule("11b-danger", IIb, |reading| monitors(reading, true)),
    rule("15", IIb, |reading| reading.yes(Key::UsedForContraception)),
    rule("9-IIb", IIb, |reading| reading.yes(Key::ControlsMonitorsIIbTherapeutic)),
    rule("9-ionising", IIb, |reading| reading.yes(Key::ControlsMonitorsIonisingTherapy)),
    rule("10-ionising", IIb, |reading| reading.yes(Key::ControlsIonisingDiagnostic)),
    rule("9-hazardous", IIb, |reading| treats_with_energy(reading, true)),
    rule("10-danger", IIb, |reading| acquires_and_diagnoses(reading, true)),
    rule("11a", IIa, |reading| informs(reading, "other")),
    rule("3.3", IIa, |reading| drives(reading, IIa)),
    rule("11b", IIa, |reading| monitors(reading, false)),
    rule("9", IIa, |reading| treats_with_energy(reading, false)),
    rule("10-direct", IIa, |reading| acquires_and_diagnoses(reading, false)),
    rule("10-energy", IIa, |reading| sends_energy(reading, false)),
    rule("10-light", I, |reading| sends_energy(reading, true)),
    rule("11c", I, |reading| {
        Ok(!reading.yes(Key::InfoForDxTxDecisions)? && reading.value(Key::Monitors)? == Value::OneOf("none"))
    }),
];

/// The strictest rule decides. A complete set of answers always meets one of 11 (a), (b) and (c).
static IN_ITS_OWN_RIGHT: LazyLock<Diagram<MdrClass>> = LazyLock::new(|| Diagram::of_rules(&RULES, I));

/// The class of software that serves a device and has no purpose of its own: that of the device, where it drives it
/// (3.3); else it is classed in its own right, as an accessory is (3.2).
static WITH_A_DEVICE: LazyLock<Diagram<MdrClass>> = LazyLock::new(|| {
    let class_of_device = Diagram::of(|reading| {
        if !reading.yes(Key::DrivesInfluencesHw)? {
            return Ok(None);
        }
        Ok(Some(MdrClass::named(reading.value(Key::DrivenDeviceClass)?.name()).unwrap_or(III)))
    });
    Diagram::before(&class_of_device, |class| *class, &IN_ITS_OWN_RIGHT)
});

/// The class that the answers give to what the MDR covers.
#[must_use]
pub fn mdr_class(answers: &Answers, qualified: Qualification) -> Verdict<MdrClass> {
    match qualified {
        Qualification::AccessoryOrComponent => WITH_A_DEVICE.verdict(answers),
        _ => IN_ITS_OWN_RIGHT.verdict(answers),
    }
}

/// The rules that give this class, in the order of the table.
#[must_use]
pub fn rules(answers: &Answers, qualified: Qualification, class: MdrClass) -> Vec<&'static str> {
    let serves_alone = qualified == Qualification::AccessoryOrComponent
        && Reading::of(answers).yes(Key::DrivesInfluencesHw).is_ok_and(|drives| drives);
    if serves_alone { vec!["3.3"] } else { that_apply(&RULES, answers, class) }
}

/// The verdict in words, with the table of Annex III as a caveat where it differs.
#[must_use]
pub fn tell_mdr_class(verdict: &Verdict<MdrClass>, answers: &Answers, qualified: Qualification) -> Telling {
    let rules = verdict.result.map(|class| rules(answers, qualified, class)).unwrap_or_default();
    let mut told = tell_with_rules(pack(), verdict, verdict.result.map(MdrClass::name), &rules);
    let in_its_own_right = qualified == Qualification::MedicalDeviceSoftware;
    let differs = in_its_own_right.then(|| differs_from_annex_iii(answers)).flatten();
    if let (Some(difference), Some(comparison)) = (differs, &pack().comparison) {
        let sentence = comparison
            .sentence
            .replace("{rule}", difference.rule.name())
            .replace("{table}", difference.table.name());
        let places: Vec<String> = comparison.citations.iter().map(ToString::to_string).collect();
        told.caveats.push(format!("{sentence} ({})", places.join("; ")));
    }
    told
}

/// Rule 11 (a) and the table of MDCG 2019-11, Annex III, where they give two classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What the impact of the decision gives.
    pub rule: MdrClass,
    /// What the table gives.
    pub table: MdrClass,
}

/// Where the table of Annex III gives another class than rule 11 (a): a warning, never an override.
#[must_use]
pub fn differs_from_annex_iii(answers: &Answers) -> Option<Difference> {
    let table = annex_iii(answers)?;
    let rule = match Reading::of(answers).value(Key::DecisionImpact).ok()? {
        Value::OneOf("death_irreversible") => III,
        Value::OneOf("serious_surgical") => IIb,
        _ => IIa,
    };
    (rule != table).then_some(Difference { rule, table })
}

/// What the table of MDCG 2019-11, Annex III would give for 11 (a). It has no class I.
fn annex_iii(answers: &Answers) -> Option<MdrClass> {
    let mut reading = Reading::of(answers);
    if !reading.yes(Key::InfoForDxTxDecisions).ok()? {
        return None;
    }
    let significance = reading.value(Key::ImdrfSignificance).ok()?;
    let situation = reading.value(Key::ImdrfSituation).ok()?;
    Some(match (situation.name(), significance.name()) {
        ("critical", "treat_diagnose") => III,
        ("critical", "drive") | ("serious", "treat_diagnose") => IIb,
        _ => IIa,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::answer::Given;

    /// The rule, what it gives, and the answers that differ from the plain ones.
    type Case = (&'static str, MdrClass, &'static [(Key, &'static str)]);

    fn answers(pairs: &[(Key, &str)]) -> Answers {
        let mut answers = Answers::none();
        for question in &pack().questions {
            answers
                .give(question.key, Given::Value(question.key.value("no").unwrap_or(Value::OneOf("none"))));
        }
        answers.give(Key::DecisionImpact, Given::Value(Value::OneOf("other")));
        answers.give(Key::DrivesInfluencesHw, Given::Value(Value::No));
        answers.give(Key::DrivenDeviceClass, Given::Value(Value::OneOf("I")));
        for (key, value) in pairs {
            answers.give(*key, Given::named(*key, value).expect("a value of the key"));
        }
        answers
    }

    #[test]
    fn every_rule_gives_its_class() {
        use Key::*;
        let table: &[Case] = &[
            ("11c", I, &[]),
            (
                "10-light",
                I,
                &[
                    (PartOfDiagnosticActiveDevice, "yes"),
                    (AbsorbedEnergyOrRadiopharmaceutical, "yes"),
                    (VisibleLightOnly, "yes"),
                ],
            ),
            (
                "10-energy",
                IIa,
                &[(PartOfDiagnosticActiveDevice, "yes"), (AbsorbedEnergyOrRadiopharmaceutical, "yes")],
            ),
            (
                "10-direct",
                IIa,
                &[(PartOfDiagnosticActiveDevice, "yes"), (DirectDiagnosisOrVitalMonitoring, "yes")],
            ),
            (
                "10-danger",
                IIb,
                &[
                    (PartOfDiagnosticActiveDevice, "yes"),
                    (DirectDiagnosisOrVitalMonitoring, "yes"),
                    (ImmediateDanger, "yes"),
                ],
            ),
            ("10-ionising", IIb, &[(ControlsIonisingDiagnostic, "yes")]),
            ("9", IIa, &[(PartOfEnergyTherapy, "yes")]),
            ("9-hazardous", IIb, &[(PartOfEnergyTherapy, "yes"), (EnergyPotentiallyHazardous, "yes")]),
            ("9-ionising", IIb, &[(ControlsMonitorsIonisingTherapy, "yes")]),
            ("9-IIb", IIb, &[(ControlsMonitorsIIbTherapeutic, "yes")]),
            ("9-implant", III, &[(ControlsMonitorsActiveImplant, "yes")]),
            ("22", III, &[(ActiveTherapeutic, "yes"), (IntegratedDiagnosticDeterminesManagement, "yes")]),
            ("15", IIb, &[(UsedForContraception, "yes")]),
            ("11a", IIa, &[(InfoForDxTxDecisions, "yes")]),
            ("11a-IIb", IIb, &[(InfoForDxTxDecisions, "yes"), (DecisionImpact, "serious_surgical")]),
            ("11a-III", III, &[(InfoForDxTxDecisions, "yes"), (DecisionImpact, "death_irreversible")]),
            ("11b", IIa, &[(Monitors, "non_vital")]),
            ("11b", IIa, &[(Monitors, "vital")]),
            ("11b", IIa, &[(Monitors, "non_vital"), (ImmediateDanger, "yes")]),
            ("11b-danger", IIb, &[(Monitors, "vital"), (ImmediateDanger, "yes")]),
            ("3.3", IIa, &[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "IIa")]),
            ("3.3", IIb, &[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "IIb")]),
            ("3.3", III, &[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "III")]),
        ];
        let mut hit = BTreeSet::new();
        for (id, class, pairs) in table {
            let answers = answers(pairs);
            let verdict = mdr_class(&answers, Qualification::MedicalDeviceSoftware);
            assert_eq!(verdict.result, Some(*class), "{id} {pairs:?}");
            let rules = rules(&answers, Qualification::MedicalDeviceSoftware, *class);
            assert!(rules.contains(id), "{id} {rules:?}");
            hit.insert((*id, *class));
        }
        let all: BTreeSet<_> = RULES.iter().map(|rule| (rule.id, rule.outcome)).collect();
        assert_eq!(hit, all);
    }

    #[test]
    fn the_strictest_rule_counts_and_the_others_are_told_only_where_they_agree() {
        use Key::*;
        let both = answers(&[(InfoForDxTxDecisions, "yes"), (Monitors, "vital"), (ImmediateDanger, "yes")]);
        let verdict = mdr_class(&both, Qualification::MedicalDeviceSoftware);
        assert_eq!(verdict.result, Some(IIb));
        assert_eq!(rules(&both, Qualification::MedicalDeviceSoftware, IIb), ["11b-danger"]);
    }

    #[test]
    fn what_only_drives_a_device_takes_its_class() {
        let answers = answers(&[
            (Key::DrivesInfluencesHw, "yes"),
            (Key::DrivenDeviceClass, "IIb"),
            (Key::InfoForDxTxDecisions, "yes"),
            (Key::DecisionImpact, "death_irreversible"),
        ]);
        let alone = mdr_class(&answers, Qualification::AccessoryOrComponent);
        assert_eq!(alone.result, Some(IIb));
        assert_eq!(mdr_class(&answers, Qualification::MedicalDeviceSoftware).result, Some(III));
    }

    #[test]
    fn the_table_of_annex_iii_has_its_nine_cells() {
        let cell = |situation, significance| {
            annex_iii(&answers(&[
                (Key::InfoForDxTxDecisions, "yes"),
                (Key::ImdrfSituation, situation),
                (Key::ImdrfSignificance, significance),
            ]))
        };
        let table =
            [("critical", [III, IIb, IIa]), ("serious", [IIb, IIa, IIa]), ("non_serious", [IIa, IIa, IIa])];
        for (situation, classes) in table {
            for (significance, class) in ["treat_diagnose", "drive", "inform"].into_iter().zip(classes) {
                assert_eq!(cell(situation, significance), Some(class), "{situation} {significance}");
            }
        }
        assert_eq!(annex_iii(&answers(&[])), None);
    }

    #[test]
    fn the_table_warns_where_it_differs_and_changes_no_class() {
        let told = |impact| {
            let answers = answers(&[
                (Key::InfoForDxTxDecisions, "yes"),
                (Key::DecisionImpact, impact),
                (Key::ImdrfSituation, "critical"),
                (Key::ImdrfSignificance, "drive"),
            ]);
            let verdict = mdr_class(&answers, Qualification::MedicalDeviceSoftware);
            tell_mdr_class(&verdict, &answers, Qualification::MedicalDeviceSoftware)
        };
        let warns = |told: &Telling| told.caveats.iter().any(|caveat| caveat.contains("Annex III"));
        let (agrees, differs) = (told("serious_surgical"), told("other"));
        assert!(!warns(&agrees));
        assert!(warns(&differs));
        assert_eq!(differs.result.as_deref(), Some("IIa"));
        let said = differs.caveats.join(" ");
        assert!(said.contains("class IIb") && said.contains("class IIa") && !said.contains('{'), "{said}");
    }
}
