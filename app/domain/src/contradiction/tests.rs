use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::product::Market;
use crate::scheme::packs;

const MARKETS: [Market; 2] = [Market::EuropeanUnion, Market::UnitedStates];

/// A device of the middle: class B, IIa, category II, Basic, a device in both markets, and no contradiction.
const PLAIN: [(Key, &str); 40] = [
    (Key::IsSoftware, "yes"),
    (Key::AccessoryOrComponent, "no"),
    (Key::DrivesInfluencesHw, "no"),
    (Key::ActionBeyondStorage, "yes"),
    (Key::IndividualBenefit, "yes"),
    (Key::MedicalPurpose, "yes"),
    (Key::IvdScope, "no"),
    (Key::UsDevicePurpose, "yes"),
    (Key::UsExclusion, "none"),
    (Key::WellnessClaimsOnly, "no"),
    (Key::LowRisk, "no"),
    (Key::CdsC1, "no"),
    (Key::ControlsDevice, "no"),
    (Key::TransformsPlatform, "no"),
    (Key::SelfManagementWithoutSpecificTreatment, "no"),
    (Key::SimpleRoutineCalculation, "no"),
    (Key::ContributesToHazardousSituation, "yes"),
    (Key::ExternalControl, "none"),
    (Key::RiskAcceptableAfterExternalControls, "no"),
    (Key::WorstHarm, "non_serious"),
    (Key::InfoForDxTxDecisions, "yes"),
    (Key::DecisionImpact, "other"),
    (Key::Monitors, "none"),
    (Key::ImmediateDanger, "no"),
    (Key::UsedForContraception, "no"),
    (Key::ActiveTherapeutic, "no"),
    (Key::ControlsMonitorsActiveImplant, "no"),
    (Key::ControlsMonitorsIIbTherapeutic, "no"),
    (Key::ControlsMonitorsIonisingTherapy, "no"),
    (Key::PartOfEnergyTherapy, "no"),
    (Key::PartOfDiagnosticActiveDevice, "no"),
    (Key::ControlsIonisingDiagnostic, "no"),
    (Key::ImdrfSignificance, "drive"),
    (Key::ImdrfSituation, "serious"),
    (Key::ProbableDeathOrSeriousInjuryBeforeControls, "no"),
    (Key::BloodDonorScreening, "no"),
    (Key::Becs, "no"),
    (Key::UsClassIII, "no"),
    (Key::CombinationProductPart, "no"),
    (Key::DocumentedRationaleForBasic, "no"),
];

fn answers(differing: &[(Key, &str)]) -> Answers {
    PLAIN.iter().chain(differing).map(|(key, name)| (*key, Given::named(*key, name).unwrap())).collect()
}

fn said(differing: &[(Key, &str)]) -> Said {
    Said::of_judgement(&Judgement::of(&answers(differing), &MARKETS))
}

fn implied(class: SafetyClass) -> Option<RegisterSays> {
    register(class, true, Severity::Minor)
}

fn register(class: SafetyClass, any_severe: bool, worst: Severity) -> Option<RegisterSays> {
    let implied = ImpliedClass::Determined { class, provisional: false };
    Some(RegisterSays { implied, any_severe, worst_before: Some(worst) })
}

/// Items of that class, none of which inherits.
fn items_of(class: SafetyClass) -> ItemsSay {
    ItemsSay { class, some_inherit: false }
}

fn found(said: &Said, register: Option<RegisterSays>, items: Option<SafetyClass>) -> Vec<&'static str> {
    let items = items.map(items_of);
    find(&Known { said, register, items, moved: Moved::default() })
        .into_iter()
        .map(|contradiction| contradiction.code)
        .collect()
}

/// What differs from the plain device, what register and items say, and what is found.
type Case =
    (&'static [(Key, &'static str)], Option<RegisterSays>, Option<SafetyClass>, &'static [&'static str]);

const SERIOUS: &[(Key, &str)] = &[
    (Key::WorstHarm, "serious"),
    (Key::DecisionImpact, "death_irreversible"),
    (Key::ImdrfSituation, "critical"),
    (Key::ImdrfSignificance, "treat_diagnose"),
    (Key::ProbableDeathOrSeriousInjuryBeforeControls, "yes"),
];
const NO_DEVICE: &[(Key, &str)] = &[(Key::ActionBeyondStorage, "no"), (Key::UsDevicePurpose, "no")];

