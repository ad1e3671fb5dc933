//! One product at a glance, and all products on one page: what the other areas say, brought together.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::assessment::Classification;
use domain::contradiction::{ItemsSay, Known, Moved, Said, find};
use domain::finding::Level;
use domain::ids::ProductId;
use domain::item::{Item, Tree};
use domain::product::Product;
use domain::scheme::Telling;
use store::Actor;
use store::products::{LastChange, ListedProduct};

use crate::classification::{self, InWork, Standing};
use crate::deliverables;
use crate::features::{self, Feature};
use crate::hazards::{self, RegisterSummary};
use crate::trail::{self, Story};
use crate::what_if::{self, Standpoint};
use crate::{Failure, Service, items, products};

/// How many of the last changes an overview shows.
const LAST_CHANGES: i64 = 5;

/// One product at a glance.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The product.
    pub product: Product,
    /// Its classification: of record and in work.
    pub standing: Standing,
    /// The verdicts in words.
    pub verdicts: Verdicts,
    /// What was said about it, for what does not go together.
    pub standpoint: Standpoint,
    /// Its hazard register in numbers, with what is wrong with its software items.
    pub register: RegisterSummary,
    /// Its deliverables in numbers.
    pub deliverables: deliverables::Summary,
    /// The features in work, newest first.
    pub features: Vec<Feature>,
    /// The last changes, newest first.
    pub latest: Story,
}

/// The verdicts that an overview shows.
#[derive(Clone, Debug)]
pub enum Verdicts {
    /// Nobody has answered anything.
    None,
    /// Those of record, from the approved assessment.
    OfRecord(Vec<Telling>),
    /// Only a draft says something; class C applies until it is approved.
    Draft(Vec<Telling>),
}

/// One product in the portfolio.
#[derive(Clone, Debug)]
pub struct PortfolioLine {
    /// The product.
    pub product: ListedProduct,
    /// The classification of record.
    pub of_record: Classification,
    /// Whether one was ever approved.
    pub is_classified: bool,
    /// The assessment in work.
    pub draft: Option<InWork>,
    /// Features that wait for a reviewer.
    pub features_waiting: usize,
    /// Owed deliverables that are approved, and all owed.
    pub approved: (usize, usize),
    /// Findings of the register, of the items, and of the items beside the class of record, that block.
    pub blocks: usize,
    /// The same that warn.
    pub warns: usize,
    /// Who wrote last to anything in the product, and when.
    pub last_change: Option<LastChange>,
}

/// How many products a page of the portfolio shows.
pub const PORTFOLIO_PAGE: usize = 50;

/// One page of the portfolio.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// The products, those in work first, by name.
    pub lines: Vec<PortfolioLine>,
    /// How many products that were found stand before these.
    pub before: usize,
    /// How many were found.
    pub found: usize,
    /// How many there are.
    pub all: usize,
    /// The last product of this page, when another page follows.
    pub next: Option<ProductId>,
    /// Whether the demonstration is among all of them.
    pub has_demonstration: bool,
}

/// One product at a glance. Permission: view the product and its trail, which come together.
///
/// # Errors
/// Not found without a role in it.
pub async fn show(service: &Service, who: &Actor, product: ProductId) -> Result<Overview, Failure> {
    let stored = products::show(service, who, product).await?;
    let standing = classification::standing(service, who, product).await?;
    let verdicts = verdicts(service, who, product, &standing).await?;
    let items = items::items(service, who, product).await?;
    let mut owed = deliverables::summaries(service, &BTreeMap::from([(product, standing.clone())])).await?;
    Ok(Overview {
        product: stored,
        verdicts,
        standing,
        standpoint: what_if::standpoint(service, who, product).await?,
        register: hazards::summary(service, who, product).await?.and(items.findings()),
        deliverables: owed.remove(&product).ok_or(Failure::NotFound)?,
        features: features::in_work(service, who, product).await?,
        latest: trail::latest(service, who, product, LAST_CHANGES).await?,
    })
}

async fn verdicts(
    service: &Service,
    who: &Actor,
    product: ProductId,
    standing: &Standing,
) -> Result<Verdicts, Failure> {
    if let Some(approved) = standing.approved {
        let opened = classification::open(service, who, product, approved).await?;
        return Ok(Verdicts::OfRecord(opened.record().verdicts));
    }
    if let Some(draft) = &standing.draft {
        let opened = classification::open(service, who, product, draft.assessment).await?;
        return Ok(Verdicts::Draft(opened.judgement().telling()));
    }
    Ok(Verdicts::None)
}

