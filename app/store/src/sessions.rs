//! Sessions: the only place where an [`Actor`] is made.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use domain::access::Role;
use domain::ids::{PersonId, ProductId, SessionId};
use time::OffsetDateTime;

use crate::actor::{Actor, Origin, Token};
use crate::{Store, StoreError, WriteTx};

/// After how long without use a session ends.
pub const IDLE_MINUTES: i32 = 30;
/// After how long a session ends in any case.
pub const LONGEST_MINUTES: i32 = 12 * 60;

/// What belongs to a token.
#[derive(Clone, Debug)]
pub enum Found {
    /// A live session.
    Live(Box<Actor>),
    /// A session of this person that has ended.
    Ended(PersonId),
    /// Nothing.
    Unknown,
}

/// Finds who is behind a token. Always asks the writing server, so that an ended session ends at once.
///
/// # Errors
/// When the database does not answer.
pub async fn find(store: &Store, token: &[u8; 32], origin: Origin) -> Result<Found, StoreError> {
    let row = sqlx::query!(
        r#"select s.session_id, s.person_id, p.name, p.email, p.site_administrator, s.reauthenticated_at,
                  s.workstation, s.last_seen_at < now() - interval '1 minute' as "is_to_note!",
                  s.revoked_at is null and s.idle_expires_at > now() and s.expires_at > now()
                      and p.disabled_at is null as "is_live!",
                  array(select m.product_id from app.membership m
                        where m.person_id = s.person_id and m.ended_at is null
                        order by m.membership_id) as "products!",
                  array(select m.role from app.membership m
                        where m.person_id = s.person_id and m.ended_at is null
                        order by m.membership_id) as "roles!"
           from run.session s join app.person p using (person_id)
           where s.token_hash = sha256($1)"#,
        token.as_slice(),
    )
    .fetch_optional(&store.write)
    .await?;
    let Some(row) = row else { return Ok(Found::Unknown) };
    if !row.is_live {
        return Ok(Found::Ended(PersonId::from(row.person_id)));
    }
    if row.is_to_note {
        match touch(store, SessionId::from(row.session_id)).await {
            // Reading goes on where there is no room left to note that somebody reads.
            Ok(()) | Err(StoreError::Full) => {}
            Err(error) => return Err(error),
        }
    }
    let mut roles: BTreeMap<ProductId, BTreeSet<Role>> = BTreeMap::new();
    for (product, role) in row.products.into_iter().zip(&row.roles) {
        // A role that this build does not know gives nothing.
        if let Some(role) = Role::named(role) {
            roles.entry(ProductId::from(product)).or_default().insert(role);
        }
    }
    Ok(Found::Live(Box::new(Actor {
        person: PersonId::from(row.person_id),
        name: row.name,
        email: row.email,
        site_administrator: row.site_administrator,
        roles,
        session: SessionId::from(row.session_id),
        reauthenticated_at: row.reauthenticated_at,
        workstation: row.workstation,
        token: Token(Arc::from(token.as_slice())),
        origin,
        form: None,
    })))
}

/// The actor behind a token, if its session is live.
///
/// # Errors
/// [`StoreError::SessionEnded`] when it is not.
pub async fn actor(store: &Store, token: &[u8; 32], origin: Origin) -> Result<Actor, StoreError> {
    match find(store, token, origin).await? {
        Found::Live(actor) => Ok(*actor),
        Found::Ended(_) | Found::Unknown => Err(StoreError::SessionEnded),
    }
}

/// The actor as the database knows them now, after their own session changed.
///
/// # Errors
/// [`StoreError::SessionEnded`] when the session is no longer live.
pub async fn refreshed(store: &Store, actor: &Actor) -> Result<Actor, StoreError> {
    let token = <[u8; 32]>::try_from(&*actor.token.0).map_err(|_| StoreError::SessionEnded)?;
    let known = self::actor(store, &token, actor.origin.clone()).await?;
    Ok(Actor { form: actor.form.clone(), ..known })
}

