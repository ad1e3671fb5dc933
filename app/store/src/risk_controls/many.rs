//! Many controls, verifications and uses at once: one statement each, however many they are.

use domain::control::{ControlDescription, Lowers, VerificationKind, VerificationResult};
use domain::ids::{ProductId, RiskControlId, RiskId, VerificationId};
use domain::text::Reason;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::item_key;
use crate::hazards::next_number;
use crate::{StoreError, WriteTx};

/// Makes controls, numbered on from the last one in their order.
///
/// # Errors
/// When the database refuses.
pub async fn insert_many(
    tx: &mut WriteTx,
    product: ProductId,
    controls: &[(RiskControlId, ControlDescription)],
) -> Result<(), StoreError> {
    let mut items = Vec::with_capacity(controls.len());
    for (_, control) in controls {
        items.push(item_key(tx, product, control).await?);
    }
    let first = next_number!(tx, product, "app.risk_control");
    let rows: Vec<Value> = controls
        .iter()
        .zip(items)
        .zip(first..)
        .map(|(((id, control), item), number)| {
            json!({
                "software_item_id": item,
                "risk_control_id": id.uuid(),
                "number": number,
                "title": control.title.as_str(),
                "description": control.description.as_deref(),
                "option": control.option.name(),
                "lower_option_reason": control.lower_option_reason.as_ref().map(Reason::as_str),
                "place": control.place.name(),
                "place_detail": control.place_detail.as_deref(),
                "external": control.external,
                "requirement": control.requirement.as_deref(),
                "owner": control.owner.as_deref(),
            })
        })
        .collect();
    sqlx::query!(
        "insert into app.risk_control (risk_control_id, product_id, number, title, description, option,
                                       lower_option_reason, place, place_detail, external, requirement, owner,
                                       software_item_id, revision)
         select n.risk_control_id, $1, n.number, n.title, n.description, n.option, n.lower_option_reason, n.place,
                n.place_detail, n.external, n.requirement, n.owner, n.software_item_id, 1
           from jsonb_populate_recordset(null::app.risk_control, $2) n order by n.number",
        product.uuid(),
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A verification about to be recorded, of a control that has none of its kind.
pub type NewVerification = (VerificationId, RiskControlId, VerificationKind, VerificationResult);

/// Records verifications, numbered on from the last one in their order.
///
/// # Errors
/// [`StoreError::Constraint`] `verification_once` when a control has one of that kind.
pub async fn insert_verifications(
    tx: &mut WriteTx,
    product: ProductId,
    verifications: &[NewVerification],
) -> Result<(), StoreError> {
    let first = next_number!(tx, product, "app.verification");
    let rows: Vec<Value> = verifications
        .iter()
        .zip(first..)
        .map(|((id, control, kind, result), number)| {
            json!({
                "verification_id": id.uuid(),
                "number": number,
                "risk_control_id": control.uuid(),
                "kind": kind.name(),
                "outcome": result.outcome.name(),
                "method": result.method.as_str(),
                "evidence": result.evidence.as_deref(),
                "performed_on": result.performed_on.map(|day| day.to_string()),
                "performed_by": result.performed_by.as_deref(),
            })
        })
        .collect();
    sqlx::query!(
        "insert into app.verification (verification_id, product_id, number, risk_control_id, kind, outcome, method,
                                       evidence, performed_on, performed_by, revision)
         select n.verification_id, $1, n.number, n.risk_control_id, n.kind, n.outcome, n.method, n.evidence,
                n.performed_on, n.performed_by, 1
           from jsonb_populate_recordset(null::app.verification, $2) n order by n.number",
        product.uuid(),
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Uses controls for risks.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_control_use_once` when one is used there already.
pub async fn insert_uses(
    tx: &mut WriteTx,
    product: ProductId,
    uses: &[(Uuid, RiskId, RiskControlId, Lowers)],
) -> Result<(), StoreError> {
    let rows: Vec<Value> = uses
        .iter()
        .map(|(id, risk, control, lowers)| {
            json!({
                "risk_control_use_id": id,
                "risk_id": risk.uuid(),
                "risk_control_id": control.uuid(),
                "lowers_p1": lowers.p1,
                "lowers_p2": lowers.p2,
                "lowers_severity": lowers.severity,
            })
        })
        .collect();
    sqlx::query!(
        "insert into app.risk_control_use (risk_control_use_id, product_id, risk_id, risk_control_id, lowers_p1,
                                           lowers_p2, lowers_severity, revision)
         select n.risk_control_use_id, $1, n.risk_id, n.risk_control_id, n.lowers_p1, n.lowers_p2, n.lowers_severity, 1
           from jsonb_populate_recordset(null::app.risk_control_use, $2) n",
        product.uuid(),
        Json(rows) as _
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
