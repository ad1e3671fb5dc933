//! One question: answered and quiet, or open with everything that helps to answer it.

use domain::answer::{Given, Key};
use domain::assessment::{Asked, QuestionStanding};
use domain::scheme::Question;
use leptos::prelude::*;
use service::classification::{Draft, Opened};

use crate::islands::verdict::{FORGET, FORM, KEPT};
use crate::parts::conflict::ConflictChoice;
use crate::parts::field::Faults;
use crate::parts::kept::{KeptField, Was};
use crate::parts::select::Choosable;
use crate::parts::{Badge, Clauses, Form, Hidden, Icon, Shape, TextArea, time};

fn place(opened: &Opened, key: Key) -> String {
    let assessment = &opened.assessment;
    format!("/products/{}/classification/{}?question={key}#question-{key}", assessment.product, assessment.id)
}

/// A question that is not open: with its answer, or still to come.
#[component]
pub fn Quiet(number: usize, asked: Asked, opened: Opened) -> impl IntoView {
    let key = asked.question.key;
    let change = opened.may_answer.then(|| {
        let word = if asked.given.is_some() { "Change" } else { "Answer" };
        let spoken = format!("{word}: {}", asked.question.ask);
        view! { <a class="question-change" href=place(&opened, key) aria-label=spoken>{word}</a> }
    });
    let answer = asked.given.map(|given| {
        let reason = opened.answer(key).map(|answer| answer.rationale.clone()).unwrap_or_default();
        let aside =
            (asked.standing == QuestionStanding::KeptAside).then(|| view! { " "<Badge word="not used" /> });
        let cautious = (given == Given::Unknown).then(|| {
            view! { <span class="quiet question-cautious">{asked.question.unknown.words.clone()}</span> }
        });
        view! {
            <p class="question-answer">
                <strong>{format!("{}.", asked.question.words_of(given))}</strong>
                " "
                <span class="typed">{reason}</span>
                {aside}
                {cautious}
            </p>
        }
    });
    let class = if asked.given.is_some() { "question" } else { "question question-open" };
    view! {
        <div class=class id=format!("question-{key}")>
            <span class="question-number">{number}</span>
            <div>
                <p class="question-words">{asked.question.ask.clone()}</p>
                {answer}
            </div>
            {change}
        </div>
    }
}

/// The open question.
#[component]
pub fn Active(number: usize, asked: Asked, opened: Opened, unsaved: Option<Draft>) -> impl IntoView {
    let question = asked.question;
    view! {
        <section class="question question-active" id=format!("question-{}", question.key) aria-labelledby="asking">
            <span class="question-number">{number}</span>
            <div class="question-body">
                <h3 class="question-ask" id="asking">{question.ask.clone()}</h3>
                <p class="question-help">{question.help.clone()}</p>
                <p class="question-term">
                    <span>"Term"</span>
                    <span>{question.term.clone()}</span>
                    <Clauses citations=question.citations.clone() />
                </p>
                <Examples question />
                <AnswerForm question opened unsaved />
            </div>
        </section>
    }
}

#[component]
fn Examples(question: &'static Question) -> impl IntoView {
    view! {
        <div class="examples">
            <div class="example">
                <p class="example-head"><Icon shape=Shape::Tick />"Counts"</p>
                <p>{question.counts.clone()}</p>
            </div>
            <div class="example">
                <p class="example-head"><Icon shape=Shape::Dash />"Does not count"</p>
                <p>{question.counts_not.clone()}</p>
            </div>
        </div>
    }
}

