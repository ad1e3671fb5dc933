//! Declaring the hazard analysis complete, and opening it again.

use domain::access::Permission;
use domain::clause::{Citation, Document};
use domain::hazard::HazardCode;
use domain::ids::ProductId;
use domain::revision::Revision;
use domain::text::Reason;
use domain::violation::{Code, Violation};
use store::{Action, StoreError};

use super::Versions;
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// Declares the analysis complete: from now on the register implies a class. Permission: declare complete.
///
/// # Errors
/// Rejected without a reason or while a row lacks its estimate; stale when it is declared complete already.
pub async fn declare_complete(
    service: &Service,
    who: &Actor,
    product: ProductId,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::DeclareComplete, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    require_in_work(service, product).await?;
    let said = reason.to_string();
    let by = who.person();
    let written = service
        .store()
        .write(&grant, Action("hazard_analysis.declared_complete"), Some(&said), move |tx| {
            Box::pin(async move {
                store::risk_plans::hold_alone(tx, product).await?;
                let (open, rows) = store::risks::unestimated_within(tx, product).await?;
                if open > 0 {
                    return Ok(false);
                }
                let rows = i32::try_from(rows).unwrap_or(i32::MAX);
                store::declarations::declare(tx, product, fresh::id(), Some(by), &reason, rows).await?;
                Ok(true)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            Err(Versions::new().conflict(service, product, &[], Revision::first()).await?)
        }
        other => {
            if other? {
                return Ok(());
            }
            Err(Violation::error("", Code::Hazard(HazardCode::RowsWithoutEstimate))
                .resting_on(Citation::new(Document::Iso14971, "5.5"))
                .into())
        }
    }
}

/// Opens an analysis again that was declared complete. Permission: declare complete.
///
/// # Errors
/// Rejected without a reason; not found when none is declared complete.
pub async fn reopen(service: &Service, who: &Actor, product: ProductId, reason: &str) -> Result<(), Failure> {
    let grant = who.require(Permission::DeclareComplete, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    require_in_work(service, product).await?;
    let said = reason.to_string();
    let reopened = service
        .store()
        .write(&grant, Action("hazard_analysis.reopened"), Some(&said), move |tx| {
            Box::pin(async move { store::declarations::reopen(tx, product, reason.as_str()).await })
        })
        .await?;
    if reopened { Ok(()) } else { Err(Failure::NotFound) }
}
