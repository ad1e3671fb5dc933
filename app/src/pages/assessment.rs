//! The questionnaire of an assessment: one question open at a time, the verdict beside it.

mod question;
mod review;
mod trial;

use axum::Extension;
use axum::extract::Query;
use domain::answer::Key;
use domain::assessment::{Asked, QuestionStanding};
use domain::contradiction::Said;
use domain::ids::{AssessmentId, ProductId};
use domain::scheme::{Group, packs};
use domain::what_if::Inputs;
use leptos::prelude::*;
use serde::Deserialize;
use service::classification::{Draft, Opened};
use service::what_if::AnswersTried;

use self::question::{Active, Quiet};
use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::islands::handed::hand;
use crate::islands::verdict::{Asking, Verdict};
use crate::parts::PageHead;
use crate::parts::kept::Kept;
use crate::request::RequestContext;

pub use self::review::show as show_review;
pub use self::trial::show as show_trial;

/// Which question is open.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Its key.
    #[serde(default)]
    question: String,
}

/// `GET /products/{product}/classification/{assessment}`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, assessment)): At<(ProductId, AssessmentId)>,
    Query(wanted): Query<Wanted>,
) -> Page {
    let who = context.actor()?;
    let opened = service::classification::open(&context.service, who, product, assessment)
        .await
        .map_err(|failure| context.face(failure))?;
    let judgement = opened.judgement();
    let asked = Key::named(&wanted.question).filter(|key| domain::scheme::question(*key).is_some());
    let active = if opened.may_answer { asked.or_else(|| judgement.next_question()) } else { None };
    let unsaved = match active {
        Some(key) => service::classification::draft(&context.service, who, product, assessment, key)
            .await
            .map_err(|failure| context.face(failure))?,
        None => None,
    };
    let tried = service::what_if::answers(&context.service, who, product, &opened)
        .await
        .map_err(|failure| context.face(failure))?;
    let behind = feature_behind(&context, product, assessment).await?;
    let frame = Frame::product(&context, product, Room::Classification).await?;
    let title = format!("Assessment A-{}", opened.assessment.number);
    Ok(Document::new(title, frame, move || {
        view! { {behind} <Wizard opened active unsaved tried /> }
    }))
}

/// The way back to the feature that an assessment was started from.
async fn feature_behind(
    context: &RequestContext,
    product: ProductId,
    assessment: AssessmentId,
) -> Result<Option<AnyView>, AppError> {
    let found = service::features::behind(&context.service, context.actor()?, product, assessment)
        .await
        .map_err(|failure| context.face(failure))?;
    Ok(found.map(|(feature, number)| {
        let href = format!("/products/{product}/features/{feature}/result");
        let name = domain::feature::shown(number);
        view! { <p class="quiet page-only">"Started from feature "<a href=href>{name}</a>"."</p> }.into_any()
    }))
}

#[component]
fn Wizard(opened: Opened, active: Option<Key>, unsaved: Option<Draft>, tried: AnswersTried) -> impl IntoView {
    let AnswersTried { inputs, approvals } = tried;
    let beside = Inputs { said: Said::default(), ..inputs };
    let asked = shown(&opened, active);
    let (answers, markets) = (opened.given(), opened.assessment.markets.clone());
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    let picked = active.map(|key| picked_now(&opened, key, unsaved.as_ref())).unwrap_or_default();
    view! {
        <Head opened=opened.clone() />
        <Steps asked=asked.clone() active />
        <div class="wizard">
            <div class="questions">
                <Answered asked=asked.clone() active opened=opened.clone() />
                {groups()
                    .map(|group| {
                        let of_group: Vec<_> =
                            asked.iter().filter(|it| it.1.question.group == group.id).copied().collect();
                        view! { <QuestionGroup group of_group active opened=opened.clone() unsaved=unsaved.clone() /> }
                    })
                    .collect_view()}
                <Rest opened=opened active />
            </div>
            {hand(Asking { product, assessment, answers, markets, active, picked, beside, approvals })}
            <Verdict />
        </div>
    }
}

/// What is picked when the page opens: what came back, what was kept, what is saved.
fn picked_now(opened: &Opened, key: Key, unsaved: Option<&Draft>) -> String {
    let came_back = Kept::of(crate::islands::verdict::FORM)
        .filter(|kept| kept.fields.get("question").map(String::as_str) == Some(key.name()))
        .and_then(|kept| kept.fields.get("given").cloned());
    came_back
        .or_else(|| unsaved.map(|unsaved| unsaved.given.clone()).filter(|given| !given.is_empty()))
        .or_else(|| opened.answer(key).map(|answer| answer.given.name().to_owned()))
        .unwrap_or_default()
}

/// The questions that are shown, each with its running number.
fn shown(opened: &Opened, active: Option<Key>) -> Vec<(usize, Asked)> {
    let questions = opened.judgement().questions();
    let visible = questions
        .into_iter()
        .filter(|asked| asked.standing != QuestionStanding::NotNeeded || active == Some(asked.question.key));
    (1..).zip(visible).collect()
}

fn groups() -> impl Iterator<Item = &'static Group> {
    packs().iter().flat_map(|pack| &pack.groups)
}

