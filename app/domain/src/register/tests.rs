use proptest::prelude::*;

use super::*;
use crate::control::Lowers;
use crate::plan::{Limits, Matrix};
use crate::text::{Reason, Statement};

fn estimate(severity: u8, p1: &str, p2: &str) -> Estimate {
    Estimate {
        severity: Severity::of_level(severity),
        likelihood: Likelihood::of(p1.parse().ok(), p2.parse().ok()),
        basis: None,
    }
}

fn control(number: i32) -> UsedControl {
    UsedControl {
        number,
        option: ControlOption::Design,
        lower_option_explained: false,
        external: false,
        lowers: Lowers { p1: true, p2: false, severity: false },
        implementation: Proof::Shown,
        effectiveness: Proof::Shown,
    }
}

/// A death, likely at first; nothing lowers it.
fn row() -> Row {
    Row {
        number: 1,
        hazard: "Insulin over-delivery".to_owned(),
        situation: "Asleep with excess insulin".to_owned(),
        harm: "Severe hypoglycaemia, death".to_owned(),
        software_contributes: true,
        estimates: Estimates {
            initial: estimate(5, "2e-2", "1e-2"),
            external: estimate(5, "2e-2", "1e-2"),
            residual: Estimate::default(),
            care: CareAnswer::Unanswered,
        },
        controls: vec![],
        benefit_risk: None,
    }
}

fn codes(row: &Row) -> Vec<String> {
    row.findings(&RiskPlan::starting()).iter().map(Finding::mark).collect()
}

#[test]
fn an_item_that_controls_a_risk_takes_the_class_of_the_risk_even_where_software_did_not_cause_it() {
    let plan = RiskPlan::starting();
    let caused_elsewhere = Row { software_contributes: false, ..row() };
    assert_eq!(caused_elsewhere.class_share(&plan).class, SafetyClass::A);
    assert_eq!(caused_elsewhere.controlled_class(&plan), SafetyClass::C);
    assert_eq!(row().controlled_class(&plan), row().class_share(&plan).class);
}

#[test]
fn without_a_declaration_no_class_is_determined_and_c_applies() {
    assert_eq!(implied_class(false, []), ImpliedClass::NotDetermined);
    assert_eq!(implied_class(false, []).applies(), SafetyClass::C);
    assert_eq!(
        implied_class(true, []),
        ImpliedClass::Determined { class: SafetyClass::A, provisional: false },
        "an empty register that a person declared complete"
    );
}

#[test]
fn the_class_follows_what_is_left_with_external_controls_only() {
    let plan = RiskPlan::starting();
    let outside = |lowers| UsedControl { external: true, lowers, ..control(1) };
    let p1 = Lowers { p1: true, p2: false, severity: false };
    let severity = Lowers { severity: true, ..Lowers::default() };
    let cases: Vec<(&str, Row, SafetyClass, Ground)> = vec![
        ("nothing lowers a death", row(), SafetyClass::C, Ground::NotAcceptableOutside),
        (
            "a lower estimate without an external control is not believed",
            Row {
                estimates: Estimates { external: estimate(4, "1e-9", "1e-2"), ..row().estimates },
                ..row()
            },
            SafetyClass::C,
            Ground::NotAcceptableOutside,
        ),
        (
            "an external control that lowers P1 is",
            Row {
                estimates: Estimates {
                    initial: estimate(4, "2e-2", "1e-2"),
                    external: estimate(4, "1e-9", "1e-2"),
                    ..row().estimates
                },
                controls: vec![outside(p1)],
                ..row()
            },
            SafetyClass::A,
            Ground::AcceptableOutside,
        ),
        (
            "for the factor that it lowers only",
            Row {
                estimates: Estimates {
                    initial: estimate(5, "2e-2", "1e-2"),
                    external: estimate(2, "2e-2", "1e-2"),
                    ..row().estimates
                },
                controls: vec![outside(p1)],
                ..row()
            },
            SafetyClass::C,
            Ground::NotAcceptableOutside,
        ),
        (
            "a control inside the software does not count",
            Row {
                estimates: Estimates { external: estimate(5, "1e-9", "1e-2"), ..row().estimates },
                controls: vec![control(1)],
                ..row()
            },
            SafetyClass::C,
            Ground::NotAcceptableOutside,
        ),
        (
            "reduce is not acceptable",
            Row {
                estimates: Estimates {
                    initial: estimate(5, "1e-3", "1e-4"),
                    external: estimate(5, "1e-3", "1e-4"),
                    ..row().estimates
                },
                ..row()
            },
            SafetyClass::C,
            Ground::NotAcceptableOutside,
        ),
        (
            "a lowered severity can turn death into a passing injury",
            Row {
                estimates: Estimates { external: estimate(2, "2e-2", "1e-2"), ..row().estimates },
                controls: vec![outside(severity)],
                ..row()
            },
            SafetyClass::B,
            Ground::NotAcceptableOutside,
        ),
        (
            "without the estimate the severity decides",
            Row {
                estimates: Estimates {
                    initial: estimate(2, "1e-9", "1e-9"),
                    external: Estimate::default(),
                    ..row().estimates
                },
                ..row()
            },
            SafetyClass::B,
            Ground::NoExternalEstimate,
        ),
        (
            "without anything the cautious class",
            Row { estimates: Estimates::default(), ..row() },
            SafetyClass::C,
            Ground::Unknown,
        ),
        (
            "software that can not contribute needs nothing",
            Row { software_contributes: false, ..row() },
            SafetyClass::A,
            Ground::NoContribution,
        ),
    ];
    for (case, row, class, ground) in cases {
        let share = row.class_share(&plan);
        assert_eq!((share.class, share.ground), (class, ground), "{case}");
    }
}

