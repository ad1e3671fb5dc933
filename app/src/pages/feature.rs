//! The triage of a feature: one question open at a time, the result beside it.

mod card;
mod question;
mod result;

use axum::Extension;
use axum::extract::Query;
use domain::feature::shown;
use domain::ids::{FeatureId, ProductId};
use domain::triage::{Asked, Fact, Pick, Question, Standing};
use leptos::prelude::*;
use serde::Deserialize;
use service::features::Opened;

use self::card::Results;
use self::question::{Active, Quiet};
use self::result::Refused;
use super::At;
use super::features::StateMark;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::PageHead;
use crate::parts::kept::Kept;
use crate::request::RequestContext;

pub use self::result::show as show_result;

/// The id of the form with the open question.
const FORM: &str = "triage";

/// Which question is open.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// What it is about.
    #[serde(default)]
    question: String,
}

/// `GET /products/{product}/features/{feature}`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, feature)): At<(ProductId, FeatureId)>,
    Query(wanted): Query<Wanted>,
) -> Page {
    let who = context.actor()?;
    let opened = service::features::open(&context.service, who, product, feature)
        .await
        .map_err(|failure| context.face(failure))?;
    let active =
        opened.may_edit.then(|| Fact::named(&wanted.question).or_else(|| opened.triage.next())).flatten();
    let frame = Frame::product(&context, product, Room::Features).await?;
    let title = format!("Triage of {}", shown(opened.feature.number));
    Ok(Document::new(title, frame, move || view! { <Questions opened active /> }))
}

/// The questions that are shown, each with its running number: those that are asked, and one that somebody wants to
/// see all the same.
fn numbered(opened: &Opened, active: Option<Fact>) -> Vec<(usize, Asked)> {
    let shown = opened
        .triage
        .questions
        .iter()
        .copied()
        .filter(|asked| asked.standing != Standing::AsProduct || active == Some(asked.question.fact));
    (1..).zip(shown).collect()
}

#[component]
fn Questions(opened: Opened, active: Option<Fact>) -> impl IntoView {
    let numbered = numbered(&opened, active);
    let asking = numbered.iter().map(|(_, asked)| *asked).find(|asked| active == Some(asked.question.fact));
    let questions: Vec<_> = numbered
        .iter()
        .map(|(number, asked)| {
            if active == Some(asked.question.fact) {
                view! { <Active number=*number asked=*asked opened=opened.clone() /> }.into_any()
            } else {
                view! { <Quiet number=*number asked=*asked opened=opened.clone() /> }.into_any()
            }
        })
        .collect();
    view! {
        <Head opened=opened.clone() />
        {active.is_none().then(|| view! { <Refused form=FORM /> })}
        <Steps numbered=numbered.clone() active />
        <div class="wizard triage">
            <div class="questions">
                <Place numbered active opened=opened.clone() />
                <h2 class="question-group">"Questions"<span class="group-count quiet">{count(&opened)}</span></h2>
                {questions}
                <Rest opened=opened.clone() active />
                <FromProduct opened=opened.clone() />
            </div>
            <Results active=asking opened />
        </div>
    }
}

fn count(opened: &Opened) -> String {
    let asked = opened.triage.asked().count();
    let answered = opened.triage.asked().filter(|asked| asked.pick.is_some()).count();
    format!("{answered} of {asked} answered")
}

/// The answers that are offered, in the order of their numbers: what the product has, all that is worse, and "I don't
/// know".
fn options(question: &Question, opened: &Opened) -> Vec<Pick> {
    let steps = question.offered(&opened.basis.answers).map(Pick::Step);
    steps.chain([Pick::Unknown]).collect()
}

