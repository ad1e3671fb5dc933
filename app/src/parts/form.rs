//! A plain form that posts to an operation, and the buttons that send it.
//!
//! Each form carries a key that was drawn for it alone: whatever is sent under it is done once, however often it is
//! sent.

use domain::revision::Revision;
use leptos::context::Provider;
use leptos::prelude::*;

use super::conflict::ConflictNotice;
use super::error_summary::ErrorSummary;
use super::kept::{FormScope, KEY, Kept, fresh_key, page_address};

/// `<form method="post">` to an operation. Writes `_form`, `_key`, `_page` and, for an edit, `revision`; shows the summary
/// of faults or the other version at its top; names the scope that its fields read.
#[component]
pub fn Form(
    /// The address of the operation, `/api/…`.
    #[prop(into)]
    action: String,
    /// The form's name on its page: short, without spaces.
    #[prop(into)]
    id: String,
    /// The page that shows the form; the current one when left out.
    #[prop(optional, into)]
    page: String,
    /// The revision that the fields were filled from.
    #[prop(optional_no_strip, into)]
    revision: Option<Revision>,
    /// A class beside `form`: `form-inline` puts its fields into one line, `form-wide` lets them fill the page.
    #[prop(optional, into)]
    class: String,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    let page = if page.is_empty() { page_address() } else { page };
    let kept = Kept::of(&id);
    let key = kept.as_ref().and_then(|kept| kept.key.clone()).unwrap_or_else(fresh_key);
    // A form sent again after a conflict builds on the version that is stored now; one that was refused for another
    // reason still builds on the version that it was filled from.
    let revision = kept.map_or(revision, |kept| match kept.conflict {
        Some(conflict) => Some(conflict.revision),
        None => kept.fields.get("revision").and_then(|seen| seen.parse().ok()).map(Revision).or(revision),
    });
    let name = id.clone();
    let scope = FormScope { form: id.clone(), edits: revision.is_some() };
    view! {
        <form class=format!("form {class}") id=id method="post" action=action>
            <Provider value=scope>
                <input type="hidden" name="_form" value=name />
                {(!key.is_empty()).then(|| view! { <input type="hidden" name=KEY value=key.clone() /> })}
                {(!page.is_empty()).then(|| view! { <input type="hidden" name="_page" value=page.clone() /> })}
                {revision
                    .map(|revision| view! { <input type="hidden" name="revision" value=revision.to_string() /> })}
                <ErrorSummary />
                <ConflictNotice />
                {children()}
            </Provider>
        </form>
    }
}

/// A value that goes along unseen.
#[component]
pub fn Hidden(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// Its value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// The buttons under a form: the primary one first, children (links, further buttons) beside it.
#[component]
pub fn Actions(
    /// The word on the primary button.
    #[prop(into)]
    submit: String,
    /// The action takes something away: outlined in the colour of blocking instead of filled.
    #[prop(optional)]
    severe: bool,
    /// Further buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = if severe { "button button-severe" } else { "button button-primary" };
    view! {
        <div class="actions">
            <button type="submit" class=class>{submit}</button>
            {children.map(|children| children())}
        </div>
    }
}

/// A form that is one button and hidden fields (children).
#[component]
pub fn ButtonForm(
    /// The address of the operation.
    #[prop(into)]
    action: String,
    /// The word on the button.
    #[prop(into)]
    label: String,
    /// What assistive technology says instead of the bare word: "Revoke the session on Firefox".
    #[prop(optional, into)]
    spoken: String,
    /// Class of the button beside `button`: `button-primary`, `button-severe`, `button-small`, `button-link`.
    #[prop(optional, into)]
    class: String,
    /// The revision that the button acts on.
    #[prop(optional_no_strip, into)]
    revision: Option<Revision>,
    /// Hidden fields.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let page = page_address();
    let key = fresh_key();
    let spoken = (!spoken.is_empty()).then_some(spoken);
    view! {
        <form class="button-form" method="post" action=action>
            {(!key.is_empty()).then(|| view! { <input type="hidden" name=KEY value=key.clone() /> })}
            {(!page.is_empty()).then(|| view! { <input type="hidden" name="_page" value=page.clone() /> })}
            {revision.map(|revision| view! { <input type="hidden" name="revision" value=revision.to_string() /> })}
            {children.map(|children| children())}
            <button type="submit" class=format!("button {class}") aria-label=spoken>{label}</button>
        </form>
    }
}
