//! The result beside the questions: what each answer that is offered would come to, drawn once each. The style sheet
//! shows the one of the answer that is picked, so that the result moves at once, with script and without.

use domain::triage::{Again, Asked, Move, Triage};
use leptos::prelude::*;
use service::features::Opened;

use super::{options, picked_now};
use crate::islands::verdict::plate;
use crate::parts::{Badge, ClassPlate, Clauses};

/// The results. `data-pick` is the number of the answer, `data-now` marks the one that stands when the page opens.
#[component]
pub fn Results(active: Option<Asked>, opened: Opened) -> impl IntoView {
    let Some(Asked { question, .. }) = active else {
        let card = card(&opened.triage);
        return view! { <div class="triage-results">{panel(None, true, card, &opened.triage)}</div> }
            .into_any();
    };
    let picked = picked_now(&opened, question.fact);
    let options = options(question, &opened);
    let is_picked = options.iter().any(|pick| question.name_of(*pick) == picked);
    let triages: Vec<(usize, bool, Triage)> = (1..)
        .zip(options)
        .map(|(number, pick)| {
            (number, question.name_of(pick) == picked, opened.triage_with(question.fact, pick))
        })
        .collect();
    let said: Vec<_> = triages
        .iter()
        .map(|(number, now, triage)| {
            let title = triage.level.words().title.clone();
            view! { <span class="triage-result" data-pick=number.to_string() data-now=now.then_some("")>{title}</span> }
        })
        .collect();
    let saved = (!is_picked).then(|| panel(None, true, card(&opened.triage), &opened.triage));
    let panels: Vec<_> = triages
        .iter()
        .map(|(number, now, triage)| panel(Some(*number), *now, card(triage), triage))
        .collect();
    view! {
        <div class="triage-results">
            <p class="spoken" role="status">{said}</p>
            {saved}
            {panels}
        </div>
    }
    .into_any()
}

fn panel(number: Option<usize>, now: bool, card: AnyView, triage: &Triage) -> AnyView {
    let number = number.map(|number| number.to_string());
    view! {
        <div class="triage-result" data-pick=number data-now=now.then_some("")>
            <aside class="verdict panel" aria-label="The result so far">{card}</aside>
            {strip(triage)}
        </div>
    }
    .into_any()
}

/// What it comes to so far.
fn card(triage: &Triage) -> AnyView {
    let words = triage.level.words();
    let left = triage.asked().filter(|asked| asked.pick.is_none()).count();
    let so_far = match left {
        0 => "Result".to_owned(),
        1 => "Result so far, one question open".to_owned(),
        left => format!("Result so far, {left} questions open"),
    };
    let rules: Vec<_> = triage
        .rules
        .iter()
        .map(|rule| {
            let citations = rule.citations.clone();
            view! { <li>{rule.sentence.clone()}" "<Clauses citations /></li> }
        })
        .collect();
    view! {
        <div class="panel-part">
            <p class="quiet">{so_far}</p>
            <p class="triage-level">{words.title.clone()}</p>
            <p class="quiet">{words.sentence.clone()}</p>
        </div>
        <div class="panel-part">
            <h2>"Which schemes move"</h2>
            {schemes(&triage.schemes)}
        </div>
        {set(triage)}
        <div class="panel-part">
            <h2>"Why"</h2>
            <ul class="triage-rules">{rules}</ul>
        </div>
    }
    .into_any()
}

/// Every scheme, those that move first and marked.
#[must_use]
pub fn schemes(schemes: &[Move]) -> AnyView {
    let (moved, kept): (Vec<&Move>, Vec<&Move>) = schemes.iter().partition(|scheme| scheme.moves());
    let none = moved.is_empty().then(|| view! { <p>"None."</p> });
    let moved: Vec<_> = moved.into_iter().map(line).collect();
    let kept: Vec<_> = kept.into_iter().map(line).collect();
    view! {
        {none}
        <ul class="triage-schemes">{moved}{kept}</ul>
    }
    .into_any()
}

fn line(scheme: &Move) -> AnyView {
    let title = |title: &Option<String>| title.clone().unwrap_or_else(|| "not asked".to_owned());
    let (before, after) = (title(&scheme.before), title(&scheme.after));
    if !scheme.moves() {
        return view! { <li class="quiet"><span>{scheme.subject.clone()}</span><span>{after}</span></li> }
            .into_any();
    }
    view! {
        <li class="is-moved">
            <span>{scheme.subject.clone()}</span>
            <span>
                {before}" "<span aria-hidden="true">"→"</span><span class="spoken">"becomes"</span>" "
                <strong>{after}</strong>
            </span>
        </li>
    }
    .into_any()
}

/// The class now and then, with what comes and goes because of it.
fn set(triage: &Triage) -> Option<AnyView> {
    if triage.before == triage.after {
        return None;
    }
    Some(
        view! {
            <div class="panel-part preview">
                <h2 class="preview-title">"What is owed then "<Badge word="preview" /></h2>
                <p class="preview-move">
                    <ClassPlate plate=plate(triage.before) draft=true />
                    <span aria-hidden="true">"→"</span>
                    <span class="spoken">"becomes"</span>
                    <ClassPlate plate=plate(triage.after) draft=true />
                </p>
                {list("+ appear", &triage.appear)}
                {list("± grow", &triage.grow)}
                {list("− go", &triage.go)}
            </div>
        }
        .into_any(),
    )
}

/// More than these are only counted.
const NAMED: usize = 8;

fn list(head: &'static str, all: &[Again]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lines: Vec<_> = all
        .iter()
        .take(NAMED)
        .map(|it| {
            let name = format!("{} {}", it.deliverable.id, it.deliverable.name);
            view! { <li>{name}</li> }
        })
        .collect();
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| view! { <li>{format!("and {more} more")}</li> });
    Some(view! { <ul class="preview-list"><li class="preview-head">{head}</li>{lines}{more}</ul> }.into_any())
}

/// The result at the foot of a phone.
fn strip(triage: &Triage) -> AnyView {
    let moved = triage.moved().count();
    let moves = match moved {
        0 => "no scheme moves".to_owned(),
        1 => "1 scheme moves".to_owned(),
        moved => format!("{moved} schemes move"),
    };
    view! {
        <div class="verdict-strip" aria-hidden="true">
            <strong class="strip-words">{triage.level.words().title.clone()}</strong>
            <span>{moves}</span>
        </div>
    }
    .into_any()
}