async fn touch(store: &Store, session: SessionId) -> Result<(), StoreError> {
    sqlx::query!(
        "update run.session
         set last_seen_at = now(), idle_expires_at = least(expires_at, now() + make_interval(mins => $2))
         where session_id = $1 and revoked_at is null",
        session.uuid(),
        IDLE_MINUTES,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// A session about to be opened.
#[derive(Clone)]
pub struct NewSession {
    /// Its identifier.
    pub session: SessionId,
    /// Its token, of which only the hash is kept.
    pub token: [u8; 32],
    /// Whose it is.
    pub person: PersonId,
    /// Where from.
    pub client: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// What the workstation was named on an earlier visit.
    pub workstation: Option<String>,
}

/// Opens a session. It is of use to somebody only once they have its token, and they get that when the sign-in is on
/// the trail.
///
/// # Errors
/// When the database refuses.
pub async fn open(store: &Store, new: &NewSession) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into run.session (session_id, token_hash, person_id, client, user_agent, workstation,
                                  idle_expires_at, expires_at)
         values ($1, sha256($2), $3, $4::text::inet, $5, $6, now() + make_interval(mins => $7), now() + make_interval(mins => $8))",
        new.session.uuid(),
        new.token.as_slice(),
        new.person.uuid(),
        new.client.map(|client| client.to_string()),
        new.user_agent,
        new.workstation,
        IDLE_MINUTES,
        LONGEST_MINUTES,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// A live session, as its owner sees it.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its identifier.
    pub session: SessionId,
    /// When it was opened.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// When it ends in any case.
    pub expires_at: OffsetDateTime,
    /// Where it was opened from.
    pub client: Option<IpAddr>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// The workstation's name.
    pub workstation: Option<String>,
}

/// The live sessions of a person, the one used last first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(store: &Store, person: PersonId) -> Result<Vec<LiveSession>, StoreError> {
    let rows = sqlx::query!(
        r#"select session_id, created_at, last_seen_at, expires_at, host(client) as client, user_agent,
                  workstation
           from run.session
           where person_id = $1 and revoked_at is null and idle_expires_at > now() and expires_at > now()
           order by last_seen_at desc, session_id desc
           limit 100"#,
        person.uuid(),
    )
    .fetch_all(&store.write)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LiveSession {
            session: SessionId::from(row.session_id),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            client: row.client.and_then(|client| client.parse().ok()),
            user_agent: row.user_agent,
            workstation: row.workstation,
        })
        .collect())
}

/// Whether the person signed in from this address within the last thirty days.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known_network(store: &Store, email: &str, client: IpAddr) -> Result<bool, StoreError> {
    let known = sqlx::query_scalar!(
        r#"select exists (
               select from run.session s join app.person p using (person_id)
               where lower(p.email) = lower($1) and s.client = $2::text::inet and s.created_at > now() - interval '30 days'
           ) as "known!""#,
        email,
        client.to_string(),
    )
    .fetch_one(&store.write)
    .await?;
    Ok(known)
}

/// Ends one session of a person.
///
/// # Errors
/// [`StoreError::NotFound`] when the person has no such live session.
pub async fn revoke(tx: &mut WriteTx, person: PersonId, session: SessionId) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update run.session set revoked_at = now()
         where session_id = $1 and person_id = $2 and revoked_at is null",
        session.uuid(),
        person.uuid(),
    )
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Ends all sessions of a person, but for one.
///
/// # Errors
/// When the database refuses.
pub async fn revoke_all(
    tx: &mut WriteTx,
    person: PersonId,
    kept: Option<SessionId>,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "update run.session set revoked_at = now()
         where person_id = $1 and revoked_at is null and session_id is distinct from $2
           and idle_expires_at > now() and expires_at > now()",
        person.uuid(),
        kept.map(SessionId::uuid),
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Notes that the password was given again.
///
/// # Errors
/// When the database refuses.
pub async fn note_reauthentication(tx: &mut WriteTx, session: SessionId) -> Result<(), StoreError> {
    sqlx::query!("update run.session set reauthenticated_at = now() where session_id = $1", session.uuid())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Names the workstation of a session, or takes the name away.
///
/// # Errors
/// When the database refuses.
pub async fn name_workstation(
    tx: &mut WriteTx,
    session: SessionId,
    workstation: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update run.session set workstation = $2 where session_id = $1",
        session.uuid(),
        workstation
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
