//! An assessment as a document: what it comes to, every answer once with its reason, how each verdict follows from the
//! answers by their numbers, and the way to approval.

use axum::Extension;
use domain::assessment::{Classification, RecordedAnswer, State, Subject};
use domain::contradiction::Contradiction;
use domain::deliverable::size;
use domain::ids::{AssessmentId, ProductId};
use domain::market::ToldNote;
use domain::scheme::{Telling, ToldStep};
use leptos::context::Provider;
use leptos::prelude::*;
use service::classification::{Format, Opened, TakenStep};

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::islands::verdict::plate;
use crate::pages::classification::{StateMark, kind_words};
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::error_summary::ErrorSummary;
use crate::parts::kept::FormScope;
use crate::parts::{
    Actions, Badge, ButtonForm, ClassPlate, Clauses, Column, DataTable, Field, FindingLine, Form, Hidden,
    MarketNote, PageHead, Plate, TextArea, Time, Weight,
};
use crate::request::RequestContext;
use crate::words;

/// `GET /products/{product}/classification/{assessment}/review`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, assessment)): At<(ProductId, AssessmentId)>,
) -> Page {
    let who = context.actor()?;
    let opened = service::classification::open(&context.service, who, product, assessment)
        .await
        .map_err(|failure| context.face(failure))?;
    let may_answer = who.may(domain::access::Permission::EditAssessment, product);
    let tried = service::what_if::answers(&context.service, who, product, &opened)
        .await
        .map_err(|failure| context.face(failure))?;
    let mut contradictions = tried.inputs.contradictions();
    contradictions.retain(|contradiction| !contradiction.is_told_with_its_verdict());
    let ways = Ways { product, assessment: opened.may_answer.then_some(assessment) };
    let behind = super::feature_behind(&context, product, assessment).await?;
    let frame = Frame::product(&context, product, Room::Classification).await?;
    let title = format!("Assessment A-{} as a document", opened.assessment.number);
    Ok(Document::new(title, frame, move || {
        let record = opened.record();
        let outcome = opened.assessment.outcome.or_else(|| opened.judgement().classification());
        view! {
            <Head opened=opened.clone() />
            {behind}
            <article class="document">
                <Outcome opened=opened.clone() outcome />
                <Verdicts verdicts=record.verdicts.clone() draft=opened.assessment.outcome.is_none() />
                <Remarks steps=opened.steps.clone() />
                <About subject=record.subject.clone().unwrap_or_else(|| opened.subject.clone()) />
                <Answers answers=record.answers.clone() opened=opened.clone() />
                <Contradictions contradictions=contradictions ways />
                <Follows verdicts=record.verdicts.clone() answers=record.answers.clone() />
                <Markets notes=record.notes.clone() />
                <Handing opened may_answer />
            </article>
        }
    }))
}

#[component]
fn Head(opened: Opened) -> impl IntoView {
    let assessment = opened.assessment.clone();
    let room = format!("/products/{}/classification", assessment.product);
    let number = format!("Assessment A-{}", assessment.number);
    let questions = format!("{room}/{}", assessment.id);
    let crumbs = vec![(room, "Classification".to_owned()), (questions.clone(), number.clone())];
    let back = opened
        .may_answer
        .then(|| view! { <a class="button" href=questions.clone()>"Back to the questions"</a> });
    let files = Format::ALL.map(|format| {
        let (ending, word) = (format.ending(), format_word(format));
        let spoken = format!("Download the record as {word}");
        view! { <a class="button" href=format!("{questions}/record.{ending}") download="" aria-label=spoken>{word}</a> }
    });
    let actions = view! { {back}{files.into_iter().collect_view()} }.into_any();
    let by = assessment.started_by.clone().unwrap_or_else(|| "the demonstration".to_owned());
    view! {
        <PageHead title=number crumbs actions>
            <StateMark state=assessment.state />
            <span class="quiet">
                {format!("started by {by} on ")}<Time at=assessment.created_at />
                {format!(" · rule packs {}", assessment.packs.join(", "))}
            </span>
        </PageHead>
    }
}

