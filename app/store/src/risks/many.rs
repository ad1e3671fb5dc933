//! Many rows of the register at once: one statement, however many they are.
//!
//! The rows go as one JSON text, which the database reads into the columns of the table; so a statement has few
//! parameters and one plan. Triggers and trail see each row as if it had come alone.

use domain::finding::{Finding, Level};
use domain::ids::ProductId;
use domain::register::ClassShare;
use domain::revision::Revision;
use domain::risk::{Evaluation, Evaluations, Risk};
use domain::scheme::iec62304::SafetyClass;
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::counting::class_number;
use super::{RiskRecord, basis, cell, level, not_estimable, p1, p2};
use crate::hazards::next_number;
use crate::{StoreError, WriteTx};

/// The columns of `app.risk` that an import fills or changes.
#[derive(Serialize)]
struct RiskRow<'risk> {
    risk_id: Uuid,
    number: i32,
    revision: i32,
    hazard_id: Uuid,
    sequence_of_events_id: Uuid,
    hazardous_situation_id: Uuid,
    harm_id: Uuid,
    initial_severity: Option<i16>,
    initial_p1: Option<String>,
    initial_p2: Option<String>,
    initial_not_estimable: Option<&'risk str>,
    initial_basis: Option<&'risk str>,
    external_severity: Option<i16>,
    external_p1: Option<String>,
    external_p2: Option<String>,
    external_not_estimable: Option<&'risk str>,
    external_basis: Option<&'risk str>,
    residual_severity: Option<i16>,
    residual_p1: Option<String>,
    residual_p2: Option<String>,
    residual_not_estimable: Option<&'risk str>,
    residual_basis: Option<&'risk str>,
    care: &'static str,
    benefit_risk: Option<&'risk str>,
    benefits_outweigh: Option<bool>,
    #[serde(flatten)]
    judged: JudgedRow,
}

impl<'risk> RiskRow<'risk> {
    fn of(risk: &'risk Risk, evaluations: Evaluations, number: i32, revision: i32) -> Self {
        let (initial, external, residual) =
            (&risk.estimates.initial, &risk.estimates.external, &risk.estimates.residual);
        Self {
            risk_id: risk.id.uuid(),
            number,
            revision,
            hazard_id: risk.hazard.uuid(),
            sequence_of_events_id: risk.sequence.uuid(),
            hazardous_situation_id: risk.situation.uuid(),
            harm_id: risk.harm.uuid(),
            initial_severity: level(initial),
            initial_p1: p1(initial),
            initial_p2: p2(initial),
            initial_not_estimable: not_estimable(initial),
            initial_basis: basis(initial),
            external_severity: level(external),
            external_p1: p1(external),
            external_p2: p2(external),
            external_not_estimable: not_estimable(external),
            external_basis: basis(external),
            residual_severity: level(residual),
            residual_p1: p1(residual),
            residual_p2: p2(residual),
            residual_not_estimable: not_estimable(residual),
            residual_basis: basis(residual),
            care: risk.estimates.care.name(),
            benefit_risk: risk.benefit_risk.as_ref().map(|it| it.analysis.as_str()),
            benefits_outweigh: risk.benefit_risk.as_ref().map(|it| it.benefits_outweigh),
            judged: JudgedRow::of(evaluations),
        }
    }
}

/// The columns that hold what the plan says.
#[derive(Serialize)]
struct JudgedRow {
    initial_evaluation: &'static str,
    initial_worst_first: i16,
    initial_cell: Option<i16>,
    external_evaluation: &'static str,
    external_cell: Option<i16>,
    left_evaluation: &'static str,
    left_worst_first: i16,
    left_cell: Option<i16>,
}

impl JudgedRow {
    fn of(evaluations: Evaluations) -> Self {
        let Evaluations { initial, external, left } = evaluations;
        let name = |evaluation: Evaluation| evaluation.name();
        Self {
            initial_evaluation: name(initial),
            initial_worst_first: initial.worst_first(),
            initial_cell: cell(initial),
            external_evaluation: name(external),
            external_cell: cell(external),
            left_evaluation: name(left),
            left_worst_first: left.worst_first(),
            left_cell: cell(left),
        }
    }
}