fn cases() -> Vec<Case> {
    use Key::*;
    vec![
        (&[], None, None, &[]),
        (&[], implied(B), Some(B), &[]),
        (SERIOUS, register(C, true, Severity::Catastrophic), Some(C), &[]),
        // One class, three speakers.
        (&[(ContributesToHazardousSituation, "no")], implied(B), None, &["C21"]),
        (&[], implied(C), None, &["C22"]),
        (SERIOUS, register(B, false, Severity::Minor), None, &["C23"]),
        (&[], implied(A), None, &["C51"]),
        (SERIOUS, implied(B), None, &["C51"]),
        (NO_DEVICE, implied(C), None, &["X01"]),
        (NO_DEVICE, implied(A), None, &[]),
        (&[], None, Some(C), &["X02"]),
        (&[], None, Some(A), &["X03"]),
        (&[], implied(B), Some(A), &["X04", "X03"]),
        (SERIOUS, implied(B), Some(C), &["C51", "X05"]),
        // Between schemes.
        (
            &[
                (DecisionImpact, "serious_surgical"),
                (ContributesToHazardousSituation, "no"),
                (ImdrfSignificance, "treat_diagnose"),
            ],
            None,
            None,
            &["X11", "X24"],
        ),
        (
            &[(DecisionImpact, "serious_surgical"), (ImdrfSignificance, "treat_diagnose")],
            None,
            None,
            &["X12"],
        ),
        (
            &[
                (InfoForDxTxDecisions, "no"),
                (WorstHarm, "serious"),
                (ImdrfSignificance, "inform"),
                (ProbableDeathOrSeriousInjuryBeforeControls, "yes"),
            ],
            None,
            None,
            &["X13", "X25"],
        ),
        (&[(Monitors, "vital"), (ImmediateDanger, "yes")], None, None, &["X14"]),
        (&[(Monitors, "vital"), (ImmediateDanger, "no")], None, None, &[]),
        (&[(ImdrfSignificance, "treat_diagnose")], None, None, &["X21"]),
        (&[(ImdrfSignificance, "treat_diagnose"), (ImdrfSituation, "critical")], None, None, &["X21", "X22"]),
        (&[(InfoForDxTxDecisions, "no")], None, None, &["X23"]),
        (&[(InfoForDxTxDecisions, "no"), (ImdrfSignificance, "inform")], None, None, &[]),
        (
            &[(ContributesToHazardousSituation, "no"), (ImdrfSituation, "critical")],
            None,
            None,
            &["X21", "X24"],
        ),
        (&[(WorstHarm, "serious")], None, None, &["X31"]),
        (
            &[
                (WorstHarm, "serious"),
                (DecisionImpact, "death_irreversible"),
                (ImdrfSituation, "critical"),
                (ImdrfSignificance, "treat_diagnose"),
            ],
            None,
            None,
            &["X31", "X32"],
        ),
        (&[], register(B, true, Severity::Critical), None, &["X33"]),
        (&[], register(B, true, Severity::Serious), None, &[]),
        (&[(ProbableDeathOrSeriousInjuryBeforeControls, "yes")], None, None, &["X34"]),
        (
            &[(ProbableDeathOrSeriousInjuryBeforeControls, "yes"), (ExternalControl, "hardware")],
            None,
            None,
            &[],
        ),
        (&[(UsClassIII, "yes"), (DocumentedRationaleForBasic, "yes")], None, None, &["X35"]),
        (&[(UsExclusion, "transfer_display")], None, None, &["X41"]),
        (&[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "IIa")], None, None, &["X42"]),
        (
            &[(DrivesInfluencesHw, "yes"), (DrivenDeviceClass, "IIa"), (ControlsDevice, "yes")],
            None,
            None,
            &[],
        ),
    ]
}

#[test]
fn every_rule_finds_what_it_is_for_and_nothing_beside_it() {
    let mut hit = BTreeSet::new();
    for (differing, register, items, codes) in cases() {
        let found = found(&said(differing), register, items);
        assert_eq!(found, codes, "{differing:?} {register:?} {items:?}");
        hit.extend(found);
    }
    hit.insert("X06"); // below
    assert_eq!(hit, codes().collect());
}

fn subject(purpose: &str) -> Subject {
    Subject {
        name: "Wound care".to_owned(),
        intended_purpose: purpose.to_owned(),
        intended_users: None,
        use_environment: None,
    }
}

