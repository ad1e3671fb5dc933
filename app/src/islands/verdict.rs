//! The verdict beside the questionnaire. While a person picks an answer or types a reason, it is worked out anew in
//! the browser by the same rules, and what was typed is kept on the server.
//!
//! The questions themselves are a plain form outside of this island; it only listens to them. Without script the
//! panel shows what the saved answers come to, and saving an answer shows the next state.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use domain::answer::{Answers, Given, Key};
use domain::assessment::{Classification, Judgement};
use domain::deliverable::{Change, Difference, size};
use domain::ids::{AssessmentId, ProductId};
use domain::product::Market;
use domain::scheme::iec62304::SafetyClass;
use domain::scheme::{NOT_KNOWN, Telling, ToldStep, packs, question};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};
use crate::parts::{Badge, ClassPlate, Clauses, Plate};

/// The id of the form that the panel listens to.
pub const FORM: &str = "answer";
/// The id of the element that says when the draft was kept.
pub const KEPT: &str = "draft-kept";

/// What the questionnaire knows when its page is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The product.
    pub product: ProductId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The saved answers.
    pub answers: Answers,
    /// The markets of the product; they choose the schemes.
    pub markets: Vec<Market>,
    /// The question that is being answered, if any.
    pub active: Option<Key>,
    /// What is picked there, by its stable name.
    pub picked: String,
}

impl Handed for Asking {
    const ID: &'static str = "handed-asking";
}

/// The live verdict. The mark `data-words` lets the start script load the words of the rules.
#[island]
pub fn Verdict() -> impl IntoView {
    let Asking { product, assessment, answers, markets, active, picked } = handed();
    let picked = RwSignal::new(picked);
    #[cfg(feature = "hydrate")]
    live::listen(product, assessment, active, picked);
    #[cfg(not(feature = "hydrate"))]
    let _ = (product, assessment);
    let draft = Draft { answers, markets, active };
    let for_strip = draft.clone();
    view! {
        <aside class="verdict panel" data-words="" aria-label="The verdict so far">
            {move || panel(&draft, &picked.get())}
        </aside>
        {move || strip(&for_strip, &picked.get())}
    }
}

/// The saved answers, and the question that is being answered.
#[derive(Clone)]
struct Draft {
    answers: Answers,
    markets: Vec<Market>,
    active: Option<Key>,
}

impl Draft {
    /// What the answers come to with what is picked now.
    fn judge(&self, picked: &str) -> Judgement {
        match self.active.and_then(|key| Some((key, Given::named(key, picked)?))) {
            Some((key, given)) => self.judge_with(key, given),
            None => Judgement::of(&self.answers, &self.markets),
        }
    }

    fn judge_with(&self, key: Key, given: Given) -> Judgement {
        Judgement::of(&self.answers.with(key, given), &self.markets)
    }
}

/// The plate of a classification that may be open.
#[must_use]
pub const fn plate(classification: Option<Classification>) -> Plate {
    match classification {
        None => Plate::Open,
        Some(Classification::NotADevice) => Plate::NotDevice,
        Some(Classification::Class(SafetyClass::A)) => Plate::SafetyA,
        Some(Classification::Class(SafetyClass::B)) => Plate::SafetyB,
        Some(Classification::Class(SafetyClass::C)) => Plate::SafetyC,
    }
}

/// The name of a classification that may be open.
fn title(classification: Option<Classification>) -> String {
    match classification {
        None => "Still open".to_owned(),
        Some(Classification::NotADevice) => "Not a medical device".to_owned(),
        Some(Classification::Class(class)) => format!("Class {class}"),
    }
}

/// One sentence on why.
fn because(judgement: &Judgement) -> String {
    let open = judgement.progress().open;
    let more = match open {
        0 => String::new(),
        1 => " One more question is open.".to_owned(),
        count => format!(" {count} more questions are open."),
    };
    match judgement.classification() {
        None => {
            let questions = if open == 1 { "One answer".to_owned() } else { format!("{open} answers") };
            format!("{questions} can still decide it. Until a class is approved, class C applies.")
        }
        Some(Classification::NotADevice) => {
            format!("It owes no IEC 62304 set, only its own record.{more}")
        }
        Some(Classification::Class(_)) => {
            let told = judgement.safety.as_ref().map(domain::scheme::iec62304::tell_safety_class);
            format!("{}{more}", told.map(|told| told.sentence).unwrap_or_default())
        }
    }
}

