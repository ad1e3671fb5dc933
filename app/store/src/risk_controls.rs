//! Risk controls, where they are used, and their verifications.

mod many;

use std::collections::BTreeMap;

use domain::control::{
    ControlDescription, ControlOption, Lowers, Outcome, Place, RiskControl, Verification, VerificationKind,
    VerificationResult,
};
use domain::ids::{ProductId, RiskControlId, RiskId, VerificationId};
use domain::revision::Revision;
use domain::text::{Line, Name, Reason, Statement, Title};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::error::changed;
use crate::hazards::next_number;
use crate::risks::ControlUse;
use crate::{Store, StoreError, WriteTx};

pub use many::{NewVerification, insert_many, insert_uses, insert_verifications};

/// The uses of controls for these risks, each with its risk: design first, then by number.
pub(crate) async fn uses(
    executor: impl PgExecutor<'_>,
    risks: &[Uuid],
) -> Result<Vec<(Uuid, ControlUse)>, StoreError> {
    let rows = sqlx::query!(
        r#"select u.risk_id, u.risk_control_use_id, u.revision as use_revision, u.lowers_p1, u.lowers_p2,
                  u.lowers_severity,
                  c.risk_control_id, c.number, c.title, c.description, c.option, c.lower_option_reason, c.place,
                  c.place_detail, si.number as "item?", c.external, c.requirement, c.owner, c.revision,
                  i.verification_id as "i_id?", i.number as "i_number?", i.outcome as "i_outcome?",
                  i.method as "i_method?", i.evidence as "i_evidence?", i.performed_on as "i_performed_on?",
                  i.performed_by as "i_performed_by?", i.revision as "i_revision?",
                  e.verification_id as "e_id?", e.number as "e_number?", e.outcome as "e_outcome?",
                  e.method as "e_method?", e.evidence as "e_evidence?", e.performed_on as "e_performed_on?",
                  e.performed_by as "e_performed_by?", e.revision as "e_revision?"
             from app.risk_control_use u
             join app.risk_control c on c.risk_control_id = u.risk_control_id
             left join app.software_item si on si.software_item_id = c.software_item_id
             left join app.verification i on i.risk_control_id = c.risk_control_id
                  and i.kind = 'implementation' and i.withdrawn_at is null
             left join app.verification e on e.risk_control_id = c.risk_control_id
                  and e.kind = 'effectiveness' and e.withdrawn_at is null
            where u.risk_id = any ($1) and u.withdrawn_at is null
            order by case c.option when 'design' then 1 when 'protective' then 2 else 3 end, c.number"#,
        risks
    )
    .fetch_all(executor)
    .await?;
    let uses = rows
        .into_iter()
        .map(|row| {
            let control = RiskControlId::from(row.risk_control_id);
            let verification =
                |kind, id: Option<Uuid>, number: Option<i32>, revision: Option<i32>, result| {
                    Some(Verification {
                        id: VerificationId::from(id?),
                        number: number?,
                        control,
                        kind,
                        result,
                        revision: Revision(revision?),
                    })
                };
            let implementation = verification(
                VerificationKind::Implementation,
                row.i_id,
                row.i_number,
                row.i_revision,
                VerificationResult {
                    outcome: row.i_outcome.as_deref().and_then(Outcome::named).unwrap_or(Outcome::Open),
                    method: Statement::stored(row.i_method.unwrap_or_default()),
                    evidence: row.i_evidence.map(Line::stored),
                    performed_on: row.i_performed_on,
                    performed_by: row.i_performed_by.map(Name::stored),
                },
            );
            let effectiveness = verification(
                VerificationKind::Effectiveness,
                row.e_id,
                row.e_number,
                row.e_revision,
                VerificationResult {
                    outcome: row.e_outcome.as_deref().and_then(Outcome::named).unwrap_or(Outcome::Open),
                    method: Statement::stored(row.e_method.unwrap_or_default()),
                    evidence: row.e_evidence.map(Line::stored),
                    performed_on: row.e_performed_on,
                    performed_by: row.e_performed_by.map(Name::stored),
                },
            );
            let control = RiskControl {
                id: control,
                number: row.number,
                description: ControlDescription {
                    title: Title::stored(row.title),
                    description: row.description.map(Statement::stored),
                    option: ControlOption::named(&row.option).unwrap_or(ControlOption::Information),
                    lower_option_reason: row.lower_option_reason.map(Reason::stored),
                    place: Place::named(&row.place).unwrap_or(Place::SoftwareItem),
                    item: row.item,
                    place_detail: row.place_detail.map(Line::stored),
                    external: row.external,
                    requirement: row.requirement.map(Name::stored),
                    owner: row.owner.map(Name::stored),
                },
                revision: Revision(row.revision),
            };
            let control_use = ControlUse {
                id: row.risk_control_use_id,
                revision: Revision(row.use_revision),
                control,
                lowers: Lowers { p1: row.lowers_p1, p2: row.lowers_p2, severity: row.lowers_severity },
                implementation,
                effectiveness,
            };
            (row.risk_id, control_use)
        })
        .collect();
    Ok(uses)
}

