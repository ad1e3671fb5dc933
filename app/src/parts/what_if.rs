//! What would change: schemes, deliverables, contradictions and approvals, now and then. Pages and islands draw the
//! same parts.

use domain::assessment::Classification;
use domain::contradiction::{Contradiction, Spoken};
use domain::deliverable::{Change, Difference};
use domain::what_if::{Contradictions, Effect, Inputs, Move, Owing, moves};
use leptos::prelude::*;

use super::class_plate::{ClassPlate, Plate};
use super::clause::Clauses;
use super::contradiction::{ContradictionList, Ways};
use super::finding::{FindingMark, Weight};

/// `→`, and a word for those who do not see it.
pub fn becomes() -> impl IntoView {
    view! { <span aria-hidden="true">"→"</span><span class="spoken">"becomes"</span> }
}

/// The words for a classification that may be open.
#[must_use]
pub fn classification_words(classification: Option<Classification>) -> String {
    match classification {
        None => "Still open".to_owned(),
        Some(Classification::NotADevice) => "Not a medical device".to_owned(),
        Some(Classification::Class(class)) => format!("Class {class}"),
    }
}

/// Every scheme, now and then; those that move stand out.
#[component]
pub fn SchemeMoves(
    /// The schemes.
    moves: Vec<Move>,
) -> impl IntoView {
    let rows: Vec<_> = moves
        .into_iter()
        .map(|it| {
            let class = if it.moves() { "scheme-moves" } else { "" };
            view! {
                <tr class=class>
                    <th scope="row">{it.subject.clone()}</th>
                    <td>{spoken(it.before.as_ref())}</td>
                    <td class="then">{it.moves().then(|| view! { {becomes()}" " })}{spoken(it.after.as_ref())}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <table class="preview-table scheme-table">
            <thead><tr><td></td><th scope="col">"now"</th><th scope="col">"then"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn spoken(spoken: Option<&Spoken>) -> AnyView {
    match spoken {
        None => view! { <span class="quiet">"not asked"</span> }.into_any(),
        Some(spoken) => match Plate::of_result(&spoken.pack, spoken.result.as_deref()) {
            Some(plate) => view! { <ClassPlate plate draft=true /> }.into_any(),
            None => view! { <span>{spoken.title.clone()}</span> }.into_any(),
        },
    }
}

/// What the class owes, in numbers and by name.
#[component]
pub fn OwedChange(
    /// Now and then.
    owing: Owing,
) -> impl IntoView {
    if !owing.changes() {
        return match owing.after {
            None => ().into_any(),
            Some(class) => {
                view! { <p class="quiet">{format!("The deliverables stay those of class {class}.")}</p> }
                    .into_any()
            }
        };
    }
    let (before, after) = owing.sizes();
    let named = match (owing.before, owing.after) {
        (Some(_), None) => {
            view! { <p class="quiet">"The whole IEC 62304 set goes. What stays is the record of why it is no device."</p> }
                .into_any()
        }
        (None, Some(class)) => {
            view! { <p class="quiet">{format!("The whole IEC 62304 set of class {class} appears.")}</p> }.into_any()
        }
        _ => owing.difference().map(differences).into_any(),
    };
    let line = |name: &'static str, before: usize, after: usize| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="is-number">{before}</td>
                <td class="is-number then">{after}</td>
            </tr>
        }
    };
    view! {
        <table class="preview-table">
            <thead>
                <tr><td></td><th scope="col" class="is-number">"now"</th><th scope="col" class="is-number">"then"</th></tr>
            </thead>
            <tbody>
                {line("Deliverables", before.deliverables, after.deliverables)}
                {line("Sub-clauses", before.clauses, after.clauses)}
            </tbody>
        </table>
        {named}
    }
    .into_any()
}

fn differences(difference: Difference) -> AnyView {
    view! {
        {list("+ appear", difference.appear)}
        {list("± grow", difference.grow)}
        {list("− drop", difference.drop)}
        {list("± get shorter", difference.shrink)}
    }
    .into_any()
}

fn list(head: &'static str, changes: Vec<Change>) -> Option<AnyView> {
    if changes.is_empty() {
        return None;
    }
    let lines: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let name = format!("{} {}", change.deliverable.id, change.deliverable.name);
            let citations = change.clauses.iter().map(|clause| clause.citation()).collect();
            view! { <li><span>{name}</span><Clauses citations short=true /></li> }
        })
        .collect();
    Some(view! { <ul class="preview-list"><li class="preview-head">{head}</li>{lines}</ul> }.into_any())
}

