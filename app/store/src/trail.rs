//! The trail, read through the views that its owner grants; the tables behind them are out of reach.

use domain::ids::{PersonId, ProductId};
use serde_json::Value;
use sqlx::FromRow;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{Store, StoreError};

/// The newest entry, and how old it is.
#[derive(Clone, Copy, Debug)]
pub struct Newest {
    /// Its number; zero when the trail is empty.
    pub number: i64,
    /// Seconds since it was written, by the clock of the database that is written to.
    pub age_seconds: f64,
    /// Seconds by which the database that is read from is behind; zero when it is the same one.
    pub lag_seconds: f64,
}

/// The newest entry of the whole trail.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(store: &Store) -> Result<Newest, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce(max(entry_id), 0) as "number!",
                  coalesce(extract(epoch from clock_timestamp() - max(at)), 0)::float8 as "age!"
           from (select entry_id, at from audit.entry_view order by entry_id desc limit 1) newest"#,
    )
    .fetch_one(&store.write)
    .await?;
    let lag = sqlx::query_scalar!(
        r#"select case when pg_is_in_recovery() and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
                       then coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)
                       else 0 end::float8 as "lag!""#,
    )
    .fetch_one(&store.read)
    .await?;
    Ok(Newest { number: row.number, age_seconds: row.age, lag_seconds: lag })
}

/// What the entries of a list have in common. Everything that is absent filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Entries of these products …
    pub products: Vec<ProductId>,
    /// … and those that belong to no product.
    pub outside_products: bool,
    /// Made by this person.
    pub person: Option<PersonId>,
    /// Made by this system actor.
    pub system_actor: Option<String>,
    /// About this record.
    pub record: Option<Uuid>,
    /// About records of this kind.
    pub kind: Option<String>,
    /// Made by this action.
    pub action: Option<String>,
    /// Not earlier than this.
    pub from: Option<OffsetDateTime>,
    /// Earlier than this.
    pub until: Option<OffsetDateTime>,
    /// Made at this workstation.
    pub workstation: Option<String>,
    /// Before the entry of this number.
    pub before: Option<i64>,
}

/// One entry of the trail.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Entry {
    /// Its number; later entries have higher ones.
    #[sqlx(rename = "entry_id")]
    pub number: i64,
    /// When it was made, by the clock of the database.
    pub at: OffsetDateTime,
    /// What was done: `hazard.severity_set`.
    pub action: String,
    /// `insert`, `update` or `event`.
    pub change: String,
    /// The kind of record.
    #[sqlx(rename = "rec_type")]
    pub kind: String,
    /// The product it belongs to.
    pub product: Option<Uuid>,
    /// The record.
    #[sqlx(rename = "rec")]
    pub record: Option<Uuid>,
    /// The revision that it made.
    #[sqlx(rename = "ver")]
    pub version: Option<i32>,
    /// The person who did it.
    pub actor: Option<Uuid>,
    /// That person's name at the time.
    pub actor_name: Option<String>,
    /// The system actor that did it, where no person did.
    pub system_actor: Option<String>,
    /// Under which request; the log has the same.
    pub request: String,
    /// Why.
    pub reason: Option<String>,
    /// Where, as the person or an administrator has named it.
    pub workstation: Option<String>,
    /// The address that the request came from.
    pub client: Option<String>,
    /// The build of the program that wrote it.
    pub app_build: Option<String>,
    /// The record as it was after the change, or what there is to say about the event.
    pub body: Value,
    /// The record as it was before.
    pub old_body: Option<Value>,
}

/// The newest state of a record that an entry speaks of, to name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The record.
    pub record: Uuid,
    /// Its kind.
    pub kind: String,
    /// The record itself.
    pub body: Value,
}

/// How many entries were made on a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// The entries.
    pub entries: i64,
    /// When the first of them was made.
    pub first: OffsetDateTime,
}

