//! Declarations that a hazard analysis is complete.

use domain::ids::{DeclarationId, PersonId, ProductId};
use domain::register::{Completeness, Declaration};
use domain::text::Reason;

use crate::{Store, StoreError, WriteTx};

/// How far a product's analysis is.
///
/// # Errors
/// When the database does not answer.
pub async fn completeness(store: &Store, product: ProductId) -> Result<Completeness, StoreError> {
    let row = sqlx::query!(
        r#"select d.reason, d.declared_rows, d.created_at, d.reopened_at, d.reopened_because, p.name as "name?"
             from app.completeness_declaration d
             left join app.person p on p.person_id = d.declared_by
            where d.product_id = $1 order by d.created_at desc limit 1"#,
        product.uuid()
    )
    .fetch_optional(store.read())
    .await?;
    let Some(row) = row else {
        return Ok(Completeness::NeverDeclared);
    };
    let declaration = Declaration {
        by: row.name.unwrap_or_else(|| "the demonstration".to_owned()),
        at: row.created_at,
        reason: row.reason,
        rows: row.declared_rows,
    };
    Ok(match row.reopened_at.zip(row.reopened_because) {
        None => Completeness::Declared(declaration),
        Some((at, because)) => Completeness::Reopened { declaration, at, because },
    })
}

/// Declares the analysis complete.
///
/// # Errors
/// [`StoreError::Stale`] when it is declared complete already.
pub async fn declare(
    tx: &mut WriteTx,
    product: ProductId,
    id: DeclarationId,
    by: Option<PersonId>,
    reason: &Reason,
    rows: i32,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "insert into app.completeness_declaration (completeness_declaration_id, product_id, declared_by, reason,
                                                   declared_rows, revision)
         values ($1, $2, $3, $4, $5, 1)",
        id.uuid(),
        product.uuid(),
        by.map(PersonId::uuid),
        reason.as_str(),
        rows
    )
    .execute(tx.connection())
    .await;
    match done.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(StoreError::Constraint(name)) if name == "completeness_declaration_stands_once" => {
            Err(StoreError::Stale)
        }
        Err(error) => Err(error),
    }
}

/// Ends the declaration that stands, when one does. Gives whether one did.
///
/// # Errors
/// When the database refuses.
pub async fn reopen(tx: &mut WriteTx, product: ProductId, because: &str) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update app.completeness_declaration set reopened_at = now(), reopened_because = $2, revision = revision + 1,
                changed_at = now()
          where product_id = $1 and reopened_at is null",
        product.uuid(),
        because
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}
