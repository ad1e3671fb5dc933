use std::collections::BTreeMap;

use documents::workbook::Workbook;
use domain::hazard::{
    CauseKind, Contribution, Harm, Hazard, HazardSource, HazardousSituation, SequenceOfEvents,
};
use domain::import::ImportCode;
use domain::plan::RiskPlan;
use domain::revision::Revision;
use domain::risk::{BenefitRisk, CareAnswer, Estimate, Estimates, Likelihood, Risk, Severity};
use domain::text::{Name, Reason, Statement, Title};
use domain::violation::Code;
use proptest::prelude::*;
use store::risks::RiskRecord;
use time::OffsetDateTime;
use uuid::Uuid;

use super::arrangement::{Arrangement, Side};
use super::columns::{FIELDS, Slot, layout};
use super::comparing::{Compared, Stored, compare};
use super::*;
use crate::hazards::RegisterRow;

/// A text as it is stored: parsed once, so without what the field does not take.
fn stored<T: domain::text::Parse + std::fmt::Debug + 'static>() -> BoxedStrategy<T> {
    let text = prop_oneof![
        "(?s).{1,40}",
        "[=+@'-]{1,3}[A-Z]{1,4}",
        "[0-9]{1,4}(,|;|\"|\n|\t)[a-z]{0,3}",
        Just("_x000D_ & <b> ]]> \"quoted\", it's".to_owned()),
        Just("first event\n- second event\n'=third".to_owned()),
    ];
    text.prop_filter_map("the field takes it", |text| T::parse("field", &normal(&text)).ok()).boxed()
}

fn maybe<T: domain::text::Parse + std::fmt::Debug + Clone + 'static>() -> BoxedStrategy<Option<T>> {
    proptest::option::of(stored::<T>()).boxed()
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<T> {
    proptest::sample::select(all.to_vec()).boxed()
}

fn estimates() -> BoxedStrategy<Estimate> {
    let number = prop_oneof![
        Just("0".to_owned()),
        Just("1".to_owned()),
        (1_u32..=999_999_999, 9_u32..40).prop_map(|(digits, places)| format!("{digits}e-{places}")),
    ];
    let number = number.prop_map(|text| text.parse().ok());
    let likelihood = prop_oneof![
        (number.clone(), number).prop_map(|(p1, p2)| Likelihood::of(p1, p2)),
        Just(Likelihood::default()),
        stored::<Reason>().prop_map(|reason| Likelihood::NotEstimable { reason }),
    ];
    (proptest::option::of(1_u8..=5), likelihood, maybe::<Statement>())
        .prop_map(|(level, likelihood, basis)| Estimate {
            severity: level.and_then(Severity::of_level),
            likelihood,
            basis,
        })
        .boxed()
}

prop_compose! {
    fn record()(
        ids in any::<[u128; 5]>(),
        number in 1..10_000,
        (description, category, source) in (stored::<Title>(), maybe::<Name>(), one_of(HazardSource::ALL)),
        (events, cause, item, excluded) in
            (stored::<Statement>(), one_of(CauseKind::ALL), maybe::<Name>(), maybe::<Reason>()),
        (situation, exposed, harm) in (stored::<Statement>(), maybe::<Name>(), stored::<Title>()),
        (initial, external, residual) in (estimates(), estimates(), estimates()),
        care in one_of(&CareAnswer::ALL),
        benefit in proptest::option::of((stored::<Statement>(), any::<bool>())),
        is_withdrawn in proptest::bool::weighted(0.1),
    ) -> RiskRecord {
        let [id, hazard, sequence, situation_id, harm_id] = ids.map(Uuid::from_u128);
        let revision = Revision(2);
        RiskRecord {
            risk: Risk {
                id: id.into(),
                number,
                hazard: hazard.into(),
                sequence: sequence.into(),
                situation: situation_id.into(),
                harm: harm_id.into(),
                estimates: Estimates { initial, external, residual, care },
                benefit_risk: benefit.map(|(analysis, benefits_outweigh)| BenefitRisk { analysis, benefits_outweigh }),
            },
            revision,
            hazard: Hazard { id: hazard.into(), number: 1, description, category, source, revision },
            sequence: SequenceOfEvents {
                id: sequence.into(),
                number: 1,
                events,
                cause,
                item,
                contribution: Contribution::of(excluded),
                revision,
            },
            situation: HazardousSituation { id: situation_id.into(), number: 1, description: situation, exposed, revision },
            harm: Harm { id: harm_id.into(), number: 1, description: harm, revision },
            shared: [0; 4],
            uses: Vec::new(),
            withdrawn: is_withdrawn.then(|| (OffsetDateTime::UNIX_EPOCH, "=gone".to_owned())),
            created_at: OffsetDateTime::UNIX_EPOCH,
            changed_at: OffsetDateTime::UNIX_EPOCH,
        }
    }
}

