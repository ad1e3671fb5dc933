//! Old answers under other rule packs: which products would change. Looking changes nothing; what is kept is a record
//! of its own, and the record that it started from stays as it was.

use domain::access::Permission;
use domain::assessment::AssessmentCode;
use domain::ids::{AssessmentId, ProductId, RerunId};
use domain::rerun::{Rerun, Under, rerun};
use domain::violation::{Code, Violation};
pub use store::reruns::KeptRerun;
use store::reruns::{NewRerun, OfRecord};
use store::{Action, Actor};
use time::OffsetDateTime;

use crate::{Failure, Service, fresh};

/// One product's record, run again.
#[derive(Clone, Debug)]
pub struct ProductRerun {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The assessment of record.
    pub assessment: AssessmentId,
    /// Its number in the product.
    pub number: i32,
    /// When it was approved.
    pub approved_at: OffsetDateTime,
    /// What it would come to.
    pub rerun: Rerun,
    /// Whether the person may keep the re-run.
    pub may_keep: bool,
}

/// Runs the records of all products of the person again. Everybody: own products.
///
/// # Errors
/// When the database does not answer.
pub async fn portfolio(service: &Service, who: &Actor, under: Under) -> Result<Vec<ProductRerun>, Failure> {
    let mine: Vec<ProductId> = who.roles().keys().copied().collect();
    let records = store::reruns::of_record(service.store(), &mine).await?;
    Ok(records.into_iter().map(|of_record| run(who, of_record, under)).collect())
}

fn run(who: &Actor, of_record: OfRecord, under: Under) -> ProductRerun {
    ProductRerun {
        rerun: rerun(&of_record.record, under),
        may_keep: who.may(Permission::EditAssessment, of_record.product),
        product: of_record.product,
        name: of_record.name,
        assessment: of_record.assessment,
        number: of_record.number,
        approved_at: of_record.approved_at,
    }
}

/// Keeps the re-run of one product as a record. Permission: edit assessments.
///
/// # Errors
/// Not found, also for packs that are not known; forbidden; rejected without an assessment of record.
pub async fn keep(
    service: &Service,
    who: &Actor,
    product: ProductId,
    under: Option<Under>,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let under = under.ok_or(Failure::NotFound)?;
    let record = store::reruns::of_record(service.store(), &[product]).await?.pop();
    let Some(record) = record else {
        return Err(Violation::error("", Code::Assessment(AssessmentCode::NotDecided)).into());
    };
    let run = run(who, record, under);
    let kept = NewRerun {
        id: fresh::id::<RerunId>(),
        product,
        assessment: run.assessment,
        under: under.name().to_owned(),
        draft: under.is_draft(),
        packs: under.packs(),
        moves: run.rerun.moves(),
        record: serde_json::to_value(&run.rerun).map_err(|cause| Failure::Internal(Box::new(cause)))?,
        by: who.person(),
    };
    service
        .store()
        .write(&grant, Action("rerun.kept"), None, move |tx| {
            Box::pin(async move { store::reruns::keep(tx, &kept).await })
        })
        .await?;
    Ok(())
}

/// Keeps the re-runs of all products in which the person may; answers how many. Permission: edit assessments, in at
/// least one product.
///
/// # Errors
/// Forbidden where there is none.
pub async fn keep_all(service: &Service, who: &Actor, under: Option<Under>) -> Result<usize, Failure> {
    let under = under.ok_or(Failure::NotFound)?;
    let runs = portfolio(service, who, under).await?;
    let mine: Vec<ProductId> = runs.into_iter().filter(|run| run.may_keep).map(|run| run.product).collect();
    if mine.is_empty() {
        return Err(Failure::Forbidden);
    }
    for product in &mine {
        keep(service, who, *product, Some(under)).await?;
    }
    Ok(mine.len())
}

/// The re-runs kept for a product, the newest first. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn kept(service: &Service, who: &Actor, product: ProductId) -> Result<Vec<KeptRerun>, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(store::reruns::kept(service.store(), product).await?)
}
