//! The verdict beside the questionnaire. While a person picks an answer or types a reason, it is worked out anew in
//! the browser by the same rules, and what was typed is kept on the server.
//!
//! The questions themselves are a plain form outside of this island; it only listens to them. Without script the
//! panel shows what the saved answers come to, and saving an answer shows the next state.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use domain::answer::{Answers, Given, Key};
use domain::assessment::{Classification, Judgement};
use domain::contradiction::Said;
use domain::ids::{AssessmentId, ProductId};
use domain::product::Market;
use domain::scheme::iec62304::SafetyClass;
use domain::scheme::{NOT_KNOWN, Telling, ToldStep, packs, question};
use domain::what_if::{Approvals, Inputs, Move, Owing, moves};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::what_if::{OwedChange, SchemeMoves, WhatChanges, becomes, classification_words as title};
use crate::parts::{Badge, ClassPlate, Clauses, Plate};

/// The id of the form that the panel listens to.
pub const FORM: &str = "answer";
/// The id of the element that says when the draft was kept.
pub const KEPT: &str = "draft-kept";

/// The id of the button that forgets a draft; shown once there is one.
pub const FORGET: &str = "forget-draft";

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
    /// What was said about the product beside the answers, by the register and the items.
    pub beside: Inputs,
    /// What was approved or declared.
    pub approvals: Approvals,
}

impl Handed for Asking {
    const ID: &'static str = "handed-asking";
}

/// The live verdict. The mark `data-words` lets the start script load the words of the rules.
#[island]
pub fn Verdict() -> impl IntoView {
    let Asking { product, assessment, answers, markets, active, picked, beside, approvals } = handed();
    let picked = RwSignal::new(picked);
    #[cfg(feature = "hydrate")]
    live::listen(product, assessment, active, picked);
    let ways = Ways { product, assessment: Some(assessment) };
    let now = beside.with_answers(&answers, &markets);
    let draft = Draft { answers, markets, active, now, approvals, ways };
    view! { {move || drawn(&draft, &picked.get())} }
}

/// The panel, and the strip that takes its place on a phone.
fn drawn(draft: &Draft, picked: &str) -> AnyView {
    let judgement = draft.judge(picked);
    let others = draft.active.map(|key| alternatives(draft, key, picked, &judgement)).unwrap_or_default();
    let strip = strip(judgement.classification(), others.first());
    view! {
        <aside class="verdict panel" data-words="" aria-label="The verdict so far">
            {panel(draft, picked, &judgement, others)}
        </aside>
        {strip}
    }
    .into_any()
}

/// The saved answers, and the question that is being answered.
#[derive(Clone)]
struct Draft {
    answers: Answers,
    markets: Vec<Market>,
    active: Option<Key>,
    /// What the saved answers say, beside the register and the items.
    now: Inputs,
    approvals: Approvals,
    ways: Ways,
}

impl Draft {
    /// What is picked now.
    fn given(&self, picked: &str) -> Option<(Key, Given)> {
        self.active.and_then(|key| Some((key, Given::named(key, picked)?)))
    }

    /// What is picked now, where that is not what is saved.
    fn changed(&self, picked: &str) -> Option<(Key, Given)> {
        self.given(picked).filter(|(key, given)| self.answers.given(*key) != Some(*given))
    }

    /// What the answers come to with what is picked now.
    fn judge(&self, picked: &str) -> Judgement {
        match self.given(picked) {
            Some((key, given)) => self.judge_with(key, given),
            None => Judgement::of(&self.answers, &self.markets),
        }
    }

    fn judge_with(&self, key: Key, given: Given) -> Judgement {
        Judgement::of(&self.answers.with(key, given), &self.markets)
    }

