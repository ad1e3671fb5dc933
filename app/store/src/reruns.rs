//! Records run again under other rule packs.

use domain::assessment::Record;
use domain::ids::{AssessmentId, PersonId, ProductId, RerunId};
use domain::rerun::Rerun;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Store, StoreError, WriteTx};

/// The assessment of record of a product in work.
#[derive(Clone, Debug)]
pub struct OfRecord {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Its number in the product.
    pub number: i32,
    /// What was approved.
    pub record: Record,
    /// When.
    pub approved_at: OffsetDateTime,
}

/// The assessments of record of several products, by the names of the products. Archived products are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn of_record(store: &Store, products: &[ProductId]) -> Result<Vec<OfRecord>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select a.product_id, d.name, a.assessment_id, a.number, a.record as "record!", a.changed_at
         from app.assessment a join app.product d using (product_id)
         where a.product_id = any($1) and a.state = 'approved' and d.archived_at is null and a.record is not null
         order by d.name, a.product_id"#,
        &products,
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OfRecord {
                product: row.product_id.into(),
                name: row.name,
                assessment: row.assessment_id.into(),
                number: row.number,
                record: serde_json::from_value(row.record).map_err(unreadable)?,
                approved_at: row.changed_at,
            })
        })
        .collect()
}

fn unreadable(cause: serde_json::Error) -> StoreError {
    StoreError::Database(sqlx::Error::Decode(cause.into()))
}

/// A re-run to be kept.
#[derive(Clone, Debug)]
pub struct NewRerun {
    /// Its identifier.
    pub id: RerunId,
    /// The product.
    pub product: ProductId,
    /// The assessment of record whose answers were run again.
    pub assessment: AssessmentId,
    /// Under what.
    pub under: String,
    /// Whether that is a draft.
    pub draft: bool,
    /// The packs, by name and version.
    pub packs: Vec<String>,
    /// Whether anything would change.
    pub moves: bool,
    /// Verdict by verdict.
    pub record: Value,
    /// Who ran it.
    pub by: PersonId,
}

/// Keeps a re-run.
///
/// # Errors
/// When the database refuses.
pub async fn keep(tx: &mut WriteTx, rerun: &NewRerun) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.rerun (rerun_id, product_id, assessment_id, under, draft, packs, moves, record, person_id,
                                revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        rerun.id.uuid(),
        rerun.product.uuid(),
        rerun.assessment.uuid(),
        rerun.under,
        rerun.draft,
        &rerun.packs,
        rerun.moves,
        rerun.record,
        rerun.by.uuid(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A re-run that was kept.
#[derive(Clone, Debug)]
pub struct KeptRerun {
    /// The number of the assessment whose answers were run again.
    pub assessment: i32,
    /// Whether it was under a draft.
    pub draft: bool,
    /// The packs, by name and version.
    pub packs: Vec<String>,
    /// Verdict by verdict.
    pub rerun: Rerun,
    /// Who ran it.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// The re-runs kept for a product, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(store: &Store, product: ProductId) -> Result<Vec<KeptRerun>, StoreError> {
    let rows = sqlx::query!(
        "select a.number, r.draft, r.packs, r.record, p.name, r.created_at
         from app.rerun r join app.assessment a using (assessment_id) join app.person p using (person_id)
         where r.product_id = $1 order by r.created_at desc, r.rerun_id desc limit 50",
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(KeptRerun {
                assessment: row.number,
                draft: row.draft,
                packs: row.packs,
                rerun: serde_json::from_value(row.record).map_err(unreadable)?,
                by: row.name,
                at: row.created_at,
            })
        })
        .collect()
}
