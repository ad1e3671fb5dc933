//! What the demonstration says: five products, written as data in `app/service/data/demonstration` and reviewed there.
//!
//! The files hold what people would type, so they pass the same parsers as forms do. The tests below keep them
//! true to the rules: they say what they mean to show, and break when a rule or a text moves away from that.

use std::collections::BTreeMap;

use domain::answer::{Given, Key};
use domain::assessment;
use domain::control::{
    ControlDescription, ControlOption, Lowers, Outcome, Place, VerificationKind, VerificationResult,
};
use domain::hazard::{CauseKind, Contribution, HazardSource};
use domain::plan::{Cell, Matrix, RiskPlan};
use domain::product::{Profile, ProfileForm};
use domain::risk::{Acceptance, BenefitRisk, CareAnswer, EstimateEntry, Estimates, Severity};
use domain::text::{Line, Name, Reason, Statement, Title, optional};
use domain::violation::{Violation, Violations};
use serde::Deserialize;

use super::cast::Part;

/// The files, in the order in which the portfolio shows them first.
const FILES: [&str; 5] = [
    include_str!("../../data/demonstration/clinic_appointment_reminder.json"),
    include_str!("../../data/demonstration/telemedicine_triage.json"),
    include_str!("../../data/demonstration/closed_loop_insulin_controller.json"),
    include_str!("../../data/demonstration/surgical_checklist.json"),
    include_str!("../../data/demonstration/step_counter.json"),
];

/// Who wrote and who judged.
const PEOPLE: &str = include_str!("../../data/demonstration/people.json");

/// Reads the people.
///
/// # Errors
/// When the file is not of the form below.
pub fn people() -> Result<People, serde_json::Error> {
    serde_json::from_str(PEOPLE)
}

/// The two people of the demonstration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Answers and keeps the registers.
    pub author: Person,
    /// Reviews.
    pub reviewer: Person,
}

/// A person, as the file describes them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name, which says that it is made up wherever it is shown.
    pub name: String,
    /// An address that no mail can reach.
    pub email: String,
}

/// Reads the products.
///
/// # Errors
/// When a file is not of the form below. A test reads them all.
pub fn products() -> Result<Vec<Product>, serde_json::Error> {
    FILES.iter().map(|file| serde_json::from_str(file)).collect()
}

/// A product as its file describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    name: String,
    intended_purpose: String,
    intended_users: String,
    use_environment: String,
    /// The markets it is made for, by their keys.
    pub markets: Vec<String>,
    lifecycle: String,
    /// What was answered first.
    pub answers: Vec<Answer>,
    /// The assessments, the first one first; each later one starts from what the one before came to.
    pub assessments: Vec<Assessment>,
    /// Why questionnaire and register disagree, where they do on purpose. For readers of the file.
    #[serde(default)]
    pub note_on_disagreement: Option<String>,
    risk_plan: Option<PlanChange>,
    /// The hazards, by the name that rows use.
    pub hazards: BTreeMap<String, Hazard>,
    /// The controls, by the name that rows use.
    pub controls: BTreeMap<String, Control>,
    /// The rows of the register, in order.
    pub rows: Vec<Row>,
    /// With which words the analysis is declared complete, when it is.
    pub declare_complete: Option<String>,
    /// What is known about deliverables.
    pub deliverables: Vec<Deliverable>,
}

/// An answer to a question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The key of the question.
    pub key: String,
    /// `true`, `false`, or one of the offered values.
    pub value: serde_json::Value,
    /// Why.
    pub rationale: String,
}

impl Answer {
    /// The key and what is given for it; nothing where the rules do not know them.
    #[must_use]
    pub fn given(&self) -> Option<(Key, Given)> {
        let key = Key::named(&self.key)?;
        let name = match &self.value {
            serde_json::Value::Bool(true) => "yes",
            serde_json::Value::Bool(false) => "no",
            serde_json::Value::String(name) => name,
            _ => return None,
        };
        Some((key, Given::named(key, name)?))
    }
}

