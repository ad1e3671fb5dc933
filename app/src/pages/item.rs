//! One software item: its class and what carries it, what it holds, the controls in it, who names it.

mod trial;

use axum::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use domain::clause::{Citation, Document as Source};
use domain::finding::Finding;
use domain::ids::ProductId;
use domain::item::{LETTERS, Placed, SoftwareItem};
use domain::risk::{read_number, shown_number};
use leptos::prelude::*;
use service::items::{Implemented, ItemStory, Items, NamedIn, Withdrawn};
use service::trail::Story as History;

use super::At;
use super::items::{ChangeClass, ChangeItem, GroupWork, from_words, item_page};
use crate::document::{Document, Frame, Room};
use crate::error::AppError;
use crate::pages::trail;
use crate::parts::{
    Badge, ButtonForm, ClassPlate, Clause, FindingMark, FindingNote, Hidden, PageHead, Pair, Pairs, Plate,
    Section, Shown, Time, Weight,
};
use crate::request::RequestContext;
use crate::words::items as words;

pub use trial::show as show_trial;

/// How many entries of the history the page shows.
const HISTORY: i64 = 12;

/// `GET /products/{product}/items/{item}`: view the product. The item is named by its number; its key leads there.
///
/// # Errors
/// Signed out; not found without a role in the product, or when there is no such item.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, item)): At<(ProductId, String)>,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let service = &context.service;
    if let Ok(key) = item.parse() {
        let number = service::items::number_of(service, who, product, key)
            .await
            .map_err(|failure| context.face(failure))?;
        return Ok(Redirect::to(&item_page(product, number)).into_response());
    }
    let number = read_number(LETTERS, &item).ok_or(AppError::NotFound)?;
    let frame = Frame::product(&context, product, Room::Items).await?;
    let story =
        service::items::item(service, who, product, number).await.map_err(|failure| context.face(failure))?;
    let records = [story.item.id.uuid()];
    let history = service::trail::history(service, who, product, &records, HISTORY)
        .await
        .map_err(|failure| context.face(failure))?;
    let title = format!("{} {}", words::number(number), story.item.description.name);
    Ok(Document::new(title.clone(), frame, move || view! { <ItemPage product story history title /> })
        .into_response())
}

#[component]
fn ItemPage(product: ProductId, story: ItemStory, history: History, title: String) -> impl IntoView {
    let ItemStory { item, withdrawn, items, named_in, editable } = story;
    let number = item.number;
    let trail_page = format!("/products/{product}/trail?record={}", item.id);
    let findings: Vec<Finding> =
        items.findings().into_iter().filter(|finding| finding.item == Some(number)).collect();
    let placed = items.tree.find(number).cloned();
    let implemented: Vec<Implemented> = items.implemented_in(number).cloned().collect();
    let description = item.description.description.clone();
    view! {
        <Head product title placed=placed.clone() items=items.clone() withdrawn=withdrawn.clone() findings=findings.clone() />
        {description.map(|text| view! { <p class="typed prose">{text.to_string()}</p> })}
        {placed.clone().map(|placed| view! {
            <ClassOfItem product placed=placed record=item.clone() items=items.clone() findings editable />
        })}
        <Implements product implemented />
        <Names product named_in />
        {placed.map(|placed| view! { <Holds product placed record=item.clone() items=items.clone() editable /> })}
        {editable.then(|| match withdrawn {
            None => view! {
                <Section title="Change" remark="Nothing is deleted; every change is on the trail." class="no-print">
                    <ChangeItem product record=item.clone() items />
                </Section>
            }
            .into_any(),
            Some(_) => view! { <Restore product record=item.clone() /> }.into_any(),
        })}
        <Section title="History" remark="Newest first" link=(trail_page, "All in the trail".to_owned()) id="history">
            <trail::History story=history />
        </Section>
    }
}

#[component]
fn Head(
    product: ProductId,
    title: String,
    placed: Option<Placed>,
    items: Items,
    withdrawn: Option<Withdrawn>,
    findings: Vec<Finding>,
) -> impl IntoView {
    let room = format!("/products/{product}/items");
    let mut crumbs = vec![(room, "Software items".to_owned())];
    if let Some(placed) = &placed {
        let above = items.tree.above(placed.item.number);
        crumbs.extend(above.iter().map(|above| {
            let number = above.item.number;
            (item_page(product, number), format!("{} {}", words::number(number), items.name(number)))
        }));
    }
    let owes = items.held.class().is_some();
    let count =
        |wanted: Weight| findings.iter().filter(|finding| Weight::from(finding.level) == wanted).count();
    let (blocks, warns) = (count(Weight::Blocks), count(Weight::Warns));
    let actions = placed.as_ref().map(|placed| {
        let href = format!("{}/what-if", item_page(product, placed.item.number));
        view! { <a class="button" href=href>"What if"</a> }.into_any()
    });
    view! {
        <PageHead title crumbs actions>
            {withdrawn.map(|withdrawn| view! {
                <Badge word="withdrawn" strong=true /> " on " <Time at=withdrawn.at shown=Shown::Day /> ". Because: " {withdrawn.reason}
            })}
            {placed.filter(|_| owes).map(|placed| view! {
                <ClassPlate plate=Plate::of_class(placed.class) /> " " {from_words(&placed)}
            })}
            {(blocks > 0).then(|| view! { <FindingMark weight=Weight::Blocks count=Some(blocks) /> })}
            {(warns > 0).then(|| view! { <FindingMark weight=Weight::Warns count=Some(warns) /> })}
        </PageHead>
    }
}

