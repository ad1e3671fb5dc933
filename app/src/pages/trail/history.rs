//! The history of some records, for their own pages: who, when, what, why.

use leptos::prelude::*;
use service::trail::Story;

use super::entries::{about, fields};
use crate::parts::Time;
use crate::words::trail as words;

/// A list of entries, newest first: `<History story />`, the story from `service::trail::history` or `latest`.
#[component]
pub fn History(
    /// The entries and the names that they need.
    story: Story,
    /// Only who, when and what was done, without the fields.
    #[prop(optional)]
    brief: bool,
) -> impl IntoView {
    let lines: Vec<_> = story
        .entries
        .iter()
        .map(|entry| {
            let author = words::author(entry);
            let class = if author.system { "history-line is-rule" } else { "history-line" };
            let reason = entry.reason.clone();
            let at = entry.at;
            view! {
                <li class=class>
                    <p class="history-head"><Time at />" "<span class="history-who">{author.name}</span></p>
                    <p class="history-deed">{words::deed(&entry.action)}{about(entry, &story).map(|about| view! { ": "{about} })}</p>
                    {(!brief).then(|| view! { <div class="history-fields">{fields(entry, &story)}</div> })}
                    {reason.map(|reason| view! { <p class="because"><span>"Because "</span>{reason}</p> })}
                </li>
            }
        })
        .collect();
    view! { <ol class="history">{lines}</ol> }
}