/// An assessment and what became of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// What is answered otherwise than in the one before.
    #[serde(default)]
    pub changed: Vec<Answer>,
    /// What was done with it, in order.
    pub steps: Vec<Step>,
}

/// A step of an assessment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What was done.
    pub step: assessment::Step,
    /// With which words.
    pub comment: Option<String>,
}

/// What differs from the plan that every product starts with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanChange {
    unit: String,
    #[serde(default)]
    cells: BTreeMap<String, String>,
    reason: String,
}

/// A hazard.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    category: String,
    description: String,
    source: String,
}

/// A control with its verifications.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    title: String,
    option: String,
    #[serde(default)]
    lower_option_reason: String,
    place: String,
    #[serde(default)]
    place_detail: String,
    external: bool,
    #[serde(default)]
    requirement: String,
    /// Its verifications.
    pub verifications: Vec<Verification>,
}

/// A verification of a control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    kind: String,
    method: String,
    evidence: String,
    outcome: String,
    performed_on: String,
}

/// A row of the register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The name of its hazard.
    pub hazard: String,
    events: Vec<String>,
    cause: String,
    /// The software item, or other part, in which the sequence begins.
    pub item: String,
    #[serde(default)]
    software_excluded: String,
    situation: String,
    harm: String,
    #[serde(default)]
    care: String,
    #[serde(default)]
    not_estimable: String,
    initial: RowEstimate,
    external: RowEstimate,
    residual: RowEstimate,
    benefit_risk: Option<RowBenefitRisk>,
    /// The controls that act on it.
    pub controls: Vec<Use>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowEstimate {
    severity: u8,
    p1: Option<String>,
    p2: Option<String>,
    basis: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowBenefitRisk {
    analysis: String,
    benefits_outweigh: bool,
}

/// A control that acts on a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// The name of the control.
    pub control: String,
    lowers: Vec<Factor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Factor {
    P1,
    P2,
    Severity,
}

/// What is known about a deliverable.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliverable {
    /// Its number in the catalogue.
    pub id: String,
    /// How far it is.
    pub status: String,
    /// Why it does not apply, where it does not.
    #[serde(default)]
    pub reason: String,
    /// Who works on it.
    pub owner: Option<Part>,
    /// In how many days after loading it is due; the negative ones are late.
    pub due_in_days: Option<i64>,
    /// A remark.
    #[serde(default)]
    pub note: String,
}