/// The word for a format.
const fn format_word(format: Format) -> &'static str {
    match format {
        Format::Pdf => "PDF/A",
        Format::Docx => "DOCX",
        Format::Json => "JSON",
    }
}

/// What it comes to, and what that owes.
#[component]
fn Outcome(opened: Opened, outcome: Option<Classification>) -> impl IntoView {
    let approved = opened.assessment.outcome.is_some();
    let sentence = match outcome {
        None => "The answers do not decide it yet. Until a class is approved, class C applies.".to_owned(),
        Some(Classification::NotADevice) => kind_words().to_owned(),
        Some(Classification::Class(class)) => {
            let size = size(class, false);
            let (deliverables, clauses) = (size.deliverables, size.clauses);
            format!(
                "Class {class} owes {deliverables} deliverables, which answer {clauses} sub-clauses of IEC 62304."
            )
        }
    };
    let title = match outcome {
        None => "Still open".to_owned(),
        Some(Classification::NotADevice) => "Not a medical device".to_owned(),
        Some(Classification::Class(class)) => format!("Software safety class {class}"),
    };
    view! {
        <div class="document-outcome">
            <ClassPlate plate=plate(outcome) large=true draft=!approved />
            <div>
                <p class="verdict-word">{title}" "{(!approved).then(|| view! { <Badge word="draft, not of record" /> })}</p>
                <p class="prose">{sentence}</p>
            </div>
        </div>
    }
}

/// What the record is about.
#[component]
fn About(subject: Subject) -> impl IntoView {
    let users = subject.intended_users.map(|users| ("Intended users", users));
    let setting = subject.use_environment.map(|setting| ("Use environment", setting));
    let lines = users
        .into_iter()
        .chain(setting)
        .map(|(name, text)| view! { <h3>{name}</h3><p class="typed">{text}</p> })
        .collect_view();
    view! {
        <h2>"Intended purpose"</h2>
        <p class="typed">{subject.intended_purpose}</p>
        {lines}
    }
}

/// What is known about the markets.
#[component]
fn Markets(notes: Vec<ToldNote>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        let notes = notes.into_iter().map(|note| view! { <MarketNote note /> }).collect_view();
        view! { <h2>"Markets"</h2>{notes} }
    })
}

/// What reviewers and authors said on the way.
#[component]
fn Remarks(steps: Vec<TakenStep>) -> impl IntoView {
    (!steps.is_empty()).then(|| {
        let lines = steps
            .into_iter()
            .map(|step| {
                let by = step.by.unwrap_or_else(|| "the demonstration".to_owned());
                view! {
                    <li>
                        <p>{step.step.deed()}" by "<strong>{by}</strong>", "<Time at=step.at /></p>
                        {step.comment.map(|comment| view! { <blockquote>{comment}</blockquote> })}
                    </li>
                }
            })
            .collect_view();
        view! {
            <h2>"Review and approval"</h2>
            <ol class="stack-tight stack remarks">{lines}</ol>
        }
    })
}