fn panel(draft: &Draft, picked: &str) -> AnyView {
    let judgement = draft.judge(picked);
    let classification = judgement.classification();
    let because = because(&judgement);
    let told = judgement.telling();
    let preview = draft.active.and_then(|key| preview(draft, key, picked, &judgement));
    view! {
        <div class="panel-part">
            <p class="quiet">"IEC 62304 software safety class, so far"</p>
            <div class="verdict-class">
                <ClassPlate plate=plate(classification) large=true draft=true />
                <div>
                    <p class="verdict-word" aria-live="polite">{title(classification)}</p>
                    <p class="quiet">{because}</p>
                </div>
            </div>
        </div>
        <div class="panel-part">
            <h2>"How it got there"</h2>
            {way(&told, draft.active, classification)}
        </div>
        {preview}
        <div class="panel-part">
            <h2>"Other schemes"</h2>
            <dl class="schemes">{other_schemes(&told)}</dl>
        </div>
    }
    .into_any()
}

/// The way to a verdict: the steps of the scheme that the open question belongs to, else of the one that decides the
/// class now, and its end.
fn way(told: &[Telling], active: Option<Key>, classification: Option<Classification>) -> AnyView {
    let with_steps = |pack: &str| {
        told.iter().find(|told| told.pack.split(' ').next() == Some(pack) && !told.steps.is_empty()).cloned()
    };
    let pack = active.and_then(|key| packs().iter().find(|pack| pack.question(key).is_some()));
    let deciding = pack
        .and_then(|pack| with_steps(&pack.id))
        .or_else(|| with_steps("iec-62304"))
        .or_else(|| told.first().cloned());
    let Some(deciding) = deciding else { return ().into_any() };
    if deciding.steps.is_empty() {
        return view! { <p class="quiet">"Nothing is answered yet. The first question is the first step."</p> }.into_any();
    }
    let not_known = deciding.steps.iter().filter(|step| step.answer == NOT_KNOWN).count();
    let end = match classification {
        _ if deciding.result.is_some() => deciding.title.clone(),
        Some(Classification::NotADevice) => "not a device".to_owned(),
        _ => "open".to_owned(),
    };
    let citations = deciding.citations.clone();
    let steps: Vec<_> = deciding.steps.into_iter().map(step).collect();
    let note = match not_known {
        0 => String::new(),
        1 => " One answer is “I don’t know” and counts as the cautious one.".to_owned(),
        count => format!(" {count} answers are “I don’t know” and count as the cautious ones."),
    };
    view! {
        <ol class="path">
            {steps}
            <li class="path-end">
                <span class="path-words">{deciding.sentence}{note}</span>
                <span class="path-value">{end}</span>
                <p class="path-note"><Clauses citations /></p>
            </li>
        </ol>
    }
    .into_any()
}

fn step(step: ToldStep) -> impl IntoView {
    view! {
        <li>
            <span class="path-words">{step.question}</span>
            <span class="path-value">{step.answer}</span>
            <p class="path-note">{step.led_to}" "<Clauses citations=step.citations /></p>
        </li>
    }
}

/// An answer that could be given instead, and what it would come to.
#[derive(Clone)]
struct Alternative {
    words: String,
    then: Option<Classification>,
    /// The other schemes whose verdict moves: its name, before and after.
    moves: Vec<(String, String, String)>,
}

fn alternatives(draft: &Draft, key: Key, picked: &str, now: &Judgement) -> Vec<Alternative> {
    let Some(asked) = question(key) else { return Vec::new() };
    let (class, told) = (now.classification(), now.telling());
    let mut all: Vec<Alternative> = asked
        .options
        .iter()
        .filter(|option| option.value != picked)
        .filter_map(|option| {
            let given = Given::named(key, &option.value)?;
            let judged = draft.judge_with(key, given);
            let (then, moves) = (judged.classification(), moves(&told, &judged.telling()));
            (then != class || !moves.is_empty()).then(|| Alternative {
                words: option.words.clone(),
                then,
                moves,
            })
        })
        .collect();
    // The strictest first; what stays open is class C until it is decided.
    all.sort_by_key(|alternative| {
        std::cmp::Reverse(alternative.then.unwrap_or(Classification::UNCLASSIFIED))
    });
    all
}

