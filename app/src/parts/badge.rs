//! A short word in a hairline box: where something came from, what it was derived from.

use leptos::prelude::*;

/// `<Badge word="demonstration" />`: quiet by default, `strong` inverts it.
#[component]
pub fn Badge(
    /// The word shown.
    #[prop(into)]
    word: String,
    /// Ink on paper inverted, for what must not be overlooked.
    #[prop(optional)]
    strong: bool,
) -> impl IntoView {
    let class = if strong { "badge badge-strong" } else { "badge" };
    view! { <span class=class>{word}</span> }
}