impl Product {
    /// What its people say about it.
    ///
    /// # Errors
    /// When a text does not fit, as for a form.
    pub fn profile(&self) -> Result<Profile, Violations> {
        Profile::parse(&ProfileForm {
            name: self.name.clone(),
            intended_purpose: self.intended_purpose.clone(),
            intended_users: self.intended_users.clone(),
            use_environment: self.use_environment.clone(),
            markets: self.markets.clone(),
            lifecycle: self.lifecycle.clone(),
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own risk plan with the reason for it, where it has one.
    ///
    /// # Errors
    /// When a text or a cell does not fit.
    pub fn plan(&self) -> Result<Option<(RiskPlan, Reason)>, Violations> {
        let Some(change) = &self.risk_plan else { return Ok(None) };
        let mut wrong = Violations::none();
        let unit = wrong.take(Name::parse("unit", &change.unit));
        let reason = wrong.take(Reason::parse("reason", &change.reason));
        let starting = RiskPlan::starting();
        let mut cells = [[Acceptance::Acceptable; 5]; 5];
        for (severity, row) in Severity::ALL.into_iter().zip(&mut cells) {
            for (band, cell) in domain::plan::Band::ALL.into_iter().zip(row) {
                let place = Cell { severity, band };
                let changed = change.cells.get(&place.to_string());
                *cell = changed
                    .and_then(|name| Acceptance::named(name))
                    .unwrap_or_else(|| starting.acceptance(place));
            }
        }
        let matrix = Matrix::new(cells).map_err(|more| wrong.0.extend(more.0)).ok();
        match (unit, reason, matrix) {
            (Some(unit), Some(reason), Some(matrix)) => {
                Ok(Some((RiskPlan { unit, matrix, ..starting }, reason)))
            }
            _ => Err(wrong),
        }
    }
}

impl Hazard {
    /// Its kind, what it is, and where it was found.
    ///
    /// # Errors
    /// When a text does not fit.
    pub fn parse(&self) -> Result<(Option<Name>, Title, HazardSource), Violation> {
        Ok((
            optional("category", &self.category)?,
            Title::parse("hazard", &self.description)?,
            HazardSource::parse("source", &self.source)?,
        ))
    }
}

impl Control {
    /// What it is.
    ///
    /// # Errors
    /// When a text does not fit, or a rule about controls is broken.
    pub fn description(&self) -> Result<ControlDescription, Violations> {
        let parsed = || -> Result<ControlDescription, Violation> {
            Ok(ControlDescription {
                title: Title::parse("title", &self.title)?,
                description: None,
                option: ControlOption::parse("option", &self.option)?,
                lower_option_reason: optional("lower_option_reason", &self.lower_option_reason)?,
                place: Place::parse("place", &self.place)?,
                item: None,
                place_detail: optional::<Line>("place_detail", &self.place_detail)?,
                external: self.external,
                requirement: optional("requirement", &self.requirement)?,
                owner: None,
            })
        };
        let description = parsed().map_err(|violation| Violations(vec![violation]))?;
        description.check().map(|()| description)
    }
}

impl Verification {
    /// Of which of the two kinds it is, and what came out.
    ///
    /// # Errors
    /// When a text does not fit.
    pub fn parse(&self) -> Result<(VerificationKind, VerificationResult), Violation> {
        let performed_on = domain::text::date("performed_on", &self.performed_on)?;
        Ok((
            VerificationKind::parse("kind", &self.kind)?,
            VerificationResult {
                outcome: Outcome::parse("outcome", &self.outcome)?,
                method: Statement::parse("method", &self.method)?,
                evidence: optional("evidence", &self.evidence)?,
                performed_on: Some(performed_on),
                performed_by: None,
            },
        ))
    }
}

impl Row {
    /// The events in their order, what starts them, and whether the software can be part of it.
    ///
    /// # Errors
    /// When a text does not fit.
    pub fn sequence(&self) -> Result<(Statement, CauseKind, Contribution), Violation> {
        Ok((
            Statement::parse("events", &self.events.join("\n"))?,
            CauseKind::parse("cause", &self.cause)?,
            match optional::<Reason>("software_excluded", &self.software_excluded)? {
                Some(reason) => Contribution::Excluded { reason },
                None => Contribution::Possible,
            },
        ))
    }

    /// The circumstances.
    ///
    /// # Errors
    /// When the text does not fit.
    pub fn situation(&self) -> Result<Statement, Violation> {
        Statement::parse("situation", &self.situation)
    }

    /// The injury or damage.
    ///
    /// # Errors
    /// When the text does not fit.
    pub fn harm(&self) -> Result<Title, Violation> {
        Title::parse("harm", &self.harm)
    }

    /// The three estimates.
    ///
    /// # Errors
    /// When a number or a text does not fit.
    pub fn estimates(&self) -> Result<Estimates, Violations> {
        let mut wrong = Violations::none();
        let mut estimate = |prefix: &str, entered: &RowEstimate| {
            EstimateEntry {
                prefix,
                severity: &entered.severity.to_string(),
                p1: entered.p1.as_deref().unwrap_or_default(),
                p2: entered.p2.as_deref().unwrap_or_default(),
                not_estimable: &self.not_estimable,
                basis: &entered.basis,
            }
            .parse(&mut wrong)
        };
        let estimates = Estimates {
            initial: estimate("initial", &self.initial),
            external: estimate("external", &self.external),
            residual: estimate("residual", &self.residual),
            care: CareAnswer::named(&self.care).unwrap_or_default(),
        };
        wrong.into_result().map(|()| estimates)
    }

    /// The benefit-risk analysis, where there is one.
    ///
    /// # Errors
    /// When the text does not fit.
    pub fn benefit_risk(&self) -> Result<Option<BenefitRisk>, Violation> {
        self.benefit_risk
            .as_ref()
            .map(|entered| {
                Ok(BenefitRisk {
                    analysis: Statement::parse("benefit_risk", &entered.analysis)?,
                    benefits_outweigh: entered.benefits_outweigh,
                })
            })
            .transpose()
    }
}

impl Use {
    /// What the control lowers in the row.
    #[must_use]
    pub fn lowers(&self) -> Lowers {
        let has = |factor| self.lowers.contains(&factor);
        Lowers { p1: has(Factor::P1), p2: has(Factor::P2), severity: has(Factor::Severity) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::control::{Proof, UsedControl};
    use domain::finding::Check;
    use domain::register::{self, ImpliedClass, implied_class};
    use domain::scheme::iec62304::SafetyClass;

    use super::*;

    fn named(name: &str) -> Product {
        products().unwrap().into_iter().find(|product| product.name == name).unwrap()
    }

    fn plan(product: &Product) -> RiskPlan {
        product.plan().unwrap().map_or_else(RiskPlan::starting, |(plan, _)| plan)
    }

    fn proof(control: &Control, kind: VerificationKind) -> Proof {
        let of_kind = control.verifications.iter().map(|verification| verification.parse().unwrap());
        of_kind.filter(|(of, _)| *of == kind).map(|(_, result)| result.proof()).next().unwrap_or_default()
    }

    /// The register as the rules see it.
    fn rows(product: &Product) -> Vec<register::Row> {
        let numbers: BTreeMap<_, _> = product.controls.keys().zip(1..).collect();
        let row = |(number, row): (i32, &Row)| register::Row {
            number,
            hazard: product.hazards[&row.hazard].description.clone(),
            situation: row.situation.clone(),
            harm: row.harm.clone(),
            software_contributes: row.sequence().unwrap().2 == Contribution::Possible,
            estimates: row.estimates().unwrap(),
            controls: row
                .controls
                .iter()
                .map(|used| {
                    let control = &product.controls[&used.control];
                    UsedControl {
                        number: numbers[&used.control],
                        option: control.description().unwrap().option,
                        lower_option_explained: !control.lower_option_reason.is_empty(),
                        external: control.external,
                        lowers: used.lowers(),
                        implementation: proof(control, VerificationKind::Implementation),
                        effectiveness: proof(control, VerificationKind::Effectiveness),
                    }
                })
                .collect(),
            benefit_risk: row.benefit_risk().unwrap(),
        };
        (1..).zip(&product.rows).map(row).collect()
    }

    fn implied(product: &Product) -> ImpliedClass {
        let plan = plan(product);
        let shares = rows(product).iter().map(|row| row.class_share(&plan)).collect::<Vec<_>>();
        implied_class(product.declare_complete.is_some(), shares)
    }

    #[test]
    fn every_text_and_choice_fits_its_field() {
        for product in products().unwrap() {
            let name = &product.name;
            product.profile().unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
            product.plan().unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
            for hazard in product.hazards.values() {
                hazard.parse().unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
            }
            let today = time::macros::date!(2026 - 11 - 22);
            for (key, control) in &product.controls {
                control.description().unwrap_or_else(|wrong| panic!("{name}, {key}: {wrong:?}"));
                for verification in &control.verifications {
                    let (_, result) =
                        verification.parse().unwrap_or_else(|wrong| panic!("{name}, {key}: {wrong:?}"));
                    result.check(today).unwrap_or_else(|wrong| panic!("{name}, {key}: {wrong:?}"));
                }
            }
            for row in &product.rows {
                let at = &row.situation;
                row.sequence().unwrap_or_else(|wrong| panic!("{at}: {wrong:?}"));
                row.situation().unwrap_or_else(|wrong| panic!("{at}: {wrong:?}"));
                row.harm().unwrap_or_else(|wrong| panic!("{at}: {wrong:?}"));
                row.estimates().unwrap_or_else(|wrong| panic!("{at}: {wrong:?}"));
                row.benefit_risk().unwrap_or_else(|wrong| panic!("{at}: {wrong:?}"));
                assert!(CareAnswer::named(&row.care).is_some(), "{at}");
                assert!(row.events.iter().all(|event| !event.contains('\n')), "{at}");
                for used in &row.controls {
                    assert!(used.lowers().anything(), "{at}: {}", used.control);
                }
            }
        }
    }

    #[test]
    fn rows_use_every_hazard_and_control_and_no_other() {
        for product in products().unwrap() {
            let hazards: BTreeSet<_> = product.rows.iter().map(|row| &row.hazard).collect();
            assert_eq!(hazards, product.hazards.keys().collect(), "{}", product.name);
            let used = product.rows.iter().flat_map(|row| &row.controls).map(|used| &used.control);
            assert_eq!(used.collect::<BTreeSet<_>>(), product.controls.keys().collect(), "{}", product.name);
        }
    }

    #[test]
    fn the_registers_imply_what_they_are_meant_to_show() {
        let class = |name| implied(&named(name));
        let determined = |class, provisional| ImpliedClass::Determined { class, provisional };
        assert_eq!(class("Clinic appointment reminder"), determined(SafetyClass::A, false));
        // C since nobody looks at night, as its second assessment says.
        assert_eq!(class("Telemedicine triage"), determined(SafetyClass::C, false));
        assert_eq!(class("Closed-loop insulin controller"), determined(SafetyClass::C, false));
        // The questionnaire says A; the register knows better. One external control is not fully verified.
        assert_eq!(class("Surgical checklist"), determined(SafetyClass::B, true));
        // Left for the visitor to declare complete; it comes to A then.
        assert_eq!(class("Step counter"), ImpliedClass::NotDetermined);
        let mut declared = named("Step counter");
        declared.declare_complete = Some("Gone through.".to_owned());
        assert_eq!(implied(&declared), determined(SafetyClass::A, false));
    }

    #[test]
    fn the_triage_app_is_class_c_for_its_nights_alone() {
        let product = named("Telemedicine triage");
        let plan = plan(&product);
        let night: BTreeSet<&str> = product
            .rows
            .iter()
            .filter(|row| row.external.basis.contains("night"))
            .map(|row| row.situation.as_str())
            .collect();
        for row in rows(&product) {
            let is_serious = row.class_share(&plan).class == SafetyClass::C;
            assert!(
                !is_serious || night.contains(row.situation.as_str()),
                "{}: C for another reason",
                row.situation
            );
        }
    }

    #[test]
    fn the_registers_are_long_enough_to_work_in() {
        for product in products().unwrap() {
            let least = if product.name == "Closed-loop insulin controller" { 40 } else { 12 };
            assert!(product.rows.len() >= least, "{}: {} rows", product.name, product.rows.len());
        }
    }

    #[test]
    fn every_row_is_a_whole_chain_with_a_basis_for_each_estimate() {
        for product in products().unwrap() {
            for row in &product.rows {
                let at = &row.situation;
                assert!(row.events.len() >= 2, "{at}: a sequence of events");
                assert!(!row.item.is_empty(), "{at}: where it begins");
                assert!(!row.controls.is_empty(), "{at}: a control");
                let estimates = row.estimates().unwrap();
                for estimate in [&estimates.initial, &estimates.external, &estimates.residual] {
                    assert!(!estimate.is_incomplete() && estimate.basis.is_some(), "{at}: {estimate:?}");
                }
            }
        }
    }

    #[test]
    fn estimates_are_not_filled_in_bulk() {
        for product in products().unwrap() {
            let rows = rows(&product);
            let severities: BTreeSet<_> = rows.iter().map(|row| row.estimates.initial.severity).collect();
            assert!(severities.len() >= 3, "{}: {severities:?}", product.name);
            let likelihoods: BTreeSet<_> =
                rows.iter().map(|row| format!("{:?}", row.estimates.initial.likelihood)).collect();
            assert!(likelihoods.len() * 2 > rows.len(), "{}: {} kinds", product.name, likelihoods.len());
            let bases: BTreeSet<_> = product.rows.iter().map(|row| &row.initial.basis).collect();
            assert!(bases.len() + 1 >= product.rows.len(), "{}: the same basis again", product.name);
        }
    }

    #[test]
    fn every_register_covers_what_software_is_prone_to() {
        let software =
            ["Wrong output", "Loss of function", "Late output", "Stale data", "Unauthorised access"];
        for product in products().unwrap() {
            let covered: BTreeSet<_> =
                product.hazards.values().map(|hazard| hazard.category.as_str()).collect();
            let missing: Vec<_> = software.iter().filter(|category| !covered.contains(*category)).collect();
            assert!(missing.is_empty(), "{}: nothing on {missing:?}", product.name);
        }
    }

    /// The checks that find something in a register.
    fn found(name: &str) -> BTreeSet<Check> {
        let product = named(name);
        let plan = plan(&product);
        rows(&product).iter().flat_map(|row| row.findings(&plan)).map(|finding| finding.check).collect()
    }

    #[test]
    fn each_register_has_the_findings_that_it_is_meant_to_teach() {
        let insulin = [
            Check::NotShownToBeThere,
            Check::NotShownToWork,
            Check::VerificationFailed,
            Check::NoBenefitRisk,
            Check::InformationAlone,
            Check::CareUnanswered,
        ];
        assert_eq!(found("Closed-loop insulin controller"), insulin.into_iter().collect());
        for name in
            ["Clinic appointment reminder", "Telemedicine triage", "Surgical checklist", "Step counter"]
        {
            assert_eq!(found(name), [Check::NotShownToWork].into_iter().collect(), "{name}");
        }
    }

    #[test]
    fn nothing_claims_to_be_lower_without_a_verified_control_for_that_very_factor() {
        for product in products().unwrap() {
            for row in rows(&product) {
                let lowers = |which: fn(&Lowers) -> bool, counts: fn(&UsedControl) -> bool| {
                    row.controls.iter().any(|control| which(&control.lowers) && counts(control))
                };
                let Estimates { initial, external, residual, .. } = &row.estimates;
                let at = format!("{}: {}", product.name, row.situation);
                for (estimate, counts) in [
                    (external, (|control: &UsedControl| control.external) as fn(&UsedControl) -> bool),
                    (residual, UsedControl::is_verified as fn(&UsedControl) -> bool),
                ] {
                    if estimate.likelihood.p1() != initial.likelihood.p1() {
                        assert!(estimate.likelihood.p1() < initial.likelihood.p1(), "{at}: P1 rises");
                        assert!(lowers(|lowers| lowers.p1, counts), "{at}: nothing that counts lowers P1");
                    }
                    if estimate.likelihood.p2() != initial.likelihood.p2() {
                        assert!(estimate.likelihood.p2() < initial.likelihood.p2(), "{at}: P2 rises");
                        assert!(lowers(|lowers| lowers.p2, counts), "{at}: nothing that counts lowers P2");
                    }
                    assert_eq!(estimate.severity, initial.severity, "{at}");
                }
            }
        }
    }
}