#[component]
fn Head(opened: Opened) -> impl IntoView {
    let assessment = opened.assessment.clone();
    let room = format!("/products/{}/classification", assessment.product);
    let review = format!("{room}/{}/review", assessment.id);
    let what_if = format!("{room}/{}/what-if", assessment.id);
    let progress = opened.judgement().progress();
    let crumbs = vec![(room.clone(), "Classification".to_owned())];
    let leave = if opened.may_answer { "Leave, keep draft" } else { "Back to the room" };
    let actions = view! {
        <a class="button" href=room>{leave}</a>
        <a class="button" href=what_if>"What if"</a>
        <a class="button" href=review>"Review as a document"</a>
    }
    .into_any();
    let by = assessment.started_by.clone().unwrap_or_else(|| "the demonstration".to_owned());
    let packs = assessment.packs.join(", ");
    let open = match progress.open {
        0 => "nothing open".to_owned(),
        1 => "1 question open".to_owned(),
        count => format!("{count} questions can matter; most answers make others go"),
    };
    view! {
        <PageHead title=format!("Assessment A-{}", assessment.number) crumbs actions>
            <super::classification::StateMark state=assessment.state />
            <span class="quiet">{format!("by {by} · rule packs {packs} · {open}")}</span>
        </PageHead>
        {(!opened.may_answer)
            .then(|| {
                view! {
                    <p class="quiet wizard-closed">
                        "Nothing can be changed here now: the assessment is not open, or your role only reads."
                    </p>
                }
            })}
    }
}

/// The bar of steps: what is done, what is asked now, what is to come.
#[component]
fn Steps(asked: Vec<(usize, Asked)>, active: Option<Key>) -> impl IntoView {
    let done = asked.iter().filter(|(_, asked)| asked.standing == QuestionStanding::Counts).count();
    let all = asked.iter().filter(|(_, asked)| asked.standing != QuestionStanding::KeptAside).count();
    let bars = asked
        .into_iter()
        .filter(|(_, asked)| asked.standing != QuestionStanding::KeptAside)
        .map(|(_, asked)| {
            let class = if active == Some(asked.question.key) {
                "is-now"
            } else if asked.standing == QuestionStanding::Counts {
                "is-done"
            } else {
                ""
            };
            view! { <span class=class></span> }
        })
        .collect_view();
    view! { <div class="steps" role="img" aria-label=format!("{done} of {all} questions answered")>{bars}</div> }
}

/// On a phone only the open question is shown; this line leads to the others.
#[component]
fn Answered(asked: Vec<(usize, Asked)>, active: Option<Key>, opened: Opened) -> impl IntoView {
    active?;
    let given = asked.iter().filter(|(_, asked)| asked.given.is_some()).count();
    let number =
        asked.iter().find(|(_, asked)| active == Some(asked.question.key)).map_or(0, |found| found.0);
    let all = asked.len();
    let review =
        format!("/products/{}/classification/{}/review", opened.assessment.product, opened.assessment.id);
    Some(view! {
        <p class="wizard-place">
            <a href=review>{format!("{given} answers given, review or change")}</a>
            <span>{format!("Question {number} of {all}")}</span>
        </p>
    })
}

#[component]
fn QuestionGroup(
    group: &'static Group,
    of_group: Vec<(usize, Asked)>,
    active: Option<Key>,
    opened: Opened,
    unsaved: Option<Draft>,
) -> impl IntoView {
    let answered = of_group.iter().filter(|(_, asked)| asked.standing == QuestionStanding::Counts).count();
    let all = of_group.iter().filter(|(_, asked)| asked.standing != QuestionStanding::KeptAside).count();
    let count = if all == 0 { "not asked".to_owned() } else { format!("{answered} of {all} answered") };
    // One group at a time: that of the open question. The others are a heading each, to be opened by who wants to.
    let is_folded = active.is_some_and(|key| of_group.iter().all(|(_, asked)| asked.question.key != key));
    let questions = of_group
        .into_iter()
        .map(|(number, asked)| {
            if active == Some(asked.question.key) {
                view! { <Active number asked opened=opened.clone() unsaved=unsaved.clone() /> }.into_any()
            } else {
                view! { <Quiet number asked opened=opened.clone() /> }.into_any()
            }
        })
        .collect_view();
    let head = view! { <h2 class="question-group">{group.title.clone()}<span class="group-count quiet">{count}</span></h2> };
    let below = view! {
        {(all == 0)
            .then(|| view! { <p class="question-none quiet">"Nothing here can change a verdict for the markets of this product, so nothing is asked."</p> })}
        {questions}
    };
    if is_folded {
        return view! { <details class="question-fold"><summary>{head}</summary>{below}</details> }
            .into_any();
    }
    view! { {head} {below} }.into_any()
}

/// What is left to do when no question is open.
#[component]
fn Rest(opened: Opened, active: Option<Key>) -> impl IntoView {
    (opened.may_answer && active.is_none()).then(|| {
        let review =
            format!("/products/{}/classification/{}/review", opened.assessment.product, opened.assessment.id);
        view! {
            <div class="wizard-rest">
                <p>"Every question that can change the verdict is answered."</p>
                <div class="actions"><a class="button button-primary" href=review>"Read it as a document and hand it over"</a></div>
            </div>
        }
    })
}
