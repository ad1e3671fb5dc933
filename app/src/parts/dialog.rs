//! Something that opens in place: works without script, closes with Escape when the browser helps.

use leptos::prelude::*;

use super::kept::Kept;

/// A button that opens a form or an explanation below it. When the form named `form` came back with faults, it is
/// open from the start.
#[component]
pub fn Disclosure(
    /// The words on the button.
    #[prop(into)]
    label: String,
    /// The name of the form inside, if there is one.
    #[prop(optional, into)]
    form: String,
    /// A class beside `disclosure`: `disclosure-severe`, `disclosure-quiet` (a link instead of a button),
    /// `disclosure-end` (opens towards the start edge, over the page).
    #[prop(optional, into)]
    class: String,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let open = open || (!form.is_empty() && Kept::of(&form).is_some());
    view! {
        <details class=format!("disclosure {class}") open=open>
            <summary class="disclosure-label">{label}</summary>
            <div class="disclosure-body">{children()}</div>
        </details>
    }
}
