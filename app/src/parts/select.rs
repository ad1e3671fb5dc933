//! One of a few values in a list that opens.

use leptos::prelude::*;

use super::conflict::ConflictChoice;
use super::field::{Faults, FieldLabel, Hint};
use super::kept::{KeptField, Was, described_by, element_id};

/// A value and the words for it, for [`Select`] and [`super::choice::Choice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosable {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A second, quieter line; only drawn by radio buttons and check boxes.
    pub hint: String,
}

impl Choosable {
    /// A value with its words.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// The same with a second line.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// A labelled `<select>`. Refills itself with what was chosen and shows its own faults.
#[component]
pub fn Select(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// What can be chosen.
    options: Vec<Choosable>,
    /// What is stored.
    #[prop(optional, into)]
    value: String,
    /// The words for "nothing chosen"; left out, the first option is chosen.
    #[prop(optional, into)]
    none: String,
    /// One short sentence under the label.
    #[prop(optional, into)]
    hint: String,
    /// Whether something must be chosen.
    #[prop(optional)]
    required: bool,
    /// A class beside `field`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    if let Some(conflict) = kept.conflict {
        return view! { <ConflictChoice label conflict options /> }.into_any();
    }
    let id = element_id(&name);
    let described = described_by(&id, !hint.is_empty(), !kept.wrong.is_empty());
    let invalid = (!kept.wrong.is_empty()).then_some("true");
    let was = kept.was(&value);
    let value = kept.value(value);
    let options: Vec<_> = options
        .into_iter()
        .map(|option| {
            let chosen = option.value == value;
            view! { <option value=option.value selected=chosen>{option.label}</option> }
        })
        .collect();
    view! {
        <div class=format!("field {class}")>
            <FieldLabel id=id.clone() label required=true />
            <Hint id=id.clone() hint />
            <Faults id=id.clone() wrong=kept.wrong />
            <select id=id class="input input-select" name=name.clone() required=required aria-describedby=described aria-invalid=invalid>
                {(!none.is_empty()).then(|| view! { <option value="" selected=value.is_empty()>{none}</option> })}
                {options}
            </select>
            <Was name value=was />
        </div>
    }
    .into_any()
}
