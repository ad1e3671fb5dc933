//! A row of the register, tried: its severities and probabilities, its controls, and what the register would imply.

use serde::{Deserialize, Serialize};

use super::{Approvals, Inputs};
use crate::contradiction::RegisterSays;
use crate::control::Proof;
use crate::finding::Finding;
use crate::plan::RiskPlan;
use crate::register::{ClassShare, Row, implied_class};
use crate::risk::{CareAnswer, EstimateChange, Estimates, Evaluations, Probability, Severity};
use crate::scheme::iec62304::SafetyClass;

/// What the rows of the register that a trial does not touch need together. However long the register, it is this
/// small: a maximum over rows needs no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The heaviest class that any of them needs.
    pub class: SafetyClass,
    /// The same once external controls that are not verified do not count.
    pub firm_class: SafetyClass,
    /// Whether any of them holds a harm of severity 3 or more.
    pub any_severe: bool,
    /// The worst severity of any of them before control.
    pub worst_before: Option<Severity>,
}

impl Beside {
    /// What no rows need.
    pub const NONE: Self =
        Self { class: SafetyClass::A, firm_class: SafetyClass::A, any_severe: false, worst_before: None };

    /// These rows and one more.
    #[must_use]
    pub fn and(self, row: &Row, plan: &RiskPlan) -> Self {
        let share = row.class_share(plan);
        Self {
            class: self.class.max(share.class),
            firm_class: self.firm_class.max(share.once_unverified_fall_away),
            any_severe: self.any_severe || row.estimates.any_severe(),
            worst_before: self.worst_before.max(row.estimates.severity_before(plan)),
        }
    }

    /// What they imply, were the analysis declared complete.
    #[must_use]
    pub fn says(self) -> RegisterSays {
        let share = ClassShare {
            class: self.class,
            once_unverified_fall_away: self.firm_class,
            ground: crate::register::Ground::Unknown,
        };
        RegisterSays {
            implied: implied_class(true, [share]),
            any_severe: self.any_severe,
            worst_before: self.worst_before,
        }
    }
}

/// A row that can be tried, with what the register and the answers say beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trying {
    /// The row as it is saved.
    pub row: Row,
    /// The plan that judges it.
    pub plan: RiskPlan,
    /// Other rows that use one of its controls, as far as rules look at them: a control that changes, changes there
    /// too.
    pub sharing: Vec<Row>,
    /// All other rows.
    pub beside: Beside,
    /// What was said about the product.
    pub inputs: Inputs,
    /// What was approved or declared.
    pub approvals: Approvals,
}

/// What is tried with a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TriedControl {
    /// Whether it stands outside the software.
    pub external: Option<bool>,
    /// Whether both of its verifications passed, with evidence.
    pub verified: Option<bool>,
    /// Whether it is no longer used for this row.
    pub withdrawn: bool,
}

impl TriedControl {
    fn of_fields(number: i32, field: &impl Fn(&str) -> Option<String>) -> Self {
        let said = |name: &str| match field(&format!("{name}_{number}")).as_deref() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        };
        Self {
            external: said("external"),
            verified: said("verified"),
            withdrawn: said("used") == Some(false),
        }
    }
}

/// A row as it was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedRow {
    /// The row.
    pub row: Row,
    /// What the rules say about its estimates.
    pub evaluations: Evaluations,
    /// The class that it needs.
    pub share: ClassShare,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What would be said about the product, were the analysis declared complete.
    pub inputs: Inputs,
    /// The fields that could not be read; they count as they are saved.
    pub unreadable: Vec<String>,
}

impl Trying {
    /// The row as it is saved.
    #[must_use]
    pub fn saved(&self) -> TriedRow {
        self.with(|_| None)
    }

    /// The row with fields in place of what is saved. A field that is absent, or can not be read, stays as it is.
    #[must_use]
    pub fn with(&self, field: impl Fn(&str) -> Option<String>) -> TriedRow {
        let mut row = self.row.clone();
        let mut unreadable = Vec::new();
        let estimates = &mut row.estimates;
        for (prefix, estimate) in [
            ("initial", &mut estimates.initial),
            ("external", &mut estimates.external),
            ("residual", &mut estimates.residual),
        ] {
            change(prefix, &field, &mut unreadable).onto(estimate);
        }
        if let Some(care) = field("care").as_deref().and_then(CareAnswer::named) {
            row.estimates.care = care;
        }
        match field("contributes").as_deref() {
            Some("yes") => row.software_contributes = true,
            Some("no") => row.software_contributes = false,
            _ => {}
        }
        try_controls(&mut row, &field, true);
        let mut beside = self.beside.and(&row, &self.plan);
        for other in &self.sharing {
            let mut other = other.clone();
            try_controls(&mut other, &field, false);
            beside = beside.and(&other, &self.plan);
        }
        TriedRow {
            evaluations: row.estimates.evaluations(&self.plan),
            share: row.class_share(&self.plan),
            findings: row.findings(&self.plan),
            inputs: self.inputs.with_register(beside.says()),
            row,
            unreadable,
        }
    }
}

/// What fields say about one estimate.
fn change(
    prefix: &str,
    field: &impl Fn(&str) -> Option<String>,
    unreadable: &mut Vec<String>,
) -> EstimateChange {
    let read = |part: &str| {
        let name = format!("{prefix}_{part}");
        field(&name).map(|typed| (name, typed))
    };
    let severity = read("severity");
    let (p1, p2) = (read("p1"), read("p2"));
    let severity = severity
        .and_then(|(name, typed)| Severity::parse(&name, &typed).map_err(|_| unreadable.push(name)).ok());
    let mut probability = |typed: Option<(String, String)>| -> Option<Option<Probability>> {
        let (name, typed) = typed?;
        crate::risk::probability(&name, &typed).map_err(|_| unreadable.push(name)).ok()
    };
    EstimateChange { severity, p1: probability(p1), p2: probability(p2), ..EstimateChange::default() }
}

fn try_controls(row: &mut Row, field: &impl Fn(&str) -> Option<String>, is_the_row: bool) {
    row.controls.retain(|control| !(is_the_row && TriedControl::of_fields(control.number, field).withdrawn));
    for control in &mut row.controls {
        let tried = TriedControl::of_fields(control.number, field);
        control.external = tried.external.unwrap_or(control.external);
        match tried.verified {
            Some(true) => (control.implementation, control.effectiveness) = (Proof::Shown, Proof::Shown),
            Some(false) => (control.implementation, control.effectiveness) = (Proof::Missing, Proof::Missing),
            None => {}
        }
    }
}

impl Estimates {
    /// Whether any of the three holds a harm of severity 3 or more.
    #[must_use]
    pub fn any_severe(&self) -> bool {
        [self.initial.severity, self.external.severity, self.residual.severity]
            .into_iter()
            .any(|severity| severity >= Some(Severity::Serious))
    }

    /// How severe the harm is before control, where that was estimated in full.
    #[must_use]
    pub fn severity_before(&self, plan: &RiskPlan) -> Option<Severity> {
        self.initial.cell(plan).map(|cell| cell.severity)
    }
}

impl Row {
    /// What rules look at to give it a class: rows that are alike in this are alike for a maximum.
    #[must_use]
    pub fn bare(&self) -> Self {
        let mut bare = Self {
            number: 0,
            hazard: String::new(),
            situation: String::new(),
            harm: String::new(),
            benefit_risk: None,
            ..self.clone()
        };
        for estimate in
            [&mut bare.estimates.initial, &mut bare.estimates.external, &mut bare.estimates.residual]
        {
            estimate.basis = None;
        }
        bare
    }
}
