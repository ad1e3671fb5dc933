//! Records run again under other rule packs: which products would change. Looking changes nothing.

use axum::Extension;
use axum::extract::Query;
use domain::rerun::{Line, Under};
use leptos::prelude::*;
use serde::Deserialize;
use service::reruns::ProductRerun;

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::error::AppError;
use crate::parts::{
    Badge, ButtonForm, Column, DataTable, Empty, Filter, FilterBar, Hidden, PageHead, Section, Shown, Time,
};
use crate::request::RequestContext;

/// Under which packs.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Their name; those in force where none is given.
    #[serde(default)]
    under: String,
}

/// `GET /packs/rerun`: every signed-in person; shows the products in which they have a role.
///
/// # Errors
/// Signed out; not found for packs that are not known.
pub async fn show(Extension(context): Extension<RequestContext>, Query(wanted): Query<Wanted>) -> Page {
    let who = context.actor()?;
    let name = if wanted.under.is_empty() { Under::IN_FORCE } else { wanted.under.as_str() };
    let under = Under::named(name).ok_or(AppError::NotFound)?;
    let runs = service::reruns::portfolio(&context.service, who, under).await.map_err(|e| context.face(e))?;
    Ok(Document::new("Records run again", Frame::site(SiteRoom::Packs), move || {
        let lead = "The answers of the records of today, judged by other rule packs. Nothing changes by it: what you \
                    keep is a record of its own, beside the assessment that it started from.";
        let crumbs = vec![("/packs".to_owned(), "Rule packs".to_owned())];
        view! {
            <PageHead title="Records run again" crumbs lead />
            <Choose under />
            <Standing under />
            <Runs runs under />
        }
    }))
}

/// The packs to choose from.
#[component]
fn Choose(under: Under) -> impl IntoView {
    let filters = Under::all()
        .into_iter()
        .map(|choice| {
            let word = match choice {
                Under::InForce => "The packs in force".to_owned(),
                Under::Draft(draft) => draft.short_title.clone(),
            };
            Filter::new(word, format!("/packs/rerun?under={}", choice.name()))
                .current(choice.name() == under.name())
        })
        .collect::<Vec<_>>();
    view! { <FilterBar filters label="Rule packs" /> }
}

/// What is to be known about them.
#[component]
fn Standing(under: Under) -> impl IntoView {
    match under {
        Under::InForce => view! {
            <p class="quiet prose">"A record approved under earlier packs is compared with what the packs of today give."</p>
        }
        .into_any(),
        Under::Draft(draft) => view! {
            <p class="prose">
                <Badge word="draft" />" "{draft.standing.clone()}" "
                <a href=format!("/packs/{}", draft.id)>"What is known of it, and what is not"</a>
            </p>
        }
        .into_any(),
    }
}

#[component]
fn Runs(runs: Vec<ProductRerun>, under: Under) -> impl IntoView {
    if runs.is_empty() {
        return view! {
            <Empty title="No product of yours has an approved assessment." words="Only a record can be run again." />
        }
        .into_any();
    }
    let (moving, others): (Vec<_>, Vec<_>) = runs.into_iter().partition(|run| run.rerun.moves());
    let may_keep_all = moving.iter().chain(&others).filter(|run| run.may_keep).count() > 1;
    let count = |runs: &[ProductRerun]| {
        if runs.len() == 1 { "1 product".to_owned() } else { format!("{} products", runs.len()) }
    };
    let (moves, stays) = (count(&moving), count(&others));
    view! {
        <Section title="Would change" remark=moves>
            {if moving.is_empty() {
                view! { <p class="quiet">"None."</p> }.into_any()
            } else {
                view! { <Table caption="Products that would change" runs=moving under /> }.into_any()
            }}
        </Section>
        <Section title="Would stay" remark=stays>
            {if others.is_empty() {
                view! { <p class="quiet">"None."</p> }.into_any()
            } else {
                view! { <Table caption="Products that would stay" runs=others under /> }.into_any()
            }}
        </Section>
        {may_keep_all
            .then(|| {
                view! {
                    <div class="actions">
                        <ButtonForm action="/api/packs/keep_rerun" label="Keep all as records">
                            <Hidden name="under" value=under.name() />
                        </ButtonForm>
                    </div>
                }
            })}
    }
    .into_any()
}

