//! One of a few, or some of a few, all visible.

use leptos::prelude::*;

use super::conflict::ConflictChoice;
use super::field::{Faults, Hint};
use super::kept::{Kept, KeptField, described_by, element_id};
use super::select::Choosable;

/// Radio buttons: one of a few.
#[component]
pub fn Choice(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The question above them.
    #[prop(into)]
    label: String,
    /// What can be chosen.
    options: Vec<Choosable>,
    /// What is stored.
    #[prop(optional, into)]
    value: String,
    /// One short sentence under the question.
    #[prop(optional, into)]
    hint: String,
    /// Whether one must be chosen.
    #[prop(optional)]
    required: bool,
    /// A class beside `choices`: `choices-inline` puts them into one line.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    if let Some(conflict) = kept.conflict {
        return view! { <ConflictChoice label conflict options /> }.into_any();
    }
    let value = kept.value(value);
    let boxes = boxes(&name, "radio", options, required, &|option| option == value);
    view! { <ChoiceSet name label hint class wrong=kept.wrong>{boxes}</ChoiceSet> }.into_any()
}

/// Check boxes that share one name: some of a few. The form sends `name` once for each that is checked.
#[component]
pub fn Choices(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The question above them.
    #[prop(into)]
    label: String,
    /// What can be chosen.
    options: Vec<Choosable>,
    /// What is stored.
    #[prop(optional)]
    values: Vec<String>,
    /// One short sentence under the question.
    #[prop(optional, into)]
    hint: String,
    /// A class beside `choices`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    // A form that came back holds what was checked; nothing checked sends nothing at all.
    let values = if Kept::here().is_some() {
        kept.typed.as_deref().map(split_list).unwrap_or_default()
    } else {
        values
    };
    let boxes = boxes(&name, "checkbox", options, false, &|option| values.iter().any(|value| value == option));
    view! { <ChoiceSet name label hint class wrong=kept.wrong>{boxes}</ChoiceSet> }
}

/// One check box for a yes: sends `name=yes` when it is checked.
#[component]
pub fn Check(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The words beside it.
    #[prop(into)]
    label: String,
    /// What is stored.
    #[prop(optional)]
    checked: bool,
    /// A second, quieter line.
    #[prop(optional, into)]
    hint: String,
    /// Whether it must be checked.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    let checked = if Kept::here().is_some() { kept.typed.is_some() } else { checked };
    let id = element_id(&name);
    view! {
        <div class="field">
            <Faults id=id.clone() wrong=kept.wrong />
            <label class="choice" for=id.clone()>
                <input id=id.clone() type="checkbox" name=name value="yes" checked=checked required=required />
                <span class="choice-words">
                    {label}
                    {(!hint.is_empty()).then(|| view! { <span class="choice-hint">{hint}</span> })}
                </span>
            </label>
        </div>
    }
}

/// The values of a field that was sent several times are kept as one text, one value a line.
fn split_list(kept: &str) -> Vec<String> {
    kept.lines().map(str::to_owned).collect()
}

fn boxes(
    name: &str,
    kind: &'static str,
    options: Vec<Choosable>,
    required: bool,
    chosen: &dyn Fn(&str) -> bool,
) -> Vec<AnyView> {
    let group = element_id(name);
    options
        .into_iter()
        .enumerate()
        .map(|(place, option)| {
            // The first one carries the group's own id, so that the summary of faults leads to it.
            let id = if place == 0 { group.clone() } else { format!("{group}-{place}") };
            let checked = chosen(&option.value);
            view! {
                <label class="choice" for=id.clone()>
                    <input id=id.clone() type=kind name=name.to_owned() value=option.value checked=checked required=required />
                    <span class="choice-words">
                        {option.label}
                        {(!option.hint.is_empty()).then(|| view! { <span class="choice-hint">{option.hint}</span> })}
                    </span>
                </label>
            }
            .into_any()
        })
        .collect()
}

/// The field set around a group.
#[component]
fn ChoiceSet(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    #[prop(into)] class: String,
    wrong: Vec<String>,
    children: Children,
) -> impl IntoView {
    let id = element_id(&name);
    let described = described_by(&id, !hint.is_empty(), !wrong.is_empty());
    view! {
        <fieldset class=format!("field choices {class}") aria-describedby=described>
            <legend class="label">{label}</legend>
            <Hint id=id.clone() hint />
            <Faults id=id wrong />
            {children()}
        </fieldset>
    }
}
