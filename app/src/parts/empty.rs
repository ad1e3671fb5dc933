//! A list with nothing in it: says why, and what to do first.

use leptos::prelude::*;

/// Words and, as children, the first step.
#[component]
pub fn Empty(
    /// What is not here yet.
    #[prop(into)]
    title: String,
    /// Why that is, or what will stand here.
    #[prop(optional, into)]
    words: String,
    /// The first step: a link or a form.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            {(!words.is_empty()).then(|| view! { <p class="empty-words">{words}</p> })}
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