/// How much it weighs that the items do not go with the class of record, where there is one.
fn beside_the_record(of_record: Option<Classification>, tree: &Tree) -> impl Iterator<Item = Level> + use<> {
    let items: Vec<Item> = tree.items.iter().map(|placed| placed.item.clone()).collect();
    let found = of_record.map_or_else(Vec::new, |of_record| {
        let said = Said::of_classification(of_record);
        find(&Known { said: &said, register: None, items: ItemsSay::of(&items), moved: Moved::default() })
    });
    found.into_iter().map(|contradiction| contradiction.level)
}

/// The products in which the person has a role and whose name holds `name`, those in work first; a page of them, after
/// `after`. Permission: view each.
///
/// # Errors
/// When the database does not answer.
pub async fn portfolio(
    service: &Service,
    who: &Actor,
    name: &str,
    after: Option<ProductId>,
) -> Result<Portfolio, Failure> {
    let listed: Vec<ListedProduct> = products::portfolio(service, who)
        .await?
        .into_iter()
        .filter(|listed| who.may(Permission::ViewProduct, listed.id))
        .collect();
    let (all, has_demonstration) = (listed.len(), listed.iter().any(|listed| listed.demonstration));
    let wanted = crate::typed::normal(name).trim().to_lowercase();
    let mut listed: Vec<ListedProduct> =
        listed.into_iter().filter(|listed| listed.name.to_lowercase().contains(&wanted)).collect();
    let found = listed.len();
    let place = after.and_then(|after| listed.iter().position(|listed| listed.id == after));
    let before = place.map_or(0, |place| place + 1);
    listed.drain(..before);
    let more = listed.len() > PORTFOLIO_PAGE;
    listed.truncate(PORTFOLIO_PAGE);
    let next = listed.last().filter(|_| more).map(|listed| listed.id);
    let ids: Vec<ProductId> = listed.iter().map(|listed| listed.id).collect();
    let mut standings = classification::standings(service, who, &ids).await?;
    let waiting = features::waiting(service, who, &ids).await?;
    let mut last: BTreeMap<ProductId, LastChange> =
        store::products::last_changes(service.store(), &ids).await?.into_iter().collect();
    let owed = deliverables::summaries(service, &standings).await?;
    let mut weights = hazards::weights(service, who, &ids).await?;
    for product in store::items::among(service.store(), &ids).await? {
        let found = items::items(service, who, product).await?;
        let of_record = standings.get(&product).filter(|it| it.approved.is_some()).map(|it| it.of_record);
        let levels = found.findings().into_iter().map(|finding| finding.level);
        let levels: Vec<Level> = levels.chain(beside_the_record(of_record, &found.tree)).collect();
        let count = |level| i64::try_from(levels.iter().filter(|found| **found == level).count());
        let (blocks, warns) = weights.entry(product).or_default();
        *blocks += count(Level::Blocks).unwrap_or(i64::MAX);
        *warns += count(Level::Warns).unwrap_or(i64::MAX);
    }
    let line = |product: ListedProduct| {
        let standing = standings.remove(&product.id).unwrap_or_else(Standing::unclassified);
        let approved = owed.get(&product.id).map_or((0, 0), |owed| {
            let there = owed.counts.iter().filter(|(status, _)| !status.is_gap());
            (there.map(|(_, count)| count).sum(), owed.owed())
        });
        let (blocks, warns) = weights.get(&product.id).copied().unwrap_or_default();
        let count = |found: i64| usize::try_from(found).unwrap_or_default();
        PortfolioLine {
            of_record: standing.of_record,
            is_classified: standing.approved.is_some(),
            draft: standing.draft,
            approved,
            blocks: count(blocks),
            warns: count(warns),
            features_waiting: count(waiting.get(&product.id).copied().unwrap_or_default()),
            last_change: last.remove(&product.id),
            product,
        }
    };
    let lines = listed.into_iter().map(line).collect();
    Ok(Portfolio { lines, before, found, all, next, has_demonstration })
}
