//! Risk management plans: one row a version, one in force.

use domain::ids::{ProductId, RiskPlanId};
use domain::plan::{Limits, Matrix, RiskPlan, Step};
use domain::risk::Probability;
use domain::text::{Name, Reason, Statement};
use serde_json::Value;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::{Store, StoreError, WriteTx};

/// The plan that judges the rows of a product.
#[derive(Clone, Debug)]
pub struct PlanInForce {
    /// The plan.
    pub plan: RiskPlan,
    /// Its version; 0 is the plan that every product starts with.
    pub version: i32,
    /// When and why the version was made; none for version 0.
    pub made: Option<(OffsetDateTime, String)>,
}

impl PlanInForce {
    fn starting() -> Self {
        Self { plan: RiskPlan::starting(), version: 0, made: None }
    }
}

/// The plan in force.
///
/// # Errors
/// When the database does not answer, or holds a plan that the rules refuse.
pub async fn in_force(store: &Store, product: ProductId) -> Result<PlanInForce, StoreError> {
    load(store.read(), product).await
}

/// The plan in force, which stays in force until the transaction ends. Several transactions may hold it at a time;
/// [`replace`] and declarations wait for them.
///
/// # Errors
/// When the database does not answer, or holds a plan that the rules refuse.
pub async fn hold(tx: &mut WriteTx, product: ProductId) -> Result<PlanInForce, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock_shared(hashtextextended('register ' || $1::uuid::text, 0))",
        product.uuid()
    )
    .execute(tx.connection())
    .await?;
    load(tx.connection(), product).await
}

/// The plan in force, held by this transaction alone: nobody else changes the register until it ends.
///
/// # Errors
/// When the database does not answer, or holds a plan that the rules refuse.
pub async fn hold_alone(tx: &mut WriteTx, product: ProductId) -> Result<PlanInForce, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('register ' || $1::uuid::text, 0))",
        product.uuid()
    )
    .execute(tx.connection())
    .await?;
    load(tx.connection(), product).await
}

async fn load(executor: impl PgExecutor<'_>, product: ProductId) -> Result<PlanInForce, StoreError> {
    let row = sqlx::query!(
        r#"select version, severities, bands, limits::text[] as "limits!", unit, matrix, criteria, not_estimable,
                  reason, created_at
             from app.risk_plan where product_id = $1 and superseded_at is null"#,
        product.uuid()
    )
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else {
        return Ok(PlanInForce::starting());
    };
    let plan = RiskPlan {
        severities: steps(row.severities)?,
        bands: steps(row.bands)?,
        limits: limits(&row.limits)?,
        unit: Name::stored(row.unit),
        matrix: Matrix::try_from(row.matrix).map_err(broken)?,
        criteria: Statement::stored(row.criteria),
        not_estimable: Statement::stored(row.not_estimable),
    };
    Ok(PlanInForce { plan, version: row.version, made: Some((row.created_at, row.reason)) })
}

fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Database(sqlx::Error::Decode(cause.into()))
}

fn steps(value: Value) -> Result<[Step; 5], StoreError> {
    serde_json::from_value(value).map_err(broken)
}

fn limits(texts: &[String]) -> Result<Limits, StoreError> {
    let limits: Vec<Probability> =
        texts.iter().map(|text| text.parse()).collect::<Result<_, _>>().map_err(broken)?;
    let limits: [Probability; 4] = limits.try_into().map_err(|_| broken("a plan has four limits"))?;
    Limits::try_from(limits).map_err(broken)
}

/// Puts a new version in force in place of version `replaced`.
///
/// # Errors
/// [`StoreError::Stale`] when another version is in force by now.
pub async fn replace(
    tx: &mut WriteTx,
    product: ProductId,
    id: RiskPlanId,
    plan: &RiskPlan,
    replaced: i32,
    reason: &Reason,
) -> Result<(), StoreError> {
    if hold_alone(tx, product).await?.version != replaced {
        return Err(StoreError::Stale);
    }
    sqlx::query!(
        "update app.risk_plan set superseded_at = now(), revision = revision + 1, changed_at = now()
          where product_id = $1 and superseded_at is null",
        product.uuid()
    )
    .execute(tx.connection())
    .await?;
    let texts: Vec<String> = plan.limits.values().iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into app.risk_plan (risk_plan_id, product_id, version, severities, bands, limits, unit, matrix,
                                    criteria, not_estimable, reason, revision)
         values ($1, $2, $3, $4, $5, ($6::text[])::app.probability[], $7, $8, $9, $10, $11, 1)",
        id.uuid(),
        product.uuid(),
        replaced + 1,
        serde_json::to_value(&plan.severities).map_err(broken)?,
        serde_json::to_value(&plan.bands).map_err(broken)?,
        &texts,
        plan.unit.as_str(),
        plan.matrix.letters(),
        plan.criteria.as_str(),
        plan.not_estimable.as_str(),
        reason.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
