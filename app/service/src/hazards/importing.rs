//! Many rows at once: the way in for a register that was kept elsewhere.
//!
//! All of it or nothing, in one transaction and under one reason; each record gets its own entry of the trail. What is
//! written for one row in a dozen statements is written here in a dozen statements for a thousand.

use domain::access::Permission;
use domain::control::{ControlDescription, Lowers, VerificationKind, VerificationResult};
use domain::ids::{ProductId, RiskControlId};
use domain::plan::RiskPlan;
use domain::risk::{Evaluations, Risk};
use domain::text::Reason;
use store::hazards::{NewHarm, NewHazard, NewSequence, NewSituation};
use store::{Action, StoreError, WriteTx};
use uuid::Uuid;

use super::editing::{NewRow, chain_exists};
use super::reassess;
use crate::products::require_in_work;
use crate::{Actor, Failure, Service, fresh};

/// How many rows go into one statement.
const STEP: usize = 1_000;

/// What an import brings.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Controls, each new.
    pub controls: Vec<ImportedControl>,
    /// Rows of the register.
    pub rows: Vec<ImportedRow>,
}

/// A control of an import.
#[derive(Clone, Debug)]
pub struct ImportedControl {
    /// What it is.
    pub description: ControlDescription,
    /// What shows that it is there and works, at most one of each kind.
    pub verifications: Vec<(VerificationKind, VerificationResult)>,
}

/// A row of an import.
#[derive(Clone, Debug)]
pub struct ImportedRow {
    /// The chain and its estimates. Objects of the same words are used again.
    pub row: NewRow,
    /// The controls that it uses, by their places among those of the import, and what each lowers.
    pub uses: Vec<(usize, Lowers)>,
}

/// Adds rows with their controls to the register. Permission: edit hazards.
///
/// # Errors
/// Rejected, as a whole, when a chain stands in the register already.
pub async fn import(
    service: &Service,
    who: &Actor,
    product: ProductId,
    import: Import,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let reason = Reason::parse("reason", &crate::typed::normal(reason))?;
    require_in_work(service, product).await?;
    let written = service
        .store()
        .write(&grant, Action("register.imported"), Some(reason.as_str()), move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold_alone(tx, product).await?.plan;
                let controls = put_controls(tx, product, &import.controls).await?;
                for rows in import.rows.chunks(STEP) {
                    put_rows(tx, product, &plan, rows, &controls).await?;
                }
                let imported = format!("{} rows were imported", import.rows.len());
                store::declarations::reopen(tx, product, &imported).await?;
                Ok(())
            })
        })
        .await;
    written.map_err(chain_exists)
}

pub(super) async fn put_controls(
    tx: &mut WriteTx,
    product: ProductId,
    imported: &[ImportedControl],
) -> Result<Vec<RiskControlId>, StoreError> {
    let controls: Vec<(RiskControlId, ControlDescription)> =
        imported.iter().map(|control| (fresh::id(), control.description.clone())).collect();
    let verifications: Vec<_> = imported
        .iter()
        .zip(&controls)
        .flat_map(|(imported, (id, _))| {
            let found = imported.verifications.iter();
            found.map(|(kind, result)| (fresh::id(), *id, *kind, result.clone()))
        })
        .collect();
    for some in controls.chunks(STEP) {
        store::risk_controls::insert_many(tx, product, some).await?;
    }
    for some in verifications.chunks(STEP) {
        store::risk_controls::insert_verifications(tx, product, some).await?;
    }
    Ok(controls.into_iter().map(|(id, _)| id).collect())
}

pub(super) async fn put_rows(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    rows: &[ImportedRow],
    controls: &[RiskControlId],
) -> Result<(), StoreError> {
    let risks = put_chains(tx, product, plan, rows).await?;
    store::risks::insert_many(tx, product, &risks).await?;
    let uses: Vec<_> = rows
        .iter()
        .zip(&risks)
        .flat_map(|(imported, (risk, _))| {
            let used = imported.uses.iter();
            used.filter_map(|(place, lowers)| Some((fresh::id(), risk.id, *controls.get(*place)?, *lowers)))
        })
        .collect();
    store::risk_controls::insert_uses(tx, product, &uses).await?;
    let ids: Vec<Uuid> = risks.iter().map(|(risk, _)| risk.id.uuid()).collect();
    reassess(tx, product, plan, &ids).await
}

/// Finds or makes the objects of the rows and gives the risks that join them.
async fn put_chains(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    rows: &[ImportedRow],
) -> Result<Vec<(Risk, Evaluations)>, StoreError> {
    let rows: Vec<&NewRow> = rows.iter().map(|imported| &imported.row).collect();
    let hazards: Vec<NewHazard> = rows
        .iter()
        .map(|row| NewHazard {
            id: fresh::id(),
            description: row.hazard.clone(),
            category: row.category.clone(),
            source: row.source,
        })
        .collect();
    let hazards = store::hazards::find_or_insert_hazards(tx, product, &hazards).await?;
    let sequences: Vec<NewSequence> = rows
        .iter()
        .map(|row| NewSequence {
            id: fresh::id(),
            events: row.events.clone(),
            cause: row.cause,
            item: row.item.clone(),
            contribution: row.contribution.clone(),
        })
        .collect();
    let sequences = store::hazards::find_or_insert_sequences(tx, product, &sequences).await?;
    let situations: Vec<NewSituation> = rows
        .iter()
        .map(|row| NewSituation {
            id: fresh::id(),
            description: row.situation.clone(),
            exposed: row.exposed.clone(),
        })
        .collect();
    let situations = store::hazards::find_or_insert_situations(tx, product, &situations).await?;
    let harms: Vec<NewHarm> =
        rows.iter().map(|row| NewHarm { id: fresh::id(), description: row.harm.clone() }).collect();
    let harms = store::hazards::find_or_insert_harms(tx, product, &harms).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let risk = Risk {
                id: fresh::id(),
                number: 0,
                hazard: hazards[row.hazard.as_str()].into(),
                sequence: sequences[row.events.as_str()].into(),
                situation: situations[row.situation.as_str()].into(),
                harm: harms[row.harm.as_str()].into(),
                estimates: row.estimates.clone(),
                benefit_risk: row.benefit_risk.clone(),
            };
            let evaluations = risk.estimates.evaluations(plan);
            (risk, evaluations)
        })
        .collect())
}