/// Adds rows to the register, numbered on from the last one in their order.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_chain_once` when the same chain stands in another row.
pub async fn insert_many(
    tx: &mut WriteTx,
    product: ProductId,
    risks: &[(Risk, Evaluations)],
) -> Result<(), StoreError> {
    let first = next_number!(tx, product, "app.risk");
    let rows: Vec<RiskRow<'_>> = risks
        .iter()
        .zip(first..)
        .map(|((risk, evaluations), number)| RiskRow::of(risk, *evaluations, number, 1))
        .collect();
    sqlx::query!(
        "insert into app.risk (risk_id, product_id, number, hazard_id, sequence_of_events_id, hazardous_situation_id,
                               harm_id, initial_evaluation, initial_worst_first, initial_cell, external_evaluation,
                               external_cell, left_evaluation, left_worst_first, left_cell, care, revision,
                               initial_severity, initial_p1, initial_p2, initial_not_estimable, initial_basis,
                               external_severity, external_p1, external_p2, external_not_estimable, external_basis,
                               residual_severity, residual_p1, residual_p2, residual_not_estimable, residual_basis,
                               benefit_risk, benefits_outweigh)
         select n.risk_id, $1, n.number, n.hazard_id, n.sequence_of_events_id, n.hazardous_situation_id,
                n.harm_id, n.initial_evaluation, n.initial_worst_first, n.initial_cell, n.external_evaluation,
                n.external_cell, n.left_evaluation, n.left_worst_first, n.left_cell, n.care, 1,
                n.initial_severity, n.initial_p1, n.initial_p2, n.initial_not_estimable, n.initial_basis,
                n.external_severity, n.external_p1, n.external_p2, n.external_not_estimable, n.external_basis,
                n.residual_severity, n.residual_p1, n.residual_p2, n.residual_not_estimable, n.residual_basis,
                n.benefit_risk, n.benefits_outweigh
           from jsonb_populate_recordset(null::app.risk, $2) n order by n.number",
        product.uuid(),
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Changes what is estimated about risks, each at its revision.
///
/// # Errors
/// [`StoreError::Stale`] when one of them is not at its revision any more, or withdrawn.
pub async fn update_many(
    tx: &mut WriteTx,
    risks: &[(Risk, Revision, Evaluations)],
) -> Result<(), StoreError> {
    if risks.is_empty() {
        return Ok(());
    }
    let rows: Vec<RiskRow<'_>> = risks
        .iter()
        .map(|(risk, revision, evaluations)| RiskRow::of(risk, *evaluations, risk.number, revision.0))
        .collect();
    let done = sqlx::query!(
        "update app.risk r set
                initial_evaluation = n.initial_evaluation, initial_worst_first = n.initial_worst_first,
                initial_cell = n.initial_cell, external_evaluation = n.external_evaluation,
                external_cell = n.external_cell, left_evaluation = n.left_evaluation,
                left_worst_first = n.left_worst_first, left_cell = n.left_cell, care = n.care,
                initial_severity = n.initial_severity, initial_p1 = n.initial_p1, initial_p2 = n.initial_p2,
                initial_not_estimable = n.initial_not_estimable, initial_basis = n.initial_basis,
                external_severity = n.external_severity, external_p1 = n.external_p1, external_p2 = n.external_p2,
                external_not_estimable = n.external_not_estimable, external_basis = n.external_basis,
                residual_severity = n.residual_severity, residual_p1 = n.residual_p1, residual_p2 = n.residual_p2,
                residual_not_estimable = n.residual_not_estimable, residual_basis = n.residual_basis,
                benefit_risk = n.benefit_risk, benefits_outweigh = n.benefits_outweigh,
                revision = r.revision + 1, changed_at = now()
           from jsonb_populate_recordset(null::app.risk, $1) n
          where r.risk_id = n.risk_id and r.revision = n.revision and r.withdrawn_at is null",
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == risks.len() as u64 { Ok(()) } else { Err(StoreError::Stale) }
}

#[derive(Serialize)]
struct AnewRow {
    risk_id: Uuid,
    #[serde(flatten)]
    judged: JudgedRow,
}

/// Notes what a new plan says about risks, where that is anything new. The estimates stay.
///
/// # Errors
/// When the database refuses.
pub async fn judge_anew(tx: &mut WriteTx, judged: &[(Uuid, Evaluations)]) -> Result<(), StoreError> {
    let rows: Vec<AnewRow> = judged
        .iter()
        .map(|(risk_id, evaluations)| AnewRow { risk_id: *risk_id, judged: JudgedRow::of(*evaluations) })
        .collect();
    sqlx::query!(
        "update app.risk r set
                initial_evaluation = n.initial_evaluation, initial_worst_first = n.initial_worst_first,
                initial_cell = n.initial_cell, external_evaluation = n.external_evaluation,
                external_cell = n.external_cell, left_evaluation = n.left_evaluation,
                left_worst_first = n.left_worst_first, left_cell = n.left_cell,
                revision = r.revision + 1, changed_at = now()
           from jsonb_populate_recordset(null::app.risk, $1) n
          where r.risk_id = n.risk_id
            and (r.initial_evaluation, r.initial_worst_first, r.initial_cell, r.external_evaluation, r.external_cell,
                 r.left_evaluation, r.left_worst_first, r.left_cell)
                is distinct from (n.initial_evaluation, n.initial_worst_first, n.initial_cell, n.external_evaluation,
                                  n.external_cell, n.left_evaluation, n.left_worst_first, n.left_cell)",
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What the rules say about a row.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The row.
    pub record: RiskRecord,
    /// Its estimates, judged.
    pub evaluations: Evaluations,
    /// What it contributes to the class.
    pub share: ClassShare,
    /// The class of the risk for an item that controls it.
    pub controlled: SafetyClass,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

#[derive(Serialize)]
struct StandingRow {
    risk_id: Uuid,
    number: i32,
    initial_worst_first: i16,
    left_worst_first: i16,
    class: i16,
    firm_class: i16,
    ground: &'static str,
    severe: bool,
    blocks: i16,
    warns: i16,
    marks: Vec<String>,
    controlled_class: i16,
}

impl StandingRow {
    fn of(judged: &Judged) -> Self {
        let count = |level: Level| {
            let found = judged.findings.iter().filter(|finding| finding.level == level).count();
            i16::try_from(found).unwrap_or(i16::MAX)
        };
        Self {
            risk_id: judged.record.risk.id.uuid(),
            number: judged.record.risk.number,
            initial_worst_first: judged.evaluations.initial.worst_first(),
            left_worst_first: judged.evaluations.left.worst_first(),
            class: class_number(judged.share.class),
            firm_class: class_number(judged.share.once_unverified_fall_away),
            ground: judged.share.ground.name(),
            severe: judged.record.risk.estimates.any_severe(),
            blocks: count(Level::Blocks),
            warns: count(Level::Warns),
            marks: judged.findings.iter().map(Finding::mark).collect(),
            controlled_class: class_number(judged.controlled),
        }
    }
}

/// Notes what the rules say about rows; nothing is kept about those that are withdrawn.
///
/// # Errors
/// When the database refuses.
pub async fn note_standings(
    tx: &mut WriteTx,
    product: ProductId,
    judged: &[Judged],
) -> Result<(), StoreError> {
    let (withdrawn, standing): (Vec<&Judged>, Vec<&Judged>) =
        judged.iter().partition(|judged| judged.record.withdrawn.is_some());
    if !withdrawn.is_empty() {
        let ids: Vec<Uuid> = withdrawn.into_iter().map(|judged| judged.record.risk.id.uuid()).collect();
        sqlx::query!("delete from run.risk_standing where risk_id = any ($1)", &ids)
            .execute(tx.connection())
            .await?;
    }
    if standing.is_empty() {
        return Ok(());
    }
    let rows: Vec<StandingRow> = standing.into_iter().map(StandingRow::of).collect();
    sqlx::query!(
        "insert into run.risk_standing as s (risk_id, product_id, number, initial_worst_first, left_worst_first, class,
                                        firm_class, ground, severe, blocks, warns, marks, controlled_class)
         select n.risk_id, $1, n.number, n.initial_worst_first, n.left_worst_first, n.class, n.firm_class, n.ground,
                n.severe, n.blocks, n.warns, n.marks, n.controlled_class
           from jsonb_populate_recordset(null::run.risk_standing, $2) n order by n.risk_id
         on conflict (risk_id) do update set
                initial_worst_first = excluded.initial_worst_first, left_worst_first = excluded.left_worst_first,
                class = excluded.class, firm_class = excluded.firm_class, ground = excluded.ground,
                severe = excluded.severe, blocks = excluded.blocks, warns = excluded.warns, marks = excluded.marks,
                controlled_class = excluded.controlled_class
          where (s.initial_worst_first, s.left_worst_first, s.class, s.firm_class, s.ground, s.severe, s.blocks, s.warns,
                 s.marks, s.controlled_class)
                is distinct from (excluded.initial_worst_first, excluded.left_worst_first, excluded.class,
                                  excluded.firm_class, excluded.ground, excluded.severe, excluded.blocks,
                                  excluded.warns, excluded.marks, excluded.controlled_class)",
        product.uuid(),
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
