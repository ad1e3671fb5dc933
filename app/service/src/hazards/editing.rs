//! Adding, changing and withdrawing rows of the register.

use domain::access::Permission;
use domain::clause::{Citation, Document};
use domain::hazard::{CauseKind, Contribution, HazardCode, HazardSource};
use domain::ids::ProductId;
use domain::plan::RiskPlan;
use domain::revision::Revision;
use domain::risk::{
    BenefitRisk, CareAnswer, Estimate, EstimateChange, Estimates, Risk, Severity, probability, shown_number,
};
use domain::text::{self, Name, Reason, Statement, TextCode, Title};
use domain::violation::{Code, Violation, Violations};
use store::hazards::NewSequence;
use store::risks::RiskRecord;
use store::{Action, StoreError, WriteTx};
use uuid::Uuid;

use super::{Versions, only, reassess, records_of};
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// What a form says about a row. A field that is absent stays as it is; in a new row it stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowForm {
    /// The hazard, in words.
    pub hazard: Option<String>,
    /// The kind of hazard.
    pub category: Option<String>,
    /// Where it was found.
    pub source: Option<String>,
    /// The events, one a line.
    pub events: Option<String>,
    /// What starts them.
    pub cause: Option<String>,
    /// The software item.
    pub item: Option<String>,
    /// Whether the software can contribute: `yes` or `no`.
    pub contributes: Option<String>,
    /// Why it can not.
    pub no_contribution_reason: Option<String>,
    /// The hazardous situation, in words.
    pub situation: Option<String>,
    /// Who is exposed.
    pub exposed: Option<String>,
    /// The harm, in words.
    pub harm: Option<String>,
    /// The estimate before control.
    pub initial: EstimateForm,
    /// The estimate with external controls only.
    pub external: EstimateForm,
    /// The estimate with every control.
    pub residual: EstimateForm,
    /// Whether the care was needed to prevent permanent impairment.
    pub care: Option<String>,
    /// The benefit-risk analysis.
    pub benefit_risk: Option<String>,
    /// Its conclusion: `yes` or `no`.
    pub benefits_outweigh: Option<String>,
}

/// What a form says about one estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EstimateForm {
    /// 1 to 5.
    pub severity: Option<String>,
    /// The chance that the situation arises.
    pub p1: Option<String>,
    /// The chance that it leads to harm.
    pub p2: Option<String>,
    /// Why there is no probability.
    pub not_estimable: Option<String>,
    /// What the estimate rests on.
    pub basis: Option<String>,
}

impl RowForm {
    /// The fields by their names in forms.
    fn fields_mut(&mut self) -> [(&'static str, &mut Option<String>); 29] {
        [
            ("hazard", &mut self.hazard),
            ("category", &mut self.category),
            ("source", &mut self.source),
            ("events", &mut self.events),
            ("cause", &mut self.cause),
            ("item", &mut self.item),
            ("contributes", &mut self.contributes),
            ("no_contribution_reason", &mut self.no_contribution_reason),
            ("situation", &mut self.situation),
            ("exposed", &mut self.exposed),
            ("harm", &mut self.harm),
            ("initial_severity", &mut self.initial.severity),
            ("initial_p1", &mut self.initial.p1),
            ("initial_p2", &mut self.initial.p2),
            ("initial_not_estimable", &mut self.initial.not_estimable),
            ("initial_basis", &mut self.initial.basis),
            ("external_severity", &mut self.external.severity),
            ("external_p1", &mut self.external.p1),
            ("external_p2", &mut self.external.p2),
            ("external_not_estimable", &mut self.external.not_estimable),
            ("external_basis", &mut self.external.basis),
            ("residual_severity", &mut self.residual.severity),
            ("residual_p1", &mut self.residual.p1),
            ("residual_p2", &mut self.residual.p2),
            ("residual_not_estimable", &mut self.residual.not_estimable),
            ("residual_basis", &mut self.residual.basis),
            ("care", &mut self.care),
            ("benefit_risk", &mut self.benefit_risk),
            ("benefits_outweigh", &mut self.benefits_outweigh),
        ]
    }

    /// The fields by their names; one that is absent is left out.
    pub(super) fn into_fields(mut self) -> std::collections::BTreeMap<&'static str, String> {
        let fields = self.fields_mut();
        fields.into_iter().filter_map(|(name, value)| Some((name, value.take()?))).collect()
    }

