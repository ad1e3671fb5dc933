//! The hazard register of a demonstration product: parsed first, then written through the functions of the store.

use std::collections::BTreeMap;

use domain::control::{ControlDescription, Lowers, VerificationKind, VerificationResult};
use domain::hazard::HazardSource;
use domain::ids::{HarmId, HazardId, PersonId, ProductId, RiskControlId, SituationId};
use domain::plan::RiskPlan;
use domain::revision::Revision;
use domain::risk::{BenefitRisk, Estimates, Risk};
use domain::text::{Name, Reason, Statement, Title};
use domain::violation::{Violation, Violations};
use store::hazards::NewSequence;
use store::{StoreError, WriteTx};
use uuid::Uuid;

use super::content;
use super::items::ItemTree;
use crate::fresh;

/// A register, ready to be written.
pub struct Register {
    plan: Option<(RiskPlan, Reason)>,
    controls: BTreeMap<String, Control>,
    rows: Vec<Row>,
    declared: Option<Reason>,
}

struct Control {
    id: RiskControlId,
    description: ControlDescription,
    verifications: Vec<(VerificationKind, VerificationResult)>,
}

struct Row {
    hazard: (Option<Name>, Title, HazardSource),
    sequence: NewSequence,
    situation: Statement,
    harm: Title,
    estimates: Estimates,
    benefit_risk: Option<BenefitRisk>,
    uses: Vec<(String, Lowers)>,
}

impl Register {
    /// Parses the register of a product whose controls stand in these items.
    ///
    /// # Errors
    /// When a text does not fit, or a row names what the file does not have.
    pub fn prepare(content: &content::Product, items: &ItemTree) -> Result<Self, Violations> {
        let controls = content
            .controls
            .iter()
            .map(|(key, control)| {
                let verifications = control.verifications.iter().map(content::Verification::parse);
                Ok((
                    key.clone(),
                    Control {
                        id: fresh::id(),
                        description: items.placed(control.description()?),
                        verifications: verifications.collect::<Result<_, Violation>>().map_err(one)?,
                    },
                ))
            })
            .collect::<Result<_, Violations>>()?;
        let declared = content.declare_complete.as_deref().map(|reason| Reason::parse("reason", reason));
        Ok(Self {
            plan: content.plan()?,
            controls,
            rows: content.rows.iter().map(|row| Row::prepare(content, row)).collect::<Result<_, _>>()?,
            declared: declared.transpose().map_err(one)?,
        })
    }

    /// Writes it: the plan, the controls with their verifications, the rows, and the author's declaration last,
    /// because every change of the register ends one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(
        &self,
        tx: &mut WriteTx,
        product: ProductId,
        author: PersonId,
    ) -> Result<(), StoreError> {
        let plan = match &self.plan {
            Some((plan, reason)) => {
                store::risk_plans::replace(tx, product, fresh::id(), plan, 0, reason).await?;
                plan.clone()
            }
            None => store::risk_plans::hold_alone(tx, product).await?.plan,
        };
        let mut risks: Vec<Uuid> = Vec::new();
        let mut written = Vec::new();
        for row in &self.rows {
            for (key, _) in &row.uses {
                if let Some(control) = self.controls.get(key).filter(|control| !written.contains(&control.id))
                {
                    control.write(tx, product).await?;
                    written.push(control.id);
                }
            }
            let risk = row.write(tx, product, &plan).await?;
            for (key, lowers) in &row.uses {
                if let Some(control) = self.controls.get(key) {
                    store::risk_controls::insert_use(tx, product, fresh::id(), risk.id, control.id, *lowers)
                        .await?;
                }
            }
            risks.push(risk.id.uuid());
        }
        crate::hazards::reassess(tx, product, &plan, &risks).await?;
        if let Some(reason) = &self.declared {
            let rows = i32::try_from(self.rows.len()).unwrap_or(i32::MAX);
            store::declarations::declare(tx, product, fresh::id(), Some(author), reason, rows).await?;
        }
        Ok(())
    }
}

impl Control {
    async fn write(&self, tx: &mut WriteTx, product: ProductId) -> Result<(), StoreError> {
        store::risk_controls::insert(tx, product, self.id, &self.description).await?;
        for (kind, result) in &self.verifications {
            let verification = domain::control::Verification {
                id: fresh::id(),
                number: 0,
                control: self.id,
                kind: *kind,
                result: result.clone(),
                revision: Revision::first(),
            };
            store::risk_controls::record_verification(tx, product, &verification, None).await?;
        }
        Ok(())
    }
}

impl Row {
    fn prepare(content: &content::Product, row: &content::Row) -> Result<Self, Violations> {
        let hazard = content.hazards.get(&row.hazard).ok_or_else(|| one(unknown("hazard")))?;
        if row.controls.iter().any(|used| !content.controls.contains_key(&used.control)) {
            return Err(one(unknown("control")));
        }
        let (events, cause, contribution) = row.sequence().map_err(one)?;
        let item = domain::text::optional("item", &row.item).map_err(one)?;
        Ok(Self {
            hazard: hazard.parse().map_err(one)?,
            sequence: NewSequence { id: fresh::id(), events, cause, item, contribution },
            situation: row.situation().map_err(one)?,
            harm: row.harm().map_err(one)?,
            estimates: row.estimates()?,
            benefit_risk: row.benefit_risk().map_err(one)?,
            uses: row.controls.iter().map(|used| (used.control.clone(), used.lowers())).collect(),
        })
    }

    async fn write(&self, tx: &mut WriteTx, product: ProductId, plan: &RiskPlan) -> Result<Risk, StoreError> {
        let (category, description, source) = &self.hazard;
        let new: HazardId = fresh::id();
        let hazard =
            store::hazards::find_or_insert(tx, product, new, description, category.as_ref(), *source).await?;
        let sequence = store::hazards::find_or_insert_sequence(tx, product, &self.sequence).await?;
        let new: SituationId = fresh::id();
        let situation =
            store::hazards::find_or_insert_situation(tx, product, new, &self.situation, None).await?;
        let new: HarmId = fresh::id();
        let harm = store::hazards::find_or_insert_harm(tx, product, new, &self.harm).await?;
        let risk = Risk {
            id: fresh::id(),
            number: 0,
            hazard,
            sequence,
            situation,
            harm,
            estimates: self.estimates.clone(),
            benefit_risk: self.benefit_risk.clone(),
        };
        store::risks::insert(tx, product, &risk, self.estimates.evaluations(plan)).await?;
        Ok(risk)
    }
}

fn one(violation: Violation) -> Violations {
    Violations(vec![violation])
}

fn unknown(field: &str) -> Violation {
    Violation::error(field, domain::violation::Code::Text(domain::text::TextCode::NotAChoice))
}
