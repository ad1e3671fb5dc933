//! The records of deliverables: one a product and deliverable, made when somebody first says something about it.

use std::collections::BTreeMap;

use domain::deliverable::{Deliverable, Status, Upkeep, catalogue};
use domain::ids::{DeliverableRecordId, PersonId, ProductId};
use domain::revision::Revision;
use domain::text::{Link, Reason, Statement};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// A record, as stored.
#[derive(Clone, Debug)]
pub struct DeliverableRecord {
    /// The identifier.
    pub id: DeliverableRecordId,
    /// The deliverable.
    pub deliverable: &'static Deliverable,
    /// What is said about it.
    pub upkeep: Upkeep,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// How often the record was written.
    pub revision: Revision,
}

/// A person who may own a deliverable: somebody with a role in the product and an account in use, or a name of the
/// demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossibleOwner {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
}

/// Who last wrote a record, and when.
#[derive(Clone, Debug)]
pub struct LastChange {
    /// The name at that time.
    pub by: String,
    /// The moment.
    pub at: OffsetDateTime,
}

/// All records of a product, in the order of the deliverables' numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product(store: &Store, product: ProductId) -> Result<Vec<DeliverableRecord>, StoreError> {
    Ok(of_products(store, &[product]).await?.remove(&product).unwrap_or_default())
}

/// All records of several products, each product's in the order of the deliverables' numbers; products without any
/// are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn of_products(
    store: &Store,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, Vec<DeliverableRecord>>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select r.product_id, r.deliverable_record_id, r.deliverable, r.status, r.reason, r.owner,
                  p.name as "owner_name?", r.due, r.link, r.note, r.revision
           from app.deliverable_record r left join app.person p on p.person_id = r.owner
           where r.product_id = any ($1)
           order by r.product_id, r.deliverable"#,
        &products,
    )
    .fetch_all(store.read())
    .await?;
    let mut records: BTreeMap<ProductId, Vec<DeliverableRecord>> = BTreeMap::new();
    for row in rows {
        let product = row.product_id.into();
        // What this build does not know is left out.
        let known = catalogue::deliverable(&row.deliverable).zip(Status::from_key(&row.status));
        let Some((deliverable, status)) = known else { continue };
        records.entry(product).or_default().push(DeliverableRecord {
            id: row.deliverable_record_id.into(),
            deliverable,
            upkeep: Upkeep {
                status,
                reason: row.reason.map(Reason::stored),
                owner: row.owner.map(PersonId::from),
                due: row.due,
                link: row.link.map(Link::stored),
                note: row.note.map(Statement::stored),
            },
            owner_name: row.owner_name,
            revision: Revision(row.revision),
        });
    }
    Ok(records)
}

/// Who may own a deliverable of the product, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn possible_owners(store: &Store, product: ProductId) -> Result<Vec<PossibleOwner>, StoreError> {
    let rows = sqlx::query!(
        "select p.person_id, p.name
         from (select distinct m.person_id from app.membership m where m.product_id = $1 and m.ended_at is null) member
         join app.person p on p.person_id = member.person_id
         where (p.disabled_at is null or p.demonstration)
         order by lower(p.name), p.person_id",
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| PossibleOwner { person: row.person_id.into(), name: row.name }).collect())
}

/// Who last wrote a record, from the trail.
///
/// # Errors
/// When the database does not answer.
pub async fn last_change(
    store: &Store,
    record: DeliverableRecordId,
) -> Result<Option<LastChange>, StoreError> {
    let row = sqlx::query!(
        r#"select e.actor_name, e.at as "at!"
           from audit.entry_view e
           where e.rec_type = 'deliverable_record' and e.rec = $1
           order by e.ver desc limit 1"#,
        record.uuid(),
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|row| LastChange { by: row.actor_name.unwrap_or_else(|| "Somebody".to_owned()), at: row.at }))
}

/// Makes the record of a deliverable.
///
/// # Errors
/// [`StoreError::Stale`] when there is one by now; [`StoreError::NotFound`] when the product is archived or gone.
pub async fn insert(
    tx: &mut WriteTx,
    id: DeliverableRecordId,
    product: ProductId,
    deliverable: &Deliverable,
    upkeep: &Upkeep,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "insert into app.deliverable_record
             (deliverable_record_id, product_id, deliverable, status, reason, owner, due, link, note, revision)
         select $1, product_id, $3, $4, $5, $6, $7, $8, $9, 1
         from app.product where product_id = $2 and archived_at is null
         on conflict on constraint deliverable_record_once do nothing",
        id.uuid(),
        product.uuid(),
        deliverable.id,
        upkeep.status.key(),
        upkeep.reason.as_deref(),
        upkeep.owner.map(PersonId::uuid),
        upkeep.due,
        upkeep.link.as_ref().map(Link::as_str),
        upkeep.note.as_deref(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Changes a record that is still at `revision`.
///
/// # Errors
/// [`StoreError::Stale`] when it is not, or when the product is archived.
pub async fn update(
    tx: &mut WriteTx,
    product: ProductId,
    deliverable: &Deliverable,
    revision: Revision,
    upkeep: &Upkeep,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.deliverable_record r
         set status = $4, reason = $5, owner = $6, due = $7, link = $8, note = $9,
             revision = r.revision + 1, changed_at = now()
         from app.product p
         where r.product_id = $1 and r.deliverable = $2 and r.revision = $3
           and p.product_id = r.product_id and p.archived_at is null",
        product.uuid(),
        deliverable.id,
        revision.0,
        upkeep.status.key(),
        upkeep.reason.as_deref(),
        upkeep.owner.map(PersonId::uuid),
        upkeep.due,
        upkeep.link.as_ref().map(Link::as_str),
        upkeep.note.as_deref(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
