//! Somebody else changed the record first: who and when, and both versions of each field that differs.
//!
//! A field in conflict becomes two radio buttons that carry the two texts under the field's own name, so that the
//! choice needs neither script nor a second address: sending the form again stores what was chosen. A field that only
//! the other person changed starts with what is stored.

use leptos::prelude::*;

use super::kept::{Kept, Sides, Was, element_id};
use super::select::Choosable;
use super::time::Time;

/// Drawn by [`super::form::Form`]; nothing when there is no conflict.
#[component]
pub fn ConflictNotice() -> impl IntoView {
    let Some(conflict) = Kept::here().and_then(|kept| kept.conflict) else { return ().into_any() };
    let differing = match conflict.fields.len() {
        0 => "Your text is below, unchanged. Look at it once more and save again.".to_owned(),
        1 => "One field differs. Choose a version below, then save again.".to_owned(),
        count => format!("{count} fields differ. Choose a version of each below, then save again."),
    };
    view! {
        <div class="summary is-warn" role="alert" tabindex="-1" autofocus=true>
            <p class="summary-head">
                "Nothing was saved: " {conflict.changed_by} " changed this record first, on "
                <Time at=conflict.changed_at /> "."
            </p>
            <p>{differing} " Nothing that you typed is lost."</p>
        </div>
    }
    .into_any()
}

/// Both versions of one field, side by side.
#[component]
pub fn ConflictChoice(
    /// The field's label.
    #[prop(into)]
    label: String,
    /// Both versions.
    conflict: Sides,
    /// The words for values, when the field is a choice.
    #[prop(optional)]
    options: Vec<Choosable>,
) -> impl IntoView {
    let Sides { versions: conflict, untouched } = conflict;
    let id = element_id(&conflict.field);
    let words = |value: &str| {
        let known = options.iter().find(|option| option.value == value).map(|option| option.label.clone());
        known.unwrap_or_else(|| if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() })
    };
    let (yours, theirs) = (words(&conflict.yours), words(&conflict.theirs));
    view! {
        <fieldset class="field conflict">
            <legend class="label">{label}</legend>
            <label class="conflict-side" for=id.clone()>
                <span class="conflict-pick">
                    <input id=id.clone() type="radio" name=conflict.field.clone() value=conflict.yours checked=!untouched />
                    {if untouched { "As you found it" } else { "Keep yours" }}
                </span>
                <span class="conflict-text">{yours}</span>
            </label>
            <label class="conflict-side" for=format!("{id}-theirs")>
                <span class="conflict-pick">
                    <input id=format!("{id}-theirs") type="radio" name=conflict.field.clone() value=conflict.theirs.clone() checked=untouched />
                    "Take what is stored"
                </span>
                <span class="conflict-text">{theirs}</span>
            </label>
            <Was name=conflict.field value=conflict.theirs />
        </fieldset>
    }
}