/// The newest entries that a filter lets through, written once. `$1` to `$11` are bound by [`bound`], `$12` is the limit.
///
/// Product by product, and what belongs to none, each a range of one index: so it costs the same however long the trail.
macro_rules! found_sql {
    ($head:literal, $tail:literal) => {
        concat!(
            found_sql!(@head $head),
            "select entry_id, at from unnest($1::uuid[]) as wanted (wanted_product) cross join lateral (
                select entry_id, at from audit.entry_view where product = wanted_product ",
            found_sql!(@conditions),
            " order by entry_id desc limit $12) of_product
             union all
             (select entry_id, at from audit.entry_view where $2 and product is null ",
            found_sql!(@conditions),
            // Sorted by the product too, which is always absent here: only so the database sees that the index gives
            // the entries in order.
            " order by product, entry_id desc limit $12)
             order by entry_id desc limit $12",
            $tail
        )
    };
    (@head $head:literal) => { $head };
    (@conditions) => {
        "and ($3::uuid is null or actor = $3)
         and ($4::text is null or system_actor = $4)
         and ($5::uuid is null or rec = $5)
         and ($6::text is null or rec_type = $6)
         and ($7::text is null or action = $7)
         and ($8::timestamptz is null or at >= $8)
         and ($9::timestamptz is null or at < $9)
         and ($10::text is null or workstation = $10)
         and ($11::bigint is null or entry_id < $11)"
    };
}

/// Binds a filter to one of the queries above.
///
/// These queries are planned anew each time (`persistent(false)`): the conditions that are absent fall away, and the
/// index of the one that is present is used. They are therefore not among the queries checked when the crate is
/// built; the tests run each of them.
macro_rules! bound {
    ($sql:expr, $filter:expr) => {{
        let products: Vec<Uuid> = $filter.products.iter().map(|product| product.uuid()).collect();
        sqlx::query_as($sql)
            .persistent(false)
            .bind(products)
            .bind($filter.outside_products)
            .bind($filter.person.map(PersonId::uuid))
            .bind($filter.system_actor.as_deref())
            .bind($filter.record)
            .bind($filter.kind.as_deref())
            .bind($filter.action.as_deref())
            .bind($filter.from)
            .bind($filter.until)
            .bind($filter.workstation.as_deref())
            .bind($filter.before)
    }};
}

/// The newest entries that the filter lets through.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store, filter: &Filter, limit: i64) -> Result<Vec<Entry>, StoreError> {
    // Numbers first: names and old states are fetched only for the entries that are shown.
    const SQL: &str = found_sql!(
        "select entry_id, at, action, change, rec_type, product, rec, ver, actor, actor_name, system_actor, request,
                reason, workstation, host(client) as client, app_build, body, old_body
           from audit.entry_view where entry_id = any (array(select entry_id from (",
        ") found)) order by entry_id desc"
    );
    Ok(bound!(SQL, filter).bind(limit).fetch_all(store.read()).await?)
}

/// The newest entries that the filter lets through, counted up to `limit`, by the day (UTC) of their making; oldest
/// day first. When the limit was reached the oldest day is counted in part.
///
/// # Errors
/// When the database does not answer.
pub async fn days(store: &Store, filter: &Filter, limit: i64) -> Result<Vec<Day>, StoreError> {
    const SQL: &str = found_sql!(
        "select (at at time zone 'UTC')::date as day, count(*) as entries, min(at) as first from (",
        ") found group by 1 order by 1"
    );
    Ok(bound!(SQL, filter).bind(limit).fetch_all(store.read()).await?)
}

/// The newest entries about any of these records of one product.
///
/// # Errors
/// When the database does not answer.
pub async fn history(
    store: &Store,
    product: ProductId,
    records: &[Uuid],
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    // The records first (`offset 0` keeps it so): they have few entries, their product has many.
    let entries = sqlx::query_as!(
        Entry,
        r#"select entry_id as "number!", at as "at!", action as "action!", change as "change!", rec_type as "kind!",
                product, rec as record, ver as version, actor, actor_name, system_actor, request as "request!",
                reason, workstation, host(client) as client, app_build, body as "body!", old_body
         from audit.entry_view
         where entry_id = any (array(
             select entry_id from (
                 select entry_id, product from audit.entry_view where rec = any ($2) offset 0) of_records
             where product = $1 order by entry_id desc limit $3))
         order by entry_id desc"#,
        product.uuid(),
        records,
        limit
    )
    .fetch_all(store.read())
    .await?;
    Ok(entries)
}

/// The newest state of each of these records, wherever they belong.
///
/// # Errors
/// When the database does not answer.
pub async fn known(store: &Store, records: &[Uuid]) -> Result<Vec<Known>, StoreError> {
    let known = sqlx::query_as!(
        Known,
        r#"select distinct on (rec) rec as "record!", rec_type as "kind!", body as "body!"
         from audit.entry_view
         where rec = any($1) and ver is not null
         order by rec, ver desc"#,
        records
    )
    .fetch_all(store.read())
    .await?;
    Ok(known)
}

/// The people who have or had a role in one of these products, by name; all people when `everyone`.
///
/// # Errors
/// When the database does not answer.
pub async fn people(
    store: &Store,
    products: &[ProductId],
    everyone: bool,
) -> Result<Vec<(PersonId, String)>, StoreError> {
    if everyone {
        let people =
            sqlx::query!("select person_id, name from app.person order by lower(name), person_id limit 500")
                .fetch_all(store.read())
                .await?;
        return Ok(people.into_iter().map(|found| (found.person_id.into(), found.name)).collect());
    }
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let people = sqlx::query!(
        "select p.person_id, p.name from (
            select distinct m.person_id from app.membership m where m.product_id = any ($1)) member
           join app.person p on p.person_id = member.person_id
          order by lower(p.name), p.person_id limit 500",
        &products
    )
    .fetch_all(store.read())
    .await?;
    Ok(people.into_iter().map(|found| (found.person_id.into(), found.name)).collect())
}

/// Whether the guard against changes of the schema is in place; without a superuser at installation it is not.
///
/// # Errors
/// When the database does not answer.
pub async fn schema_guard_present(store: &Store) -> Result<bool, StoreError> {
    let present = sqlx::query_scalar!(r#"select audit.schema_guard_present() as "present!""#)
        .fetch_one(store.read())
        .await?;
    Ok(present)
}
