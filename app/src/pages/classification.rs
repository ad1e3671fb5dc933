//! The classification room of a product: what is of record, what is in work, what was before.

use axum::Extension;
use domain::access::Permission;
use domain::assessment::{Classification, State};
use domain::ids::ProductId;
use domain::market::ToldNote;
use domain::register::ImpliedClass;
use leptos::prelude::*;
use service::classification::{InWork, Past, Standing};
use service::features::Feature;
use service::hazards::Implied;
use service::reruns::KeptRerun;
use service::what_if::{Speaks, Standpoint};

use super::At;
use super::rerun::Lines;
use crate::document::{Document, Frame, Page, Room};
use crate::islands::verdict::plate;
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::{
    Badge, ButtonForm, ClassPlate, Clause, Column, Completeness, DataTable, Empty, Hidden, MarketNote,
    PageHead, Progress, ProgressMark, Section, Time,
};
use crate::request::RequestContext;
use crate::words;

/// `GET /products/{product}/classification`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let standing = service::classification::standing(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let past = service::classification::history(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let implied = service::hazards::implied(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let markets = service::products::show(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?
        .profile
        .markets;
    let reruns = service::reruns::kept(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let standpoint = service::what_if::standpoint(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let features = service::features::in_work(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let may_answer = who.may(Permission::EditAssessment, product);
    let frame = Frame::product(&context, product, Room::Classification).await?;
    Ok(Document::new("Classification", frame, move || {
        let lead = "What the software is, which safety class it has, and why. Nothing counts before a second person approved it.";
        let actions = (may_answer && standing.draft.is_none() && !past.is_empty())
            .then(|| start(product, "Assess again"));
        view! {
            <PageHead title="Classification" lead actions />
            <div class="columns">
                <div>
                    <OfRecord standing=standing.clone() product />
                    <InWorkSection draft=standing.draft.clone() product may_answer first=past.is_empty() />
                </div>
                <div>
                    <FromRegister implied product />
                    <Contradictions standpoint product />
                    <Waiting features product />
                </div>
            </div>
            <History past product />
            <Reruns reruns />
            <Markets notes=domain::market::notes(&markets) />
        }
    }))
}

fn start(product: ProductId, label: &'static str) -> AnyView {
    view! {
        <ButtonForm action="/api/classification/start" label class="button-primary">
            <Hidden name="product" value=product.to_string() />
        </ButtonForm>
    }
    .into_any()
}

/// What an approved "not a medical device" is told.
#[must_use]
pub const fn kind_words() -> &'static str {
    "That is a result, not a failing. Software that helps people without claiming to diagnose or to treat owes no \
     IEC 62304 set; it owes this record, so that anyone who asks later finds the reasons. Should its purpose ever \
     become medical, assess it again before it says so."
}

/// What was of record before, where that was something else: a change of class is never to be overlooked.
#[must_use]
pub fn before_words(standing: &Standing) -> String {
    match standing.before {
        None => String::new(),
        Some(Classification::NotADevice) => " Not a medical device before.".to_owned(),
        Some(Classification::Class(class)) => format!(" Class {class} before."),
    }
}

/// The mark of a state.
#[component]
pub fn StateMark(
    /// The state.
    state: State,
) -> impl IntoView {
    let progress = match state {
        State::Draft | State::Returned => Progress::Draft,
        State::InReview => Progress::InReview,
        State::Approved => Progress::Approved,
        State::Superseded => Progress::Stale,
    };
    view! { <ProgressMark progress word=words::assessment::state_word(state) /> }
}

/// What counts now.
#[component]
fn OfRecord(standing: Standing, product: ProductId) -> impl IntoView {
    let approved = standing.approved.map(|id| format!("/products/{product}/classification/{id}/review"));
    let (title, sentence) = match (standing.of_record, &approved) {
        (Classification::NotADevice, _) => ("Not a medical device".to_owned(), kind_words().to_owned()),
        (Classification::Class(class), Some(_)) => (
            format!("Class {class}"),
            format!("Approved; the deliverables follow it.{}", before_words(&standing)),
        ),
        (Classification::Class(class), None) => (
            format!("Class {class} applies"),
            "No class has been approved yet, so everything that class C asks for is owed.".to_owned(),
        ),
    };
    let clause = domain::clause::Citation::new(domain::clause::Document::Iec62304, "4.3 g");
    let unapproved = approved.is_none();
    view! {
        <Section title="Of record" link=approved.map(|href| (href, "The record".to_owned()))>
            <div class="verdict-class">
                <ClassPlate plate=plate(Some(standing.of_record)) large=true />
                <div>
                    <p class="verdict-word">{title}</p>
                    <p class="prose">{sentence}" "{unapproved.then(|| view! { <Clause citation=clause /> })}</p>
                </div>
            </div>
        </Section>
    }
}

/// The class that the hazard register implies, beside that of the answers.
#[component]
fn FromRegister(implied: Implied, product: ProductId) -> impl IntoView {
    let hazards = format!("/products/{product}/hazards");
    let (shown, title, sentence) = match implied.class {
        ImpliedClass::NotDetermined => (
            None,
            "Not determined".to_owned(),
            "Nobody has declared the hazard analysis complete, so the register implies no class.".to_owned(),
        ),
        ImpliedClass::Determined { class, provisional } => {
            let unverified = " It rests on external controls that are not verified yet.";
            let more = if provisional { unverified } else { "" };
            let sentence = format!("What the rows ask for, with external controls only.{more}");
            (Some(Classification::Class(class)), format!("Class {class}"), sentence)
        }
    };
    view! {
        <Section title="From the register" link=Some((hazards, "Hazards".to_owned()))>
            <div class="verdict-class">
                <ClassPlate plate=plate(shown) draft=true />
                <div>
                    <p class="verdict-word">{title}</p>
                    <p class="quiet">{sentence}</p>
                </div>
            </div>
        </Section>
    }
}

/// What does not go together: answers, register and items about the one class, and schemes with each other.
#[component]
fn Contradictions(standpoint: Standpoint, product: ProductId) -> impl IntoView {
    let contradictions = standpoint.contradictions();
    if contradictions.is_empty() {
        return ().into_any();
    }
    let ways = Ways { product, assessment: standpoint.in_work };
    let remark = match standpoint.answers {
        Some(Speaks { of_record: false, .. }) => "As the answers in work stand; nothing is of record.",
        _ => "As the record stands.",
    };
    view! {
        <Section title="What does not go together" remark id="contradictions">
            <ContradictionList contradictions ways />
        </Section>
    }
    .into_any()
}

/// Features that were handed over and wait for a decision.
#[component]
fn Waiting(features: Vec<Feature>, product: ProductId) -> impl IntoView {
    let room = format!("/products/{product}/features");
    let lines: Vec<_> = features
        .into_iter()
        .filter(|feature| feature.state == domain::feature::State::HandedOver)
        .map(|feature| {
            let name = format!("{} {}", domain::feature::shown(feature.number), feature.description.name);
            let level = feature.level.map(|level| level.words().title.clone()).unwrap_or_default();
            view! {
                <li>
                    <a href=format!("{room}/{}/result", feature.id)>{name}</a>
                    <p class="quiet">{level}</p>
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <Section title="Features that wait for review" link=Some((room, "Features".to_owned()))>
                <ul class="stack-tight stack">{lines}</ul>
            </Section>
        }
    })
}

/// What is being answered or reviewed.
#[component]
fn InWorkSection(draft: Option<InWork>, product: ProductId, may_answer: bool, first: bool) -> impl IntoView {
    match draft {
        Some(draft) => view! { <Work draft product may_answer /> }.into_any(),
        None if first => view! {
            <Section title="In work">
                <Empty
                    title="Not assessed yet"
                    words="Plain questions, each with an example of what counts. Two minutes for software that is no device, a few more for one that is."
                >
                    {if may_answer {
                        start(product, "Start the assessment")
                    } else {
                        view! { <p class="quiet">"An author of this product can start it."</p> }.into_any()
                    }}
                </Empty>
            </Section>
        }
        .into_any(),
        None => ().into_any(),
    }
}

#[component]
fn Work(draft: InWork, product: ProductId, may_answer: bool) -> impl IntoView {
    let base = format!("/products/{product}/classification/{}", draft.assessment);
    let title = match draft.classification {
        None => "Still open".to_owned(),
        Some(Classification::NotADevice) => "Not a medical device".to_owned(),
        Some(Classification::Class(class)) => format!("Class {class}"),
    };
    let go_on = (may_answer && draft.state.is_open())
        .then(|| view! { <a class="button button-primary" href=base.clone()>"Go on answering"</a> });
    let read = format!("{base}/review");
    let word = if draft.state == State::InReview { "Read and decide" } else { "Read as a document" };
    let total = draft.progress.answered + draft.progress.open;
    let owes = draft.classification.map(|classification| match classification.class() {
        Some(class) => {
            let size = domain::deliverable::size(class, false);
            format!("Once approved: {} deliverables, {} sub-clauses.", size.deliverables, size.clauses)
        }
        None => "Once approved: no IEC 62304 set, only this record.".to_owned(),
    });
    view! {
        <Section title="In work" remark="a draft: it counts for nothing until it is approved">
            <div class="verdict-class">
                <ClassPlate plate=plate(draft.classification) large=true draft=true />
                <div class="stack-tight stack">
                    <p class="verdict-word">{title}" "<Badge word="draft" /></p>
                    <p class="line">
                        <StateMark state=draft.state />
                        <Completeness done=draft.progress.answered total of="questions answered" />
                    </p>
                    {owes.map(|owes| view! { <p>{owes}" "<Badge word="preview" /></p> })}
                    <div class="actions">{go_on}<a class="button" href=read>{word}</a></div>
                </div>
            </div>
        </Section>
    }
}

/// What the records came to under other rule packs, where somebody kept it.
#[component]
fn Reruns(reruns: Vec<KeptRerun>) -> impl IntoView {
    (!reruns.is_empty()).then(|| {
        let rows = reruns
            .into_iter()
            .map(|kept| {
                view! {
                    <tr>
                        <th scope="row">{format!("A-{}", kept.assessment)}</th>
                        <td>
                            <span class="clause">{kept.packs.join(", ")}</span>
                            {kept.draft.then(|| view! { " "<Badge word="draft, a trial" /> })}
                        </td>
                        <td><Lines lines=kept.rerun.lines /></td>
                        <td>{kept.by}", "<Time at=kept.at /></td>
                    </tr>
                }
            })
            .collect_view();
        let columns = vec![
            Column::new("Record"),
            Column::new("Run again under"),
            Column::new("Verdicts"),
            Column::new("Kept"),
        ];
        view! {
            <Section title="Run again" remark="records of their own; the assessments stay as they were approved" id="reruns">
                <DataTable caption="Re-runs that were kept, the newest first" columns>{rows}</DataTable>
            </Section>
        }
    })
}

/// What is known about the markets that the product is made for.
#[component]
fn Markets(notes: Vec<ToldNote>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        let notes = notes.into_iter().map(|note| view! { <MarketNote note /> }).collect_view();
        view! {
            <Section title="Markets" remark="what is known about their rules, and how well">
                <div class="market-notes">{notes}</div>
            </Section>
        }
    })
}

