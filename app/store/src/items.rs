//! Software items, what is decided about the system that they make up, and the controls that are implemented in them.

use std::collections::BTreeMap;

use domain::ids::{ProductId, SoftwareItemId, SoftwareSystemId};
use domain::item::{ControlHere, GroupClass, ItemClass, ItemDescription, SoftwareItem};
use domain::revision::Revision;
use domain::scheme::iec62304::SafetyClass;
use domain::text::{Name, Reason, Statement};
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::hazards::next_number;
use crate::{Store, StoreError, WriteTx};

/// A risk control that an item implements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implemented {
    /// The number of the item.
    pub item: i32,
    /// The control's title.
    pub title: String,
    /// The control's number and the class of the risk.
    pub here: ControlHere,
    /// The number of the heaviest risk that it controls, the first of them; none while it controls nothing.
    pub risk: Option<i32>,
}

/// An item that is withdrawn.
#[derive(Clone, Debug)]
pub struct Withdrawn {
    /// The item as it was.
    pub item: SoftwareItem,
    /// When it was withdrawn.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: String,
}

/// What is decided about a software system as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemRecord {
    /// The record; none while nobody has said anything.
    pub id: Option<SoftwareSystemId>,
    /// How work for the system as a whole is classed, where that is not its highest class.
    pub group: Option<GroupClass>,
    /// How often it was written; 0 when there is none yet.
    pub revision: Revision,
}

/// A row whose sequence of events names an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedIn {
    /// The risk's number.
    pub risk: i32,
    /// The hazardous situation.
    pub situation: String,
}

async fn load(
    executor: impl PgExecutor<'_>,
    product: ProductId,
    withdrawn: bool,
) -> Result<Vec<Withdrawn>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.software_item_id, i.number, p.number as "parent?", i.name, i.description, i.class, i.segregation,
                  i.kept_effective, i.group_class, i.group_rationale, i.withdrawn_at, i.withdrawn_reason, i.revision
             from app.software_item i
             left join app.software_item p on p.software_item_id = i.parent_id
            where i.product_id = $1 and (i.withdrawn_at is not null) = $2
            order by i.number"#,
        product.uuid(),
        withdrawn
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Withdrawn {
            item: SoftwareItem {
                id: row.software_item_id.into(),
                number: row.number,
                parent: row.parent,
                description: ItemDescription {
                    name: Name::stored(row.name),
                    description: row.description.map(Statement::stored),
                },
                class: ItemClass {
                    own: row.class.as_deref().and_then(SafetyClass::named),
                    segregation: row.segregation.map(Statement::stored),
                    kept_effective: row.kept_effective.map(Statement::stored),
                },
                group: group(row.group_class.as_deref(), row.group_rationale),
                revision: Revision(row.revision),
            },
            at: row.withdrawn_at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            reason: row.withdrawn_reason.unwrap_or_default(),
        })
        .collect())
}

fn group(class: Option<&str>, rationale: Option<String>) -> Option<GroupClass> {
    let (class, rationale) = (SafetyClass::named(class?)?, rationale?);
    Some(GroupClass { class, rationale: Statement::stored(rationale) })
}

fn letter(class: Option<SafetyClass>) -> Option<&'static str> {
    class.map(SafetyClass::letter)
}

fn item_of(found: Withdrawn) -> SoftwareItem {
    found.item
}

/// The items of a product that are in use, by number.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product(store: &Store, product: ProductId) -> Result<Vec<SoftwareItem>, StoreError> {
    Ok(load(store.read(), product, false).await?.into_iter().map(item_of).collect())
}

/// Those of these products that have items.
///
/// # Errors
/// When the database does not answer.
pub async fn among(store: &Store, products: &[ProductId]) -> Result<Vec<ProductId>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let found = sqlx::query_scalar!(
        r#"select p.product_id as "product_id!" from unnest($1::uuid[]) as p (product_id)
            where exists (select from app.software_item i where i.product_id = p.product_id)"#,
        &products
    )
    .fetch_all(store.read())
    .await?;
    Ok(found.into_iter().map(ProductId::from).collect())
}

/// The items of a product that are withdrawn, by number.
///
/// # Errors
/// When the database does not answer.
pub async fn withdrawn(store: &Store, product: ProductId) -> Result<Vec<Withdrawn>, StoreError> {
    load(store.read(), product, true).await
}

/// The number of an item, from its key.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such item.
pub async fn number_of(store: &Store, product: ProductId, item: Uuid) -> Result<i32, StoreError> {
    sqlx::query_scalar!(
        "select number from app.software_item where product_id = $1 and software_item_id = $2",
        product.uuid(),
        item
    )
    .fetch_optional(store.read())
    .await?
    .ok_or(StoreError::NotFound)
}

