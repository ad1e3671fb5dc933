//! What lies in `run` after its time: ended sessions, spent links, forms nobody came back for, keys of accepted forms,
//! forgotten throttles, files that nobody imported.
//!
//! None of it is a record; what happened is on the trail. It is taken away because it is about persons and of no
//! more use, and so that the tables do not grow for ever.

use crate::{Store, StoreError};

/// For how many days an ended session is remembered: sign-in asks whether a network was used within thirty.
const SESSION_DAYS: i32 = 31;
/// For how many days a spent or expired link is remembered, so that its page can say what became of it.
const LINK_DAYS: i32 = 31;
/// For how many hours a throttle without a failure is remembered.
const THROTTLE_HOURS: i32 = 48;
/// For how many hours the key of an accepted form is remembered: as long as a form may be old.
pub const ACCEPTED_HOURS: i32 = 24;
/// The most rows of one kind that one call takes away: it must never hold up the people who work.
const MOST: i64 = 5000;

/// Takes away what nobody needs any more, and answers how many rows that were. Several servers may do so at once.
///
/// # Errors
/// When the database does not answer.
pub async fn clear(store: &Store) -> Result<u64, StoreError> {
    let cleared = sqlx::query_scalar!(
        r#"with session_over as (
               delete from run.session where session_id in (
                   select session_id from run.session
                   where least(expires_at, idle_expires_at, coalesce(revoked_at, expires_at)) < now() - make_interval(days => $1)
                   limit $4 for update skip locked)
               returning 1),
           link_over as (
               delete from run.password_token where password_token_id in (
                   select password_token_id from run.password_token
                   where least(used_at, expires_at) < now() - make_interval(days => $2)
                   limit $4 for update skip locked)
               returning 1),
           throttle_over as (
               delete from run.throttle where bucket in (
                   select bucket from run.throttle
                   where greatest(last_at, next_try_at) < now() - make_interval(hours => $3)
                   limit $4 for update skip locked)
               returning 1),
           form_over as (
               delete from run.kept_form where kept_form_id in (
                   select kept_form_id from run.kept_form where expires_at < now()
                   limit $4 for update skip locked)
               returning 1),
           accepted_over as (
               delete from run.accepted_form where (person_id, form_key) in (
                   select person_id, form_key from run.accepted_form
                   where accepted_at < now() - make_interval(hours => $5)
                   limit $4 for update skip locked)
               returning 1),
           import_over as (
               delete from run.import_draft where import_draft_id in (
                   select import_draft_id from run.import_draft where expires_at < now()
                   limit $4 for update skip locked)
               returning 1),
           draft_over as (
               delete from run.answer_draft d using app.assessment a
               where a.assessment_id = d.assessment_id and a.state in ('approved', 'superseded')
               returning 1)
           select (select count(*) from session_over) + (select count(*) from link_over)
                + (select count(*) from throttle_over) + (select count(*) from form_over)
                + (select count(*) from accepted_over) + (select count(*) from draft_over)
                + (select count(*) from import_over) as "cleared!""#,
        SESSION_DAYS,
        LINK_DAYS,
        THROTTLE_HOURS,
        MOST,
        ACCEPTED_HOURS,
    )
    .fetch_one(&store.write)
    .await?;
    Ok(u64::try_from(cleared).unwrap_or_default())
}