#[test]
fn a_record_of_another_purpose_or_of_other_markets_is_contradicted() {
    let judgement = Judgement::of(&answers(&[]), &MARKETS);
    let record = judgement.record(subject("Plans dressings."), |_| String::new());
    let said = Said::of_record(&record, judgement.classification());
    let codes = |record: &Record, now: &Subject, markets: &[Market]| -> Vec<&str> {
        let moved = Moved::since(record, now, markets);
        find(&Known { said: &said, register: None, items: None, moved })
            .into_iter()
            .map(|it| it.code)
            .collect()
    };
    let turned = [MARKETS[1], MARKETS[0]];
    assert!(codes(&record, &subject("Plans dressings."), &turned).is_empty());
    let renamed = Subject { name: "Dressing planner".to_owned(), ..subject("Plans dressings.") };
    assert!(codes(&record, &renamed, &MARKETS).is_empty());
    assert_eq!(codes(&record, &subject("Doses antibiotics."), &MARKETS), ["X06"]);
    assert_eq!(codes(&record, &subject("Plans dressings."), &MARKETS[..1]), ["X06"]);
    let early = Record { subject: None, ..record };
    assert!(codes(&early, &subject("Doses antibiotics."), &MARKETS[..1]).is_empty());
}

#[test]
fn every_rule_has_its_words_and_every_word_its_rule() {
    let of_rules: Vec<&str> = codes().collect();
    let of_words: Vec<&str> =
        words::all().contradictions.iter().map(|wording| wording.code.as_str()).collect();
    assert_eq!(of_rules, of_words);
    let asked: BTreeSet<Key> =
        packs().iter().flat_map(|pack| &pack.questions).map(|question| question.key).collect();
    for wording in &words::all().contradictions {
        assert!(!wording.citations.is_empty() && !wording.ways.is_empty(), "{}", wording.code);
        assert!(wording.sentence.ends_with('.') && !wording.title.ends_with('.'), "{}", wording.code);
        for way in &wording.ways {
            let leads = way.room().unwrap_or_else(|| panic!("{} leads to {}", wording.code, way.to));
            if let Room::Question(key) = leads {
                assert!(asked.contains(&key), "{key} is asked");
            }
        }
    }
}

#[test]
fn between_schemes_it_only_ever_warns() {
    for rule in RULES.iter().filter(|rule| rule.between == Between::Schemes) {
        assert_eq!(rule.level, Warns, "{}", rule.code);
    }
    // Within the one class only a piece that is too light blocks.
    let blocking: Vec<&str> =
        RULES.iter().filter(|rule| rule.level == Blocks).map(|rule| rule.code).collect();
    assert_eq!(blocking, ["C21", "C22", "X02", "X04"]);
}

#[test]
fn a_register_that_nobody_declared_complete_contradicts_nothing() {
    let undeclared = RegisterSays {
        implied: ImpliedClass::NotDetermined,
        any_severe: true,
        worst_before: Some(Severity::Minor),
    };
    assert!(found(&said(&[(Key::ContributesToHazardousSituation, "no")]), Some(undeclared), None).is_empty());
}

#[test]
fn an_item_that_inherits_carries_the_class_of_its_system() {
    let item = |number, own| Item { number, own, is_segregated: own.is_some(), ..Item::default() };
    assert_eq!(ItemsSay::of(&[item(1, None)]), None);
    let mixed = ItemsSay::of(&[item(1, None), item(2, Some(A))]).unwrap();
    assert!(mixed.some_inherit);
    let said = said(&[]);
    let codes = |register, items| -> Vec<&str> {
        find(&Known { said: &said, register, items, moved: Moved::default() })
            .into_iter()
            .map(|it| it.code)
            .collect()
    };
    assert!(codes(implied(B), Some(mixed)).is_empty(), "the first item is of class B like its system");
    let alone = ItemsSay::of(&[item(2, Some(A))]);
    assert_eq!(codes(implied(B), alone), ["X04", "X03"]);
    let heavy = ItemsSay::of(&[item(1, None), item(2, Some(C))]);
    assert_eq!(codes(implied(B), heavy), ["X02", "X05"]);
}

#[test]
fn both_pieces_are_named_side_by_side() {
    let said = said(&[(Key::WorstHarm, "serious")]);
    let found = find(&Known { said: &said, register: None, items: None, moved: Moved::default() });
    let [one, other] = &found[0].sides;
    assert_eq!((one.subject.as_str(), one.says.as_str()), ("FDA documentation level", "Basic"));
    assert_eq!((other.subject.as_str(), other.says.as_str()), ("IEC 62304 safety class", "Class C"));
}

