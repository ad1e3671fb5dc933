//! One line of text: label, hint, input, and what is wrong with it beside it.

use leptos::prelude::*;

use super::conflict::ConflictChoice;
use super::kept::{KeptField, Was, described_by, element_id};

/// A labelled `<input>`. Refills itself with what was typed and shows its own faults.
///
/// ```text
/// <Field name="name" label="Name" value=product.name max=120 required=true hint="As on the label." />
/// <Field name="due" label="Due" kind="date" value=due />
/// ```
#[component]
pub fn Field(
    /// The field's name in the form; violations carry it.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// What is stored; empty for a new record.
    #[prop(optional, into)]
    value: String,
    /// One short sentence under the label.
    #[prop(optional, into)]
    hint: String,
    /// The input's type: `text`, `email`, `password`, `url`, `date`, `number`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The most characters it takes.
    #[prop(optional_no_strip, into)]
    max: Option<usize>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// The autocomplete token: `username`, `current-password`, `new-password`, `name`, `off`.
    #[prop(optional, into)]
    autocomplete: String,
    /// Takes the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// A class beside `field`: `field-short` (12 characters), `field-medium`, `field-wide`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    if let Some(conflict) = kept.conflict {
        return view! { <ConflictChoice label conflict /> }.into_any();
    }
    let id = element_id(&name);
    let described = described_by(&id, !hint.is_empty(), !kept.wrong.is_empty());
    let invalid = (!kept.wrong.is_empty()).then_some("true");
    let was = kept.was(&value);
    // What a password field held is never kept.
    let value = if kind == "password" { None } else { Some(kept.value(value)) };
    let autocomplete = (!autocomplete.is_empty()).then_some(autocomplete);
    view! {
        <div class=format!("field {class}")>
            <FieldLabel id=id.clone() label required />
            <Hint id=id.clone() hint />
            <Faults id=id.clone() wrong=kept.wrong />
            <input
                id=id
                class="input"
                type=kind
                name=name.clone()
                value=value
                maxlength=max.map(|max| max.to_string())
                required=required
                autocomplete=autocomplete
                autofocus=autofocus
                aria-describedby=described
                aria-invalid=invalid
            />
            <Was name value=was />
        </div>
    }
    .into_any()
}

/// The label of a field; says when it may be left empty, since most must be filled.
#[component]
pub fn FieldLabel(
    /// The element it belongs to.
    #[prop(into)]
    id: String,
    /// The words.
    #[prop(into)]
    label: String,
    /// Whether it must be filled.
    required: bool,
) -> impl IntoView {
    view! {
        <label class="label" for=id>
            {label}
            {(!required).then(|| view! { " "<span class="label-optional">"optional"</span> })}
        </label>
    }
}

/// The hint of a field, found by `aria-describedby`.
#[component]
pub fn Hint(
    /// The field's element.
    #[prop(into)]
    id: String,
    /// The sentence; nothing is drawn when it is empty.
    #[prop(into)]
    hint: String,
) -> impl IntoView {
    (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })
}

/// What is wrong with a field, found by `aria-describedby`.
#[component]
pub fn Faults(
    /// The field's element.
    #[prop(into)]
    id: String,
    /// One sentence for each fault.
    wrong: Vec<String>,
) -> impl IntoView {
    (!wrong.is_empty()).then(|| view! { <p class="fault" id=format!("{id}-wrong")>{wrong.join(" ")}</p> })
}
