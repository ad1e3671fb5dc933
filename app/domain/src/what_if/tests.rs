use proptest::prelude::*;

use super::*;
use crate::assessment::Subject;
use crate::control::{ControlOption, Lowers, Proof, UsedControl};
use crate::finding::Check;
use crate::plan::RiskPlan;
use crate::register::{ImpliedClass, Row};
use crate::risk::{CareAnswer, Estimate, Estimates, Likelihood, Severity};
use crate::scheme::packs;

const MARKETS: [Market; 2] = [Market::EuropeanUnion, Market::UnitedStates];

/// The answers of a published example, as the questionnaire would hold them.
fn answers_of(case: &serde_json::Value) -> Answers {
    let given = case["answers"].as_object().expect("answers").iter();
    given
        .filter_map(|(name, value)| {
            let key = Key::named(name)?;
            let name = match value {
                serde_json::Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
                serde_json::Value::String(name) => name.clone(),
                _ => return None,
            };
            Some((key, Given::named(key, &name)?))
        })
        .collect()
}

fn published() -> Vec<(String, Answers)> {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/cases.json")).expect("JSON");
    let cases = file["cases"].as_array().expect("a list");
    cases.iter().map(|case| (case["id"].to_string(), answers_of(case))).collect()
}

/// What a saved record says: the stored names, read again, judged, and written down.
fn saved(answers: &Answers) -> Said {
    let stored: Vec<(String, String)> =
        answers.iter().map(|(key, given)| (key.name().to_owned(), given.name().to_owned())).collect();
    let read: Answers = stored
        .iter()
        .map(|(key, given)| {
            let key = Key::named(key).unwrap();
            (key, Given::named(key, given).unwrap())
        })
        .collect();
    let judgement = Judgement::of(&read, &MARKETS);
    let subject = Subject {
        name: String::new(),
        intended_purpose: String::new(),
        intended_users: None,
        use_environment: None,
    };
    let record = judgement.record(subject, |_| String::new());
    Said::of_record(&record, judgement.classification())
}

/// Tries answers, as the browser would with what the page hands to it, and saves the same.
fn preview_is_saved_result(answers: &Answers, tried: &[(Key, Given)]) {
    let handed = crate::lines::write(answers).unwrap();
    let read: Answers = crate::lines::read(&handed).unwrap();
    let now = Inputs { register: Trial::row().saved().inputs.register, ..Inputs::default() }
        .with_answers(&read, &MARKETS);
    let preview = now.with_answers(&tried_answers(&read, tried), &MARKETS);
    let record = saved(&tried_answers(answers, tried));
    assert_eq!(preview.said, record, "{answers:?} {tried:?}");
    let after = Inputs { said: record, ..now.clone() };
    assert_eq!(preview.contradictions(), after.contradictions());
    let known =
        |said: &Said, subject: &str| said.verdicts().iter().find(|told| told.subject == subject).cloned();
    let moved = moves(&now.said, &preview.said);
    for it in &moved {
        let sides = (known(&now.said, &it.subject), known(&after.said, &it.subject));
        assert_eq!((it.before.clone(), it.after.clone()), sides);
    }
    let told = now.said.verdicts().iter().chain(after.said.verdicts());
    assert!(told.into_iter().all(|told| moved.iter().any(|it| it.subject == told.subject)));
}