    /// A form of these fields; what they do not name is absent.
    pub(super) fn of_fields(fields: &std::collections::BTreeMap<&'static str, String>) -> Self {
        let mut form = Self::default();
        for (name, value) in form.fields_mut() {
            *value = fields.get(name).cloned();
        }
        form
    }

    /// A form of one field; none when there is no field of that name.
    fn of_cell(field: &str, value: &str) -> Option<Self> {
        let mut form = Self::default();
        let (_, slot) = form.fields_mut().into_iter().find(|(name, _)| *name == field)?;
        *slot = Some(value.to_owned());
        Some(form)
    }

    /// What a stored row holds, in the same fields.
    #[must_use]
    pub fn of_record(record: &RiskRecord) -> Self {
        let shown = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
        let estimate = |estimate: &Estimate| EstimateForm {
            severity: Some(
                estimate.severity.map(|severity| severity.level().to_string()).unwrap_or_default(),
            ),
            p1: Some(estimate.likelihood.p1().map(|p| p.to_string()).unwrap_or_default()),
            p2: Some(estimate.likelihood.p2().map(|p| p.to_string()).unwrap_or_default()),
            not_estimable: shown(estimate.likelihood.not_estimable().map(Reason::as_str)),
            basis: shown(estimate.basis.as_ref().map(Statement::as_str)),
        };
        let because = record.sequence.contribution.excluded_because();
        let (risk, estimates) = (&record.risk, &record.risk.estimates);
        Self {
            hazard: shown(Some(&record.hazard.description)),
            category: shown(record.hazard.category.as_deref()),
            source: shown(Some(record.hazard.source.name())),
            events: shown(Some(&record.sequence.events)),
            cause: shown(Some(record.sequence.cause.name())),
            item: shown(record.sequence.item.as_deref()),
            contributes: shown(Some(if because.is_some() { "no" } else { "yes" })),
            no_contribution_reason: shown(because.map(Reason::as_str)),
            situation: shown(Some(&record.situation.description)),
            exposed: shown(record.situation.exposed.as_deref()),
            harm: shown(Some(&record.harm.description)),
            initial: estimate(&estimates.initial),
            external: estimate(&estimates.external),
            residual: estimate(&estimates.residual),
            care: shown(Some(estimates.care.name())),
            benefit_risk: shown(risk.benefit_risk.as_ref().map(|it| it.analysis.as_str())),
            benefits_outweigh: shown(
                risk.benefit_risk.as_ref().map(|it| if it.benefits_outweigh { "yes" } else { "no" }),
            ),
        }
    }

    /// What a stored row holds in the field of that name.
    fn value_in(record: &RiskRecord, field: &str) -> Option<String> {
        let mut stored = Self::of_record(record);
        stored.fields_mut().into_iter().find(|(name, _)| *name == field).and_then(|(_, value)| value.take())
    }

    pub(super) fn normal(mut self) -> Self {
        for (_, value) in self.fields_mut() {
            *value = value.take().map(|value| normal(&value));
        }
        self
    }
}

/// A form, understood. What is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    hazard: Option<Title>,
    category: Option<Option<Name>>,
    source: Option<HazardSource>,
    events: Option<Statement>,
    cause: Option<CauseKind>,
    item: Option<Option<Name>>,
    contribution: Option<Contribution>,
    situation: Option<Statement>,
    exposed: Option<Option<Name>>,
    harm: Option<Title>,
    initial: EstimateChange,
    external: EstimateChange,
    residual: EstimateChange,
    care: Option<CareAnswer>,
    benefit_risk: Option<Option<BenefitRisk>>,
}

/// Parses a field when it is there.
fn if_there<T>(
    wrong: &mut Violations,
    raw: Option<&String>,
    parse: impl FnOnce(&str) -> Result<T, Violation>,
) -> Option<T> {
    raw.and_then(|raw| wrong.take(parse(raw)))
}

fn not_a_choice(field: &str) -> Violation {
    Violation::error(field, Code::Text(TextCode::NotAChoice))
}

