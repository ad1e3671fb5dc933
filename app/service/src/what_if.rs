//! What was said about a product, brought together: for contradictions, and for trying what would change.

use std::collections::BTreeSet;

use domain::access::Permission;
use domain::assessment::Subject;
use domain::contradiction::{Contradiction, ItemsSay, Moved, RegisterSays, Said};
use domain::deliverable::Status;
use domain::ids::{AssessmentId, ProductId};
use domain::what_if::{Approvals, Inputs, Trying, TryingItem};
use store::Actor;
use store::risks::{Filter, Place, Sort, Words};

use crate::classification::{self, Opened};
use crate::hazards::{self, Story};
use crate::items::ItemStory;
use crate::{Failure, Service};

/// How many rows that share a control are looked at. A control that stands in more rows can not be tried.
const SHARING: i64 = 400;

/// What the answers of an assessment say.
#[derive(Clone, Debug)]
pub struct Speaks {
    /// What they say.
    pub said: Said,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Whether it is of record.
    pub of_record: bool,
}

impl Speaks {
    fn of(opened: &Opened) -> Self {
        Self {
            said: said(opened),
            assessment: opened.assessment.id,
            of_record: opened.assessment.record.is_some(),
        }
    }
}

/// What an assessment says: as it was approved, else as its answers stand.
#[must_use]
pub fn said(opened: &Opened) -> Said {
    match &opened.assessment.record {
        Some(record) => Said::of_record(record, opened.assessment.outcome),
        None => Said::of_judgement(&opened.judgement()),
    }
}

/// What was said about a product, and what does not go together.
#[derive(Clone, Debug)]
pub struct Standpoint {
    /// By the answers, where there are any.
    pub answers: Option<Speaks>,
    /// By the hazard register.
    pub register: RegisterSays,
    /// By the software items, where there are any.
    pub items: Option<ItemsSay>,
    /// What moved since the record was approved.
    pub moved: Moved,
    /// The assessment in work, whose questions can be answered again.
    pub in_work: Option<AssessmentId>,
}

impl Standpoint {
    /// The same in the form in which it is tried.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        Inputs {
            said: self.answers.as_ref().map(|speaks| speaks.said.clone()).unwrap_or_default(),
            register: Some(self.register),
            items: self.items,
            moved: self.moved,
        }
    }

    /// What does not go together.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        self.inputs().contradictions()
    }
}

/// What was said about a product: by its record, and while there is none by the assessment in work. Permission: view
/// the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn standpoint(service: &Service, who: &Actor, product: ProductId) -> Result<Standpoint, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let standing = classification::standing(service, who, product).await?;
    let in_work = standing.draft.map(|draft| draft.assessment);
    let opened = match standing.approved.or(in_work) {
        Some(assessment) => Some(classification::open(service, who, product, assessment).await?),
        None => None,
    };
    Ok(Standpoint {
        answers: opened.as_ref().map(Speaks::of),
        register: hazards::implied(service, who, product).await?.says(),
        items: ItemsSay::of(&crate::items::seen_by_rules(service, product).await?),
        moved: moved(service, product, opened.as_ref()).await?,
        in_work,
    })
}

/// What moved since an assessment was approved.
async fn moved(service: &Service, product: ProductId, opened: Option<&Opened>) -> Result<Moved, Failure> {
    let Some(record) = opened.and_then(|opened| opened.assessment.record.as_ref()) else {
        return Ok(Moved::default());
    };
    let profile = store::products::load(service.store(), product).await?.profile;
    Ok(Moved::since(record, &Subject::from(&profile), &profile.markets))
}

/// What was approved or declared about a product. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn approvals(service: &Service, who: &Actor, product: ProductId) -> Result<Approvals, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let standing = classification::standing(service, who, product).await?;
    let of_record = match standing.approved {
        Some(approved) => {
            let opened = classification::open(service, who, product, approved).await?;
            Some((opened.assessment.number, standing.of_record))
        }
        None => None,
    };
    let records = store::deliverables::of_product(service.store(), product).await?;
    let approved = records.into_iter().filter(|record| record.upkeep.status == Status::Approved);
    Ok(Approvals {
        of_record,
        declared: store::declarations::completeness(service.store(), product).await?.is_declared(),
        deliverables: approved.map(|record| record.deliverable.id.clone()).collect(),
    })
}

