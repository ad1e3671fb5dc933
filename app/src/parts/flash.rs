//! What the last action did, said once.

use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// Drawn by the shell above the page.
#[component]
pub fn Flash(
    /// What happened, one sentence.
    #[prop(into)]
    said: String,
) -> impl IntoView {
    view! { <p class="flash is-ok" role="status"><Icon shape=Shape::Tick /><span>{said}</span></p> }
}
