//! Earlier and later pages of a list, and what the list shows.

use leptos::prelude::*;

/// `<Pager shown="Rows 1 to 50 of 148" next=Some(address) />`.
#[component]
pub fn Pager(
    /// What is shown, in words.
    #[prop(into)]
    shown: String,
    /// The address of the previous page.
    #[prop(optional_no_strip, into)]
    previous: Option<String>,
    /// The address of the next page.
    #[prop(optional_no_strip, into)]
    next: Option<String>,
    /// Other words than "Previous".
    #[prop(default = "Previous")]
    previous_word: &'static str,
    /// Other words than "Next".
    #[prop(default = "Next")]
    next_word: &'static str,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label="Pages of this list">
            {previous.map(|href| view! { <a href=href rel="prev">{previous_word}</a> })}
            {next.map(|href| view! { <a href=href rel="next">{next_word}</a> })}
            <span class="pager-shown">{shown}</span>
        </nav>
    }
}
