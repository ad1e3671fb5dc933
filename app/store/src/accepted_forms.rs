//! Forms that were accepted, so that one that is sent again is done once and answered as before.
//!
//! The first write of a request takes the form's key, in the same transaction. Whoever comes second under that key
//! waits for the first to commit and is then refused with [`StoreError::Repeated`]; nothing of it is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use uuid::Uuid;

use crate::actor::{Actor, Grant};
use crate::connections::Within;
use crate::{Store, StoreError};

/// What an actor is about to send: the key that was drawn into the form, and what the form holds.
#[derive(Clone, Debug)]
pub struct SentForm {
    person: Uuid,
    key: Uuid,
    digest: [u8; 32],
    is_taken: Arc<AtomicBool>,
}

/// A form that was accepted.
#[derive(Clone, Debug)]
pub struct AcceptedForm {
    /// The digest of what was sent with it.
    pub digest: Vec<u8>,
    /// What was answered, once that is known.
    pub answer: Option<Value>,
    /// Whether the request that it was accepted in has changed a record. One that was refused in the end has not.
    pub has_changed: bool,
    /// How many seconds ago.
    pub age_seconds: f64,
}

impl SentForm {
    /// A form of this person. The digest is that of the operation and of everything that was sent.
    #[must_use]
    pub fn new(who: &Actor, key: Uuid, digest: [u8; 32]) -> Self {
        Self { person: who.person.uuid(), key, digest, is_taken: Arc::default() }
    }

    /// Whether something was written under its key in this request.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.is_taken.load(Ordering::Acquire)
    }

    /// Whether this is what was accepted, word for word.
    #[must_use]
    pub fn is(&self, accepted: &AcceptedForm) -> bool {
        accepted.digest == self.digest
    }
}

/// Takes the key of the form that the grant was given for, where it was given for one.
pub(crate) async fn take(connection: Within<'_>, grant: &Grant) -> Result<(), StoreError> {
    let Some(form) = &grant.form else { return Ok(()) };
    let is_ours = sqlx::query_scalar!(
        r#"with taken as (
               insert into run.accepted_form (person_id, form_key, digest, request) values ($1, $2, $3, $4)
               on conflict on constraint accepted_form_key do nothing
               returning 1)
           select exists (select from taken) or exists (
               select from run.accepted_form where person_id = $1 and form_key = $2 and request = $4
           ) as "is_ours!""#,
        form.person,
        form.key,
        form.digest.as_slice(),
        grant.origin.request,
    )
    .fetch_one(connection)
    .await?;
    if !is_ours {
        return Err(StoreError::Repeated);
    }
    form.is_taken.store(true, Ordering::Release);
    Ok(())
}

/// The form that was accepted under the same key. Asks the writing server: it may have been a moment ago.
///
/// # Errors
/// When the database does not answer.
pub async fn find(store: &Store, form: &SentForm) -> Result<Option<AcceptedForm>, StoreError> {
    let found = sqlx::query_as!(
        AcceptedForm,
        r#"select digest, answer, extract(epoch from clock_timestamp() - accepted_at)::float8 as "age_seconds!",
                  answer is not null or exists (
                      select from audit.entry_view e
                      where e.request = f.request and e.change <> 'event'
                        and e.at between f.accepted_at - interval '5 minutes' and f.accepted_at + interval '5 minutes'
                  ) as "has_changed!"
           from run.accepted_form f where person_id = $1 and form_key = $2"#,
        form.person,
        form.key,
    )
    .fetch_optional(&store.write)
    .await?;
    Ok(found)
}

/// Notes what was answered. The change itself is on disk already, so nobody waits for the disk again: should the
/// machine stop now, a form that is sent again still changes nothing, and is answered in fewer words.
///
/// # Errors
/// When the database does not answer.
pub async fn note_answer(store: &Store, form: &SentForm, answer: &Value) -> Result<(), StoreError> {
    sqlx::query!(
        "with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
         update run.accepted_form set answer = $3 from unhurried where person_id = $1 and form_key = $2",
        form.person,
        form.key,
        answer,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// Gives the key back when nothing was changed under it: what was refused in the end was not accepted.
///
/// # Errors
/// When the database does not answer.
pub async fn release(store: &Store, form: &SentForm) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from run.accepted_form f
         where person_id = $1 and form_key = $2 and answer is null and not exists (
             select from audit.entry_view e
             where e.request = f.request and e.change <> 'event'
               and e.at between f.accepted_at - interval '5 minutes' and f.accepted_at + interval '5 minutes')",
        form.person,
        form.key,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// Gives the key back, whatever was changed under it: the form may be sent again and is then done again.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(store: &Store, form: &SentForm) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from run.accepted_form where person_id = $1 and form_key = $2",
        form.person,
        form.key
    )
    .execute(&store.write)
    .await?;
    Ok(())
}