async fn implemented_by(
    executor: impl PgExecutor<'_>,
    product: ProductId,
) -> Result<Vec<Implemented>, StoreError> {
    // The heaviest class first, so that the first row of each control says all.
    let rows = sqlx::query!(
        r#"select distinct on (c.number) c.number, c.title, i.number as item, s.controlled_class as "class?",
                  s.number as "risk?"
             from app.risk_control c
             join app.software_item i on i.software_item_id = c.software_item_id
             left join app.risk_control_use u on u.risk_control_id = c.risk_control_id and u.withdrawn_at is null
             left join run.risk_standing s on s.risk_id = u.risk_id
            where c.product_id = $1 and c.software_item_id is not null and c.withdrawn_at is null
            order by c.number, s.controlled_class desc nulls last, s.number"#,
        product.uuid()
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Implemented {
            item: row.item,
            title: row.title,
            here: ControlHere { control: row.number, class: class_of(row.class) },
            risk: row.risk,
        })
        .collect())
}

/// What `run.risk_standing` calls a class. A control that controls nothing yet needs nothing.
fn class_of(number: Option<i16>) -> SafetyClass {
    match number {
        Some(3) => SafetyClass::C,
        Some(2) => SafetyClass::B,
        _ => SafetyClass::A,
    }
}

/// The risk controls that are implemented in items, by number.
///
/// # Errors
/// When the database does not answer.
pub async fn implemented(store: &Store, product: ProductId) -> Result<Vec<Implemented>, StoreError> {
    implemented_by(store.read(), product).await
}

/// The rows of the register whose sequence of events names the item, by its name or its number. At most 30.
///
/// # Errors
/// When the database does not answer.
pub async fn named_in(
    store: &Store,
    product: ProductId,
    name: &Name,
    shown: &str,
) -> Result<Vec<NamedIn>, StoreError> {
    // Row by row (`offset 0` keeps it so): a join may be made by reading all risks.
    let rows = sqlx::query!(
        "select r.number, t.description
           from app.sequence_of_events q
          cross join lateral (
                select o.number, o.hazardous_situation_id from app.risk o
                 where o.sequence_of_events_id = q.sequence_of_events_id and o.withdrawn_at is null offset 0) r
           join app.hazardous_situation t on t.hazardous_situation_id = r.hazardous_situation_id
          where q.product_id = $1 and q.withdrawn_at is null and lower(q.item) in (lower($2), lower($3))
          order by r.number limit 30",
        product.uuid(),
        name.as_str(),
        shown
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| NamedIn { risk: row.number, situation: row.description }).collect())
}

/// What is decided about the software system of a product.
///
/// # Errors
/// When the database does not answer.
pub async fn system(store: &Store, product: ProductId) -> Result<SystemRecord, StoreError> {
    let row = sqlx::query!(
        "select software_system_id, group_class, group_rationale, revision from app.software_system
          where product_id = $1",
        product.uuid()
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.map_or(SystemRecord { id: None, group: None, revision: Revision(0) }, |row| SystemRecord {
        id: Some(row.software_system_id.into()),
        group: group(row.group_class.as_deref(), row.group_rationale),
        revision: Revision(row.revision),
    }))
}

/// Keeps others from changing the tree of a product, and from putting controls into it, until the transaction ends.
async fn hold_tree(tx: &mut WriteTx, product: ProductId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('app.software_item' || $1::uuid::text, 0))",
        product.uuid()
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The items in use and the controls in them, held until the transaction ends, so that nobody else changes the tree.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(
    tx: &mut WriteTx,
    product: ProductId,
) -> Result<(Vec<SoftwareItem>, BTreeMap<i32, Vec<ControlHere>>), StoreError> {
    hold_tree(tx, product).await?;
    let items = load(tx.connection(), product, false).await?.into_iter().map(item_of).collect();
    let mut controls: BTreeMap<i32, Vec<ControlHere>> = BTreeMap::new();
    for implemented in implemented_by(tx.connection(), product).await? {
        controls.entry(implemented.item).or_default().push(implemented.here);
    }
    Ok((items, controls))
}

/// The key of an item in use. It stays in use until the transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such item in use.
pub async fn key_within(
    tx: &mut WriteTx,
    product: ProductId,
    number: i32,
) -> Result<SoftwareItemId, StoreError> {
    hold_tree(tx, product).await?;
    sqlx::query_scalar!(
        "select software_item_id from app.software_item
          where product_id = $1 and number = $2 and withdrawn_at is null",
        product.uuid(),
        number
    )
    .fetch_optional(tx.connection())
    .await?
    .map(SoftwareItemId::from)
    .ok_or(StoreError::NotFound)
}