#[test]
fn a_record_contradicts_what_its_answers_contradicted() {
    for (differing, register, items, codes) in cases() {
        let judgement = Judgement::of(&answers(differing), &MARKETS);
        let record = judgement.record(subject("Plans dressings."), |_| "Because.".to_owned());
        let said = Said::of_record(&record, judgement.classification());
        assert_eq!(found(&said, register, items), codes, "{differing:?}");
    }
}

/// Any answers: each question open, not known, or one of its values.
fn any_answers() -> impl Strategy<Value = Answers> {
    let keys = packs().iter().flat_map(|pack| &pack.questions).map(|question| question.key);
    let choices: Vec<_> = keys
        .map(|key| {
            let mut given: Vec<Option<Given>> = vec![None, Some(Given::Unknown)];
            given.extend(key.domain().into_iter().map(|value| Some(Given::Value(value))));
            proptest::sample::select(given).prop_map(move |given| given.map(|given| (key, given)))
        })
        .collect();
    choices.prop_map(|answers| answers.into_iter().flatten().collect())
}

fn any_register() -> impl Strategy<Value = Option<RegisterSays>> {
    let class = proptest::option::of(proptest::sample::select(SafetyClass::ALL.to_vec()));
    let says =
        (class, any::<bool>(), proptest::option::of(1_u8..=5)).prop_map(|(class, any_severe, worst)| {
            RegisterSays {
                implied: class.map_or(ImpliedClass::NotDetermined, |class| ImpliedClass::Determined {
                    class,
                    provisional: false,
                }),
                any_severe,
                worst_before: worst.and_then(Severity::of_level),
            }
        });
    proptest::option::of(says)
}

fn any_items() -> impl Strategy<Value = Option<ItemsSay>> {
    let class = proptest::sample::select(SafetyClass::ALL.to_vec());
    let items = (class, any::<bool>()).prop_map(|(class, some_inherit)| ItemsSay { class, some_inherit });
    proptest::option::of(items)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_verdict_follows_from_a_contradiction(answers in any_answers(), register in any_register(), items in any_items()) {
        let verdicts = |judgement: &Judgement| (judgement.text(), judgement.classification());
        let judgement = Judgement::of(&answers, &MARKETS);
        let before = verdicts(&judgement);
        let said = Said::of_judgement(&judgement);
        let all = find(&Known { said: &said, register, items, moved: Moved::default() });
        // With register and items, and without: the verdicts are those of the answers, contradicted or not.
        prop_assert_eq!(verdicts(&judgement), before.clone());
        prop_assert_eq!(verdicts(&Judgement::of(&answers, &MARKETS)), before);
        prop_assert_eq!(&Said::of_judgement(&Judgement::of(&answers, &MARKETS)), &said);
        // And what the schemes say about each other does not depend on what the register and the items say.
        let between = |found: &[Contradiction]| -> Vec<&str> {
            found.iter().map(|it| it.code).filter(|code| code.starts_with('X') && *code > "X05" && *code != "X33").collect()
        };
        let alone = find(&Known { said: &said, register: None, items: None, moved: Moved::default() });
        prop_assert_eq!(between(&all), between(&alone));
    }

    #[test]
    fn any_product_gets_a_list_and_always_the_same(answers in any_answers(), register in any_register(), items in any_items()) {
        let said = Said::of_judgement(&Judgement::of(&answers, &MARKETS));
        let known = Known { said: &said, register, items, moved: Moved::default() };
        let found = find(&known);
        prop_assert_eq!(&found, &find(&known));
        prop_assert!(found.is_sorted_by_key(|contradiction| contradiction.level));
        for contradiction in &found {
            prop_assert!(contradiction.sides.iter().all(|side| !side.subject.is_empty() && !side.says.is_empty()));
            prop_assert_eq!(&contradiction.wording().code, contradiction.code);
        }
    }

    #[test]
    fn what_was_said_comes_back_from_lines_as_it_went(answers in any_answers()) {
        let said = Said::of_judgement(&Judgement::of(&answers, &MARKETS));
        let lines = crate::lines::write(&said).unwrap();
        prop_assert_eq!(crate::lines::read::<Said>(&lines).unwrap(), said);
    }
}