/// What is picked when the page opens: what came back, what is saved, what the product has already.
fn picked_now(opened: &Opened, fact: Fact) -> String {
    let question = domain::triage::question(fact);
    let came_back = Kept::of(FORM)
        .filter(|kept| kept.fields.get("question").map(String::as_str) == Some(fact.name()))
        .and_then(|kept| kept.fields.get("given").cloned());
    let own = || question.of_product(&opened.basis.answers).map(|pick| question.name_of(pick).to_owned());
    came_back
        .or_else(|| opened.answer(fact).map(|answer| answer.given.clone()))
        .or_else(own)
        .unwrap_or_default()
}

#[component]
fn Head(opened: Opened) -> impl IntoView {
    let feature = opened.feature.clone();
    let room = format!("/products/{}/features", feature.product);
    let result = format!("{room}/{}/result", feature.id);
    let actions = view! {
        <a class="button" href=room.clone()>"Leave, keep answers"</a>
        <a class="button" href=result>"Read as a document"</a>
    }
    .into_any();
    let title = format!("{} {}", shown(feature.number), feature.description.name);
    view! {
        <PageHead title crumbs=vec![(room, "Features".to_owned())] actions>
            <StateMark state=feature.state />
            <span class="quiet">{opened.basis.words()}</span>
        </PageHead>
        {(!opened.may_edit)
            .then(|| {
                view! {
                    <p class="quiet wizard-closed">
                        "Nothing can be changed here now: the feature is handed over or decided, or your role only reads."
                    </p>
                }
            })}
    }
}

/// The bar of steps: what is done, what is asked now, what is to come.
#[component]
fn Steps(numbered: Vec<(usize, Asked)>, active: Option<Fact>) -> impl IntoView {
    let done = numbered.iter().filter(|(_, asked)| asked.pick.is_some()).count();
    let all = numbered.len();
    let bars: Vec<_> = numbered
        .into_iter()
        .map(|(_, asked)| {
            let class = match asked.pick {
                _ if active == Some(asked.question.fact) => "is-now",
                Some(_) => "is-done",
                None => "",
            };
            view! { <span class=class></span> }
        })
        .collect();
    view! { <div class="steps" role="img" aria-label=format!("{done} of {all} questions answered")>{bars}</div> }
}

/// On a phone only the open question is shown; this line leads to the others.
#[component]
fn Place(numbered: Vec<(usize, Asked)>, active: Option<Fact>, opened: Opened) -> impl IntoView {
    active?;
    let number =
        numbered.iter().find(|(_, asked)| active == Some(asked.question.fact)).map_or(0, |found| found.0);
    let all = numbered.len();
    let result = format!("/products/{}/features/{}/result", opened.feature.product, opened.feature.id);
    Some(view! {
        <p class="wizard-place">
            <a href=result>"Read what is answered"</a>
            <span>{format!("Question {number} of {all}")}</span>
        </p>
    })
}

/// What is left to do when no question is open.
#[component]
fn Rest(opened: Opened, active: Option<Fact>) -> impl IntoView {
    (opened.may_edit && active.is_none()).then(|| {
        let result = format!("/products/{}/features/{}/result", opened.feature.product, opened.feature.id);
        view! {
            <div class="wizard-rest">
                <p>"Every question that can move something is answered."</p>
                <div class="actions"><a class="button button-primary" href=result>"Read the result and hand it over"</a></div>
            </div>
        }
    })
}

/// What is not asked, because the product's answer stands.
#[component]
fn FromProduct(opened: Opened) -> impl IntoView {
    let lines: Vec<_> = opened
        .triage
        .questions
        .iter()
        .filter(|asked| asked.standing == Standing::AsProduct)
        .filter_map(|asked| {
            let words = asked.question.words_of(asked.own?).to_owned();
            Some(view! { <li><span>{asked.question.short.clone()}</span><span>{words}</span></li> })
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <details class="fold triage-kept">
                <summary>"Not asked: the product’s answers stand"</summary>
                <p class="quiet">"No answer of the feature can make these worse, or move a verdict by them."</p>
                <ul class="triage-schemes">{lines}</ul>
            </details>
        }
    })
}