/// The verdicts of all schemes, each with its reason.
#[component]
fn Verdicts(verdicts: Vec<Telling>, draft: bool) -> impl IntoView {
    let columns = vec![Column::new("Scheme"), Column::new("Verdict"), Column::new("Because")];
    let rows = verdicts
        .into_iter()
        .map(|told| {
            let shown = match Plate::of_telling(&told) {
                Some(plate) => view! { <ClassPlate plate draft /> }.into_any(),
                None => view! { <span>{told.title}</span> }.into_any(),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{told.subject}<small>{told.pack}</small></th>
                    <td role="cell">{shown}</td>
                    <td role="cell" class="verdict-because">{told.sentence}" "<Clauses citations=told.citations /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2>"Verdicts"</h2>
        <DataTable caption="Verdicts" columns class="table-plain verdicts table-blocks">{rows}</DataTable>
    }
}

/// How each verdict follows from the answers. The questions stand with the answers, so that nothing is read twice.
#[component]
fn Follows(verdicts: Vec<Telling>, answers: Vec<RecordedAnswer>) -> impl IntoView {
    let verdicts = verdicts
        .into_iter()
        .map(|told| {
            let steps = told
                .steps
                .into_iter()
                .map(|step| {
                    let place = step.key.and_then(|key| answers.iter().position(|answer| answer.key == key));
                    view! { <Way step number=place.map(|place| place + 1) /> }
                })
                .collect_view();
            view! {
                <h3>{format!("{}: {}", told.subject, told.title)}</h3>
                <p class="quiet">{format!("Rule pack {}, written from {}.", told.pack, told.edition)}</p>
                <ul class="document-steps">{steps}</ul>
                <Remarked title="Not known, and counted as the cautious answer" lines=told.unknowns />
                <Remarked title="Not certain in the rules themselves" lines=told.caveats />
            }
        })
        .collect_view();
    view! {
        <h2>"How each verdict follows"</h2>
        <p class="quiet">"Numbers are those of the answers above."</p>
        {verdicts}
    }
}

/// One step on the way to a verdict: the number of its answer, and what that led to. A premise has no number.
#[component]
fn Way(step: ToldStep, number: Option<usize>) -> impl IntoView {
    let (number, said) = match (number, step.key) {
        (Some(number), Some(key)) => {
            let spoken = format!("Answer {number}");
            let link = view! { <a href=format!("#answer-{key}") aria-label=spoken>{number}</a> };
            (Some(link), format!("{}.", step.answer))
        }
        _ => (None, format!("{}: {}.", step.question, step.answer)),
    };
    view! {
        <li>
            <span class="document-number">{number}</span>
            <p><strong>{said}</strong>" "{step.led_to}" "<Clauses citations=step.citations /></p>
        </li>
    }
}

/// What is to be said about a verdict, where there is something.
#[component]
fn Remarked(title: &'static str, lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <p><strong>{title}</strong></p>
            <ul class="document-remarks">{lines}</ul>
        }
    })
}

/// What does not go together, with the register and the items as they stand now.
#[component]
fn Contradictions(contradictions: Vec<Contradiction>, ways: Ways) -> impl IntoView {
    (!contradictions.is_empty()).then(|| {
        view! {
            <h2>"What does not go together"</h2>
            <p class="quiet">"Beside the hazard register and the software items as they stand now. Between schemes it only warns: no scheme follows from another."</p>
            <ContradictionList contradictions ways />
        }
    })
}

/// Every answer with its reason.
#[component]
fn Answers(answers: Vec<RecordedAnswer>, opened: Opened) -> impl IntoView {
    let may_answer = opened.may_answer;
    let base = format!("/products/{}/classification/{}", opened.assessment.product, opened.assessment.id);
    let answers = answers
        .into_iter()
        .zip(1_usize..)
        .map(|(answer, number)| {
            let change = may_answer.then(|| format!("{base}?question={0}#question-{0}", answer.key));
            view! { <OneAnswer answer number change /> }
        })
        .collect_view();
    view! {
        <h2>"Answers and reasons"</h2>
        <ol class="document-answers">{answers}</ol>
    }
}

#[component]
fn OneAnswer(answer: RecordedAnswer, number: usize, change: Option<String>) -> impl IntoView {
    let spoken = format!("Change: {}", answer.question);
    let reason =
        if answer.rationale.is_empty() { "No reason is given yet.".to_owned() } else { answer.rationale };
    view! {
        <li id=format!("answer-{}", answer.key)>
            <span class="document-number">{number}</span>
            <h3>{answer.question}</h3>
            <p>
                <strong>{format!("{}.", answer.answer)}</strong>
                {answer.counted.map(|counted| view! { " "<span class="quiet">{counted}</span> })}
                {(!answer.counts).then(|| view! { " "<Badge word="not used" /> })}
                {change.map(|href| view! { " "<a class="page-only" href=href aria-label=spoken>"Change"</a> })}
            </p>
            <blockquote>{reason}</blockquote>
        </li>
    }
}

