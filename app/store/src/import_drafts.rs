//! Files that people bring for the register, and how the last one of a product was read.

use domain::ids::{ImportDraftId, PersonId, ProductId};
use serde_json::Value;
use time::OffsetDateTime;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// How long a file is kept.
const DAYS: i32 = 7;
/// The most files that a person may have lying in one product; an older one makes room.
const MOST: i64 = 3;

/// A file that somebody brought.
#[derive(Clone, Debug)]
pub struct ImportDraft {
    /// The identifier.
    pub id: ImportDraftId,
    /// Its product.
    pub product: ProductId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is called.
    pub file_name: String,
    /// SHA-256 of the file.
    pub digest: Vec<u8>,
    /// The file; empty once it was imported.
    pub file: Vec<u8>,
    /// How it is read.
    pub arrangement: Value,
    /// What came of it.
    pub outcome: Option<Value>,
}

/// Keeps a file.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(store: &Store, draft: &ImportDraft) -> Result<(), StoreError> {
    sqlx::query!(
        "with room as (
             delete from run.import_draft where import_draft_id in (
                 select import_draft_id from run.import_draft where product_id = $2 and person_id = $3
                  order by created_at desc offset $8))
         insert into run.import_draft (import_draft_id, product_id, person_id, file_name, digest, file, arrangement,
                                       expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $9))",
        draft.id.uuid(),
        draft.product.uuid(),
        draft.person.uuid(),
        draft.file_name,
        draft.digest,
        draft.file,
        draft.arrangement,
        MOST - 1,
        DAYS
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// A file of this person in this product.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none, or its time is over.
pub async fn find(
    store: &Store,
    product: ProductId,
    person: PersonId,
    draft: ImportDraftId,
) -> Result<ImportDraft, StoreError> {
    let row = sqlx::query!(
        "select file_name, digest, file, arrangement, outcome from run.import_draft
          where import_draft_id = $1 and product_id = $2 and person_id = $3 and expires_at > now()",
        draft.uuid(),
        product.uuid(),
        person.uuid()
    )
    .fetch_optional(&store.write)
    .await?
    .ok_or(StoreError::NotFound)?;
    Ok(ImportDraft {
        id: draft,
        product,
        person,
        file_name: row.file_name,
        digest: row.digest,
        file: row.file,
        arrangement: row.arrangement,
        outcome: row.outcome,
    })
}

/// The files of this person in this product that were not imported yet: identifier, name and when each came.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    store: &Store,
    product: ProductId,
    person: PersonId,
) -> Result<Vec<(ImportDraftId, String, OffsetDateTime)>, StoreError> {
    let rows = sqlx::query!(
        "select import_draft_id, file_name, created_at from run.import_draft
          where product_id = $1 and person_id = $2 and outcome is null and expires_at > now() order by created_at desc",
        product.uuid(),
        person.uuid()
    )
    .fetch_all(&store.write)
    .await?;
    Ok(rows.into_iter().map(|row| (row.import_draft_id.into(), row.file_name, row.created_at)).collect())
}

/// Changes how a file is read.
///
/// # Errors
/// When the database does not answer.
pub async fn arrange(store: &Store, draft: ImportDraftId, arrangement: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "update run.import_draft set arrangement = $2 where import_draft_id = $1 and outcome is null",
        draft.uuid(),
        arrangement
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// Throws a file away.
///
/// # Errors
/// When the database does not answer.
pub async fn discard(store: &Store, draft: ImportDraftId) -> Result<(), StoreError> {
    sqlx::query!("delete from run.import_draft where import_draft_id = $1", draft.uuid())
        .execute(&store.write)
        .await?;
    Ok(())
}

/// Notes what came of a file, and empties it: it is imported once.
///
/// # Errors
/// [`StoreError::Stale`] when it was imported already.
pub async fn note_outcome(tx: &mut WriteTx, draft: ImportDraftId, outcome: &Value) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update run.import_draft set outcome = $2, file = '' where import_draft_id = $1 and outcome is null",
        draft.uuid(),
        outcome
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// How the product's last file was read.
///
/// # Errors
/// When the database does not answer.
pub async fn kept_arrangement(store: &Store, product: ProductId) -> Result<Option<Value>, StoreError> {
    let kept =
        sqlx::query_scalar!("select kept from run.import_arrangement where product_id = $1", product.uuid())
            .fetch_optional(store.read())
            .await?;
    Ok(kept)
}

/// Keeps how a file is read for the product's next one.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_arrangement(store: &Store, product: ProductId, kept: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into run.import_arrangement (product_id, kept) values ($1, $2)
         on conflict (product_id) do update set kept = excluded.kept, changed_at = now()",
        product.uuid(),
        kept
    )
    .execute(&store.write)
    .await?;
    Ok(())
}
