//! What a form shows again after it could not be accepted: the typed text, what is wrong with it, the other version.
//!
//! A form that edits a stored record also sends what each field held when the page was drawn ([`Was`]). That is how
//! a field that a person left alone is told from one that they changed: after a conflict, the former offers what
//! somebody else stored, so that nobody undoes a change that they never saw.
//!
//! Fields ask here by their name; nothing has to be handed through a page. In the browser there is never anything
//! kept: a document that shows a kept form comes from the server.

use std::collections::BTreeMap;

use domain::revision::{Conflict, ConflictField};
use domain::violation::Violation;
use leptos::prelude::*;

/// The form that fields are written into; provided by [`super::form::Form`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormScope {
    /// The form's name on its page.
    pub form: String,
    /// Whether it edits a stored record, so that somebody else may have been faster.
    pub edits: bool,
}

/// Before the name of a field: what it held when the page was drawn.
const WAS: &str = "was.";

/// The field that holds the key of a form.
pub const KEY: &str = "_key";

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
    /// The key that it goes on with: where nobody knows whether it was saved, sending it again must not save it twice.
    pub key: Option<String>,
}

/// What one field shows again.
#[derive(Clone, Debug, Default)]
pub struct KeptField {
    /// What was typed; none when the form is shown for the first time.
    pub typed: Option<String>,
    /// One sentence for each thing that is wrong.
    pub wrong: Vec<String>,
    /// What it held when the page was drawn; none outside of an edit that came back.
    pub was: Option<String>,
    /// Both versions, when somebody else changed this field.
    pub conflict: Option<Sides>,
}

/// Both versions of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// What was sent and what is stored.
    pub versions: ConflictField,
    /// The person left the field as they found it: only the other one changed it.
    pub untouched: bool,
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

    /// What one field shows again.
    #[must_use]
    pub fn field(&self, name: &str) -> KeptField {
        let was = self.fields.get(&format!("{WAS}{name}")).cloned();
        KeptField {
            typed: self.fields.get(name).cloned(),
            wrong: self
                .violations
                .iter()
                .filter(|violation| violation.field == name)
                .map(crate::words::sentence)
                .collect(),
            conflict: self.versions(name).map(|versions| Sides {
                versions: versions.clone(),
                untouched: same(
                    was.as_deref().unwrap_or_default(),
                    self.fields.get(name).map_or("", String::as_str),
                ),
            }),
            was,
        }
    }

    fn versions(&self, name: &str) -> Option<&ConflictField> {
        self.conflict.as_ref()?.fields.iter().find(|field| field.field == name)
    }
}

/// Whether two texts of a form are the same but for the line breaks and blanks that browsers add.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    plain(one) == plain(other)
}

/// What a field holds before it is touched, sent along unseen by forms that edit a stored record.
#[component]
pub fn Was(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// What is stored.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let edits = use_context::<FormScope>().is_some_and(|scope| scope.edits);
    // Nothing says the same as an empty value.
    (edits && !value.is_empty())
        .then(|| view! { <input type="hidden" name=format!("{WAS}{name}") value=value /> })
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

    /// What the field held when the page was first drawn: as it came back, else what is stored.
    #[must_use]
    pub fn was(&self, stored: &str) -> String {
        self.was.clone().unwrap_or_else(|| stored.to_owned())
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
    use_context::<FormScope>().unwrap_or_default().form
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
    // One that was sent before with other words is a new form from here on.
    found.key = found.fields.get(KEY).filter(|_| kept.error != AppError::Repeated).cloned();
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

/// The key of a form that is drawn for the first time. Its first part is the time, so that its age can be told.
#[cfg(feature = "ssr")]
#[must_use]
pub fn fresh_key() -> String {
    service::fresh::id::<uuid::Uuid>().to_string()
}

/// In the browser no form is drawn that is sent by itself.
#[cfg(not(feature = "ssr"))]
#[must_use]
pub fn fresh_key() -> String {
    String::new()
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