fn judged(record: &RiskRecord, plan: &RiskPlan) -> RegisterRow {
    let row = record.seen_by_rules();
    RegisterRow {
        evaluations: record.risk.estimates.evaluations(plan),
        counted_outside: row.counted_outside(),
        share: row.class_share(plan),
        findings: row.findings(plan),
        record: record.clone(),
    }
}

fn as_csv(lines: &[Vec<String>]) -> Vec<u8> {
    let head = documents::cells::line(out::heads());
    let rows = lines.iter().map(documents::cells::line);
    format!("{}{head}{}", documents::cells::UTF8_MARK, rows.collect::<String>()).into_bytes()
}

fn as_xlsx(lines: &[Vec<String>], plan: &RiskPlan) -> Vec<u8> {
    let (columns, explanations) = out::frame(plan, 1);
    let mut workbook = Workbook::new(out::ROWS_SHEET, "Explanations", columns);
    for line in lines {
        workbook
            .row(line.iter().cloned().zip(layout()).map(|(text, slot)| out::as_cell(text, slot)).collect());
    }
    workbook.finish(&explanations)
}

fn lines(records: &[RiskRecord], plan: &RiskPlan) -> Vec<Vec<String>> {
    records.iter().map(|record| out::cells(&judged(record, plan), plan)).collect()
}

fn keyed(records: &[RiskRecord]) -> Stored {
    let rows = records.iter().map(|record| (record.risk.id.uuid(), record.clone())).collect();
    Stored { rows, ..Stored::default() }
}

fn compared(file: &[u8], records: &[RiskRecord], plan: &RiskPlan) -> Compared {
    let arrangement = guess_now(file, None).unwrap();
    assert!(arrangement.is_ours());
    let sheet = parse_now(file, arrangement.sheet).unwrap().sheet;
    compare(&sheet, &arrangement, &keyed(records), plan)
}

