//! Credentials: the hash of a password, and the one-time links that let a person choose one.

use domain::ids::PersonId;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// What is needed to check a password.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Whose it is.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// The kept hash, if a password was ever chosen.
    pub password_hash: Option<String>,
    /// Whether the account is disabled.
    pub is_disabled: bool,
}

/// The credential behind an address.
///
/// # Errors
/// When the database does not answer.
pub async fn by_email(store: &Store, email: &str) -> Result<Option<Credential>, StoreError> {
    let row = sqlx::query!(
        r#"select p.person_id, p.name, c.password_hash as "password_hash?",
                  p.disabled_at is not null as "is_disabled!"
           from app.person p left join run.credential c using (person_id)
           where lower(p.email) = lower($1)"#,
        email,
    )
    .fetch_optional(&store.write)
    .await?;
    Ok(row.map(|row| Credential {
        person: PersonId::from(row.person_id),
        name: row.name,
        password_hash: row.password_hash,
        is_disabled: row.is_disabled,
    }))
}

/// Keeps the hash of a new password.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut WriteTx, person: PersonId, password_hash: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into run.credential (person_id, password_hash) values ($1, $2)
         on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = now()",
        person.uuid(),
        password_hash,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first administrator.
    SetUp,
    /// Lets a new person choose a password.
    FirstPassword,
    /// Lets a person choose a new password.
    Reset,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::FirstPassword => "first_password",
            Self::Reset => "reset",
        }
    }
}

/// A link that can still be used.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its identifier.
    pub link: Uuid,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose password it sets; nobody's for the set-up link.
    pub person: Option<LinkPerson>,
}

/// Whose password a link sets.
#[derive(Clone, Debug)]
pub struct LinkPerson {
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
}

/// A link about to be made.
#[derive(Clone)]
pub struct NewLink {
    /// Its identifier.
    pub link: Uuid,
    /// Its secret, of which only the hash is kept.
    pub token: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// Whose password it sets.
    pub person: PersonId,
    /// Who made it; nobody when it was made on the command line.
    pub made_by: Option<PersonId>,
    /// How many hours it can be used.
    pub hours: i32,
}

/// The usable link behind a secret.
///
/// # Errors
/// When the database does not answer.
pub async fn link(store: &Store, token: &[u8; 32]) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query!(
        r#"select t.password_token_id, t.purpose, t.person_id, p.name as "name?", p.email as "email?"
           from run.password_token t left join app.person p using (person_id)
           where t.token_hash = sha256($1) and t.used_at is null
             and (t.expires_at is null or t.expires_at > now()) and p.disabled_at is null"#,
        token.as_slice(),
    )
    .fetch_optional(&store.write)
    .await?;
    Ok(row.map(|row| Link {
        link: row.password_token_id,
        purpose: match row.purpose.as_str() {
            "set_up" => Purpose::SetUp,
            "first_password" => Purpose::FirstPassword,
            _ => Purpose::Reset,
        },
        person: row.person_id.zip(row.name).zip(row.email).map(|((person, name), email)| LinkPerson {
            person: PersonId::from(person),
            name,
            email,
        }),
    }))
}

/// Makes a link for a person; earlier ones can no longer be used.
///
/// # Errors
/// When the database refuses.
pub async fn make_link(tx: &mut WriteTx, new: &NewLink) -> Result<(), StoreError> {
    retire_links(tx, new.person).await?;
    sqlx::query!(
        "insert into run.password_token (password_token_id, token_hash, purpose, person_id, made_by, expires_at)
         values ($1, sha256($2), $3, $4, $5, now() + make_interval(hours => $6))",
        new.link,
        new.token.as_slice(),
        new.purpose.name(),
        new.person.uuid(),
        new.made_by.map(PersonId::uuid),
        new.hours,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes away all links of a person that were not used.
///
/// # Errors
/// When the database refuses.
pub async fn retire_links(tx: &mut WriteTx, person: PersonId) -> Result<(), StoreError> {
    sqlx::query!(
        "update run.password_token set used_at = now() where person_id = $1 and used_at is null",
        person.uuid(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Replaces the set-up link. No record changes by it, so that it needs no entry on the trail; its use has one.
///
/// # Errors
/// When the database does not answer.
pub async fn replace_set_up_link(store: &Store, link: Uuid, token: &[u8; 32]) -> Result<(), StoreError> {
    sqlx::query!(
        "with earlier as (
             update run.password_token set used_at = now() where purpose = 'set_up' and used_at is null
         )
         insert into run.password_token (password_token_id, token_hash, purpose) values ($1, sha256($2), 'set_up')",
        link,
        token.as_slice(),
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// Uses a link up. Of two people with the same link only one succeeds.
///
/// # Errors
/// [`StoreError::Stale`] when it was used or has expired meanwhile.
pub async fn spend(tx: &mut WriteTx, link: Uuid) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update run.password_token set used_at = now()
         where password_token_id = $1 and used_at is null and (expires_at is null or expires_at > now())",
        link,
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
