//! Whether a product's software system takes the route for legacy software (IEC 62304 clause 4.4).

use std::collections::BTreeSet;

use domain::deliverable::legacy::{LegacyAnswer, LegacyAnswers, LegacyRoute};
use domain::ids::{LegacyRouteId, ProductId};
use domain::revision::Revision;
use domain::text::Reason;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// What is on record, with its key and how often it was written.
#[derive(Clone, Debug)]
pub struct LegacyRecord {
    /// The record.
    pub id: LegacyRouteId,
    /// What it says.
    pub route: LegacyRoute,
    /// How often it was written.
    pub revision: Revision,
}

/// What is on record about the route; none while nobody has answered the questions.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product(store: &Store, product: ProductId) -> Result<Option<LegacyRecord>, StoreError> {
    let row = sqlx::query!(
        "select legacy_route_id, placed, marketed, evidence_lacking, basis, taken_because, revision
           from app.legacy_route where product_id = $1",
        product.uuid()
    )
    .fetch_optional(store.read())
    .await?;
    let answer = |name: &str| LegacyAnswer::named(name).unwrap_or(LegacyAnswer::Unknown);
    Ok(row.map(|row| LegacyRecord {
        id: row.legacy_route_id.into(),
        route: LegacyRoute {
            answers: LegacyAnswers {
                placed: answer(&row.placed),
                marketed: answer(&row.marketed),
                evidence_lacking: answer(&row.evidence_lacking),
            },
            basis: Reason::stored(row.basis),
            taken_because: row.taken_because.map(Reason::stored),
        },
        revision: Revision(row.revision),
    }))
}

/// Those of these products whose software system takes the route.
///
/// # Errors
/// When the database does not answer.
pub async fn taken_by(store: &Store, products: &[ProductId]) -> Result<BTreeSet<ProductId>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let taken = sqlx::query_scalar!(
        "select product_id from app.legacy_route where product_id = any ($1) and taken_because is not null",
        &products
    )
    .fetch_all(store.read())
    .await?;
    Ok(taken.into_iter().map(ProductId::from).collect())
}

/// Writes it on top of `revision`; 0 for the first time.
///
/// # Errors
/// [`StoreError::Stale`] when somebody wrote it since.
pub async fn write(
    tx: &mut WriteTx,
    product: ProductId,
    id: LegacyRouteId,
    revision: Revision,
    route: &LegacyRoute,
) -> Result<(), StoreError> {
    let LegacyRoute { answers, basis, taken_because } = route;
    let taken_because = taken_because.as_ref().map(Reason::as_str);
    let done = if revision.0 == 0 {
        sqlx::query!(
            "insert into app.legacy_route (legacy_route_id, product_id, placed, marketed, evidence_lacking, basis,
                                           taken_because, revision)
             values ($1, $2, $3, $4, $5, $6, $7, 1) on conflict on constraint legacy_route_once do nothing",
            id.uuid(),
            product.uuid(),
            answers.placed.name(),
            answers.marketed.name(),
            answers.evidence_lacking.name(),
            basis.as_str(),
            taken_because
        )
        .execute(tx.connection())
        .await?
    } else {
        sqlx::query!(
            "update app.legacy_route set placed = $3, marketed = $4, evidence_lacking = $5, basis = $6,
                    taken_because = $7, revision = revision + 1, changed_at = now()
              where product_id = $1 and revision = $2",
            product.uuid(),
            revision.0,
            answers.placed.name(),
            answers.marketed.name(),
            answers.evidence_lacking.name(),
            basis.as_str(),
            taken_because
        )
        .execute(tx.connection())
        .await?
    };
    changed(done.rows_affected())
}
