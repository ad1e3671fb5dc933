//! What the last action did, said once.

use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// Drawn by the shell above the page.
#[component]
pub fn Flash(
    /// What happened, one sentence.
    #[prop(into)]
    said: String,
    /// It was refused, so it did nothing.
    #[prop(optional)]
    refused: bool,
) -> impl IntoView {
    let (class, role, shape) = if refused {
        ("flash is-block", "alert", Shape::Octagon)
    } else {
        ("flash is-ok", "status", Shape::Tick)
    };
    view! { <p class=class role=role><Icon shape /><span>{said}</span></p> }
}