/// What does not go together then, what appears of it and what is resolved.
#[component]
pub fn ContradictionChange(
    /// Those that appear, go and stay.
    contradictions: Contradictions,
    /// Where their ways out begin.
    ways: Ways,
) -> impl IntoView {
    let Contradictions { appear, go, stay } = contradictions;
    let resolved: Vec<_> = go.into_iter().map(resolved).collect();
    view! {
        {(!appear.is_empty()).then(|| view! {
            <p class="preview-head">"+ contradictions that appear"</p>
            <ContradictionList contradictions=appear ways />
        })}
        {(!resolved.is_empty()).then(|| view! {
            <p class="preview-head">"− contradictions that go"</p>
            <ul class="resolved">{resolved}</ul>
        })}
        {(!stay.is_empty()).then(|| view! {
            <p class="preview-head">"Contradictions that stay"</p>
            <ContradictionList contradictions=stay ways />
        })}
    }
}

fn resolved(it: Contradiction) -> impl IntoView {
    let title = it.wording().title.clone();
    view! { <li><FindingMark weight=Weight::from(it.level) code=it.code />" "{title}</li> }
}

/// Everything that changes between two states of a product: schemes, deliverables, contradictions, approvals.
#[component]
pub fn WhatChanges(
    /// What is said now.
    before: Inputs,
    /// What would be said.
    after: Inputs,
    /// What becomes of what was approved or declared.
    effects: Vec<Effect>,
    /// Where the ways out of contradictions begin.
    ways: Ways,
) -> impl IntoView {
    let owing = Owing::between(before.said.classification(), after.said.classification());
    let contradictions = Contradictions::between(&before.contradictions(), after.contradictions());
    let some = !contradictions.is_empty();
    view! {
        <SchemeMoves moves=moves(&before.said, &after.said) />
        <h3>"Deliverables"</h3>
        <OwedChange owing />
        {some.then(|| view! {
            <h3>"What does not go together"</h3>
            <ContradictionChange contradictions ways />
        })}
        <h3>"Approvals"</h3>
        <Effects effects />
    }
}

/// What was approved or declared, and what becomes of it.
#[component]
pub fn Effects(
    /// The effects.
    effects: Vec<Effect>,
) -> impl IntoView {
    if effects.is_empty() {
        return view! { <p class="quiet">"Nothing that is approved is touched."</p> }.into_any();
    }
    let lines: Vec<_> = effects.iter().map(|effect| view! { <li>{effect_words(effect)}</li> }).collect();
    view! { <ul class="effects">{lines}</ul> }.into_any()
}

/// What an effect says, in a sentence.
#[must_use]
pub fn effect_words(effect: &Effect) -> String {
    let words = |classification: &Classification| classification_words(Some(*classification));
    match effect {
        Effect::GivesWay { number, from, to: Some(to) } => format!(
            "The approval of A-{number} ({}) stays of record until this is approved, and lapses then: {} takes its \
             place.",
            words(from),
            words(to)
        ),
        Effect::GivesWay { number, from, to: None } => format!(
            "The approval of A-{number} ({}) stays of record. This can not be approved while it is open.",
            words(from)
        ),
        Effect::Confirmed { number, classification } => format!(
            "The approval of A-{number} ({}) stays of record, and this would confirm it.",
            words(classification)
        ),
        Effect::DeclarationEnds => {
            "The declaration that the analysis is complete lapses with the first change. Until it is declared complete \
             again the register implies nothing, and class C applies."
                .to_owned()
        }
        Effect::Reopened { deliverables } => format!(
            "Approved for another set of sub-clauses, so to be looked at again: {}.",
            deliverables.join(", ")
        ),
        Effect::NoLongerOwed { deliverables } => {
            format!("Approved, and no longer asked for: {}.", deliverables.join(", "))
        }
    }
}