impl Change {
    pub(super) fn parse(form: &RowForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let w = &mut wrong;
        let mut change = Self {
            hazard: if_there(w, form.hazard.as_ref(), |raw| Title::parse("hazard", raw)),
            category: if_there(w, form.category.as_ref(), |raw| text::optional("category", raw)),
            source: if_there(w, form.source.as_ref(), |raw| HazardSource::parse("source", raw)),
            events: if_there(w, form.events.as_ref(), |raw| Statement::parse("events", raw)),
            cause: if_there(w, form.cause.as_ref(), |raw| CauseKind::parse("cause", raw)),
            item: if_there(w, form.item.as_ref(), |raw| text::optional("item", raw)),
            situation: if_there(w, form.situation.as_ref(), |raw| Statement::parse("situation", raw)),
            exposed: if_there(w, form.exposed.as_ref(), |raw| text::optional("exposed", raw)),
            harm: if_there(w, form.harm.as_ref(), |raw| Title::parse("harm", raw)),
            initial: estimate_change("initial", &form.initial, w),
            external: estimate_change("external", &form.external, w),
            residual: estimate_change("residual", &form.residual, w),
            care: if_there(w, form.care.as_ref(), |raw| {
                CareAnswer::named(raw.trim()).ok_or_else(|| not_a_choice("care"))
            }),
            ..Self::default()
        };
        change.contribution = Self::contribution(form, w);
        change.benefit_risk = Self::benefit_risk(form, w);
        wrong.into_result().map(|()| change)
    }

    fn contribution(form: &RowForm, wrong: &mut Violations) -> Option<Contribution> {
        let reason = if_there(wrong, form.no_contribution_reason.as_ref(), |raw| {
            text::optional::<Reason>("no_contribution_reason", raw)
        })
        .flatten();
        match form.contributes.as_deref()?.trim() {
            "yes" => Some(Contribution::Possible),
            "no" if reason.is_some() => Some(Contribution::of(reason)),
            "no" => {
                wrong.push(
                    Violation::error(
                        "no_contribution_reason",
                        Code::Hazard(HazardCode::ExclusionWithoutReason),
                    )
                    .resting_on(Citation::new(Document::Iec62304, "4.3 a")),
                );
                None
            }
            _ => {
                wrong.push(not_a_choice("contributes"));
                None
            }
        }
    }

    fn benefit_risk(form: &RowForm, wrong: &mut Violations) -> Option<Option<BenefitRisk>> {
        let analysis =
            wrong.take(text::optional::<Statement>("benefit_risk", form.benefit_risk.as_deref()?))?;
        let conclusion = form.benefits_outweigh.as_deref().unwrap_or_default().trim();
        match (analysis, conclusion) {
            (None, "") => Some(None),
            (Some(analysis), "yes" | "no") => {
                Some(Some(BenefitRisk { analysis, benefits_outweigh: conclusion == "yes" }))
            }
            (analysis, _) => {
                let field = if analysis.is_some() { "benefits_outweigh" } else { "benefit_risk" };
                wrong.push(
                    Violation::error(field, Code::Hazard(HazardCode::BenefitRiskIncomplete))
                        .resting_on(Citation::new(Document::Iso14971, "7.4")),
                );
                None
            }
        }
    }

    /// The row with the change, as it would be stored.
    pub(super) fn onto(&self, record: &RiskRecord) -> RiskRecord {
        let mut new = record.clone();
        let set = |slot: &mut Title, value: &Option<Title>| {
            if let Some(value) = value {
                *slot = value.clone();
            }
        };
        set(&mut new.hazard.description, &self.hazard);
        set(&mut new.harm.description, &self.harm);
        if let Some(category) = &self.category {
            new.hazard.category.clone_from(category);
        }
        new.hazard.source = self.source.unwrap_or(new.hazard.source);
        if let Some(events) = &self.events {
            new.sequence.events = events.clone();
        }
        new.sequence.cause = self.cause.unwrap_or(new.sequence.cause);
        if let Some(item) = &self.item {
            new.sequence.item.clone_from(item);
        }
        if let Some(contribution) = &self.contribution {
            new.sequence.contribution = contribution.clone();
        }
        if let Some(situation) = &self.situation {
            new.situation.description = situation.clone();
        }
        if let Some(exposed) = &self.exposed {
            new.situation.exposed.clone_from(exposed);
        }
        let estimates = &mut new.risk.estimates;
        self.initial.onto(&mut estimates.initial);
        self.external.onto(&mut estimates.external);
        self.residual.onto(&mut estimates.residual);
        estimates.care = self.care.unwrap_or(estimates.care);
        if let Some(benefit_risk) = &self.benefit_risk {
            new.risk.benefit_risk.clone_from(benefit_risk);
        }
        new
    }
}