#[component]
fn AnswerForm(question: &'static Question, opened: Opened, unsaved: Option<Draft>) -> impl IntoView {
    let key = question.key;
    let stored = opened.answer(key);
    let revision = stored.map(|answer| answer.revision);
    let given = unsaved
        .as_ref()
        .map(|unsaved| unsaved.given.clone())
        .filter(|given| !given.is_empty())
        .or_else(|| stored.map(|answer| answer.given.name().to_owned()))
        .unwrap_or_default();
    let rationale = unsaved
        .as_ref()
        .map(|unsaved| unsaved.rationale.clone())
        .or_else(|| stored.map(|answer| answer.rationale.clone()))
        .unwrap_or_default();
    let alike = question.similar.filter(|_| given.is_empty()).and_then(|key| opened.answer(key));
    let start = alike.map_or(given, |answer| answer.given.name().to_owned());
    let alike = alike.and_then(|answer| {
        let words = domain::scheme::question(answer.key)?.words_of(answer.given).to_owned();
        Some(format!(
            "It starts with “{words}”, your answer to a question that sounds alike. The two tests are not the same: \
             read this one by itself."
        ))
    });
    let was =
        stored.map(|answer| (answer.given.name().to_owned(), answer.rationale.clone())).unwrap_or_default();
    let is_unsaved = unsaved.is_some();
    let kept = unsaved.map(|unsaved| format!("Draft kept {} UTC", time::clock(unsaved.kept_at)));
    let back = before(&opened, key);
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    // The question by name: what comes back must come back to this question, not to the next open one.
    let page = format!("/products/{product}/classification/{assessment}?question={key}");
    view! {
        <Form action="/api/classification/save_answer" id=FORM page revision>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="assessment" value=assessment.to_string() />
            <Hidden name="question" value=key.name() />
            {alike.map(|words| view! { <p class="question-alike">{words}</p> })}
            <Options question given=start was=was.0 />
            <TextArea
                name="rationale"
                label="Why do you say so?"
                hint="Goes into the record word for word."
                value=rationale
                stored=Some(was.1)
                max=Some(1000)
                required=true
                rows=4
            />
            <div class="actions">
                <button type="submit" class="button button-primary">"Save and go on"</button>
                {back.map(|back| view! { <a class="button" href=back>"Back"</a> })}
                <button type="submit" class="button" id=FORGET formaction="/api/classification/forget_draft" formnovalidate=true hidden=!is_unsaved>
                    "Forget"
                </button>
                <span class="draft-kept quiet" id=KEPT role="status">{kept}</span>
            </div>
        </Form>
    }
}

/// The question before this one, among those that are shown.
fn before(opened: &Opened, key: Key) -> Option<String> {
    let questions = opened.judgement().questions();
    questions
        .iter()
        .take_while(|asked| asked.question.key != key)
        .filter(|asked| asked.standing != QuestionStanding::NotNeeded)
        .last()
        .map(|asked| place(opened, asked.question.key))
}

/// The answers to choose from; "I don't know" is last and says what it counts as.
#[component]
fn Options(
    question: &'static Question,
    #[prop(into)] given: String,
    #[prop(into)] was: String,
) -> impl IntoView {
    let kept = KeptField::named("given");
    let mut options: Vec<Choosable> = question
        .options
        .iter()
        .map(|option| Choosable::new(option.value.clone(), option.words.clone()))
        .collect();
    let unknown = Choosable::new(Given::UNKNOWN, "I don’t know");
    options.push(unknown.with_hint(question.unknown.words.clone()));
    if let Some(conflict) = kept.conflict {
        return view! { <ConflictChoice label=question.ask.clone() conflict options /> }.into_any();
    }
    let was = kept.was(&was);
    let given = kept.value(given);
    let id = crate::parts::kept::element_id("given");
    let described = crate::parts::kept::described_by(&id, false, !kept.wrong.is_empty());
    let boxes = options
        .into_iter()
        .enumerate()
        .map(|(place, option)| {
            // The first one carries the field's own id, so that the summary of faults leads to it.
            let id = if place == 0 { id.clone() } else { format!("{id}-{place}") };
            let checked = option.value == given;
            view! {
                <label class="answer" for=id.clone()>
                    <input id=id.clone() type="radio" name="given" value=option.value checked=checked required=true />
                    <span>
                        <span class="answer-words">{option.label}</span>
                        {(!option.hint.is_empty()).then(|| view! { <span class="answer-hint">{option.hint}</span> })}
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="answers" aria-labelledby="asking" aria-describedby=described>
            <Faults id=id wrong=kept.wrong />
            {boxes}
            <Was name="given" value=was />
        </fieldset>
    }
    .into_any()
}