/// All assessments, the newest first.
#[component]
fn History(past: Vec<Past>, product: ProductId) -> impl IntoView {
    (!past.is_empty()).then(|| {
        let rows = past.into_iter().map(|past| view! { <PastRow past product /> }).collect_view();
        let columns = vec![
            Column::new("Assessment"),
            Column::new("State"),
            Column::new("Result"),
            Column::new("Started"),
            Column::new("Last step"),
        ];
        view! {
            <Section title="History">
                <DataTable caption="All assessments of this product, the newest first" columns class="table-blocks">
                    {rows}
                </DataTable>
            </Section>
        }
    })
}

#[component]
fn PastRow(past: Past, product: ProductId) -> impl IntoView {
    let assessment = past.assessment;
    let href = format!("/products/{product}/classification/{}/review", assessment.id);
    let by = assessment.started_by.clone().unwrap_or_else(|| "the demonstration".to_owned());
    let result = match assessment.outcome {
        Some(outcome) => view! { <ClassPlate plate=plate(Some(outcome)) /> }.into_any(),
        None => view! { <span class="quiet">"none yet"</span> }.into_any(),
    };
    let last = past.steps.into_iter().next().map(|step| {
        let by = step.by.unwrap_or_else(|| "the demonstration".to_owned());
        view! {
            <p>{step.step.deed()}" by "{by}", "<Time at=step.at /></p>
            {step.comment.map(|comment| view! { <p class="quiet typed">{comment}</p> })}
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=href>{format!("A-{}", assessment.number)}</a></th>
            <td role="cell"><StateMark state=assessment.state /></td>
            <td role="cell">{result}</td>
            <td role="cell" data-label="Started">{by}", "<Time at=assessment.created_at /></td>
            <td role="cell" data-label="Last step">{last}</td>
        </tr>
    }
}