#[test]
fn severity_three_gives_b_only_when_the_question_is_answered_no() {
    let plan = RiskPlan::starting();
    for (care, class) in [
        (CareAnswer::Unanswered, SafetyClass::C),
        (CareAnswer::Yes, SafetyClass::C),
        (CareAnswer::No, SafetyClass::B),
    ] {
        let estimates = Estimates {
            initial: estimate(3, "1e-1", "1e-1"),
            external: estimate(3, "1e-1", "1e-1"),
            residual: Estimate::default(),
            care,
        };
        assert_eq!(Row { estimates, ..row() }.class_share(&plan).class, class, "{care:?}");
    }
}

#[test]
fn not_estimable_never_counts_as_acceptable_even_for_the_mildest_harm() {
    let mut cells = [[Acceptance::Unacceptable; 5]; 5];
    cells[0] = [Acceptance::Acceptable; 5];
    let plan = RiskPlan { matrix: Matrix::new(cells).unwrap(), ..RiskPlan::starting() };
    let open = Estimate {
        severity: Some(Severity::Negligible),
        likelihood: Likelihood::NotEstimable { reason: Reason::stored("No field record".to_owned()) },
        basis: None,
    };
    let claims =
        Estimates { initial: open.clone(), external: estimate(1, "1e-3", "1e-3"), ..Estimates::default() };
    for estimates in [Estimates { external: open.clone(), ..claims.clone() }, claims] {
        let share = Row { estimates, ..row() }.class_share(&plan);
        assert_eq!((share.class, share.ground), (SafetyClass::B, Ground::NotEstimable));
    }
}

#[test]
fn an_unverified_external_control_counts_and_the_class_is_provisional() {
    let unverified = UsedControl { external: true, effectiveness: Proof::Missing, ..control(1) };
    let estimates = Estimates {
        initial: estimate(4, "1e-1", "1e-1"),
        external: estimate(4, "1e-7", "1e-1"),
        ..row().estimates
    };
    let share = Row { estimates, controls: vec![unverified], ..row() }.class_share(&RiskPlan::starting());
    assert_eq!(share.class, SafetyClass::A);
    assert_eq!(share.once_unverified_fall_away, SafetyClass::C);
    let provisional = ImpliedClass::Determined { class: SafetyClass::A, provisional: true };
    assert_eq!(implied_class(true, [share]), provisional);
    let heavy = ClassShare {
        class: SafetyClass::C,
        once_unverified_fall_away: SafetyClass::C,
        ground: Ground::Unknown,
    };
    assert_eq!(
        implied_class(true, [share, heavy]),
        ImpliedClass::Determined { class: SafetyClass::C, provisional: false },
        "another row needs C anyway"
    );
}

