//! What is wrong with a form, on top of it; takes the focus, each line leads to its field.

use leptos::prelude::*;

use super::kept::{Kept, element_id, scope};

/// Drawn by [`super::form::Form`]; nothing when nothing is wrong.
#[component]
pub fn ErrorSummary() -> impl IntoView {
    let Some(kept) = Kept::here() else { return ().into_any() };
    if kept.violations.is_empty() && kept.refusal.is_none() {
        return ().into_any();
    }
    let count = kept.violations.len();
    let head = match (&kept.refusal, count) {
        (Some(refusal), _) => refusal.clone(),
        (None, _) if scope() == "sign-in" => "You are not signed in.".to_owned(),
        (None, 1) => "Nothing was saved: one thing needs your attention.".to_owned(),
        (None, count) => format!("Nothing was saved: {count} things need your attention."),
    };
    let lines: Vec<_> = kept
        .violations
        .iter()
        .map(|violation| {
            let sentence = crate::words::sentence(violation);
            if violation.field.is_empty() {
                view! { <li>{sentence}</li> }.into_any()
            } else {
                let target = format!("#{}", element_id(&violation.field));
                view! { <li><a href=target>{crate::words::field_name(&violation.field)}</a>": " {sentence}</li> }
                    .into_any()
            }
        })
        .collect();
    view! {
        <div class="summary is-block" role="alert" tabindex="-1" autofocus=true>
            <p class="summary-head">{head}</p>
            {(!lines.is_empty()).then(|| view! { <ul>{lines}</ul> })}
        </div>
    }
    .into_any()
}
