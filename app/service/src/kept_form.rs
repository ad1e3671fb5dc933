//! Forms that could not be accepted: kept for a day, for whoever typed them.

use std::collections::BTreeMap;

use domain::ids::{KeptFormId, PersonId};
use serde_json::Value;
use store::kept_forms;
pub use store::kept_forms::KeptForm;

use crate::{Failure, Service, fresh};

/// Keeps a form. `fields` must hold no secrets.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    service: &Service,
    person: Option<PersonId>,
    page: &str,
    form: &str,
    fields: BTreeMap<String, String>,
    problem: Value,
) -> Result<KeptFormId, Failure> {
    let kept_form: KeptFormId = fresh::id();
    let fields = fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let kept = KeptForm {
        kept_form,
        person,
        page: place(page).to_owned(),
        form: form.chars().take(200).collect(),
        fields: Value::Object(fields),
        problem,
    };
    kept_forms::keep(service.store(), &kept).await?;
    Ok(kept_form)
}

/// A kept form, for the page that shows it and the person who typed it. What nobody typed who was known is shown to
/// whoever has the key, which nobody can guess.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    service: &Service,
    kept_form: KeptFormId,
    person: Option<PersonId>,
    page: &str,
) -> Result<Option<KeptForm>, Failure> {
    let found = kept_forms::find(service.store(), kept_form).await?;
    Ok(found
        .filter(|kept| kept.person.is_none() || kept.person == person)
        .filter(|kept| kept.page == place(page)))
}

/// Where a page is, without its query; the secret of a one-time link is left out.
fn place(page: &str) -> &str {
    let path = page.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with("/setup/") { "/setup" } else { path }
}