#[test]
fn each_check_finds_its_fault() {
    let residual = Estimates { residual: estimate(5, "1e-5", "1e-2"), ..row().estimates };
    let uncontrolled = codes(&row());
    assert!(uncontrolled.contains(&"C07".to_owned()) && uncontrolled.contains(&"C12".to_owned()));
    assert_eq!(
        codes(&Row { estimates: residual.clone(), controls: vec![control(4)], ..row() }),
        Vec::<String>::new()
    );

    let with =
        |control: UsedControl| codes(&Row { estimates: residual.clone(), controls: vec![control], ..row() });
    assert_eq!(with(UsedControl { implementation: Proof::Missing, ..control(4) }), ["C08:4", "C11"]);
    assert_eq!(with(UsedControl { effectiveness: Proof::Open, ..control(4) }), ["C09:4", "C11"]);
    assert_eq!(with(UsedControl { effectiveness: Proof::Failed, ..control(4) }), ["C10:4", "C11"]);
    assert_eq!(with(UsedControl { option: ControlOption::Protective, ..control(4) }), ["C18:4"]);
    assert_eq!(
        with(UsedControl { option: ControlOption::Information, ..control(4) }),
        ["C17!", "C18:4"],
        "telling people is not enough against death"
    );

    let unfinished = codes(&Row { estimates: Estimates::default(), ..row() });
    assert_eq!(unfinished, ["C03", "C52"]);
    let repeated = Row { situation: "insulin OVER delivery.".to_owned(), ..row() };
    assert!(codes(&repeated).contains(&"C44".to_owned()));
    let analysis = |benefits_outweigh| {
        let analysis = Statement::stored("Fewer severe lows".to_owned());
        Some(BenefitRisk { analysis, benefits_outweigh })
    };
    assert!(codes(&Row { benefit_risk: analysis(false), ..row() }).contains(&"C13".to_owned()));
    assert_eq!(codes(&Row { benefit_risk: analysis(true), ..row() }), ["C07"]);
}

fn any_probability() -> impl Strategy<Value = Probability> {
    (1_u32..100, 2_u32..9).prop_map(|(mantissa, places)| format!("{mantissa}e-{places}").parse().unwrap())
}

fn any_estimate() -> impl Strategy<Value = Estimate> {
    let likelihood = prop_oneof![
        6 => (any_probability(), any_probability()).prop_map(|(p1, p2)| Likelihood::Estimated { p1, p2 }),
        1 => Just(Likelihood::NotEstimable { reason: Reason::stored("unknown".to_owned()) }),
        1 => proptest::option::of(any_probability()).prop_map(|p1| Likelihood::Open { p1, p2: None }),
    ];
    (proptest::option::weighted(0.9, 1_u8..=5), likelihood).prop_map(|(severity, likelihood)| Estimate {
        severity: severity.and_then(Severity::of_level),
        likelihood,
        basis: None,
    })
}

fn any_control() -> impl Strategy<Value = UsedControl> {
    (any::<bool>(), any::<[bool; 3]>(), any::<[bool; 2]>()).prop_map(
        |(external, [p1, p2, severity], shown)| {
            let proof = |shown| if shown { Proof::Shown } else { Proof::Missing };
            UsedControl {
                external,
                lowers: Lowers { p1, p2, severity },
                implementation: proof(shown[0]),
                effectiveness: proof(shown[1]),
                ..control(1)
            }
        },
    )
}

fn any_row() -> impl Strategy<Value = Row> {
    let care = prop_oneof![Just(CareAnswer::Unanswered), Just(CareAnswer::Yes), Just(CareAnswer::No)];
    let estimates = (any_estimate(), any_estimate(), any_estimate(), care)
        .prop_map(|(initial, external, residual, care)| Estimates { initial, external, residual, care });
    (estimates, proptest::collection::vec(any_control(), 0..4), proptest::bool::weighted(0.9)).prop_map(
        |(estimates, controls, software_contributes)| Row {
            estimates,
            controls,
            software_contributes,
            ..row()
        },
    )
}

