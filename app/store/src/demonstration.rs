//! The demonstration, as far as it is not products, hazards and the like.

use crate::{StoreError, WriteTx};

/// Whether the demonstration was loaded, or is being loaded by somebody else; nobody else loads it until this
/// transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(tx: &mut WriteTx) -> Result<bool, StoreError> {
    let alone = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('demonstration', 0)) as "alone!""#
    )
    .fetch_one(tx.connection())
    .await?;
    if !alone {
        return Ok(true);
    }
    let there =
        sqlx::query_scalar!(r#"select exists (select from app.product where demonstration) as "there!""#)
            .fetch_one(tx.connection())
            .await?;
    Ok(there)
}
