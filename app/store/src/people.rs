//! People: their accounts.

use domain::ids::PersonId;
use domain::revision::Revision;
use domain::text::{EmailAddress, Name};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::products::LastChange;
use crate::{Store, StoreError, WriteTx};

/// A person, as stored.
#[derive(Clone, Debug)]
pub struct Person {
    /// The identifier.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// Whether the person administers the installation.
    pub site_administrator: bool,
    /// Since when the account is disabled.
    pub disabled_at: Option<OffsetDateTime>,
    /// How often the record was written.
    pub revision: Revision,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// When the record was last written.
    pub changed_at: OffsetDateTime,
    /// When the person last did something; none before the first time.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Whether the person has chosen a password.
    pub has_password: bool,
    /// Whether the person is a name of the demonstration, with no way in.
    pub demonstration: bool,
}

struct Row {
    person_id: Uuid,
    name: String,
    email: String,
    site_administrator: bool,
    disabled_at: Option<OffsetDateTime>,
    revision: i32,
    created_at: OffsetDateTime,
    changed_at: OffsetDateTime,
    last_seen_at: Option<OffsetDateTime>,
    has_password: bool,
    demonstration: bool,
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            person: PersonId::from(row.person_id),
            name: row.name,
            email: row.email,
            site_administrator: row.site_administrator,
            disabled_at: row.disabled_at,
            revision: Revision(row.revision),
            created_at: row.created_at,
            changed_at: row.changed_at,
            last_seen_at: row.last_seen_at,
            has_password: row.has_password,
            demonstration: row.demonstration,
        }
    }
}

/// Everybody, in the order of their names.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store) -> Result<Vec<Person>, StoreError> {
    // Whether there is a password is asked as a value: `exists` may be answered by reading all credentials.
    let rows = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.name, p.email, p.site_administrator, p.disabled_at, p.revision, p.created_at,
                  p.changed_at, (select max(s.last_seen_at) from run.session s where s.person_id = p.person_id)
                      as last_seen_at,
                  (select true from run.credential c where c.person_id = p.person_id) is not null as "has_password!",
                  p.demonstration
           from app.person p
           order by p.disabled_at is not null, lower(p.name), p.person_id
           limit 1000"#
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// One person.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub async fn load(store: &Store, person: PersonId) -> Result<Person, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.person_id, p.name, p.email, p.site_administrator, p.disabled_at, p.revision, p.created_at,
                  p.changed_at, (select max(s.last_seen_at) from run.session s where s.person_id = p.person_id)
                      as last_seen_at,
                  exists (select from run.credential c where c.person_id = p.person_id) as "has_password!", p.demonstration
           from app.person p
           where p.person_id = $1"#,
        person.uuid(),
    )
    .fetch_one(&store.write)
    .await?;
    Ok(row.into())
}

/// Who wrote the newest version of a person's record, and when, from the trail.
///
/// # Errors
/// [`StoreError::NotFound`] when the trail knows nothing of it.
pub async fn last_change(store: &Store, person: PersonId) -> Result<LastChange, StoreError> {
    let row = sqlx::query!(
        r#"select coalesce(actor_name, system_actor, '') as "by!", at as "at!"
         from audit.entry_view where rec = $1 and ver is not null order by ver desc limit 1"#,
        person.uuid(),
    )
    .fetch_one(store.read())
    .await?;
    Ok(LastChange { by: row.by, at: row.at })
}

/// Whether anybody administers the installation.
///
/// # Errors
/// When the database does not answer.
pub async fn is_administered(store: &Store) -> Result<bool, StoreError> {
    let any = sqlx::query_scalar!(
        r#"select exists (select from app.person where site_administrator and disabled_at is null) as "any!""#
    )
    .fetch_one(&store.write)
    .await?;
    Ok(any)
}

/// Locks the active site administrators and answers who they are, so that two people can not take the last two
/// away at the same time.
///
/// # Errors
/// When the database refuses.
pub async fn lock_administrators(tx: &mut WriteTx) -> Result<Vec<PersonId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "select person_id from app.person where site_administrator and disabled_at is null
         order by person_id for update"
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids.into_iter().map(PersonId::from).collect())
}

/// Adds a person.
///
/// # Errors
/// Constraint `person_email_once` when the address is taken.
pub async fn insert(
    tx: &mut WriteTx,
    person: PersonId,
    name: &Name,
    email: &EmailAddress,
    site_administrator: bool,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.person (person_id, name, email, site_administrator, revision)
         values ($1, $2, $3, $4, 1)",
        person.uuid(),
        name.as_str(),
        email.as_str(),
        site_administrator,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Adds a person of the demonstration: a name for its records, disabled from the start and never changed.
///
/// # Errors
/// Constraint `person_email_once` when the address is taken.
pub async fn insert_demonstration(
    tx: &mut WriteTx,
    person: PersonId,
    name: &Name,
    email: &EmailAddress,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.person (person_id, name, email, disabled_at, demonstration, revision)
         values ($1, $2, $3, now(), true, 1)",
        person.uuid(),
        name.as_str(),
        email.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Changes name and address.
///
/// # Errors
/// [`StoreError::Stale`] when the revision is not the stored one; constraint `person_email_once`.
pub async fn describe(
    tx: &mut WriteTx,
    person: PersonId,
    revision: Revision,
    name: &Name,
    email: &EmailAddress,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.person set name = $3, email = $4, revision = revision + 1, changed_at = now()
         where person_id = $1 and revision = $2",
        person.uuid(),
        revision.0,
        name.as_str(),
        email.as_str(),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Disables or enables an account.
///
/// # Errors
/// [`StoreError::Stale`] when the revision is not the stored one.
pub async fn set_disabled(
    tx: &mut WriteTx,
    person: PersonId,
    revision: Revision,
    disabled: bool,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.person
         set disabled_at = case when $3 then coalesce(disabled_at, now()) end,
             revision = revision + 1, changed_at = now()
         where person_id = $1 and revision = $2",
        person.uuid(),
        revision.0,
        disabled,
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Makes somebody a site administrator, or takes that away.
///
/// # Errors
/// [`StoreError::Stale`] when the revision is not the stored one.
pub async fn set_administrator(
    tx: &mut WriteTx,
    person: PersonId,
    revision: Revision,
    site_administrator: bool,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.person set site_administrator = $3, revision = revision + 1, changed_at = now()
         where person_id = $1 and revision = $2",
        person.uuid(),
        revision.0,
        site_administrator,
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
