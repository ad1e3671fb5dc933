//! Products.

use domain::access::Role;
use domain::ids::{MembershipId, PersonId, ProductId};
use domain::product::{Lifecycle, Market, Product, Profile};
use domain::revision::Revision;
use domain::text::{Name, Reason, Statement};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// A product in a list, or in the frame around its pages.
#[derive(Clone, Debug)]
pub struct ListedProduct {
    /// Its identifier.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
    /// Whether it came with Hazel to show it.
    pub demonstration: bool,
    /// Why it is archived, when it is.
    pub archived: Option<String>,
    /// When its own record was last written.
    pub changed_at: OffsetDateTime,
}

/// Who wrote the newest version of a record, and when.
#[derive(Clone, Debug)]
pub struct LastChange {
    /// The person, or the system actor.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// The products among `ids`, those in work first, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store, ids: &[ProductId]) -> Result<Vec<ListedProduct>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        "select product_id, name, lifecycle, demonstration, archived_reason, changed_at
         from app.product where product_id = any($1)
         order by archived_at is not null, lower(name), product_id",
        &ids,
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ListedProduct {
                id: row.product_id.into(),
                name: row.name,
                lifecycle: lifecycle(&row.lifecycle)?,
                demonstration: row.demonstration,
                archived: row.archived_reason,
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// One product.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub async fn load(store: &Store, product: ProductId) -> Result<Product, StoreError> {
    let row = sqlx::query!(
        "select product_id, name, intended_purpose, intended_users, use_environment, markets, lifecycle, demonstration,
                archived_reason, revision
         from app.product where product_id = $1",
        product.uuid(),
    )
    .fetch_one(store.read())
    .await?;
    Ok(Product {
        id: row.product_id.into(),
        profile: Profile {
            name: Name::stored(row.name),
            intended_purpose: Statement::stored(row.intended_purpose),
            intended_users: row.intended_users.map(Statement::stored),
            use_environment: row.use_environment.map(Statement::stored),
            markets: markets(&row.markets),
            lifecycle: lifecycle(&row.lifecycle)?,
        },
        demonstration: row.demonstration,
        archived: row.archived_reason,
        revision: Revision(row.revision),
    })
}

/// Who wrote the newest version of the product, from the trail.
///
/// # Errors
/// [`StoreError::NotFound`] when the trail knows nothing of it.
pub async fn last_change(store: &Store, product: ProductId) -> Result<LastChange, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce(actor_name, system_actor, '') as "by!", at as "at!"
         from audit.entry_view where rec = $1 and ver is not null order by ver desc limit 1"#,
        product.uuid(),
    )
    .fetch_one(store.read())
    .await?;
    Ok(LastChange { by: row.by, at: row.at })
}

/// Who wrote last to anything in each of these products, and when.
///
/// # Errors
/// When the database does not answer.
pub async fn last_changes(
    store: &Store,
    products: &[ProductId],
) -> Result<Vec<(ProductId, LastChange)>, StoreError> {
    let ids: Vec<Uuid> = products.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select p.product_id as "product_id!", coalesce(e.actor_name, e.system_actor, '') as "by!", e.at as "at!"
         from unnest($1::uuid[]) as p (product_id),
              lateral (select v.actor_name, v.system_actor, v.at from audit.entry_view v
                       where v.product = p.product_id order by v.entry_id desc limit 1) e"#,
        &ids,
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id.into(), LastChange { by: row.by, at: row.at })).collect())
}

/// Writes a new product.
///
/// # Errors
/// Constraint `product_name_once` when another product in work has the name.
pub async fn insert(tx: &mut WriteTx, product: &Product) -> Result<(), StoreError> {
    let profile = &product.profile;
    sqlx::query!(
        "insert into app.product (product_id, name, intended_purpose, intended_users, use_environment, markets,
                                  lifecycle, demonstration, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        product.id.uuid(),
        profile.name.as_str(),
        profile.intended_purpose.as_str(),
        profile.intended_users.as_deref(),
        profile.use_environment.as_deref(),
        &market_keys(profile),
        profile.lifecycle.key(),
        product.demonstration,
        product.revision.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Gives a role in a new product to the person who started it.
///
/// # Errors
/// When the database refuses.
pub async fn give_role(
    tx: &mut WriteTx,
    membership: MembershipId,
    product: ProductId,
    person: PersonId,
    role: Role,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.membership (membership_id, product_id, person_id, role, revision) values ($1, $2, $3, $4, 1)",
        membership.uuid(),
        product.uuid(),
        person.uuid(),
        role.name(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes what people say about a product, on top of the revision that they saw.
///
/// # Errors
/// [`StoreError::Stale`] when it was written since, or archived.
pub async fn update(
    tx: &mut WriteTx,
    product: ProductId,
    profile: &Profile,
    seen: Revision,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.product
         set name = $3, intended_purpose = $4, intended_users = $5, use_environment = $6, markets = $7, lifecycle = $8,
             revision = revision + 1, changed_at = now()
         where product_id = $1 and revision = $2 and archived_at is null",
        product.uuid(),
        seen.0,
        profile.name.as_str(),
        profile.intended_purpose.as_str(),
        profile.intended_users.as_deref(),
        profile.use_environment.as_deref(),
        &market_keys(profile),
        profile.lifecycle.key(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Archives a product.
///
/// # Errors
/// [`StoreError::Stale`] when it is archived already or was written since.
pub async fn archive(
    tx: &mut WriteTx,
    product: ProductId,
    reason: &Reason,
    seen: Revision,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.product
         set archived_at = now(), archived_reason = $3, revision = revision + 1, changed_at = now()
         where product_id = $1 and revision = $2 and archived_at is null",
        product.uuid(),
        seen.0,
        reason.as_str(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Takes a product back from the archive.
///
/// # Errors
/// [`StoreError::Stale`] when it is not archived or was written since; constraint `product_name_once` when another
/// product in work has its name by now.
pub async fn unarchive(tx: &mut WriteTx, product: ProductId, seen: Revision) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.product
         set archived_at = null, archived_reason = null, revision = revision + 1, changed_at = now()
         where product_id = $1 and revision = $2 and archived_at is not null",
        product.uuid(),
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// The markets that a row names.
pub(crate) fn markets(keys: &[String]) -> Vec<Market> {
    keys.iter().filter_map(|key| Market::from_key(key)).collect()
}

fn market_keys(profile: &Profile) -> Vec<String> {
    profile.markets.iter().map(|market| market.key().to_owned()).collect()
}

/// The check constraint of the table knows the same list, so an unknown value means that program and schema differ.
fn lifecycle(key: &str) -> Result<Lifecycle, StoreError> {
    Lifecycle::from_key(key)
        .ok_or_else(|| StoreError::Database(sqlx::Error::Decode(format!("lifecycle {key}").into())))
}