    /// What would be said with these answers.
    fn then(&self, judgement: &Judgement) -> Inputs {
        Inputs { said: Said::of_judgement(judgement), ..self.now.clone() }
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

fn panel(draft: &Draft, picked: &str, judgement: &Judgement, others: Vec<Alternative>) -> AnyView {
    let classification = judgement.classification();
    let because = because(judgement);
    let told = judgement.telling();
    let then = draft.then(judgement);
    let changed = draft.changed(picked);
    let preview = match changed {
        Some((key, given)) => Some(change(draft, key, given, &then)),
        None => draft.active.map(|_| alternative(others, picked, classification)),
    };
    let contradictions = if changed.is_some() { Vec::new() } else { then.contradictions() };
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
        {(!contradictions.is_empty()).then(|| view! {
            <div class="panel-part">
                <h2>"What does not go together"</h2>
                <ContradictionList contradictions ways=draft.ways />
            </div>
        })}
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
    /// The other schemes whose verdict moves.
    moves: Vec<Move>,
}

fn alternatives(draft: &Draft, key: Key, picked: &str, now: &Judgement) -> Vec<Alternative> {
    let Some(asked) = question(key) else { return Vec::new() };
    let (class, said) = (now.classification(), Said::of_judgement(now));
    let mut all: Vec<Alternative> = asked
        .options
        .iter()
        .filter(|option| option.value != picked)
        .filter_map(|option| {
            let given = Given::named(key, &option.value)?;
            let judged = draft.judge_with(key, given);
            let then = judged.classification();
            let mut moves = moves(&said, &Said::of_judgement(&judged));
            // The class is what the panel is about.
            moves.retain(|it| it.moves() && it.subject != domain::scheme::iec62304::pack().short_title);
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

/// What the answer that is picked changes, before it is saved.
fn change(draft: &Draft, key: Key, given: Given, then: &Inputs) -> AnyView {
    let words = question(key).map(|question| question.words_of(given).to_owned()).unwrap_or_default();
    let effects = draft.approvals.under_answers(then.said.classification());
    let (before, after) = (draft.now.clone(), then.clone());
    view! {
        <div class="panel-part preview">
            <h2 class="preview-title">{format!("If you save “{words}”")}" "<Badge word="preview" /></h2>
            <WhatChanges before after effects ways=draft.ways />
        </div>
    }
    .into_any()
}

/// What another answer than the saved one would change: the strictest at length, the others in a line each.
fn alternative(others: Vec<Alternative>, picked: &str, class: Option<Classification>) -> AnyView {
    let mut others = others.into_iter();
    let Some(first) = others.next() else {
        return view! {
            <div class="panel-part preview">
                <h2 class="preview-title">"If this answer changes "<Badge word="preview" /></h2>
                <p class="quiet">"No other answer to this question changes a verdict now."</p>
            </div>
        }
        .into_any();
    };
    let verb = if picked.is_empty() { "is" } else { "changes to" };
    let heading = format!("If this answer {verb} “{}”", first.words);
    let rest: Vec<_> = others
        .map(|other| {
            let moved = other.moves.first().and_then(|it| {
                let after = it.after.as_ref()?;
                Some(format!(" {}: {}", it.subject, after.title))
            });
            let plate =
                (other.then != class).then(|| view! { <ClassPlate plate=plate(other.then) draft=true /> });
            view! { <p class="preview-other">{format!("“{}” would give ", other.words)}{plate}{moved}</p> }
        })
        .collect();
    let change = (first.then != class).then(|| {
        view! {
            <p class="preview-move">
                <ClassPlate plate=plate(class) draft=true />
                {becomes()}
                <ClassPlate plate=plate(first.then) draft=true />
            </p>
            <OwedChange owing=Owing::between(class, first.then) />
        }
    });
    let moves = first.moves;
    view! {
        <div class="panel-part preview">
            <h2 class="preview-title">{heading}" "<Badge word="preview" /></h2>
            {change}
            {(!moves.is_empty()).then(|| view! { <SchemeMoves moves /> })}
            {rest}
        </div>
    }
    .into_any()
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
fn strip(now: Option<Classification>, other: Option<&Alternative>) -> AnyView {
    let other = other.filter(|other| other.then != now).cloned();
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

    use super::{FORGET, FORM, KEPT};
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
            if let Some(button) = document().get_element_by_id(FORGET) {
                let _ = button.remove_attribute("hidden");
            }
        });
    }
}
