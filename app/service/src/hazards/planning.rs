//! The risk plan: changing scales, limits, matrix and criteria.

use domain::access::Permission;
use domain::hazard::HazardCode;
use domain::ids::ProductId;
use domain::plan::{Band, Cell, Limits, Matrix, RiskPlan, Step, cell_field, limit_field};
use domain::revision::Revision;
use domain::risk::{Acceptance, Probability, Severity};
use domain::text::{Line, Name, Reason, Statement, TextCode};
use domain::violation::{Code, Violation, Violations};
use store::{Action, StoreError};

use super::{Versions, reassess};
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// What a form says about the plan, by field name: `severity_1_word`, `severity_1_meaning`, `band_1_word`,
/// `band_1_meaning`, `limit_2` to `limit_5`, `unit`, `cell_S1P1` to `cell_S5P5`, `criteria`, `not_estimable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanForm(pub std::collections::BTreeMap<String, String>);

impl PlanForm {
    fn text(&self, field: &str) -> String {
        self.0.get(field).map(|raw| normal(raw)).unwrap_or_default()
    }

    fn parse(&self) -> Result<RiskPlan, Violations> {
        let mut wrong = Violations::none();
        let severities = self.steps("severity", &mut wrong);
        let bands = self.steps("band", &mut wrong);
        let limits = self.limits(&mut wrong);
        let unit = wrong.take(Name::parse("unit", &self.text("unit")));
        let matrix = self.matrix(&mut wrong);
        let criteria = wrong.take(Statement::parse("criteria", &self.text("criteria")));
        let not_estimable = wrong.take(Statement::parse("not_estimable", &self.text("not_estimable")));
        match (severities, bands, limits, unit, matrix, criteria, not_estimable) {
            (
                Some(severities),
                Some(bands),
                Some(limits),
                Some(unit),
                Some(matrix),
                Some(criteria),
                Some(not_estimable),
            ) if wrong.0.is_empty() => {
                Ok(RiskPlan { severities, bands, limits, unit, matrix, criteria, not_estimable })
            }
            _ => Err(wrong),
        }
    }

    fn steps(&self, scale: &str, wrong: &mut Violations) -> Option<[Step; 5]> {
        let steps: Vec<Step> = (1..=5)
            .filter_map(|level| {
                let field = |part: &str| format!("{scale}_{level}_{part}");
                let word = wrong.take(Name::parse(&field("word"), &self.text(&field("word"))));
                let meaning = wrong.take(Line::parse(&field("meaning"), &self.text(&field("meaning"))));
                Some(Step { word: word?, meaning: meaning? })
            })
            .collect();
        steps.try_into().ok()
    }

    fn limits(&self, wrong: &mut Violations) -> Option<Limits> {
        let values: Vec<Probability> = (2..=5)
            .filter_map(|band| {
                let field = limit_field(band);
                wrong.take(
                    self.text(&field)
                        .parse()
                        .map_err(|_| Violation::error(&field, Code::Hazard(HazardCode::NotAProbability))),
                )
            })
            .collect();
        let values: [Probability; 4] = values.try_into().ok()?;
        keep(Limits::new(values), wrong)
    }

    fn matrix(&self, wrong: &mut Violations) -> Option<Matrix> {
        let mut cells = [[Acceptance::Unacceptable; 5]; 5];
        let mut complete = true;
        for (row, severity) in Severity::ALL.into_iter().enumerate() {
            for (column, band) in Band::ALL.into_iter().enumerate() {
                let field = cell_field(Cell { severity, band });
                match Acceptance::named(self.text(&field).trim()) {
                    Some(acceptance) => cells[row][column] = acceptance,
                    None => {
                        complete = false;
                        wrong.push(Violation::error(&field, Code::Text(TextCode::NotAChoice)));
                    }
                }
            }
        }
        if complete { keep(Matrix::new(cells), wrong) } else { None }
    }

    /// What a plan holds, in the same fields.
    #[must_use]
    pub fn of_plan(plan: &RiskPlan) -> Self {
        let mut fields = std::collections::BTreeMap::new();
        for (scale, steps) in [("severity", &plan.severities), ("band", &plan.bands)] {
            for (step, level) in steps.iter().zip(1..) {
                fields.insert(format!("{scale}_{level}_word"), step.word.to_string());
                fields.insert(format!("{scale}_{level}_meaning"), step.meaning.to_string());
            }
        }
        for (limit, band) in plan.limits.values().iter().zip(2..) {
            fields.insert(limit_field(band), limit.to_string());
        }
        for severity in Severity::ALL {
            for band in Band::ALL {
                let cell = Cell { severity, band };
                fields.insert(cell_field(cell), plan.acceptance(cell).name().to_owned());
            }
        }
        fields.insert("unit".to_owned(), plan.unit.to_string());
        fields.insert("criteria".to_owned(), plan.criteria.to_string());
        fields.insert("not_estimable".to_owned(), plan.not_estimable.to_string());
        Self(fields)
    }
}

fn keep<T>(parsed: Result<T, Violations>, wrong: &mut Violations) -> Option<T> {
    parsed.map_err(|found| wrong.0.extend(found.0)).ok()
}

/// Puts a new version of the plan in force, with a reason, and judges every row by it.
/// `seen` is the version that the person saw. Permission: edit the risk plan.
///
/// # Errors
/// Rejected; stale with both versions, when another version is in force by now.
pub async fn set_plan(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    form: &PlanForm,
    reason: &str,
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditRiskPlan, product)?;
    let reason = Reason::parse("reason", &normal(reason));
    let plan = match (form.parse(), reason) {
        (Ok(plan), Ok(reason)) => (plan, reason),
        (parsed, reason) => {
            let mut wrong = parsed.err().unwrap_or_default();
            wrong.0.extend(reason.err());
            return Err(wrong.into());
        }
    };
    let (plan, reason) = plan;
    require_in_work(service, product).await?;
    let said = reason.to_string();
    let written = service
        .store()
        .write(&grant, Action("risk_plan.replaced"), Some(&said), move |tx| {
            Box::pin(async move {
                put_plan(tx, product, &plan, seen.0, &reason).await?;
                Ok(seen.0 + 1)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let stored = store::risk_plans::in_force(service.store(), product).await?;
            let theirs = PlanForm::of_plan(&stored.plan);
            let mut versions = Versions::new();
            for (field, theirs) in &theirs.0 {
                versions.compare(field, form.0.get(field).map(String::as_str), theirs);
            }
            Err(versions.conflict(service, product, &[], Revision(stored.version)).await?)
        }
        other => Ok(other?),
    }
}

/// Puts a plan in force within a transaction and judges every row by it.
///
/// # Errors
/// [`StoreError::Stale`] when another version than `replaced` is in force.
pub async fn put_plan(
    tx: &mut store::WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    replaced: i32,
    reason: &Reason,
) -> Result<(), StoreError> {
    store::risk_plans::replace(tx, product, fresh::id(), plan, replaced, reason).await?;
    let ids = store::risks::ids_within(tx, product, None).await?;
    for some in ids.chunks(500) {
        let judged: Vec<_> = store::risks::load_within(tx, some)
            .await?
            .into_iter()
            .map(|record| (record.risk.id.uuid(), record.risk.estimates.evaluations(plan)))
            .collect();
        store::risks::judge_anew(tx, &judged).await?;
    }
    reassess(tx, product, plan, &ids).await?;
    store::declarations::reopen(
        tx,
        product,
        &format!("Version {} of the risk plan came into force", replaced + 1),
    )
    .await?;
    Ok(())
}
