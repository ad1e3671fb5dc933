//! One question of a triage: answered and quiet, or open with its scale.

use domain::risk::shown_number;
use domain::triage::{Asked, Fact, Pick, Question};
use leptos::prelude::*;
use service::features::Opened;

use super::{FORM, numbered, options, picked_now};
use crate::parts::conflict::ConflictChoice;
use crate::parts::field::Faults;
use crate::parts::kept::{KeptField, Was};
use crate::parts::{Badge, Choices, Choosable, Clauses, Form, Hidden, Key};

fn place(opened: &Opened, fact: Fact) -> String {
    let feature = &opened.feature;
    format!("/products/{}/features/{}?question={}", feature.product, feature.id, fact.name())
}

/// A question that is not open: with its answer, or still to come.
#[component]
pub fn Quiet(number: usize, asked: Asked, opened: Opened) -> impl IntoView {
    let question = asked.question;
    let change = opened.may_edit.then(|| {
        let word = if asked.pick.is_some() { "Change" } else { "Answer" };
        let spoken = format!("{word}: {}", question.ask);
        view! { <a class="question-change" href=place(&opened, question.fact) aria-label=spoken>{word}</a> }
    });
    let answer = asked.pick.map(|pick| {
        let origin = (asked.own == Some(pick)).then(|| view! { " "<Badge word="as the product has it" /> });
        let caution = (pick == Pick::Unknown)
            .then(|| view! { <span class="quiet question-cautious">{question.caution()}</span> });
        view! {
            <p class="question-answer">
                <strong>{question.words_of(pick).to_owned()}</strong>
                {origin}
                {caution}
            </p>
        }
    });
    let class = if asked.pick.is_some() { "question" } else { "question question-open" };
    view! {
        <div class=class>
            <span class="question-number">{number}</span>
            <div>
                <p class="question-words">{question.ask.clone()}</p>
                {answer}
            </div>
            {change}
        </div>
    }
}

/// The open question.
#[component]
pub fn Active(number: usize, asked: Asked, opened: Opened) -> impl IntoView {
    let question = asked.question;
    let purpose = (question.fact == Fact::Purpose).then(|| {
        view! {
            <p class="quiet">"The purpose that is written down:"</p>
            <blockquote class="triage-purpose typed">{opened.product.profile.intended_purpose.to_string()}</blockquote>
        }
    });
    view! {
        <section class="question question-active" aria-labelledby="asking">
            <span class="question-number">{number}</span>
            <div class="question-body">
                <h3 class="question-ask" id="asking">{question.ask.clone()}</h3>
                <AnswerForm question opened />
                <details class="fold triage-help">
                    <summary>"Help"</summary>
                    <p class="question-help">
                        {question.help.clone()}" "<Clauses citations=question.citations.clone() />
                    </p>
                    {purpose}
                </details>
            </div>
        </section>
    }
}

#[component]
fn AnswerForm(question: &'static Question, opened: Opened) -> impl IntoView {
    let fact = question.fact;
    let stored = opened.answer(fact);
    let revision = stored.map(|answer| answer.revision);
    let was = stored.map(|answer| answer.given.clone()).unwrap_or_default();
    let back = before(&opened, fact);
    let (product, feature) = (opened.feature.product, opened.feature.id);
    // The question by name: what comes back must come back to this question, not to the next open one.
    let page = place(&opened, fact);
    view! {
        <Form action="/api/features/answer" id=FORM page revision>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="feature" value=feature.to_string() />
            <Hidden name="question" value=fact.name() />
            <Scale question opened=opened.clone() was />
            {(fact == Fact::Touches).then(|| view! { <Controls opened /> })}
            <div class="actions">
                <button type="submit" class="button button-primary">"Save and go on"</button>
                {back.map(|back| view! { <a class="button" href=back>"Back"</a> })}
                {(fact == Fact::Purpose)
                    .then(|| view! { <span class="triage-keys quiet" data-keys="">"A number picks, "<Key name="Enter" />" goes on"</span> })}
            </div>
        </Form>
    }
}

/// The question before this one, among those that are asked.
fn before(opened: &Opened, fact: Fact) -> Option<String> {
    let earlier = numbered(opened, Some(fact)).into_iter().map(|(_, asked)| asked.question.fact);
    earlier.take_while(|earlier| *earlier != fact).last().map(|earlier| place(opened, earlier))
}

/// The answers from the lightest to the worst; "I don't know" is last and says what it counts as.
#[component]
fn Scale(question: &'static Question, opened: Opened, was: String) -> impl IntoView {
    let kept = KeptField::named("given");
    let own = question.of_product(&opened.basis.answers);
    let choosable = |pick| {
        let choosable = Choosable::new(question.name_of(pick).to_owned(), question.words_of(pick).to_owned());
        if pick == Pick::Unknown { choosable.with_hint("Counts as the worst.") } else { choosable }
    };
    let options: Vec<(Pick, Choosable)> =
        options(question, &opened).into_iter().map(|pick| (pick, choosable(pick))).collect();
    if let Some(conflict) = kept.conflict {
        let options = options.into_iter().map(|(_, option)| option).collect();
        return view! { <ConflictChoice label=question.ask.clone() conflict options /> }.into_any();
    }
    let was = kept.was(&was);
    let given = picked_now(&opened, question.fact);
    let nothing_wrong = kept.wrong.is_empty();
    let id = crate::parts::kept::element_id("given");
    let described = (!nothing_wrong).then(|| format!("{id}-wrong"));
    let focused = options.iter().position(|(_, option)| option.value == given).unwrap_or(0);
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(place, (pick, option))| {
            // The first one carries the field's own id, so that the summary of faults leads to it.
            let id = if place == 0 { id.clone() } else { format!("{id}-{place}") };
            let checked = option.value == given;
            let autofocus = nothing_wrong && place == focused;
            let origin = (own == Some(pick)).then(|| view! { " "<Badge word="from the product" /> });
            view! {
                <label class="answer" for=id.clone()>
                    <input id=id.clone() type="radio" name="given" value=option.value data-pick=(place + 1).to_string() checked=checked required=true autofocus=autofocus />
                    <span>
                        <span class="answer-words">{option.label}{origin}</span>
                        {(!option.hint.is_empty()).then(|| view! { <span class="answer-hint">{option.hint}</span> })}
                    </span>
                    <span class="answer-key" aria-hidden="true">{place + 1}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="answers" aria-labelledby="asking" aria-describedby=described>
            <Faults id=id wrong=kept.wrong />
            {boxes}
            <Was name="given" value=was />
        </fieldset>
    }
    .into_any()
}

/// The risk controls of the product, to say which of them are touched.
#[component]
fn Controls(opened: Opened) -> impl IntoView {
    let named = opened.answer(Fact::Touches).map(|answer| answer.controls.clone()).unwrap_or_default();
    let values: Vec<String> = named.iter().map(|number| shown_number("RC", *number)).collect();
    let options: Vec<_> = opened
        .controls
        .iter()
        .map(|(number, title, _)| {
            let shown = shown_number("RC", *number);
            Choosable::new(shown.clone(), format!("{shown} {title}"))
        })
        .collect();
    let is_open = !values.is_empty() || !KeptField::named("controls").wrong.is_empty();
    (!options.is_empty()).then(|| {
        view! {
            <details class="fold triage-controls" open=is_open>
                <summary>"If it is a risk control: which one?"</summary>
                <Choices name="controls" label="Risk controls that are touched" options values hint="The hazards that rest on them are named in the result." />
            </details>
        }
    })
}