/// What is needed to try the answers of an assessment.
#[derive(Clone, Debug)]
pub struct AnswersTried {
    /// What is said about the product, by this assessment, the register and the items.
    pub inputs: Inputs,
    /// What was approved or declared.
    pub approvals: Approvals,
}

/// What is needed to try the answers of an assessment. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn answers(
    service: &Service,
    who: &Actor,
    product: ProductId,
    opened: &Opened,
) -> Result<AnswersTried, Failure> {
    let register = hazards::implied(service, who, product).await?.says();
    let items = ItemsSay::of(&crate::items::seen_by_rules(service, product).await?);
    let moved = moved(service, product, Some(opened)).await?;
    let inputs = Inputs { said: said(opened), register: Some(register), items, moved };
    Ok(AnswersTried { inputs, approvals: approvals(service, who, product).await? })
}

/// A row that can be tried.
#[derive(Clone, Debug)]
pub struct RowTried {
    /// The row as its page shows it.
    pub story: Story,
    /// What is needed to try it.
    pub trying: Trying,
    /// Controls that stand in too many other rows to be tried.
    pub held: Vec<i32>,
    /// The assessment in work, whose questions can be answered again.
    pub in_work: Option<AssessmentId>,
}

/// A row of the register with all that is needed to try it. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when there is no such row.
pub async fn row(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
) -> Result<RowTried, Failure> {
    let story = hazards::risk(service, who, product, number).await?;
    let store = service.store();
    let (mut seen, mut held, mut sharing) = (BTreeSet::from([number]), Vec::new(), Vec::new());
    for control_use in &story.row.record.uses {
        let control = control_use.control.number;
        let filter = Filter::Control(control);
        let (rows, more) = store::risks::page(
            store,
            product,
            filter,
            &Words::default(),
            Sort::Number,
            Place::START,
            SHARING,
        )
        .await?;
        if more.is_some() {
            held.push(control);
            continue;
        }
        for record in rows {
            if seen.insert(record.risk.number) {
                let bare = record.seen_by_rules().bare();
                if !sharing.contains(&bare) {
                    sharing.push(bare);
                }
            }
        }
    }
    let without: Vec<i32> = seen.into_iter().collect();
    let standpoint = standpoint(service, who, product).await?;
    let trying = Trying {
        row: story.row.record.seen_by_rules(),
        plan: story.plan.plan.clone(),
        sharing,
        beside: store::risks::standing_beside(store, product, &without).await?,
        inputs: standpoint.inputs(),
        approvals: approvals(service, who, product).await?,
    };
    Ok(RowTried { story, trying, held, in_work: standpoint.in_work })
}

/// An item that can be tried.
#[derive(Clone, Debug)]
pub struct ItemTried {
    /// The item as its page shows it.
    pub story: ItemStory,
    /// What is needed to try it.
    pub trying: TryingItem,
    /// The assessment in work, whose questions can be answered again.
    pub in_work: Option<AssessmentId>,
}

/// A software item with all that is needed to try its class. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when there is no such item in use.
pub async fn item(
    service: &Service,
    who: &Actor,
    product: ProductId,
    number: i32,
) -> Result<ItemTried, Failure> {
    let story = crate::items::item(service, who, product, number).await?;
    if story.withdrawn.is_some() {
        return Err(Failure::NotFound);
    }
    let standpoint = standpoint(service, who, product).await?;
    let tree = &story.items.tree;
    let trying = TryingItem {
        of_record: tree.of_record,
        items: tree.items.iter().map(|placed| placed.item.clone()).collect(),
        names: tree
            .items
            .iter()
            .map(|placed| (placed.item.number, story.items.name(placed.item.number).to_owned()))
            .collect(),
        number,
        inputs: standpoint.inputs(),
    };
    Ok(ItemTried { story, trying, in_work: standpoint.in_work })
}