/// What a form says about one estimate, understood.
fn estimate_change(prefix: &str, form: &EstimateForm, wrong: &mut Violations) -> EstimateChange {
    let field = |name: &str| format!("{prefix}_{name}");
    let change = EstimateChange {
        severity: if_there(wrong, form.severity.as_ref(), |raw| Severity::parse(&field("severity"), raw)),
        p1: if_there(wrong, form.p1.as_ref(), |raw| probability(&field("p1"), raw)),
        p2: if_there(wrong, form.p2.as_ref(), |raw| probability(&field("p2"), raw)),
        not_estimable: if_there(wrong, form.not_estimable.as_ref(), |raw| {
            text::optional(&field("not_estimable"), raw)
        }),
        basis: if_there(wrong, form.basis.as_ref(), |raw| text::optional(&field("basis"), raw)),
    };
    let estimated = matches!(change.p1, Some(Some(_))) || matches!(change.p2, Some(Some(_)));
    if estimated && matches!(change.not_estimable, Some(Some(_))) {
        wrong.push(
            Violation::error(&field("not_estimable"), Code::Hazard(HazardCode::EstimatedAndNot))
                .resting_on(Citation::new(Document::Iso14971, "5.5")),
        );
    }
    change
}

/// A new row, understood.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// The hazard: an existing one of the same words is used.
    pub hazard: Title,
    /// The kind of hazard.
    pub category: Option<Name>,
    /// Where it was found.
    pub source: HazardSource,
    /// The events, one a line.
    pub events: Statement,
    /// What starts them.
    pub cause: CauseKind,
    /// The software item.
    pub item: Option<Name>,
    /// Whether the software can contribute.
    pub contribution: Contribution,
    /// The hazardous situation.
    pub situation: Statement,
    /// Who is exposed.
    pub exposed: Option<Name>,
    /// The harm.
    pub harm: Title,
    /// The three estimates.
    pub estimates: Estimates,
    /// The benefit-risk analysis.
    pub benefit_risk: Option<BenefitRisk>,
}

impl NewRow {
    pub(super) fn parse(form: &RowForm) -> Result<Self, Violations> {
        let required = |value: &Option<String>| Some(value.clone().unwrap_or_default());
        let form = RowForm {
            hazard: required(&form.hazard),
            events: required(&form.events),
            situation: required(&form.situation),
            harm: required(&form.harm),
            ..form.clone()
        };
        let change = Change::parse(&form)?;
        let missing = |field: &str| Violations::from(Violation::error(field, Code::Text(TextCode::Missing)));
        let mut estimates = Estimates { care: change.care.unwrap_or_default(), ..Estimates::default() };
        change.initial.onto(&mut estimates.initial);
        change.external.onto(&mut estimates.external);
        change.residual.onto(&mut estimates.residual);
        Ok(Self {
            hazard: change.hazard.ok_or_else(|| missing("hazard"))?,
            category: change.category.flatten(),
            source: change.source.unwrap_or(HazardSource::NotStated),
            events: change.events.ok_or_else(|| missing("events"))?,
            cause: change.cause.unwrap_or(CauseKind::NotStated),
            item: change.item.flatten(),
            contribution: change.contribution.unwrap_or(Contribution::Possible),
            situation: change.situation.ok_or_else(|| missing("situation"))?,
            exposed: change.exposed.flatten(),
            harm: change.harm.ok_or_else(|| missing("harm"))?,
            estimates,
            benefit_risk: change.benefit_risk.flatten(),
        })
    }
}

/// Adds a row within a transaction: objects of the same words are used again, others are made. Gives the risk.
///
/// The caller holds the plan and calls [`reassess`] once all is written.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_chain_once` when the same chain stands in another row.
pub async fn put_row(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    row: &NewRow,
) -> Result<Risk, StoreError> {
    let hazard = store::hazards::find_or_insert(
        tx,
        product,
        fresh::id(),
        &row.hazard,
        row.category.as_ref(),
        row.source,
    )
    .await?;
    let sequence = NewSequence {
        id: fresh::id(),
        events: row.events.clone(),
        cause: row.cause,
        item: row.item.clone(),
        contribution: row.contribution.clone(),
    };
    let sequence = store::hazards::find_or_insert_sequence(tx, product, &sequence).await?;
    let situation = store::hazards::find_or_insert_situation(
        tx,
        product,
        fresh::id(),
        &row.situation,
        row.exposed.as_ref(),
    )
    .await?;
    let harm = store::hazards::find_or_insert_harm(tx, product, fresh::id(), &row.harm).await?;
    let mut risk = Risk {
        id: fresh::id(),
        number: 0,
        hazard,
        sequence,
        situation,
        harm,
        estimates: row.estimates.clone(),
        benefit_risk: row.benefit_risk.clone(),
    };
    risk.number = store::risks::insert(tx, product, &risk, risk.estimates.evaluations(plan)).await?;
    Ok(risk)
}