/// The verdicts that differ, but for the class that the panel is about.
fn moves(now: &[Telling], then: &[Telling]) -> Vec<(String, String, String)> {
    let subjects: Vec<&str> = now.iter().chain(then).map(|told| told.subject.as_str()).collect();
    let title = |told: &[Telling], subject: &str| {
        told.iter()
            .find(|told| told.subject == subject)
            .map_or("not asked".to_owned(), |told| told.title.clone())
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for subject in subjects {
        let is_class = subject == domain::scheme::iec62304::pack().short_title;
        if is_class || seen.contains(&subject) {
            continue;
        }
        seen.push(subject);
        let (before, after) = (title(now, subject), title(then, subject));
        if before != after {
            all.push((subject.to_owned(), before, after));
        }
    }
    all
}

/// What appears or goes if the answer changes.
fn preview(draft: &Draft, key: Key, picked: &str, now: &Judgement) -> Option<AnyView> {
    let mut others = alternatives(draft, key, picked, now).into_iter();
    let first = others.next()?;
    let class = now.classification();
    let verb = if picked.is_empty() { "is" } else { "changes to" };
    let heading = format!("If this answer {verb} “{}”", first.words);
    let rest: Vec<_> = others
        .map(|other| {
            let moved = other.moves.first().map(|(subject, _, after)| format!(" {subject}: {after}"));
            let plate =
                (other.then != class).then(|| view! { <ClassPlate plate=plate(other.then) draft=true /> });
            view! { <p class="preview-other">{format!("“{}” would give ", other.words)}{plate}{moved}</p> }
        })
        .collect();
    let change = (first.then != class).then(|| {
        view! {
            <p class="preview-move">
                <ClassPlate plate=plate(class) draft=true />
                <span aria-hidden="true">"→"</span>
                <span class="spoken">"becomes"</span>
                <ClassPlate plate=plate(first.then) draft=true />
            </p>
            {what_changes(class, first.then)}
        }
    });
    let moves: Vec<_> = first
        .moves
        .into_iter()
        .map(|(subject, before, after)| {
            view! {
                <li><span>{subject}</span><span>{before}" "<span aria-hidden="true">"→"</span><span class="spoken">"becomes"</span>" "{after}</span></li>
            }
        })
        .collect();
    Some(
        view! {
            <div class="panel-part preview">
                <h2 class="preview-title">{heading}" "<Badge word="preview" /></h2>
                {change}
                {(!moves.is_empty()).then(|| view! { <ul class="preview-list preview-moves">{moves}</ul> })}
                {rest}
            </div>
        }
        .into_any(),
    )
}

/// The class whose set is owed: what is open is held to class C (4.3 g).
fn held(classification: Option<Classification>) -> Option<SafetyClass> {
    classification.unwrap_or(Classification::UNCLASSIFIED).class()
}

fn what_changes(now: Option<Classification>, then: Option<Classification>) -> AnyView {
    let (from, to) = (held(now), held(then));
    if from == to {
        return view! { <p class="quiet">"The deliverables stay those of class C until it is decided."</p> }
            .into_any();
    }
    let numbers = |class: Option<SafetyClass>| {
        class.map_or((0, 0), |class| {
            let size = size(class, false);
            (size.deliverables, size.clauses)
        })
    };
    let (before, after) = (numbers(from), numbers(to));
    let lists = match (from, to) {
        (Some(from), Some(to)) => lists(Difference::between(from, to)),
        (Some(_), None) => {
            view! { <p class="quiet">"The whole IEC 62304 set goes. What stays is the record of why it is no device."</p> }
                .into_any()
        }
        (None, Some(class)) => {
            view! { <p class="quiet">{format!("The whole IEC 62304 set of class {class} appears.")}</p> }.into_any()
        }
        (None, None) => ().into_any(),
    };
    view! {
        <table class="preview-table">
            <thead>
                <tr><td></td><th scope="col" class="is-number">"now"</th><th scope="col" class="is-number">"then"</th></tr>
            </thead>
            <tbody>
                <tr>
                    <th scope="row">"Deliverables"</th>
                    <td class="is-number">{before.0}</td>
                    <td class="is-number then">{after.0}</td>
                </tr>
                <tr>
                    <th scope="row">"Sub-clauses"</th>
                    <td class="is-number">{before.1}</td>
                    <td class="is-number then">{after.1}</td>
                </tr>
            </tbody>
        </table>
        {lists}
    }
    .into_any()
}

fn lists(difference: Difference) -> AnyView {
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

/// Every scheme but the one that the panel is about.
fn other_schemes(told: &[Telling]) -> AnyView {
    told.iter()
        .filter(|told| !told.pack.starts_with("iec-62304"))
        .map(|told| {
            let plate = match Plate::of_telling(told) {
                Some(plate) => view! { <dd><ClassPlate plate draft=true /></dd> }.into_any(),
                None => view! { <dd><strong>{told.title.clone()}</strong></dd> }.into_any(),
            };
            let sentence = told.result.is_some().then(|| told.sentence.clone());
            view! {
                <div>
                    <dt>{told.subject.clone()}</dt>
                    {plate}
                    {sentence.map(|sentence| view! { <dd class="scheme-because">{sentence}</dd> })}
                </div>
            }
        })
        .collect_view()
        .into_any()
}

/// The verdict at the foot of a phone, with the strictest alternative.
fn strip(draft: &Draft, picked: &str) -> AnyView {
    let judged = draft.judge(picked);
    let now = judged.classification();
    let other = draft
        .active
        .and_then(|key| alternatives(draft, key, picked, &judged).into_iter().next())
        .filter(|other| other.then != now);
    view! {
        <div class="verdict-strip" aria-hidden="true">
            <span class="line"><ClassPlate plate=plate(now) draft=true /><strong>{title(now)}</strong></span>
            {other
                .map(|other| {
                    view! {
                        <span class="line">
                            <span class="strip-words">{format!("“{}” gives", other.words)}</span>
                            <ClassPlate plate=plate(other.then) draft=true />
                        </span>
                    }
                })}
        </div>
    }
    .into_any()
}

/// What only the browser does.
#[cfg(feature = "hydrate")]
mod live {
    use std::time::Duration;

    use domain::answer::Key;
    use domain::ids::{AssessmentId, ProductId};
    use leptos::ev;
    use leptos::leptos_dom::helpers::TimeoutHandle;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::JsCast;

    use super::{FORM, KEPT};
    use crate::islands::post::post;

    /// How long the keys must rest before the draft is kept.
    const REST: Duration = Duration::from_millis(900);

    pub(super) fn listen(
        product: ProductId,
        assessment: AssessmentId,
        active: Option<Key>,
        picked: RwSignal<String>,
    ) {
        let Some(active) = active else { return };
        let waiting = StoredValue::new_local(None::<TimeoutHandle>);
        let handle = window_event_listener(ev::input, move |event| {
            let inside = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|element| element.closest(&format!("#{FORM}")).ok().flatten());
            let Some(form) = inside else { return };
            let given = read(&form);
            if picked.get_untracked() != given.0 {
                picked.set(given.0.clone());
            }
            if let Some(earlier) = waiting.try_update_value(Option::take).flatten() {
                earlier.clear();
            }
            let keep = move || keep(product, assessment, active, given);
            waiting.set_value(set_timeout_with_handle(keep, REST).ok());
        });
        on_cleanup(move || handle.remove());
    }

    /// What is picked, and the reason as typed.
    fn read(form: &web_sys::Element) -> (String, String) {
        let picked = form
            .query_selector("input[name=given]:checked")
            .ok()
            .flatten()
            .and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok())
            .map(|input| input.value());
        let reason = form
            .query_selector("textarea[name=rationale]")
            .ok()
            .flatten()
            .and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok())
            .map(|area| area.value());
        (picked.unwrap_or_default(), reason.unwrap_or_default())
    }

    fn keep(product: ProductId, assessment: AssessmentId, active: Key, (given, reason): (String, String)) {
        spawn_local(async move {
            let (product, assessment) = (product.to_string(), assessment.to_string());
            let fields = [
                ("product", product.as_str()),
                ("assessment", &assessment),
                ("question", active.name()),
                ("given", &given),
                ("rationale", &reason),
            ];
            let words = match post("classification/keep_draft", &fields).await {
                Ok(at) => format!("Draft kept {} UTC", at.trim_matches('"')),
                Err(_) => "The draft could not be kept. Save the answer before you leave.".to_owned(),
            };
            if let Some(place) = document().get_element_by_id(KEPT) {
                place.set_text_content(Some(&words));
            }
        });
    }
}
