//! One of a few, or some of a few, all visible.

use leptos::prelude::*;

use super::conflict::ConflictChoice;
use super::field::{Faults, Hint};
use super::kept::{Kept, KeptField, Was, described_by, element_id};
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
    let was = kept.was(&value);
    let value = kept.value(value);
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(place, option)| {
            // The first one carries the group's own id, so that the summary of faults leads to it.
            let id = if place == 0 { element_id(&name) } else { format!("{}-{place}", element_id(&name)) };
            let checked = option.value == value;
            view! { <Tick id kind="radio" name=name.clone() value=option.value checked required label=option.label hint=option.hint /> }
        })
        .collect();
    view! {
        <ChoiceSet name=name.clone() label hint class wrong=kept.wrong>
            {boxes}
            <Was name value=was />
        </ChoiceSet>
    }
    .into_any()
}

/// Check boxes under one question. Each is a field of its own: the value of an option is the name of its field,
/// which sends `yes` when it is checked and nothing when it is not.
#[component]
pub fn Choices(
    /// The name of the whole question; violations carry it.
    #[prop(into)]
    name: String,
    /// The question above them.
    #[prop(into)]
    label: String,
    /// What can be checked.
    options: Vec<Choosable>,
    /// Which are checked.
    #[prop(optional)]
    values: Vec<String>,
    /// One short sentence under the question.
    #[prop(optional, into)]
    hint: String,
    /// A class beside `choices`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let wrong = KeptField::named(&name).wrong;
    let kept = Kept::here();
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(place, option)| {
            let field = kept.as_ref().map(|kept| kept.field(&option.value));
            let ticked = Ticked::of(field, values.contains(&option.value));
            // The first one carries the question's own id, so that the summary of faults leads to it.
            let id = if place == 0 { element_id(&name) } else { element_id(&option.value) };
            let hint = ticked.hint(option.hint);
            view! {
                <Tick id kind="checkbox" name=option.value.clone() value="yes" checked=ticked.checked required=false label=option.label hint />
                <Was name=option.value value=ticked.was() />
            }
        })
        .collect();
    view! { <ChoiceSet name label hint class wrong>{boxes}</ChoiceSet> }
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
    let kept = Kept::here().map(|kept| kept.field(&name));
    let wrong = kept.as_ref().map(|kept| kept.wrong.clone()).unwrap_or_default();
    let ticked = Ticked::of(kept, checked);
    let id = element_id(&name);
    let hint = ticked.hint(hint);
    view! {
        <div class="field">
            <Faults id=id.clone() wrong />
            <Tick id kind="checkbox" name=name.clone() value="yes" checked=ticked.checked required label hint />
            <Was name value=ticked.was() />
        </div>
    }
}

/// The state of a check box, also in a form that came back.
struct Ticked {
    checked: bool,
    /// Whether it was checked when the page was drawn.
    was: bool,
    /// What somebody else stored, where that is not what was sent.
    theirs: Option<bool>,
}

impl Ticked {
    /// A form that came back holds what was checked; what was not checked it does not hold.
    fn of(kept: Option<KeptField>, stored: bool) -> Self {
        let Some(kept) = kept else { return Self { checked: stored, was: stored, theirs: None } };
        let typed = kept.typed.is_some();
        match kept.conflict {
            Some(sides) => {
                let theirs = !sides.versions.theirs.is_empty();
                let checked = if sides.untouched { theirs } else { typed };
                Self { checked, was: theirs, theirs: Some(theirs) }
            }
            None => Self { checked: typed, was: kept.was.is_some(), theirs: None },
        }
    }

    fn hint(&self, hint: String) -> String {
        match self.theirs {
            None => hint,
            Some(true) => format!("Stored in the meantime: checked. {hint}"),
            Some(false) => format!("Stored in the meantime: not checked. {hint}"),
        }
    }

    fn was(&self) -> String {
        if self.was { "yes".to_owned() } else { String::new() }
    }
}

/// One box with its words.
#[component]
fn Tick(
    #[prop(into)] id: String,
    kind: &'static str,
    #[prop(into)] name: String,
    #[prop(into)] value: String,
    checked: bool,
    required: bool,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
) -> impl IntoView {
    view! {
        <label class="choice" for=id.clone()>
            <input id=id.clone() type=kind name=name value=value checked=checked required=required />
            <span class="choice-words">
                {label}
                {(!hint.is_empty()).then(|| view! { <span class="choice-hint">{hint}</span> })}
            </span>
        </label>
    }
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