/// Uses a new control for a risk within a transaction, with its verifications. Gives the control's number.
///
/// # Errors
/// When the database refuses.
pub async fn put_control(
    tx: &mut WriteTx,
    product: ProductId,
    risk: &Risk,
    control: &domain::control::ControlDescription,
    lowers: domain::control::Lowers,
    verifications: &[(domain::control::VerificationKind, domain::control::VerificationResult)],
) -> Result<i32, StoreError> {
    let id = fresh::id();
    let number = store::risk_controls::insert(tx, product, id, control).await?;
    store::risk_controls::insert_use(tx, product, fresh::id(), risk.id, id, lowers).await?;
    for (kind, result) in verifications {
        let verification = domain::control::Verification {
            id: fresh::id(),
            number: 0,
            control: id,
            kind: *kind,
            result: result.clone(),
            revision: Revision::first(),
        };
        store::risk_controls::record_verification(tx, product, &verification, None).await?;
    }
    Ok(number)
}

/// Adds a row to the register and gives its number. Permission: edit hazards.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
pub async fn add_risk(
    service: &Service,
    who: &Actor,
    product: ProductId,
    form: &RowForm,
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let row = NewRow::parse(&form.clone().normal())?;
    require_in_work(service, product).await?;
    let written = service
        .store()
        .write(&grant, Action("risk.added"), None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let risk = put_row(tx, product, &plan, &row).await?;
                reassess(tx, product, &plan, &only(risk.id)).await?;
                let added = format!("{} was added", shown_number("R", risk.number));
                store::declarations::reopen(tx, product, &added).await?;
                Ok(risk.number)
            })
        })
        .await;
    written.map_err(chain_exists)
}

pub(super) fn chain_exists(error: StoreError) -> Failure {
    match error {
        StoreError::Constraint(name) if name == "risk_chain_once" => {
            Violation::error("harm", Code::Hazard(HazardCode::ChainExists)).into()
        }
        other => other.into(),
    }
}

/// When a change is refused because the row has moved on.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// The whole row was at this revision.
    Row(Revision),
    /// One field held this text.
    Field(String, String),
}

impl Seen {
    fn still_holds(&self, record: &RiskRecord) -> bool {
        match self {
            Self::Row(revision) => record.row_revision() == *revision,
            Self::Field(field, text) => {
                RowForm::value_in(record, field).is_some_and(|stored| stored == *text)
            }
        }
    }
}

/// Changes a row: its texts, which may stand in other rows too, and its estimates. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else was faster.
pub async fn edit_row(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    form: &RowForm,
) -> Result<(), Failure> {
    change_row(service, who, product, number, Seen::Row(seen), form.clone().normal()).await.map(|_| ())
}

/// Changes one field of a row, which held `was` when the person began to type. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions of this field, when somebody else changed it in the meantime.
pub async fn set_cell(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    field: &str,
    was: &str,
    value: &str,
) -> Result<super::RegisterRow, Failure> {
    who.require(Permission::EditHazards, product)?;
    let form = RowForm::of_cell(field, value).ok_or(Failure::NotFound)?.normal();
    let was = was.replace("\r\n", "\n");
    change_row(service, who, product, number, Seen::Field(field.to_owned(), was), form).await?;
    Ok(super::risk(service, who, product, number).await?.row)
}

async fn change_row(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Seen,
    form: RowForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let change = Change::parse(&form)?;
    require_in_work(service, product).await?;
    let action =
        if change_touches_chain(&form) { Action("risk.chain_edited") } else { Action("risk.estimated") };
    let wanted = change.clone();
    let checked = seen.clone();
    let written = service
        .store()
        .write(&grant, action, None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let old = store::risks::find_locked(tx, product, number).await?;
                if old.withdrawn.is_some() || !checked.still_holds(&old) {
                    return Err(StoreError::Stale);
                }
                write_change(tx, product, &plan, &old, &change.onto(&old)).await
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, product, number, &seen, &form, &wanted).await?),
        other => Ok(other?),
    }
}

/// Whether a form speaks of the four objects of the chain.
fn change_touches_chain(form: &RowForm) -> bool {
    form.hazard.is_some() || form.events.is_some() || form.situation.is_some() || form.harm.is_some()
}