/// What is wrong with the class, and what carries it.
#[component]
fn ClassOfItem(
    product: ProductId,
    placed: Placed,
    record: SoftwareItem,
    items: Items,
    findings: Vec<Finding>,
    editable: bool,
) -> impl IntoView {
    let owes = items.held.class().is_some();
    let notes: Vec<_> = findings
        .iter()
        .map(|finding| {
            let (weight, code, sentence) =
                (Weight::from(finding.level), finding.check.id(), words::finding(finding));
            let fix = words::fix(finding.check);
            let citation = finding.check.clause();
            view! { <FindingNote weight code sentence><strong>{fix}</strong> " " <Clause citation /></FindingNote> }
        })
        .collect();
    let above = match record.parent {
        None => view! { <a href=format!("/products/{product}/items")>"the software system"</a> }.into_any(),
        Some(parent) => {
            let words = format!("{} {}", words::number(parent), items.name(parent));
            view! { <a href=item_page(product, parent)>{words}</a> }.into_any()
        }
    };
    let own = match record.class.own {
        None => "Nothing: it has the class of what holds it.".into_any(),
        Some(class) => view! { <ClassPlate plate=Plate::of_class(class) /> }.into_any(),
    };
    let clause = |place| view! { " "<Clause citation=Citation::new(Source::Iec62304, place) /> };
    let (above_class, from) = (placed.above, from_words(&placed));
    let counts = owes.then(|| {
        view! { <Pair name="Class that counts"><ClassPlate plate=Plate::of_class(placed.class) /> " " {from}</Pair> }
    });
    let above_plate = owes.then(|| view! { " "<ClassPlate plate=Plate::of_class(above_class) /> });
    let segregation = record.class.segregation.clone();
    let kept = record.class.kept_effective.clone();
    view! {
        <Section title="Class" id="class" class="item-class">
            {(!notes.is_empty()).then(|| view! { <div class="item-notes">{notes}</div> })}
            <Pairs>
                {counts}
                <Pair name="Written on it">{own}</Pair>
                <Pair name="Stands in">{above} {above_plate}</Pair>
                {segregation.map(|text| view! { <Pair name="Segregation rationale"><p class="typed">{text.to_string()}</p>{clause("4.3 d")}</Pair> })}
                {kept.map(|text| view! { <Pair name="Kept effective"><p class="typed">{text.to_string()}</p>{clause("5.3.5")}</Pair> })}
            </Pairs>
            {editable.then(|| view! { <ChangeClass product record above=above_class /> })}
        </Section>
    }
}

/// The risk controls that the item implements, each with the class of its risk.
#[component]
fn Implements(product: ProductId, implemented: Vec<Implemented>) -> impl IntoView {
    if implemented.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = implemented
        .into_iter()
        .map(|one| {
            let code = shown_number("RC", one.here.control);
            let register = format!("/products/{product}/hazards");
            let risk = one.risk.map(|risk| {
                let shown = shown_number("R", risk);
                view! { " The heaviest risk that it controls, "<a href=format!("{register}/{shown}#{code}")>{shown.clone()}</a>", needs "<ClassPlate plate=Plate::of_class(one.here.class) />"." }
            });
            view! { <li><a class="code" href=format!("{register}?control={code}")>{code.clone()}</a> " " {one.title} "." {risk}</li> }
        })
        .collect();
    view! {
        <Section title="Risk controls in it" remark="The item has at least the class of the risks that it controls." id="controls">
            <ul class="plain-list">{lines}</ul>
            <p><Clause citation=Citation::new(Source::Iec62304, "7.2.2") /></p>
        </Section>
    }
    .into_any()
}

/// The rows of the register in which the item is named.
#[component]
fn Names(product: ProductId, named_in: Vec<NamedIn>) -> impl IntoView {
    if named_in.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = named_in
        .into_iter()
        .map(|row| {
            let shown = shown_number("R", row.risk);
            view! { <li><a href=format!("/products/{product}/hazards/{shown}")>{shown.clone()}</a> " " {row.situation}</li> }
        })
        .collect();
    view! {
        <Section title="Sequences of events that name it" id="named">
            <ul class="plain-list">{lines}</ul>
            <p><Clause citation=Citation::new(Source::Iec62304, "7.1.1") /></p>
        </Section>
    }
    .into_any()
}

/// What stands in it, and the class of work for all of it.
#[component]
fn Holds(
    product: ProductId,
    placed: Placed,
    record: SoftwareItem,
    items: Items,
    editable: bool,
) -> impl IntoView {
    if placed.children == 0 {
        return ().into_any();
    }
    let owes = items.held.class().is_some();
    let lines: Vec<_> = items
        .tree
        .items
        .iter()
        .filter(|child| child.item.parent == Some(record.number))
        .map(|child| {
            let number = child.item.number;
            let plate = owes.then(|| view! { " "<ClassPlate plate=Plate::of_class(child.class) /> });
            let words = format!("{} {}", words::number(number), items.name(number));
            view! { <li><a href=item_page(product, number)>{words}</a>{plate}</li> }
        })
        .collect();
    view! {
        <Section title="What it holds" id="holds">
            <ul class="plain-list">{lines}</ul>
            {owes.then(|| view! {
                <GroupWork product item=Some(record.number) revision=record.revision highest=placed.class class=placed.group_class()
                    group=record.group.clone() editable />
            })}
        </Section>
    }
    .into_any()
}

#[component]
fn Restore(product: ProductId, record: SoftwareItem) -> impl IntoView {
    view! {
        <Section title="Withdrawn" remark="The item is kept as it was; its number stays taken." class="no-print">
            <ButtonForm action="/api/items/restore" label="Take it back into the tree" revision=Some(record.revision)>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="item" value=words::number(record.number) />
            </ButtonForm>
        </Section>
    }
}
