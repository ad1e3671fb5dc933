//! Saving what was tried with a row: its estimates, and which of its controls stand outside or are no longer used. All
//! of it or none.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::control::ControlDescription;
use domain::hazard::HazardCode;
use domain::ids::ProductId;
use domain::revision::Revision;
use domain::risk::shown_number;
use domain::text::{Reason, optional};
use domain::violation::{Code, Violation, Violations};
use store::risks::{ControlUse, RiskRecord};
use store::{Action, StoreError, WriteTx};
use uuid::Uuid;

use super::controls::use_revision;
use super::editing::{Change, Seen, conflict, write_change};
use super::{RowForm, Versions, only, reassess, records_behind};
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service};

/// What was tried with a row, and is to be saved. Verifications are not among it: they are recorded with their
/// evidence.
#[derive(Clone, Debug)]
pub struct RowTrialForm {
    /// The fields of the row that differ.
    pub row: RowForm,
    /// Controls that would stand outside of the software, or no longer.
    pub external: BTreeMap<i32, bool>,
    /// Controls that would no longer be used here.
    pub ended: Vec<i32>,
    /// The revision of the row when the trial began.
    pub seen: Revision,
    /// The revision of each control of the row, as the row sees it.
    pub seen_controls: BTreeMap<i32, Revision>,
    /// Why; needed where a control is no longer used.
    pub reason: String,
}

impl RowTrialForm {
    fn parse(&self) -> Result<(Change, Option<Reason>), Violations> {
        let mut wrong = Violations::none();
        let reason = wrong.take(optional::<Reason>("reason", &normal(&self.reason))).flatten();
        if reason.is_none() && !self.ended.is_empty() && wrong.0.is_empty() {
            wrong.push(Violation::error("reason", Code::Text(domain::text::TextCode::Missing)));
        }
        let change = match Change::parse(&self.row.clone().normal()) {
            Ok(change) => Some(change),
            Err(found) => {
                wrong.0.extend(found.0);
                None
            }
        };
        match change {
            Some(change) if wrong.0.is_empty() => Ok((change, reason)),
            _ => Err(wrong),
        }
    }

    /// Whether nothing is tried that can be saved.
    fn is_empty(&self) -> bool {
        self.row == RowForm::default() && self.external.is_empty() && self.ended.is_empty()
    }

    /// The uses that it speaks of, as long as nobody has changed row or control meanwhile.
    fn uses<'a>(&self, record: &'a RiskRecord) -> Result<Vec<&'a ControlUse>, StoreError> {
        if record.withdrawn.is_some() || record.row_revision() != self.seen {
            return Err(StoreError::Stale);
        }
        let numbers = self.external.keys().chain(&self.ended);
        numbers
            .map(|number| {
                let found = record.uses.iter().find(|used| used.control.number == *number);
                let seen = self.seen_controls.get(number).copied();
                found.filter(|used| Some(use_revision(used)) == seen).ok_or(StoreError::Stale)
            })
            .collect()
    }
}

/// Saves what was tried with a row. Permission: edit hazards.
///
/// # Errors
/// Rejected with everything that is wrong; stale with both versions, when somebody else was faster.
pub async fn save_tried(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
    form: &RowTrialForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let (change, reason) = form.parse()?;
    if form.is_empty() {
        return Err(Violation::error("tried", Code::Hazard(HazardCode::NothingTried)).into());
    }
    require_in_work(service, product).await?;
    let (wanted, kept, said) = (change.clone(), form.clone(), reason.as_ref().map(ToString::to_string));
    let written = service
        .store()
        .write(&grant, Action("risk.trial_saved"), said.as_deref(), move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let old = store::risks::find_locked(tx, product, number).await?;
                let uses = kept.uses(&old)?;
                write_change(tx, product, &plan, &old, &wanted.onto(&old)).await?;
                let mut touched: Vec<Uuid> = only(old.risk.id).to_vec();
                for used in uses {
                    let outside = kept.external.get(&used.control.number).copied();
                    if let Err(wrong) = set_outside(tx, product, used, outside).await? {
                        return Ok(Err(wrong));
                    }
                    touched.extend(store::risks::ids_within(tx, product, Some(used.control.id)).await?);
                    if let Some(reason) =
                        reason.as_ref().filter(|_| kept.ended.contains(&used.control.number))
                    {
                        store::risk_controls::end_use(tx, used.id, used.revision, reason).await?;
                        store::risk_controls::withdraw_if_unused(tx, used.control.id, reason).await?;
                    }
                }
                touched.sort_unstable();
                touched.dedup();
                reassess(tx, product, &plan, &touched).await?;
                let changed = format!("{} was changed", shown_number("R", number));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(Ok(()))
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(trial_conflict(service, product, number, form, &change).await?),
        other => other?.map_err(Failure::from),
    }
}

/// Notes whether a control stands outside of the software.
async fn set_outside(
    tx: &mut WriteTx,
    product: ProductId,
    used: &ControlUse,
    outside: Option<bool>,
) -> Result<Result<(), Violations>, StoreError> {
    let stored = &used.control.description;
    let Some(external) = outside.filter(|outside| *outside != stored.external) else { return Ok(Ok(())) };
    let description = ControlDescription { external, ..stored.clone() };
    if let Err(wrong) = description.check() {
        return Ok(Err(wrong));
    }
    store::risk_controls::update(tx, product, used.control.id, used.control.revision, &description).await?;
    Ok(Ok(()))
}

async fn trial_conflict(
    service: &Service,
    product: ProductId,
    number: i32,
    form: &RowTrialForm,
    change: &Change,
) -> Result<Failure, Failure> {
    let stored = store::risks::find(service.store(), product, number).await?;
    if stored.withdrawn.is_some() {
        return Ok(Failure::NotFound);
    }
    if stored.row_revision() != form.seen {
        return conflict(service, product, number, &Seen::Row(form.seen), &form.row, change).await;
    }
    Versions::new().conflict(service, product, &records_behind(&stored), stored.row_revision()).await
}