/// Controls of a product in a line each, for a list to choose from; with how many rows use them. At most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn known(store: &Store, product: ProductId) -> Result<Vec<(i32, String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"select c.number, c.title,
                  (select count(*) from app.risk_control_use u
                    where u.risk_control_id = c.risk_control_id and u.withdrawn_at is null) as "uses!"
             from app.risk_control c
            where c.product_id = $1 and c.withdrawn_at is null
            order by c.number limit 200"#,
        product.uuid()
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.title, row.uses)).collect())
}

/// Controls that control nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn orphans(store: &Store, product: ProductId) -> Result<Vec<i32>, StoreError> {
    let numbers = sqlx::query_scalar!(
        "select number from run.unused_control where product_id = $1 order by number limit 50",
        product.uuid()
    )
    .fetch_all(store.read())
    .await?;
    Ok(numbers)
}

/// How many controls of each of these products control nothing; products without any are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn orphan_counts(
    store: &Store,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, i64>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select product_id, count(*) as "count!" from run.unused_control
            where product_id = any ($1) group by product_id"#,
        &products
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id.into(), row.count)).collect())
}

/// The control of that number.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such control.
pub async fn find_within(
    tx: &mut WriteTx,
    product: ProductId,
    number: i32,
) -> Result<RiskControlId, StoreError> {
    sqlx::query_scalar!(
        "select risk_control_id from app.risk_control
          where product_id = $1 and number = $2 and withdrawn_at is null for update",
        product.uuid(),
        number
    )
    .fetch_optional(tx.connection())
    .await?
    .map(RiskControlId::from)
    .ok_or(StoreError::NotFound)
}

/// Makes a control and gives its number.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_control_software_item` when the item that it names is not in use.
pub async fn insert(
    tx: &mut WriteTx,
    product: ProductId,
    id: RiskControlId,
    control: &ControlDescription,
) -> Result<i32, StoreError> {
    let item = item_key(tx, product, control).await?;
    let number = next_number!(tx, product, "app.risk_control");
    sqlx::query!(
        "insert into app.risk_control (risk_control_id, product_id, number, title, description, option,
                                       lower_option_reason, place, place_detail, external, requirement, owner,
                                       software_item_id, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        id.uuid(),
        product.uuid(),
        number,
        control.title.as_str(),
        control.description.as_ref().map(Statement::as_str),
        control.option.name(),
        control.lower_option_reason.as_ref().map(Reason::as_str),
        control.place.name(),
        control.place_detail.as_ref().map(Line::as_str),
        control.external,
        control.requirement.as_ref().map(Name::as_str),
        control.owner.as_ref().map(Name::as_str),
        item
    )
    .execute(tx.connection())
    .await?;
    Ok(number)
}