/// Writes what differs, and nothing when nothing does.
pub(super) async fn write_change(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    old: &RiskRecord,
    new: &RiskRecord,
) -> Result<(), StoreError> {
    let mut chain_changed = false;
    if new.hazard != old.hazard {
        store::hazards::update(tx, &new.hazard).await?;
        chain_changed = true;
    }
    if new.sequence != old.sequence {
        store::hazards::update_sequence(tx, &new.sequence).await?;
        chain_changed = true;
    }
    if new.situation != old.situation {
        store::hazards::update_situation(tx, &new.situation).await?;
        chain_changed = true;
    }
    if new.harm != old.harm {
        store::hazards::update_harm(tx, &new.harm).await?;
        chain_changed = true;
    }
    if new.risk != old.risk {
        store::risks::update(tx, &new.risk, old.revision, new.risk.estimates.evaluations(plan)).await?;
    } else if !chain_changed {
        return Ok(());
    }
    let touched: Vec<Uuid> =
        if chain_changed { store::risks::sharing_within(tx, new).await? } else { only(new.risk.id).to_vec() };
    reassess(tx, product, plan, &touched).await?;
    let changed = format!("{} was changed", shown_number("R", new.risk.number));
    store::declarations::reopen(tx, product, &changed).await?;
    Ok(())
}

/// Both versions of a row, or of the one field that was changed.
pub(super) async fn conflict(
    service: &Service,
    product: ProductId,
    number: i32,
    seen: &Seen,
    form: &RowForm,
    wanted: &Change,
) -> Result<Failure, Failure> {
    let stored = store::risks::find(service.store(), product, number).await?;
    if stored.withdrawn.is_some() {
        return Ok(Failure::NotFound);
    }
    let mut versions = Versions::new();
    let would_be = RowForm::of_record(&wanted.onto(&stored));
    let (mut typed, mut would_be, mut theirs) = (form.clone(), would_be, RowForm::of_record(&stored));
    let theirs = theirs.fields_mut();
    let would_be = would_be.fields_mut();
    for (place, (name, typed)) in typed.fields_mut().into_iter().enumerate() {
        let differs = would_be[place].1 != theirs[place].1;
        if differs || matches!(seen, Seen::Field(field, _) if field == name) {
            let theirs = theirs[place].1.as_deref().unwrap_or_default();
            versions.compare(name, typed.as_deref(), theirs);
        }
    }
    versions.conflict(service, product, &records_of(&stored), stored.row_revision()).await
}

/// Takes a row out of the register, with a reason. Its number stays taken. Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason; stale when somebody changed the row first.
pub async fn withdraw_risk(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    who.require(Permission::EditHazards, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    set_withdrawn(service, who, product, number, seen, Action("risk.withdrawn"), Some(reason)).await
}

/// Takes a withdrawn row back into the register. Permission: edit hazards.
///
/// # Errors
/// Rejected when the same chain stands in another row by now; stale when somebody changed the row first.
pub async fn restore_risk(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
) -> Result<(), Failure> {
    set_withdrawn(service, who, product, number, seen, Action("risk.taken_back"), None).await
}

async fn set_withdrawn(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    seen: Revision,
    action: Action,
    reason: Option<Reason>,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    require_in_work(service, product).await?;
    let said = reason.as_ref().map(ToString::to_string);
    let written = service
        .store()
        .write(&grant, action, said.as_deref(), move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let record = store::risks::find_locked(tx, product, number).await?;
                if record.row_revision() != seen {
                    return Err(StoreError::Stale);
                }
                store::risks::set_withdrawn(tx, record.risk.id, record.revision, reason.as_ref()).await?;
                if reason.is_none() {
                    // The plan may have changed while the row was out.
                    let judged = record.risk.estimates.evaluations(&plan);
                    store::risks::judge_anew(tx, &[(record.risk.id.uuid(), judged)]).await?;
                }
                reassess(tx, product, &plan, &only(record.risk.id)).await?;
                let what = if reason.is_some() { "withdrawn" } else { "taken back" };
                let changed = format!("{} was {what}", shown_number("R", number));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(())
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let stored = store::risks::find(service.store(), product, number).await?;
            let revision = stored.row_revision();
            Err(Versions::new().conflict(service, product, &records_of(&stored), revision).await?)
        }
        other => other.map_err(chain_exists),
    }
}