fn column(field: &str) -> usize {
    layout().iter().position(|slot| matches!(slot, Slot::Change(it) if it.name == field)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_file_that_was_only_taken_out_changes_nothing(records in prop::collection::vec(record().prop_map(Box::new), 0..5)) {
        let plan = RiskPlan::starting();
        let records: Vec<RiskRecord> = records.into_iter().map(|record| *record).collect();
        let lines = lines(&records, &plan);
        for file in [as_csv(&lines), as_xlsx(&lines, &plan)] {
            if records.is_empty() {
                continue;
            }
            let compared = compared(&file, &records, &plan);
            prop_assert!(compared.faults.is_empty(), "{:?}", compared.faults);
            prop_assert!(compared.changes_nothing(), "{:?}", compared.changed);
            prop_assert!(compared.disputed.is_empty());
            prop_assert_eq!(compared.unchanged, records.len());
        }
    }

    /// Whatever others change after the file was made, the file alone takes nothing back.
    #[test]
    fn a_file_takes_nothing_back_that_others_changed(before in record().prop_map(Box::new), after in record().prop_map(Box::new)) {
        let plan = RiskPlan::starting();
        let after = RiskRecord {
            risk: Risk { id: before.risk.id, ..after.risk.clone() },
            revision: before.revision.next(),
            ..*after
        };
        let compared = compared(&as_csv(&lines(&[*before], &plan)), &[after], &plan);
        prop_assert!(compared.changes_nothing() && compared.disputed.is_empty(), "{:?}", compared.disputed);
    }
}

fn plain(number: i32) -> RiskRecord {
    let id = |kind: u128| Uuid::from_u128(kind * 1_000 + u128::try_from(number).unwrap());
    let (title, statement) =
        (|text: &str| Title::stored(text.to_owned()), |text: &str| Statement::stored(text.to_owned()));
    let revision = Revision(1);
    RiskRecord {
        risk: Risk {
            id: id(1).into(),
            number,
            hazard: id(2).into(),
            sequence: id(3).into(),
            situation: id(4).into(),
            harm: id(5).into(),
            estimates: Estimates::default(),
            benefit_risk: None,
        },
        revision,
        hazard: Hazard {
            id: id(2).into(),
            number,
            description: title("Wrong dose"),
            category: None,
            source: HazardSource::Fault,
            revision,
        },
        sequence: SequenceOfEvents {
            id: id(3).into(),
            number,
            events: statement("Sensor drifts"),
            cause: CauseKind::Defect,
            item: None,
            contribution: Contribution::Possible,
            revision,
        },
        situation: HazardousSituation {
            id: id(4).into(),
            number,
            description: statement("Alone at night"),
            exposed: None,
            revision,
        },
        harm: Harm { id: id(5).into(), number, description: title("Coma"), revision },
        shared: [0; 4],
        uses: Vec::new(),
        withdrawn: None,
        created_at: OffsetDateTime::UNIX_EPOCH,
        changed_at: OffsetDateTime::UNIX_EPOCH,
    }
}

fn set(line: &mut [String], field: &str, value: &str) {
    value.clone_into(&mut line[column(field)]);
}

#[test]
fn a_cell_that_was_changed_in_the_file_alone_is_taken() {
    let plan = RiskPlan::starting();
    let stored = plain(1);
    let mut lines = lines(std::slice::from_ref(&stored), &plan);
    set(&mut lines[0], "initial_severity", "4 critical");
    set(&mut lines[0], "initial_p1", "2 %");
    set(&mut lines[0], "events", "=Sensor drifts");
    for file in [as_csv(&lines), as_csv_without_checks(&lines)] {
        let compared = compared(&file, std::slice::from_ref(&stored), &plan);
        assert!(compared.faults.is_empty() && compared.disputed.is_empty(), "{:?}", compared.faults);
        let cells: BTreeMap<_, _> = compared.changed[0]
            .cells
            .iter()
            .map(|cell| (cell.field, (cell.old.as_str(), cell.new.as_str())))
            .collect();
        assert_eq!(
            cells,
            BTreeMap::from([
                ("events", ("Sensor drifts", "=Sensor drifts")),
                ("initial_severity", ("", "4")),
                ("initial_p1", ("", "2e-2")),
            ])
        );
        assert_eq!(compared.changed[0].new.sequence.events.as_str(), "=Sensor drifts");
    }
}

fn as_csv_without_checks(lines: &[Vec<String>]) -> Vec<u8> {
    let mut lines = lines.to_vec();
    for line in &mut lines {
        line.last_mut().unwrap().clear();
    }
    as_csv(&lines)
}

#[test]
fn what_both_sides_changed_waits_for_a_person_and_what_one_changed_does_not() {
    let plan = RiskPlan::starting();
    let before = plain(1);
    let mut lines = lines(std::slice::from_ref(&before), &plan);
    set(&mut lines[0], "harm", "Death");
    set(&mut lines[0], "exposed", "The patient");
    let mut after = before.clone();
    after.harm.description = Title::stored("Hypoglycaemia".to_owned());
    after.hazard.description = Title::stored("Overdose".to_owned());
    after.revision = Revision(2);
    let file = as_csv(&lines);
    let first = compared(&file, std::slice::from_ref(&after), &plan);
    assert_eq!(first.left_alone, 1, "the hazard was changed here and left alone there");
    assert_eq!(first.changed[0].cells.iter().map(|cell| cell.field).collect::<Vec<_>>(), ["exposed"]);
    assert!(first.is_unsettled());
    let disputed = &first.disputed[0];
    assert_eq!((disputed.file.as_str(), disputed.register.as_str()), ("Death", "Hypoglycaemia"));

    let sheet = parse_now(&file, 0).unwrap().sheet;
    let mut arrangement = guess_now(&file, None).unwrap();
    for (side, count) in [(Side::File, 2), (Side::Register, 1)] {
        arrangement.settled.insert(disputed.key.clone(), side);
        let settled = compare(&sheet, &arrangement, &keyed(std::slice::from_ref(&after)), &plan);
        assert!(!settled.is_unsettled());
        assert_eq!(settled.changed_cells(), count);
    }
    // Without check values nobody can tell who changed what: every difference is asked for.
    let asked = compared(&as_csv_without_checks(&lines), std::slice::from_ref(&after), &plan);
    assert_eq!(asked.disputed.len(), 3);
}

#[test]
fn a_record_that_several_rows_share_takes_one_text_only() {
    let plan = RiskPlan::starting();
    let (first, mut second) = (plain(1), plain(2));
    second.harm = first.harm.clone();
    second.risk.harm = first.risk.harm;
    let records = [first, second];
    let mut lines = lines(&records, &plan);
    set(&mut lines[0], "harm", "Death");
    set(&mut lines[1], "exposed", "Nurse");
    let one = compared(&as_csv(&lines), &records, &plan);
    assert!(one.faults.is_empty());
    assert_eq!(one.changed[1].new.harm.description.as_str(), "Death", "both rows see the new text");
    set(&mut lines[1], "harm", "Shock");
    let two = compared(&as_csv(&lines), &records, &plan);
    let fault = &two.faults[0];
    assert_eq!((fault.row, fault.column), (3, Some(u16::try_from(column("harm")).unwrap())));
    assert_eq!(fault.violation.code, Code::Import(ImportCode::SharedTwice { row: 2 }));
}

#[test]
fn what_is_refused_is_named_by_row_and_column() {
    let plan = RiskPlan::starting();
    let mut withdrawn = plain(3);
    withdrawn.withdrawn = Some((OffsetDateTime::UNIX_EPOCH, "Twice".to_owned()));
    let records = [plain(1), plain(2), withdrawn];
    let mut lines = lines(&records, &plan);
    let identifier = lines[0].len() - 3;
    lines.push(lines[0].clone());
    lines.push(lines[1].clone());
    Uuid::from_u128(77).to_string().clone_into(&mut lines[4][identifier]);
    lines.push(lines[1].clone());
    "R-002".clone_into(&mut lines[5][identifier]);
    set(&mut lines[0], "initial_p1", "1.5");
    set(&mut lines[0], "initial_severity", "gruesome");
    set(&mut lines[1], "hazard", "");
    set(&mut lines[1], "benefits_outweigh", "yes");
    set(&mut lines[2], "harm", "Death");
    // A new row without a harm.
    let mut new = vec![String::new(); lines[0].len()];
    set(&mut new, "hazard", "Fire");
    set(&mut new, "events", "Spark");
    set(&mut new, "situation", "At home");
    lines.push(new);
    let compared = compared(&as_csv(&lines), &records, &plan);
    let found: Vec<(u32, &str, &str)> = compared
        .faults
        .iter()
        .map(|fault| (fault.row, fault.violation.field.as_str(), fault.violation.code.id()))
        .collect();
    assert_eq!(
        found,
        [
            (2, "initial_severity", "X018"),
            (2, "initial_p1", "H002"),
            (3, "hazard", "T001"),
            (3, "benefit_risk", "H017"),
            (4, "harm", "X025"),
            (5, "identifier", "X024"),
            (6, "identifier", "X023"),
            (7, "identifier", "X022"),
            (8, "harm", "T001"),
        ]
    );
}

const FOREIGN: &str = "Risk file of the pump;;;;;;\n;;;;;;\nNo.;Hazard;Cause;Hazardous situation;Harm;Severity;Occurrence;Mitigation\n\
    1;Overdose;Motor runs on;Patient asleep;Coma;Major;Often;\"- Watchdog\n- Alarm\"\n\
    2;Overdose;Typo;Nurse hurries;;Minor;0,01;Watchdog\n";

#[test]
fn a_register_from_elsewhere_is_guessed_and_its_words_are_asked_for() {
    let plan = RiskPlan::starting();
    let file = FOREIGN.as_bytes();
    let mut arrangement = guess_now(file, None).unwrap();
    let sheet = parse_now(file, 0).unwrap().sheet;
    assert_eq!(arrangement.head, 3);
    for (field, column) in [
        ("hazard", 1),
        ("events", 2),
        ("situation", 3),
        ("harm", 4),
        ("initial_severity", 5),
        ("initial_probability", 6),
        ("controls", 7),
    ] {
        assert_eq!(arrangement.column(field), Some(column), "{field}");
    }
    assert!(arrangement.missing().is_empty() && !arrangement.is_ours());
    let severity = scale_words(&sheet, &arrangement, columns::Holds::Severity, &[5], &plan);
    let asked: Vec<_> =
        severity.words.iter().map(|(word, _, meaning)| (word.as_str(), meaning.as_deref())).collect();
    assert_eq!(asked, [("Major", None), ("Minor", Some("2"))]);
    let probability = scale_words(&sheet, &arrangement, columns::Holds::Probability, &[6], &plan);
    assert_eq!(probability.words.iter().map(|(word, ..)| word.as_str()).collect::<Vec<_>>(), ["Often"]);

    let form = |pairs: &[(&str, &str)]| ArrangingForm {
        fields: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let wrong = arrangement.take(
        &form(&[
            ("fill_harm", "Not said in the old register"),
            ("word_severity_0", "Major"),
            ("means_severity_0", "4"),
            ("word_probability_0", "Often"),
            ("means_probability_0", "1e-2"),
        ]),
        &plan,
    );
    assert!(wrong.0.is_empty(), "{wrong:?}");
    let compared = compare(&sheet, &arrangement, &Stored::default(), &plan);
    assert!(compared.faults.is_empty(), "{:?}", compared.faults);
    let [first, second] = &compared.added[..] else { panic!("two rows") };
    assert_eq!(first.new.estimates.initial.severity, Severity::of_level(4));
    assert_eq!(first.new.estimates.initial.likelihood, Likelihood::of("0.01".parse().ok(), "1".parse().ok()));
    assert_eq!(first.controls.iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), ["Watchdog", "Alarm"]);
    assert_eq!(second.new.harm.as_str(), "Not said in the old register");
    assert_eq!(second.controls[0].title.as_str(), "Watchdog");

    // The next file of the product needs nobody any more, wherever its columns stand.
    let kept = arrangement.kept(&sheet);
    let next = "Severity;Harm;Hazard;Cause;Hazardous situation\nMajor;Burn;Heat;Short circuit;At home\n";
    let again = guess_now(next.as_bytes(), Some(&kept)).unwrap();
    let sheet = parse_now(next.as_bytes(), 0).unwrap().sheet;
    let compared = compare(&sheet, &again, &Stored::default(), &plan);
    assert!(compared.faults.is_empty(), "{:?}", compared.faults);
    assert_eq!(compared.added[0].new.estimates.initial.severity, Severity::of_level(4));
}

#[test]
fn a_chain_that_stands_already_is_refused_here_and_twice_in_the_file() {
    let plan = RiskPlan::starting();
    let file = "Hazard,Cause,Hazardous situation,Harm\nHeat,Short,Home,Burn\nHeat,Short,Home,Burn\nHeat,Fire,Home,Burn\n";
    let arrangement = guess_now(file.as_bytes(), None).unwrap();
    let sheet = parse_now(file.as_bytes(), 0).unwrap().sheet;
    let mut stored = Stored::default();
    stored.chains.insert(["Heat", "Fire", "Home", "Burn"].map(str::to_owned), 7);
    let compared = compare(&sheet, &arrangement, &stored, &plan);
    let found: Vec<_> = compared.faults.iter().map(|fault| (fault.row, fault.violation.code.id())).collect();
    assert_eq!(found, [(3, "X024"), (4, "H014")]);
}

#[test]
fn a_word_means_what_a_person_said_and_else_what_it_says_itself() {
    let plan = RiskPlan::starting();
    let mut arrangement = Arrangement::default();
    let severity = |arrangement: &Arrangement, word: &str| {
        arrangement.meaning(columns::Holds::Severity, word, &plan).ok()
    };
    for (word, level) in
        [("4", "4"), ("4 critical", "4"), ("S4", "4"), ("Critical", "4"), ("4.0", "4"), ("", "")]
    {
        assert_eq!(severity(&arrangement, word).as_deref(), Some(level), "{word}");
    }
    for word in ["6", "3.5", "gruesome", "0", "44"] {
        assert_eq!(severity(&arrangement, word), None, "{word}");
    }
    arrangement.words.entry("severity".to_owned()).or_default().insert("4".to_owned(), "1".to_owned());
    assert_eq!(severity(&arrangement, "4").as_deref(), Some("1"), "a scale that runs the other way");

    let probability = |word: &str| arrangement.meaning(columns::Holds::Probability, word, &plan);
    assert_eq!(probability("0,02").unwrap(), "2e-2");
    assert_eq!(probability("0.3333333333333333").unwrap(), "3.33333333e-1");
    assert_eq!(probability("-0.2").unwrap_err().id(), "H002");
    assert_eq!(probability("often").unwrap_err().id(), "X018");
}

#[test]
fn every_field_of_a_row_has_its_column() {
    let form = crate::hazards::RowForm::of_record(&plain(1)).into_fields();
    let names: std::collections::BTreeSet<_> = FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(form.keys().copied().collect::<std::collections::BTreeSet<_>>(), names);
    assert_eq!(out::heads().len(), out::heads().iter().collect::<std::collections::BTreeSet<_>>().len());
}