#[component]
fn Table(caption: &'static str, runs: Vec<ProductRerun>, under: Under) -> impl IntoView {
    let rows = runs.into_iter().map(|run| view! { <Row run under /> }).collect_view();
    let columns = vec![
        Column::new("Product"),
        Column::new("Record"),
        Column::new("Verdicts"),
        Column::unlabelled("Keep"),
    ];
    view! { <DataTable caption columns class="table-blocks rerun">{rows}</DataTable> }
}

#[component]
fn Row(run: ProductRerun, under: Under) -> impl IntoView {
    let product = run.product;
    let record = format!("/products/{product}/classification/{}/review", run.assessment);
    let keep = run.may_keep.then(|| {
        view! {
            <ButtonForm action="/api/packs/keep_rerun" label="Keep as a record">
                <Hidden name="product" value=product.to_string() />
                <Hidden name="under" value=under.name() />
            </ButtonForm>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader"><a href=format!("/products/{product}/classification")>{run.name}</a></th>
            <td role="cell" data-label="Record">
                <a href=record>{format!("A-{}", run.number)}</a>" "
                <span class="quiet">"approved "<Time at=run.approved_at shown=Shown::Day /></span>
            </td>
            <td role="cell" data-label="Verdicts"><Lines lines=run.rerun.lines /></td>
            <td role="cell" data-label="Keep">{keep}</td>
        </tr>
    }
}

/// The verdicts of a re-run, those that would change first.
#[component]
pub fn Lines(
    /// The lines.
    lines: Vec<Line>,
) -> impl IntoView {
    if lines.is_empty() {
        return view! { <span class="quiet">"It has no verdict that these packs speak about."</span> }
            .into_any();
    }
    let (moving, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.moves);
    let moving = moving.into_iter().map(|line| view! { <Moving line /> }).collect_view();
    let stays: Vec<String> = others.iter().map(stays).collect();
    let stays =
        (!stays.is_empty()).then(|| view! { <p class="quiet">{format!("Stays: {}.", stays.join("; "))}</p> });
    view! { <ul class="rerun-lines">{moving}</ul>{stays} }.into_any()
}

/// A verdict that asks for the same, whatever it is called.
fn stays(line: &Line) -> String {
    let subject = &line.subject;
    match (&line.was, &line.now) {
        (Some(was), Some(now)) if was != now => format!("{subject}: {was} stays as {now}"),
        (was, now) => format!("{subject}: {}", was.as_ref().or(now.as_ref()).map_or("open", String::as_str)),
    }
}

#[component]
fn Moving(line: Line) -> impl IntoView {
    let open = match line.may_be.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => "not decided by these answers".to_owned(),
    };
    let asks = line.asks.into_iter().map(|ask| view! { <li>{ask}</li> }).collect_view();
    let asked = !asks.is_empty();
    let count = if asks.len() == 1 { "1 question".to_owned() } else { format!("{} questions", asks.len()) };
    view! {
        <li>
            <p>
                {line.subject}": "
                <span>{line.was.unwrap_or_else(|| "no verdict".to_owned())}</span>
                " "<span aria-hidden="true">"→"</span><span class="spoken">"becomes"</span>" "
                <strong>{line.now.unwrap_or(open)}</strong>
            </p>
            {(!line.because.is_empty()).then(|| view! { <p class="quiet">{line.because}</p> })}
            {asked
                .then(|| {
                    view! {
                        <details>
                            <summary class="quiet">{format!("It asks {count} that the record does not answer")}</summary>
                            <ul class="quiet">{asks}</ul>
                        </details>
                    }
                })}
        </li>
    }
}