#[test]
fn the_preview_is_the_saved_result_for_every_answer_of_every_public_case() {
    let cases = published();
    assert!(cases.len() > 100, "{}", cases.len());
    let mut distinct: Vec<Answers> = Vec::new();
    for (_, answers) in cases {
        if !distinct.contains(&answers) {
            distinct.push(answers);
        }
    }
    let mut tried = 0;
    for answers in distinct {
        for (key, given) in answers.iter().filter(|(key, _)| crate::scheme::question(*key).is_some()) {
            let others = key.domain().into_iter().map(Given::Value).chain([Given::Unknown]);
            for other in others.filter(|other| *other != given) {
                preview_is_saved_result(&answers, &[(key, other)]);
                tried += 1;
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

#[test]
fn contradictions_come_go_and_stay() {
    let answers = Answers::none();
    let now = Inputs::default().with_answers(&answers, &MARKETS);
    let nothing = Contradictions::between(&now.contradictions(), now.contradictions());
    assert!(nothing.is_empty());
    let (id, answers) = published().into_iter().find(|(id, _)| id.contains("EU17")).unwrap();
    let with = |more: &[(Key, &str)]| {
        let more: Vec<_> = more.iter().map(|(key, name)| (*key, Given::named(*key, name).unwrap())).collect();
        now.with_answers(&tried_answers(&answers, &more), &MARKETS).contradictions()
    };
    let critical = [(Key::ImdrfSituation, "critical"), (Key::ImdrfSignificance, "treat_diagnose")];
    let harmless = [(Key::ImdrfSituation, "non_serious"), (Key::ImdrfSignificance, "drive")];
    let there = Contradictions::between(&with(&harmless), with(&critical));
    let back = Contradictions::between(&with(&critical), with(&harmless));
    assert_eq!(there.appear, back.go, "{id}");
    assert!(there.appear.iter().any(|it| it.code == "X21"));
    let same = Contradictions::between(&with(&critical), with(&critical));
    assert!(same.appear.is_empty() && same.go.is_empty() && !same.stay.is_empty());
}

#[test]
fn an_open_classification_is_held_to_class_c() {
    let class = |class| Some(Classification::Class(class));
    assert!(!Owing::between(None, class(SafetyClass::C)).changes());
    let lighter = Owing::between(None, class(SafetyClass::A));
    assert!(lighter.changes());
    assert!(!lighter.difference().unwrap().drop.is_empty());
    let gone = Owing::between(class(SafetyClass::B), Some(Classification::NotADevice));
    assert!(gone.changes() && gone.difference().is_none());
    assert_eq!(gone.sizes().1.deliverables, 0);
}

#[test]
fn an_approval_stays_until_another_is_given_and_deliverables_are_named() {
    use SafetyClass::{A, B, C};
    let approvals = Approvals {
        of_record: Some((3, Classification::Class(B))),
        declared: true,
        deliverables: ["D01", "D05", "D14"].map(str::to_owned).to_vec(),
    };
    let confirmed = approvals.under_answers(Some(Classification::Class(B)));
    assert_eq!(confirmed, [Effect::Confirmed { number: 3, classification: Classification::Class(B) }]);
    let up = approvals.under_answers(Some(Classification::Class(C)));
    let gives_way = |to| Effect::GivesWay { number: 3, from: Classification::Class(B), to };
    let names = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        up,
        [
            gives_way(Some(Classification::Class(C))),
            Effect::Reopened { deliverables: names(&["D05", "D14"]) }
        ]
    );
    let down = approvals.under_answers(Some(Classification::Class(A)));
    assert_eq!(down[0], gives_way(Some(Classification::Class(A))));
    assert!(down.contains(&Effect::NoLongerOwed { deliverables: names(&["D14"]) }));
    let gone = approvals.under_answers(Some(Classification::NotADevice));
    assert_eq!(gone[1], Effect::NoLongerOwed { deliverables: names(&["D01", "D05", "D14"]) });
    assert_eq!(approvals.under_register(), [Effect::DeclarationEnds]);
    assert!(Approvals::default().under_register().is_empty());
    assert!(Approvals::default().under_answers(Some(Classification::Class(C))).is_empty());
}

/// A row with a control outside the software that lowers it to acceptable, beside others.
struct Trial;

impl Trial {
    fn row() -> Trying {
        let estimate = |severity, p1: &str, p2: &str| Estimate {
            severity: Severity::of_level(severity),
            likelihood: Likelihood::Estimated { p1: p1.parse().unwrap(), p2: p2.parse().unwrap() },
            basis: None,
        };
        let row = Row {
            number: 12,
            hazard: "Insulin".to_owned(),
            situation: "Too much is given".to_owned(),
            harm: "Severe low".to_owned(),
            software_contributes: true,
            estimates: Estimates {
                initial: estimate(5, "0.01", "0.1"),
                external: estimate(2, "0.000001", "0.1"),
                residual: estimate(2, "0.000001", "0.1"),
                care: CareAnswer::Unanswered,
            },
            controls: vec![UsedControl {
                number: 43,
                option: ControlOption::Design,
                lower_option_explained: true,
                external: true,
                lowers: Lowers { p1: true, p2: true, severity: true },
                implementation: Proof::Shown,
                effectiveness: Proof::Shown,
            }],
            benefit_risk: None,
        };
        Trying {
            sharing: vec![Row { number: 13, ..row.clone() }.bare()],
            row,
            plan: RiskPlan::starting(),
            beside: Beside { class: SafetyClass::A, ..Beside::NONE },
            inputs: Inputs::default(),
            approvals: Approvals::default(),
        }
    }
}

fn tried(fields: &[(&str, &str)]) -> TriedRow {
    Trial::row().with(|name| fields.iter().find(|(known, _)| *known == name).map(|it| it.1.to_owned()))
}

fn implied(tried: &TriedRow) -> (SafetyClass, bool) {
    match tried.inputs.register.unwrap().implied {
        ImpliedClass::Determined { class, provisional } => (class, provisional),
        ImpliedClass::NotDetermined => panic!("as if declared complete"),
    }
}

#[test]
fn a_control_that_is_tried_as_internal_no_longer_counts_for_the_class_anywhere() {
    assert_eq!(implied(&Trial::row().saved()), (SafetyClass::A, false));
    let inside = tried(&[("external_43", "no")]);
    assert_eq!(inside.share.class, SafetyClass::C);
    assert_eq!(implied(&inside), (SafetyClass::C, false));
    // Taken from this row alone it still stands in the other one, which needs no more than before.
    let mut alone = Trial::row();
    alone.row.estimates.initial.severity = Some(Severity::Minor);
    let withdrawn = alone.with(|name| (name == "used_43").then(|| "no".to_owned()));
    assert_eq!(withdrawn.share.class, SafetyClass::B);
    let inside = alone.with(|name| (name == "external_43").then(|| "no".to_owned()));
    assert_eq!((inside.share.class, implied(&inside).0), (SafetyClass::B, SafetyClass::C));
}

#[test]
fn without_its_verification_the_class_is_provisional() {
    let unverified = tried(&[("verified_43", "no")]);
    assert_eq!(implied(&unverified), (SafetyClass::A, true));
    assert!(unverified.findings.iter().any(|finding| finding.check == Check::NotShownToWork));
    assert_eq!(implied(&tried(&[("verified_43", "yes")])), (SafetyClass::A, false));
}

#[test]
fn severities_and_probabilities_move_cell_and_class() {
    let worse = tried(&[("external_severity", "4"), ("external_p1", "0.1")]);
    assert_eq!(implied(&worse).0, SafetyClass::C);
    let cell = worse.evaluations.external.cell().unwrap();
    assert_eq!(cell.to_string(), "S4P5");
    let out = tried(&[("contributes", "no")]);
    assert_eq!(out.share.class, SafetyClass::A);
}

#[test]
fn what_can_not_be_read_counts_as_it_is_saved_and_is_named() {
    let odd = tried(&[("external_p1", "often"), ("initial_severity", "9"), ("care", "perhaps")]);
    assert_eq!(odd.unreadable, ["initial_severity", "external_p1"]);
    assert_eq!(odd.row, Trial::row().row);
}

#[test]
fn a_row_that_is_tried_comes_back_from_lines_as_it_went() {
    let trying = Trial::row();
    let lines = crate::lines::write(&trying).unwrap();
    assert_eq!(crate::lines::read::<Trying>(&lines).unwrap(), trying);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn several_answers_at_once_are_tried_as_they_would_be_saved(
        case in 0_usize..113,
        picks in proptest::collection::vec((0_usize..64, 0_usize..8), 1..5),
    ) {
        let (_, answers) = published().swap_remove(case);
        let keys: Vec<Key> =
            packs().iter().flat_map(|pack| &pack.questions).map(|question| question.key).collect();
        let tried: Vec<(Key, Given)> = picks
            .into_iter()
            .map(|(key, value)| {
                let key = keys[key % keys.len()];
                let mut given: Vec<Given> = key.domain().into_iter().map(Given::Value).collect();
                given.push(Given::Unknown);
                (key, given[value % given.len()])
            })
            .collect();
        preview_is_saved_result(&answers, &tried);
    }

    /// However the rows are split into the one that is tried, those that share and those beside, the register says the
    /// same.
    #[test]
    fn a_maximum_over_rows_needs_no_rows(severities in proptest::collection::vec((1_u8..=5, 1_u8..=5, any::<bool>()), 1..8), place in 0_usize..8) {
        let plan = RiskPlan::starting();
        let rows: Vec<Row> = severities
            .into_iter()
            .map(|(initial, external, contributes)| {
                let mut row = Trial::row().row;
                row.estimates.initial.severity = Severity::of_level(initial);
                row.estimates.external.severity = Severity::of_level(external);
                row.software_contributes = contributes;
                row
            })
            .collect();
        let whole = rows.iter().fold(Beside::NONE, |beside, row| beside.and(row, &plan)).says();
        let (mut sharing, mut beside) = (Vec::new(), Beside::NONE);
        let place = place % rows.len();
        for (number, row) in rows.iter().enumerate().filter(|(number, _)| *number != place) {
            if number % 2 == 0 { sharing.push(row.bare()) } else { beside = beside.and(row, &plan) }
        }
        let trying = Trying { row: rows[place].clone(), sharing, beside, ..Trial::row() };
        prop_assert_eq!(trying.saved().inputs.register, Some(whole));
    }
}

/// The published partition: X of class A, Y holding W of class B and Z of class C.
fn partition() -> TryingItem {
    let item = |number, parent, own: Option<SafetyClass>| Item {
        number,
        parent,
        own,
        is_segregated: own.is_some(),
        says_where_kept: own.is_some(),
        ..Item::default()
    };
    use SafetyClass::{A, B, C};
    TryingItem {
        of_record: C,
        number: 3,
        items: vec![
            item(1, None, Some(A)),
            item(2, None, Some(C)),
            item(3, Some(2), Some(B)),
            item(4, Some(2), Some(C)),
        ],
        names: ["X", "Y", "W", "Z"]
            .into_iter()
            .zip(1..)
            .map(|(name, number)| (number, name.to_owned()))
            .collect(),
        inputs: Inputs::default(),
    }
}

#[test]
fn the_class_of_an_item_is_tried_in_its_tree() {
    let class = |tried: &TriedItem, number| tried.tree.find(number).unwrap().class;
    let trying = partition();
    let now = trying.saved();
    assert_eq!((class(&now, 3), now.tree.class), (SafetyClass::B, SafetyClass::C));
    let with = |fields: &[(&str, &str)]| {
        trying.with(|name| fields.iter().find(|(known, _)| *known == name).map(|it| it.1.to_owned()))
    };
    assert_eq!(class(&with(&[("class", "A")]), 3), SafetyClass::A);
    assert_eq!(class(&with(&[("class", "inherited")]), 3), SafetyClass::C);
    // Lower without a rationale does not count.
    let bare = with(&[("class", "A"), ("segregated", "no")]);
    assert_eq!(class(&bare, 3), SafetyClass::C);
    assert!(bare.tree.findings().iter().any(|found| found.check == Check::LowerWithoutSegregation));
    assert_eq!(trying.saved(), with(&[("class", "grave")]));
    let lines = crate::lines::write(&trying).unwrap();
    assert_eq!(crate::lines::read::<TryingItem>(&lines).unwrap(), trying);
}
