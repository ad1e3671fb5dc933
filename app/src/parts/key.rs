//! A key of the keyboard.

use leptos::prelude::*;

/// `<Key name="Enter" />`.
#[component]
pub fn Key(
    /// What stands on the key.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <kbd class="key">{name}</kbd> }
}
