//! The hazard register: reading it, changing its rows, what it implies.
//!
//! Every change of the analysis holds the risk plan, judges the rows that it touches anew in the same transaction,
//! and ends a declaration that the analysis is complete.

pub mod controls;
pub mod declaring;
pub mod editing;
pub mod exchange;
pub mod importing;
pub mod planning;
pub mod reading;
pub mod trying;

use domain::ids::{ProductId, RiskId};
use domain::plan::RiskPlan;
use domain::revision::{Conflict, ConflictField, Revision};
use store::risks::{Judged, RiskRecord};
use store::{StoreError, WriteTx};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Failure, Service};

pub use controls::{
    ControlForm, VerificationForm, add_control, edit_control, end_use, record_verification, use_control,
};
pub use declaring::{declare_complete, reopen};
pub use editing::{
    NewRow, RowForm, add_risk, edit_row, put_control, put_row, restore_risk, set_cell, withdraw_risk,
};
pub use importing::{Import, ImportedControl, ImportedRow, import};
pub use planning::{PlanForm, set_plan};
pub use reading::{
    Export, Implied, MatrixCounts, Register, RegisterRow, RegisterSummary, Story, Wanted, Worst, export,
    implied, matrix, plan, register, risk, summary, weights,
};
pub use store::risk_plans::PlanInForce;
pub use store::risks::{ControlUse, Counts, Filter, Place, RiskRecord as Record, Sort};
pub use trying::{RowTrialForm, save_tried};

/// Judges these risks anew and notes what the rules say about each.
///
/// # Errors
/// When the database refuses.
pub async fn reassess(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    risks: &[Uuid],
) -> Result<(), StoreError> {
    for some in risks.chunks(500) {
        let judged: Vec<Judged> = store::risks::load_within(tx, some)
            .await?
            .into_iter()
            .map(|record| {
                let row = record.seen_by_rules();
                Judged {
                    evaluations: record.risk.estimates.evaluations(plan),
                    share: row.class_share(plan),
                    controlled: row.controlled_class(plan),
                    findings: row.findings(plan),
                    record,
                }
            })
            .collect();
        store::risks::note_standings(tx, product, &judged).await?;
    }
    Ok(())
}

/// One risk, as a list.
fn only(risk: RiskId) -> [Uuid; 1] {
    [risk.uuid()]
}

/// The two versions of a record, for a person whose version came second.
pub(crate) struct Versions {
    fields: Vec<ConflictField>,
}

impl Versions {
    pub(crate) const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Notes a field on which the versions differ.
    pub(crate) fn compare(&mut self, field: &str, yours: Option<&str>, theirs: &str) {
        if let Some(yours) = yours.map(str::trim).filter(|yours| *yours != theirs) {
            self.fields.push(ConflictField {
                field: field.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            });
        }
    }

    pub(crate) async fn conflict(
        self,
        service: &Service,
        product: ProductId,
        records: &[Uuid],
        revision: Revision,
    ) -> Result<Failure, Failure> {
        let last = store::risks::last_writer(service.store(), product, records).await?;
        let (changed_by, changed_at) =
            last.unwrap_or_else(|| ("Somebody".to_owned(), OffsetDateTime::UNIX_EPOCH));
        Ok(Failure::Stale(Box::new(Conflict { changed_by, changed_at, revision, fields: self.fields })))
    }
}

/// The records that a row is made of, its controls and their verifications: for its history.
#[must_use]
pub fn records_behind(record: &RiskRecord) -> Vec<Uuid> {
    let mut records = records_of(record);
    for control_use in &record.uses {
        records.extend([control_use.id, control_use.control.id.uuid()]);
        let verifications = [&control_use.implementation, &control_use.effectiveness];
        records.extend(verifications.into_iter().flatten().map(|verification| verification.id.uuid()));
    }
    records
}

/// The number of a risk, from its key. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when it has no such risk.
pub async fn number_of(
    service: &Service,
    who: &crate::Actor,
    product: ProductId,
    risk: Uuid,
) -> Result<i32, Failure> {
    who.require(domain::access::Permission::ViewProduct, product)?;
    Ok(store::risks::number_of(service.store(), product, risk).await?)
}

/// The records that a row is made of.
fn records_of(record: &RiskRecord) -> Vec<Uuid> {
    vec![
        record.risk.id.uuid(),
        record.hazard.id.uuid(),
        record.sequence.id.uuid(),
        record.situation.id.uuid(),
        record.harm.id.uuid(),
    ]
}
