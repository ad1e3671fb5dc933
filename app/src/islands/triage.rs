//! The result beside the questions of a triage. While a person picks an answer it is worked out anew in the browser,
//! by the same rules; a digit picks the answer of that number.
//!
//! The questions themselves are a plain form outside of this island. Without script the card shows what the saved
//! answers come to, and saving an answer shows the next state.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use domain::answer::Answers;
use domain::product::Market;
use domain::triage::{Again, Fact, Move, Pick, Picks, Triage, question};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};
use super::verdict::plate;
use crate::parts::{Badge, ClassPlate, Clauses};

/// The id of the form that the card listens to.
pub const FORM: &str = "triage";

/// What the triage knows when its page is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triaging {
    /// The product's own answers.
    pub product: Answers,
    /// The markets of the product; they choose the schemes.
    pub markets: Vec<Market>,
    /// What is picked and saved.
    pub picks: Vec<(Fact, Pick)>,
    /// The question that is being answered, if any.
    pub active: Option<Fact>,
    /// What is picked there, by its stable name.
    pub picked: String,
}

impl Handed for Triaging {
    const ID: &'static str = "handed-triaging";
}

/// The live result. The mark `data-words` lets the start script load the words of the rules.
#[island]
pub fn TriageCard() -> impl IntoView {
    let Triaging { product, markets, picks, active, picked } = handed();
    let picked = RwSignal::new(picked);
    #[cfg(feature = "hydrate")]
    live::listen(picked);
    let picks: Picks = picks.into_iter().collect();
    let now = move |picked: &str| {
        let mut picks = picks.clone();
        if let Some((fact, pick)) = active.and_then(|fact| Some((fact, question(fact).pick(picked)?))) {
            picks.insert(fact, pick);
        }
        Triage::of(&product, &markets, &picks)
    };
    move || {
        let triage = now(&picked.get());
        view! {
            <aside class="verdict panel" data-words="" aria-label="The result so far">{card(&triage)}</aside>
            {strip(&triage)}
        }
    }
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
            <p class="triage-level" aria-live="polite">{words.title.clone()}</p>
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

/// What only the browser does.
#[cfg(feature = "hydrate")]
mod live {
    use leptos::ev;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlInputElement;

    use super::FORM;
    use crate::islands::shortcuts::{remembered, types};

    pub(super) fn listen(picked: RwSignal<String>) {
        let input = window_event_listener(ev::input, move |event| {
            let radio = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(radio) = radio.filter(|radio| radio.name() == "given" && radio.checked()) {
                picked.set(radio.value());
            }
        });
        let keys = window_event_listener(ev::keydown, move |event| {
            let is_plain =
                !(event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented());
            let place = event.key().parse::<u32>().ok().and_then(|digit| digit.checked_sub(1));
            if let Some(place) = place.filter(|_| is_plain && remembered() && !types(&event))
                && let Some(radio) = answer(place)
            {
                event.prevent_default();
                radio.set_checked(true);
                let _ = radio.focus();
                picked.set(radio.value());
            }
        });
        on_cleanup(move || {
            input.remove();
            keys.remove();
        });
    }

    /// The answer of that number, from 0.
    fn answer(place: u32) -> Option<HtmlInputElement> {
        let found = document().query_selector_all(&format!("#{FORM} input[name=given]")).ok()?;
        found.get(place)?.dyn_into().ok()
    }
}