/// Puts a new item into the tree and gives its number.
///
/// # Errors
/// [`StoreError::Constraint`] `software_item_name_once` when another item in use has the name.
pub async fn insert(
    tx: &mut WriteTx,
    product: ProductId,
    id: SoftwareItemId,
    parent: Option<SoftwareItemId>,
    item: &ItemDescription,
    class: &ItemClass,
) -> Result<i32, StoreError> {
    let number = next_number!(tx, product, "app.software_item");
    sqlx::query!(
        "insert into app.software_item (software_item_id, product_id, number, parent_id, name, description, class,
                                        segregation, kept_effective, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        id.uuid(),
        product.uuid(),
        number,
        parent.map(SoftwareItemId::uuid),
        item.name.as_str(),
        item.description.as_ref().map(Statement::as_str),
        letter(class.own),
        class.segregation.as_ref().map(Statement::as_str),
        class.kept_effective.as_ref().map(Statement::as_str)
    )
    .execute(tx.connection())
    .await?;
    Ok(number)
}

/// Changes what an item is called and what it does.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more; [`StoreError::Constraint`] `software_item_name_once`.
pub async fn describe(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    description: &ItemDescription,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set name = $3, description = $4, revision = revision + 1, changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is null",
        item.uuid(),
        revision.0,
        description.name.as_str(),
        description.description.as_ref().map(Statement::as_str)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Writes a class on an item.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more.
pub async fn set_class(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    class: &ItemClass,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set class = $3, segregation = $4, kept_effective = $5, revision = revision + 1,
                changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is null",
        item.uuid(),
        revision.0,
        letter(class.own),
        class.segregation.as_ref().map(Statement::as_str),
        class.kept_effective.as_ref().map(Statement::as_str)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Writes how work for an item and what it holds is classed.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more.
pub async fn set_group(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    group: Option<&GroupClass>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set group_class = $3, group_rationale = $4, revision = revision + 1,
                changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is null",
        item.uuid(),
        revision.0,
        group.map(|group| group.class.letter()),
        group.map(|group| group.rationale.as_str())
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Writes how work for the system as a whole is classed, on top of `revision`; 0 for the first time.
///
/// # Errors
/// [`StoreError::Stale`] when somebody wrote it since.
pub async fn set_system_group(
    tx: &mut WriteTx,
    product: ProductId,
    id: SoftwareSystemId,
    revision: Revision,
    group: Option<&GroupClass>,
) -> Result<(), StoreError> {
    let (class, rationale) =
        (group.map(|group| group.class.letter()), group.map(|group| group.rationale.as_str()));
    let done = if revision.0 == 0 {
        sqlx::query!(
            "insert into app.software_system (software_system_id, product_id, group_class, group_rationale, revision)
             values ($1, $2, $3, $4, 1) on conflict on constraint software_system_once do nothing",
            id.uuid(),
            product.uuid(),
            class,
            rationale
        )
        .execute(tx.connection())
        .await?
    } else {
        sqlx::query!(
            "update app.software_system set group_class = $3, group_rationale = $4, revision = revision + 1,
                    changed_at = now()
              where product_id = $1 and revision = $2",
            product.uuid(),
            revision.0,
            class,
            rationale
        )
        .execute(tx.connection())
        .await?
    };
    changed(done.rows_affected())
}

/// Puts an item, and everything below it, elsewhere in the tree.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more.
pub async fn set_parent(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    parent: Option<SoftwareItemId>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set parent_id = $3, revision = revision + 1, changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is null",
        item.uuid(),
        revision.0,
        parent.map(SoftwareItemId::uuid)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Takes an item out of the tree.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more, or withdrawn already.
pub async fn withdraw(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    reason: &Reason,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set withdrawn_at = now(), withdrawn_reason = $3, revision = revision + 1,
                changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is null",
        item.uuid(),
        revision.0,
        reason.as_str()
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Takes a withdrawn item back, to that place.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more, or in use already; [`StoreError::Constraint`]
/// `software_item_name_once` when another item has its name by now.
pub async fn restore(
    tx: &mut WriteTx,
    item: SoftwareItemId,
    revision: Revision,
    parent: Option<SoftwareItemId>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.software_item set withdrawn_at = null, withdrawn_reason = null, parent_id = $3,
                revision = revision + 1, changed_at = now()
          where software_item_id = $1 and revision = $2 and withdrawn_at is not null",
        item.uuid(),
        revision.0,
        parent.map(SoftwareItemId::uuid)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
