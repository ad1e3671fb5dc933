//! What if: any answers of an assessment, tried together before any is saved.

use axum::Extension;
use axum::extract::Query;
use domain::answer::{Answers, Given, Key};
use domain::assessment::{Asked, Judgement};
use domain::ids::{AssessmentId, ProductId};
use domain::what_if::{Inputs, tried_answers};
use leptos::prelude::*;
use service::classification::Opened;
use service::what_if::AnswersTried;

use super::{At, groups};
use crate::document::{Document, Frame, Page, Room};
use crate::islands::handed::hand;
use crate::islands::trial::{AnswersTrial, FORM, SAVING, TRIED, Tried, TryingAnswers, query};
use crate::parts::{Actions, Form, Hidden, PageHead, TextArea};
use crate::request::RequestContext;

/// `GET /products/{product}/classification/{assessment}/what-if`: view the product. What is tried stands in the
/// address: the keys of questions with the names of answers.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, assessment)): At<(ProductId, AssessmentId)>,
    Query(fields): Query<Tried>,
) -> Page {
    let who = context.actor()?;
    let opened = service::classification::open(&context.service, who, product, assessment)
        .await
        .map_err(|failure| context.face(failure))?;
    let AnswersTried { inputs, approvals } =
        service::what_if::answers(&context.service, who, product, &opened)
            .await
            .map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, Room::Classification).await?;
    let answers = opened.given();
    let state = TryingAnswers {
        product,
        assessment,
        tried: differing(&answers, fields),
        markets: opened.assessment.markets.clone(),
        beside: Inputs { said: domain::contradiction::Said::default(), ..inputs },
        answers,
        approvals,
    };
    let title = format!("What if, assessment A-{}", opened.assessment.number);
    Ok(Document::new(title, frame, move || view! { <WhatIf opened state /> }))
}

/// The fields that name an answer other than the saved one.
fn differing(answers: &Answers, fields: Tried) -> Tried {
    fields
        .into_iter()
        .filter(|(name, value)| {
            let key = Key::named(name).filter(|key| domain::scheme::question(*key).is_some());
            let given = key.and_then(|key| Some((key, Given::named(key, value)?)));
            given.is_some_and(|(key, given)| answers.given(key) != Some(given))
        })
        .collect()
}

#[component]
fn WhatIf(opened: Opened, state: TryingAnswers) -> impl IntoView {
    let assessment = &opened.assessment;
    let room = format!("/products/{}/classification", assessment.product);
    let questions = format!("{room}/{}", assessment.id);
    let here = format!("{questions}/what-if");
    let number = format!("Assessment A-{}", assessment.number);
    let crumbs = vec![(room, "Classification".to_owned()), (questions.clone(), number)];
    let actions = view! { <a class="button" href=questions>"Back to the questions"</a> }.into_any();
    let tried = state.tried.clone();
    let given: Vec<(Key, Given)> = tried
        .iter()
        .filter_map(|(name, value)| {
            let key = Key::named(name)?;
            Some((key, Given::named(key, value)?))
        })
        .collect();
    let judged = Judgement::of(&tried_answers(&state.answers, &given), &state.markets);
    view! {
        <PageHead
            title="What if"
            crumbs
            lead="Change any answer and see what it does to every scheme, to what is owed and to what is approved. Nothing is saved until you say so."
            actions
        />
        <div class="wizard trial">
            <Fields asked=judged.questions() saved=state.answers.clone() given here=here.clone() />
            <div class="trial-side">
                {hand(state)}
                <AnswersTrial />
                <Saving opened tried here />
            </div>
        </div>
    }
}

/// Every question with its answer in a list to choose from.
#[component]
fn Fields(asked: Vec<Asked>, saved: Answers, given: Vec<(Key, Given)>, here: String) -> impl IntoView {
    let groups: Vec<_> = groups()
        .map(|group| {
            let rows: Vec<_> = asked
                .iter()
                .filter(|asked| asked.question.group == group.id)
                .map(|asked| {
                    let tried = given.iter().find(|(key, _)| *key == asked.question.key).map(|it| it.1);
                    view! { <Row asked=*asked saved=saved.given(asked.question.key) tried /> }
                })
                .collect();
            view! { <h2 class="question-group">{group.title.clone()}</h2>{rows} }
        })
        .collect();
    view! {
        <form class="questions" id=FORM method="get" action=here autocomplete="off">
            {groups}
            <div class="actions without-script">
                <button type="submit" class="button button-primary">"Show what would change"</button>
            </div>
        </form>
    }
}

#[component]
fn Row(asked: Asked, saved: Option<Given>, tried: Option<Given>) -> impl IntoView {
    let question = asked.question;
    let key = question.key;
    let id = format!("try-{key}");
    let stored = saved.map_or("", Given::name);
    let chosen = tried.or(saved).map_or("", Given::name);
    let options: Vec<_> = question
        .options
        .iter()
        .map(|option| (option.value.clone(), option.words.clone()))
        .chain([(Given::UNKNOWN.to_owned(), "I don’t know".to_owned())])
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect();
    let open = saved.is_none().then(|| view! { <option value="" selected=chosen.is_empty()>"open"</option> });
    let aside = if asked.standing.is_aside() { "trial-row is-aside" } else { "trial-row" };
    view! {
        <div class=aside>
            <label for=id.clone()>{question.ask.clone()}</label>
            <select class="input input-select" id=id name=key.name() data-saved=stored>{open}{options}</select>
        </div>
    }
}

/// Saving what is tried into the draft, or forgetting it.
#[component]
fn Saving(opened: Opened, tried: Tried, here: String) -> impl IntoView {
    let forget = view! { <a class="button" href=here>"Forget"</a> };
    if !opened.may_answer {
        return view! {
            <div class="trial-save">
                <p class="quiet">"It can not be saved here: the assessment is not open, or your role only reads. Trying is free."</p>
                <div class="actions">{forget}</div>
            </div>
        }
        .into_any();
    }
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    let seen: Tried = opened
        .answers
        .iter()
        .map(|answer| (answer.key.name().to_owned(), answer.revision.to_string()))
        .collect();
    view! {
        <Form action="/api/classification/save_tried" id=SAVING class="trial-save">
            <Hidden name="product" value=product.to_string() />
            <Hidden name="assessment" value=assessment.to_string() />
            <Hidden name="seen" value=query(&seen) />
            <input type="hidden" name=TRIED id=TRIED value=query(&tried) />
            <TextArea
                name="rationale"
                label="Why?"
                hint="The reason of each answer that changes; it goes into the record word for word."
                max=Some(1000)
                required=true
                rows=3
            />
            <Actions submit="Save as draft">{forget}</Actions>
        </Form>
    }
    .into_any()
}