/// Handing over, approving, returning: whatever this person can do now.
#[component]
fn Handing(opened: Opened, may_answer: bool) -> impl IntoView {
    let state = opened.assessment.state;
    let ready = opened.may_answer && opened.missing().is_empty();
    let decides = state == State::InReview && opened.may_review && !opened.answered_it;
    let forms = [("submit", ready), ("approve", decides), ("return", decides)];
    let refused = forms
        .into_iter()
        .filter(|(_, is_drawn)| !is_drawn)
        .map(|(form, _)| view! { <Refused form /> })
        .collect_view();
    view! {
        {refused}
        {handing(opened, state, may_answer)}
    }
}

/// Why a form was refused that is not drawn any more, because the assessment has moved on meanwhile.
#[component]
fn Refused(form: &'static str) -> impl IntoView {
    view! {
        <Provider value=FormScope { form: form.to_owned(), edits: false }>
            <ErrorSummary />
        </Provider>
    }
}

fn handing(opened: Opened, state: State, may_answer: bool) -> AnyView {
    match state {
        State::Draft | State::Returned if opened.may_answer => view! { <HandOver opened /> }.into_any(),
        State::InReview => view! {
            <h2 class="page-only">"Review"</h2>
            {if opened.may_review && !opened.answered_it {
                view! { <Decide opened=opened.clone() /> }.into_any()
            } else if opened.may_review {
                view! { <p>"You changed an answer of this assessment, so another reviewer has to decide."</p> }.into_any()
            } else {
                view! { <p>"Waiting for a reviewer who changed none of its answers."</p> }.into_any()
            }}
            {may_answer.then(|| view! { <TakeBack opened /> })}
        }
        .into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn HandOver(opened: Opened) -> impl IntoView {
    let base = format!("/products/{}/classification/{}", opened.assessment.product, opened.assessment.id);
    let missing = opened.missing();
    let ready = missing.is_empty();
    let lines = missing
        .into_iter()
        .map(|code| {
            let fix = code
                .question()
                .map(|key| (format!("{base}?question={key}#question-{key}"), "Answer it".to_owned()));
            let sentence = words::assessment::sentence(&code);
            view! { <FindingLine weight=Weight::Blocks code=code.id() sentence fix /> }
        })
        .collect_view();
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    view! {
        <h2 class="page-only">"Hand over for review"</h2>
        {if ready {
            view! {
                <Form action="/api/classification/submit" id="submit" revision=opened.assessment.revision>
                    <Hidden name="product" value=product.to_string() />
                    <Hidden name="assessment" value=assessment.to_string() />
                    <TextArea name="comment" label="A word to the reviewer" max=Some(1000) rows=2 />
                    <Actions submit="Hand over for review" />
                </Form>
            }
            .into_any()
        } else {
            view! {
                <p>"This stands between the draft and a review:"</p>
                <ul class="findings">{lines}</ul>
            }
            .into_any()
        }}
    }
}

#[component]
fn Decide(opened: Opened) -> impl IntoView {
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    let revision = opened.assessment.revision;
    view! {
        <div class="decide page-only">
            <Form action="/api/classification/approve" id="approve" revision>
                <h3>"Approve"</h3>
                <p class="quiet">"You approve exactly what stands above. It becomes the record and can not be changed afterwards."</p>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="assessment" value=assessment.to_string() />
                <TextArea name="comment" label="Comment" max=Some(1000) rows=2 />
                <Field
                    name="password"
                    label="Your password"
                    kind="password"
                    hint="Asked for again, so that nobody approves at an open screen."
                    autocomplete="current-password"
                    required=true
                />
                <Actions submit="Approve" />
            </Form>
            <Form action="/api/classification/return" id="return" revision>
                <h3>"Or send it back"</h3>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="assessment" value=assessment.to_string() />
                <TextArea name="comment" label="What has to change" max=Some(1000) rows=3 required=true />
                <Actions submit="Send back" severe=true />
            </Form>
        </div>
    }
}

#[component]
fn TakeBack(opened: Opened) -> impl IntoView {
    let (product, assessment) = (opened.assessment.product, opened.assessment.id);
    view! {
        <div class="actions page-only">
            <ButtonForm action="/api/classification/take_back" label="Take it back" revision=opened.assessment.revision>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="assessment" value=assessment.to_string() />
            </ButtonForm>
        </div>
    }
}