/// Any plan that the rules let pass: rising limits and a matrix that never improves.
fn any_plan() -> impl Strategy<Value = RiskPlan> {
    let cells = proptest::collection::vec(0_u8..3, 25).prop_map(|weights| {
        let mut levels = [[0_u8; 5]; 5];
        for severity in 0..5 {
            for band in 0..5 {
                let milder = if severity > 0 { levels[severity - 1][band] } else { 0 };
                let rarer = if band > 0 { levels[severity][band - 1] } else { 0 };
                let own = weights[severity * 5 + band] / 2;
                levels[severity][band] = own.max(milder).max(rarer);
            }
        }
        levels[4][4] = 2;
        Matrix::new(levels.map(|row| row.map(|level| Acceptance::ALL[usize::from(level)]))).unwrap()
    });
    let limits = proptest::collection::btree_set(any_probability(), 4)
        .prop_map(|limits| Limits::new(limits.into_iter().collect::<Vec<_>>().try_into().unwrap()).unwrap());
    (cells, limits).prop_map(|(matrix, limits)| RiskPlan { matrix, limits, ..RiskPlan::starting() })
}

fn class(rows: &[Row], plan: &RiskPlan) -> SafetyClass {
    implied_class(true, rows.iter().map(|row| row.class_share(plan))).applies()
}

fn raised(severity: Option<Severity>) -> Option<Severity> {
    severity.map(|severity| Severity::of_level(severity.level() + 1).unwrap_or(severity))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn raising_a_severity_never_lowers_the_class(
        rows in proptest::collection::vec(any_row(), 1..5), plan in any_plan(), at in any::<prop::sample::Index>(),
    ) {
        let before = class(&rows, &plan);
        let at = at.index(rows.len());
        for initial in [true, false] {
            let mut rows = rows.clone();
            let estimates = &mut rows[at].estimates;
            let estimate = if initial { &mut estimates.initial } else { &mut estimates.external };
            estimate.severity = raised(estimate.severity);
            prop_assert!(class(&rows, &plan) >= before);
        }
    }

    #[test]
    fn taking_an_external_control_away_never_lowers_the_class(
        rows in proptest::collection::vec(any_row(), 1..5), plan in any_plan(), at in any::<prop::sample::Index>(),
    ) {
        let before = class(&rows, &plan);
        let at = at.index(rows.len());
        for gone in 0..rows[at].controls.len() {
            let mut rows = rows.clone();
            rows[at].controls.remove(gone);
            prop_assert!(class(&rows, &plan) >= before);
        }
    }

    #[test]
    fn adding_a_hazardous_situation_never_lowers_the_class(
        rows in proptest::collection::vec(any_row(), 0..5), new in any_row(), plan in any_plan(),
    ) {
        let before = class(&rows, &plan);
        prop_assert!(class(&[rows, vec![new]].concat(), &plan) >= before);
    }

    #[test]
    fn what_is_unverified_never_makes_the_class_heavier_by_counting(row in any_row(), plan in any_plan()) {
        let share = row.class_share(&plan);
        prop_assert!(share.once_unverified_fall_away >= share.class);
    }

    #[test]
    fn the_same_rows_give_the_same_class_and_findings_in_any_order(
        rows in proptest::collection::vec(any_row(), 0..5), plan in any_plan(),
    ) {
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(class(&rows, &plan), class(&turned, &plan));
        for row in &rows {
            prop_assert_eq!(row.findings(&plan), row.clone().findings(&plan));
        }
    }
}

#[test]
fn an_estimate_lower_than_its_external_controls_explain_is_told_with_what_counts() {
    let lowers_p1 = UsedControl { external: true, ..control(1) };
    let claimed = Row {
        estimates: Estimates { external: estimate(5, "1e-4", "1e-5"), ..row().estimates },
        controls: vec![lowers_p1],
        ..row()
    };
    let counted = claimed.counted_outside().expect("P2 is lowered by nothing outside");
    assert_eq!(counted.likelihood, estimate(5, "1e-4", "1e-2").likelihood);
    assert!(codes(&claimed).contains(&"C54".to_owned()));
    let explained =
        Row { estimates: Estimates { external: estimate(5, "1e-4", "1e-2"), ..row().estimates }, ..claimed };
    assert_eq!(explained.counted_outside(), None);
    assert!(!codes(&explained).contains(&"C54".to_owned()));
}