/// Changes a control.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more; [`StoreError::Constraint`]
/// `risk_control_software_item` when the item that it names is not in use.
pub async fn update(
    tx: &mut WriteTx,
    product: ProductId,
    id: RiskControlId,
    revision: Revision,
    control: &ControlDescription,
) -> Result<(), StoreError> {
    let item = item_key(tx, product, control).await?;
    let done = sqlx::query!(
        "update app.risk_control set title = $3, description = $4, option = $5, lower_option_reason = $6, place = $7,
                place_detail = $8, external = $9, requirement = $10, owner = $11, software_item_id = $12,
                revision = revision + 1, changed_at = now()
          where risk_control_id = $1 and revision = $2 and withdrawn_at is null",
        id.uuid(),
        revision.0,
        control.title.as_str(),
        control.description.as_ref().map(Statement::as_str),
        control.option.name(),
        control.lower_option_reason.as_ref().map(Reason::as_str),
        control.place.name(),
        control.place_detail.as_ref().map(Line::as_str),
        control.external,
        control.requirement.as_ref().map(Name::as_str),
        control.owner.as_ref().map(Name::as_str),
        item
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// The key of the item that a control names. It stays in use until the transaction ends.
async fn item_key(
    tx: &mut WriteTx,
    product: ProductId,
    control: &ControlDescription,
) -> Result<Option<Uuid>, StoreError> {
    let Some(number) = control.item else { return Ok(None) };
    match crate::items::key_within(tx, product, number).await {
        // What the foreign key would say, had the number been a key.
        Err(StoreError::NotFound) => Err(StoreError::Constraint("risk_control_software_item".to_owned())),
        found => found.map(|key| Some(key.uuid())),
    }
}

/// Uses a control for a risk.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_control_use_once` when it is used there already.
pub async fn insert_use(
    tx: &mut WriteTx,
    product: ProductId,
    id: Uuid,
    risk: RiskId,
    control: RiskControlId,
    lowers: Lowers,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.risk_control_use (risk_control_use_id, product_id, risk_id, risk_control_id, lowers_p1,
                                           lowers_p2, lowers_severity, revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        id,
        product.uuid(),
        risk.uuid(),
        control.uuid(),
        lowers.p1,
        lowers.p2,
        lowers.severity
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Changes what a control lowers for a risk.
///
/// # Errors
/// When the database refuses.
pub async fn update_use(tx: &mut WriteTx, control_use: Uuid, lowers: Lowers) -> Result<(), StoreError> {
    sqlx::query!(
        "update app.risk_control_use set lowers_p1 = $2, lowers_p2 = $3, lowers_severity = $4,
                revision = revision + 1, changed_at = now()
          where risk_control_use_id = $1 and withdrawn_at is null
            and (lowers_p1, lowers_p2, lowers_severity) is distinct from ($2, $3, $4)",
        control_use,
        lowers.p1,
        lowers.p2,
        lowers.severity
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends the use of a control for a risk.
///
/// # Errors
/// [`StoreError::Stale`] when the use is not at `revision` any more.
pub async fn end_use(
    tx: &mut WriteTx,
    control_use: Uuid,
    revision: Revision,
    reason: &Reason,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.risk_control_use set withdrawn_at = now(), withdrawn_reason = $3, revision = revision + 1,
                changed_at = now()
          where risk_control_use_id = $1 and revision = $2 and withdrawn_at is null",
        control_use,
        revision.0,
        reason.as_str()
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Withdraws a control that controls nothing any more. Does nothing while it is used.
///
/// # Errors
/// When the database refuses.
pub async fn withdraw_if_unused(
    tx: &mut WriteTx,
    control: RiskControlId,
    reason: &Reason,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app.risk_control c set withdrawn_at = now(), withdrawn_reason = $2, revision = revision + 1,
                changed_at = now()
          where c.risk_control_id = $1 and c.withdrawn_at is null
            and not exists (select from app.risk_control_use u
                             where u.risk_control_id = c.risk_control_id and u.withdrawn_at is null)",
        control.uuid(),
        reason.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records a verification; an earlier one of the same kind is withdrawn. Gives its number.
///
/// # Errors
/// [`StoreError::Stale`] when the one that stands is not `replaced`.
pub async fn record_verification(
    tx: &mut WriteTx,
    product: ProductId,
    verification: &Verification,
    replaced: Option<(VerificationId, Revision)>,
) -> Result<i32, StoreError> {
    let number = next_number!(tx, product, "app.verification");
    if let Some((replaced, revision)) = replaced {
        let done = sqlx::query!(
            "update app.verification set withdrawn_at = now(), withdrawn_reason = $3, revision = revision + 1,
                    changed_at = now()
              where verification_id = $1 and revision = $2 and withdrawn_at is null",
            replaced.uuid(),
            revision.0,
            format!("Followed by VR-{number:03}")
        )
        .execute(tx.connection())
        .await?;
        changed(done.rows_affected())?;
    }
    let result = &verification.result;
    let done = sqlx::query!(
        "insert into app.verification (verification_id, product_id, number, risk_control_id, kind, outcome, method,
                                       evidence, performed_on, performed_by, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
        verification.id.uuid(),
        product.uuid(),
        number,
        verification.control.uuid(),
        verification.kind.name(),
        result.outcome.name(),
        result.method.as_str(),
        result.evidence.as_ref().map(Line::as_str),
        result.performed_on,
        result.performed_by.as_ref().map(Name::as_str)
    )
    .execute(tx.connection())
    .await;
    match done.map_err(StoreError::from) {
        Ok(_) => Ok(number),
        // Somebody recorded one in between.
        Err(StoreError::Constraint(name)) if name == "verification_once" => Err(StoreError::Stale),
        Err(error) => Err(error),
    }
}

/// The verification that stands, of a control and a kind.
///
/// # Errors
/// When the database does not answer.
pub async fn standing_verification(
    store: &Store,
    control: RiskControlId,
    kind: VerificationKind,
) -> Result<Option<Verification>, StoreError> {
    let row = sqlx::query!(
        "select verification_id, number, outcome, method, evidence, performed_on, performed_by, revision
           from app.verification where risk_control_id = $1 and kind = $2 and withdrawn_at is null",
        control.uuid(),
        kind.name()
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|row| Verification {
        id: row.verification_id.into(),
        number: row.number,
        control,
        kind,
        result: VerificationResult {
            outcome: Outcome::named(&row.outcome).unwrap_or(Outcome::Open),
            method: Statement::stored(row.method),
            evidence: row.evidence.map(Line::stored),
            performed_on: row.performed_on,
            performed_by: row.performed_by.map(Name::stored),
        },
        revision: Revision(row.revision),
    }))
}
