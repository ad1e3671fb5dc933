//! Memberships: who has which role in which product.

use domain::access::Role;
use domain::ids::{MembershipId, PersonId, ProductId};
use domain::revision::Revision;
use time::OffsetDateTime;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// A role that a person has in a product.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The identifier.
    pub membership: MembershipId,
    /// The product.
    pub product: ProductId,
    /// The product's name.
    pub product_name: String,
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub person_name: String,
    /// The person's address.
    pub person_email: String,
    /// Whether the person's account is disabled, which makes the role sleep.
    pub is_person_disabled: bool,
    /// Whether the person is a name of the demonstration.
    pub is_person_of_demonstration: bool,
    /// The role.
    pub role: Role,
    /// How often the record was written.
    pub revision: Revision,
    /// Since when.
    pub created_at: OffsetDateTime,
}

/// A product in work, by name.
#[derive(Clone, Debug)]
pub struct Product {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
}

/// All products in work, by name: where a role could be given.
///
/// # Errors
/// When the database does not answer.
pub async fn products(store: &Store) -> Result<Vec<Product>, StoreError> {
    let rows = sqlx::query!(
        "select product_id, name from app.product where archived_at is null order by lower(name), product_id
         limit 1000"
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Product { product: ProductId::from(row.product_id), name: row.name })
        .collect())
}

macro_rules! membership {
    ($row:expr) => {{
        let row = $row;
        Role::named(&row.role).map(|role| Membership {
            membership: MembershipId::from(row.membership_id),
            product: ProductId::from(row.product_id),
            product_name: row.product_name,
            person: PersonId::from(row.person_id),
            person_name: row.person_name,
            person_email: row.person_email,
            is_person_disabled: row.is_person_disabled,
            is_person_of_demonstration: row.is_person_of_demonstration,
            role,
            revision: Revision(row.revision),
            created_at: row.created_at,
        })
    }};
}

/// The roles in a product, by the names of the people.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product(store: &Store, product: ProductId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query!(
        r#"select m.membership_id, m.product_id, d.name as product_name, m.person_id, p.name as person_name,
                  p.email as person_email, p.disabled_at is not null as "is_person_disabled!",
                  p.demonstration as is_person_of_demonstration, m.role, m.revision,
                  m.created_at
           from app.membership m join app.person p using (person_id) join app.product d using (product_id)
           where m.product_id = $1 and m.ended_at is null
           order by lower(p.name), m.person_id, m.membership_id"#,
        product.uuid(),
    )
    .fetch_all(&store.write)
    .await?;
    Ok(rows.into_iter().filter_map(|row| membership!(row)).collect())
}

/// The roles of a person, by the names of the products.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(store: &Store, person: PersonId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query!(
        r#"select m.membership_id, m.product_id, d.name as product_name, m.person_id, p.name as person_name,
                  p.email as person_email, p.disabled_at is not null as "is_person_disabled!",
                  p.demonstration as is_person_of_demonstration, m.role, m.revision,
                  m.created_at
           from app.membership m join app.person p using (person_id) join app.product d using (product_id)
           where m.person_id = $1 and m.ended_at is null
           order by lower(d.name), m.product_id, m.membership_id"#,
        person.uuid(),
    )
    .fetch_all(&store.write)
    .await?;
    Ok(rows.into_iter().filter_map(|row| membership!(row)).collect())
}

/// One role that has not ended.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub async fn load(store: &Store, membership: MembershipId) -> Result<Membership, StoreError> {
    let row = sqlx::query!(
        r#"select m.membership_id, m.product_id, d.name as product_name, m.person_id, p.name as person_name,
                  p.email as person_email, p.disabled_at is not null as "is_person_disabled!",
                  p.demonstration as is_person_of_demonstration, m.role, m.revision,
                  m.created_at
           from app.membership m join app.person p using (person_id) join app.product d using (product_id)
           where m.membership_id = $1 and m.ended_at is null"#,
        membership.uuid(),
    )
    .fetch_one(&store.write)
    .await?;
    membership!(row).ok_or(StoreError::NotFound)
}

/// Gives a role.
///
/// # Errors
/// Constraint `membership_once` when the person has it already.
pub async fn give(
    tx: &mut WriteTx,
    membership: MembershipId,
    product: ProductId,
    person: PersonId,
    role: Role,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.membership (membership_id, product_id, person_id, role, revision)
         values ($1, $2, $3, $4, 1)",
        membership.uuid(),
        product.uuid(),
        person.uuid(),
        role.name(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends a role.
///
/// # Errors
/// [`StoreError::Stale`] when it has ended already.
pub async fn end(tx: &mut WriteTx, membership: MembershipId) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.membership set ended_at = now(), revision = revision + 1, changed_at = now()
         where membership_id = $1 and ended_at is null",
        membership.uuid(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
