//! What is known about a market, how well, and what products for it are typically held to.

use domain::market::ToldNote;
use leptos::prelude::*;

/// One note.
#[component]
pub fn MarketNote(
    /// The note, as records keep it.
    note: ToldNote,
) -> impl IntoView {
    let statements = note
        .statements
        .into_iter()
        .map(|statement| {
            let sources = statement.sources.join("; ");
            view! {
                <li>
                    <p>{statement.words}</p>
                    <p class="quiet">{format!("{}. From: {sources}.", capital(&statement.certainty))}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="market-note">
            <h3>{note.market}</h3>
            <p class="market-note-known">{note.known}</p>
            {(!note.not_given.is_empty()).then(|| view! { <p><strong>{note.not_given}</strong></p> })}
            <p>"Typically held to: "{note.held_to}</p>
            <ul>{statements}</ul>
            <p class="quiet">{note.edition}</p>
        </section>
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
