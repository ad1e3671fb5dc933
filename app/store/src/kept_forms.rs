//! Forms that could not be accepted, kept so that nothing typed is lost.

use domain::ids::{KeptFormId, PersonId};
use serde_json::Value;

use crate::{Store, StoreError};

/// How long a form is kept.
const HOURS: i32 = 24;

/// A form that could not be accepted.
#[derive(Clone, Debug)]
pub struct KeptForm {
    /// The identifier.
    pub kept_form: KeptFormId,
    /// Who typed it, when that is known.
    pub person: Option<PersonId>,
    /// The page that shows it.
    pub page: String,
    /// The form's name on that page.
    pub form: String,
    /// The fields, without secrets.
    pub fields: Value,
    /// Why it could not be accepted.
    pub problem: Value,
}

/// Keeps a form. Those whose time is over are taken away by [`crate::leftovers`].
///
/// # Errors
/// When the database does not answer.
pub async fn keep(store: &Store, form: &KeptForm) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into run.kept_form (kept_form_id, person_id, page, form, fields, problem, expires_at)
         values ($1, $2, $3, $4, $5, $6, now() + make_interval(hours => $7))",
        form.kept_form.uuid(),
        form.person.map(PersonId::uuid),
        form.page,
        form.form,
        form.fields,
        form.problem,
        HOURS,
    )
    .execute(&store.write)
    .await?;
    Ok(())
}

/// A kept form, unless its time is over.
///
/// # Errors
/// When the database does not answer.
pub async fn find(store: &Store, kept_form: KeptFormId) -> Result<Option<KeptForm>, StoreError> {
    let row = sqlx::query!(
        "select person_id, page, form, fields, problem from run.kept_form
         where kept_form_id = $1 and expires_at > now()",
        kept_form.uuid(),
    )
    .fetch_optional(&store.write)
    .await?;
    Ok(row.map(|row| KeptForm {
        kept_form,
        person: row.person_id.map(PersonId::from),
        page: row.page,
        form: row.form,
        fields: row.fields,
        problem: row.problem,
    }))
}
