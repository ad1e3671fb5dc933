//! What a form shows again after it could not be accepted: the typed text, what is wrong with it, the other version.
//!
//! Fields ask here by their name; nothing has to be handed through a page. In the browser there is never anything
//! kept: a document that shows a kept form comes from the server.

use std::collections::BTreeMap;

use domain::revision::{Conflict, ConflictField};
use domain::violation::Violation;
use leptos::prelude::*;

/// The form that fields are written into; provided by [`super::form::Form`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormScope(pub String);

/// A form that came back.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// What was typed.
    pub fields: BTreeMap<String, String>,
    /// What is wrong with it.
    pub violations: Vec<Violation>,
    /// The version that somebody else stored in the meantime.
    pub conflict: Option<Conflict>,
    /// The whole form was refused for a reason that belongs to no field.
    pub refusal: Option<String>,
}

/// What one field shows again.
#[derive(Clone, Debug, Default)]
pub struct KeptField {
    /// What was typed; none when the form is shown for the first time.
    pub typed: Option<String>,
    /// One sentence for each thing that is wrong.
    pub wrong: Vec<String>,
    /// Both versions, when somebody else changed this field.
    pub conflict: Option<ConflictField>,
}

impl Kept {
    /// The form that came back, if it is the one with this `_form`.
    #[must_use]
    pub fn of(form: &str) -> Option<Self> {
        read(form)
    }

    /// The form around the current part.
    #[must_use]
    pub fn here() -> Option<Self> {
        Self::of(&scope())
    }

    fn field(&self, name: &str) -> KeptField {
        KeptField {
            typed: self.fields.get(name).cloned(),
            wrong: self
                .violations
                .iter()
                .filter(|violation| violation.field == name)
                .map(crate::words::sentence)
                .collect(),
            conflict: self
                .conflict
                .as_ref()
                .and_then(|conflict| conflict.fields.iter().find(|field| field.field == name).cloned()),
        }
    }
}

impl KeptField {
    /// What is kept of the field `name` of the form around the current part.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Kept::here().map(|kept| kept.field(name)).unwrap_or_default()
    }

    /// What the field holds now: what was typed, else what is stored.
    #[must_use]
    pub fn value(&self, stored: String) -> String {
        self.typed.clone().unwrap_or(stored)
    }
}

/// The id of the element of a field: the form's name keeps two forms on one page apart.
#[must_use]
pub fn element_id(name: &str) -> String {
    let form = scope();
    if form.is_empty() { name.to_owned() } else { format!("{form}-{name}") }
}

/// The form around the current part; empty outside of one.
#[must_use]
pub fn scope() -> String {
    use_context::<FormScope>().unwrap_or_default().0
}

/// `aria-describedby` of a field: its hint and its faults, where there are any.
#[must_use]
pub fn described_by(id: &str, has_hint: bool, has_fault: bool) -> Option<String> {
    match (has_hint, has_fault) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-wrong")),
        (true, true) => Some(format!("{id}-wrong {id}-hint")),
    }
}

#[cfg(feature = "ssr")]
fn read(form: &str) -> Option<Kept> {
    use crate::error::AppError;
    let kept = use_context::<crate::request::RequestContext>()?.kept.filter(|kept| kept.form == form)?;
    let mut found = Kept { fields: kept.fields, ..Kept::default() };
    match kept.error {
        AppError::Rejected(violations) => found.violations = violations.0,
        AppError::Stale(conflict) => found.conflict = Some(*conflict),
        other => found.refusal = Some(crate::words::refusal(&other)),
    }
    Some(found)
}

#[cfg(not(feature = "ssr"))]
fn read(_form: &str) -> Option<Kept> {
    None
}

/// The address of the current page without the mark of a kept form: where a refused form comes back to.
#[cfg(feature = "ssr")]
#[must_use]
pub fn page_address() -> String {
    let path =
        use_context::<crate::request::RequestContext>().map(|request| request.path).unwrap_or_default();
    let Some((place, query)) = path.split_once('?') else { return path };
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("kept=")).collect();
    if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) }
}

/// In the browser the address is not needed: islands call operations directly.
#[cfg(not(feature = "ssr"))]
#[must_use]
pub fn page_address() -> String {
    String::new()
}
