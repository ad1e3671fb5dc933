//! Software items: what the software is built of, and which class each part is held to.

mod csv;
mod forms;
mod picture;
mod table;

use axum::Extension;
use axum::extract::RawQuery;
use domain::clause::{Citation, Document as Source};
use domain::contradiction;
use domain::finding::Finding;
use domain::ids::ProductId;
use domain::item::LETTERS;
use domain::risk::{read_number, shown_number};
use leptos::prelude::*;
use service::deliverables::Held;
use service::items::{Items, Room, Withdrawn};
use service::what_if::Standpoint;

use super::At;
use crate::document::{self, Document, Frame, Page};
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::{
    ClassPlate, Clause, Disclosure, Empty, FindingLine, FindingMark, PageHead, Plate, Section, Shown, Time,
    Weight,
};
use crate::request::RequestContext;
use crate::words::items as words;

pub use csv::file;
pub use forms::{AddItem, ChangeClass, ChangeItem, GroupWork};
pub use table::from_words;

use picture::Picture;
use table::TreeTable;

/// `GET /products/{product}/items`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Page {
    let who = context.actor()?;
    let room = service::items::room(&context.service, who, product).await;
    let room = room.map_err(|failure| context.face(failure))?;
    let standpoint = service::what_if::standpoint(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, document::Room::Items).await?;
    let system = match &frame {
        Frame::Product(frame) => frame.name.clone(),
        Frame::Bare | Frame::Site { .. } => String::new(),
    };
    // `?in=SI-003`: the next item is added there.
    let within = query.as_deref().and_then(|query| {
        query.split('&').find_map(|pair| pair.strip_prefix("in=")).and_then(|item| read_number(LETTERS, item))
    });
    Ok(Document::new("Software items", frame, move || {
        view! { <ItemsPage product room system within standpoint /> }
    }))
}

/// The page of an item.
#[must_use]
pub fn item_page(product: ProductId, number: i32) -> String {
    format!("/products/{product}/items/{}", shown_number(LETTERS, number))
}

#[component]
fn ItemsPage(
    product: ProductId,
    room: Room,
    system: String,
    within: Option<i32>,
    standpoint: Standpoint,
) -> impl IntoView {
    let Room { items, withdrawn, editable } = room;
    let findings = items.findings();
    let is_empty = items.records.is_empty();
    let add = editable.then(|| {
        let open = is_empty || within.is_some_and(|within| items.records.contains_key(&within));
        let items = items.clone();
        view! {
            <Disclosure label="Add an item" form="add-item" open class="no-print">
                <AddItem product items within />
            </Disclosure>
        }
    });
    if is_empty {
        return view! {
            <Head product items findings=Vec::new() />
            <Empty
                title="No software item is named yet."
                words="Name the parts that the software is built of. An item has the class of what holds it, unless a \
                written segregation allows a lower one. Controls and sequences of events can then say where they are."
            />
            {add}
            <WithdrawnItems product withdrawn />
        }
        .into_any();
    }
    let (drawn, below) = (items.clone(), items.clone());
    let drawn_system = system.clone();
    view! {
        <Head product items=items.clone() findings=findings.clone() />
        <Findings product findings />
        <Contradictions product standpoint />
        <Section title="Items" remark="Each below what holds it." id="items">
            <TreeTable product items system />
            {add}
        </Section>
        <Section title="Picture" remark="The same tree, drawn." id="picture">
            <Picture items=drawn system=drawn_system />
        </Section>
        <SystemWork product items=below editable />
        <WithdrawnItems product withdrawn />
    }
    .into_any()
}

/// What does not go together, as far as the items have a part in it.
#[component]
fn Contradictions(product: ProductId, standpoint: Standpoint) -> impl IntoView {
    let ways = Ways { product, assessment: standpoint.in_work };
    let contradictions: Vec<_> = standpoint
        .contradictions()
        .into_iter()
        .filter(|it| it.leads_to(contradiction::Room::Items))
        .collect();
    (!contradictions.is_empty()).then(|| {
        view! {
            <Section title="What does not go together" id="contradictions">
                <ContradictionList contradictions ways />
            </Section>
        }
    })
}

#[component]
fn Head(product: ProductId, items: Items, findings: Vec<Finding>) -> impl IntoView {
    let count =
        |wanted: Weight| findings.iter().filter(|finding| Weight::from(finding.level) == wanted).count();
    let (blocks, warns) = (count(Weight::Blocks), count(Weight::Warns));
    let actions = (!items.records.is_empty()).then(|| {
        view! { <a class="button" href=format!("/products/{product}/items.csv")>"Take out as CSV"</a> }
            .into_any()
    });
    view! {
        <PageHead
            title="Software items"
            lead="What the software is built of, and which class each part is held to."
            actions
        >
            <SystemClass product items />
            {(blocks > 0).then(|| view! { <FindingMark weight=Weight::Blocks count=Some(blocks) /> })}
            {(warns > 0).then(|| view! { <FindingMark weight=Weight::Warns count=Some(warns) /> })}
        </PageHead>
    }
}

/// The class of the software system, and where it comes from.
#[component]
fn SystemClass(product: ProductId, items: Items) -> impl IntoView {
    let classification = format!("/products/{product}/classification");
    let plate = items.held.class().map(|_| view! { <ClassPlate plate=Plate::of_class(items.tree.class) /> });
    let raised = items.tree.class > items.tree.of_record;
    let words = match items.held {
        Held::NotADevice => view! {
            <span>"Approved as no medical device: no class is owed. "<a href=classification>"Read the qualification"</a></span>
        }
        .into_any(),
        _ if raised => view! {
            <span>{format!("Raised by its items; the class of record is {}. ", items.tree.of_record)}<a href=classification>"Classification"</a></span>
        }
        .into_any(),
        Held::Unclassified => view! {
            <span>"No class is approved yet, so class C applies to the whole. "<a href=classification>"Classify the product"</a></span>
        }
        .into_any(),
        Held::Class(_) => view! { <a href=classification>"The approved class of record"</a> }.into_any(),
    };
    view! { {plate} {words} }
}

/// Everything that is wrong with the tree.
#[component]
fn Findings(product: ProductId, findings: Vec<Finding>) -> impl IntoView {
    if findings.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> =
        findings.iter().map(|finding| view! { <Found product finding=finding.clone() /> }).collect();
    view! { <Section title="What is wrong"><ul class="findings">{lines}</ul></Section> }.into_any()
}

#[component]
fn Found(product: ProductId, finding: Finding) -> impl IntoView {
    let address = finding_address(product, &finding);
    let record = finding.item.map(|item| (address.clone(), words::number(item)));
    view! {
        <FindingLine
            weight=Weight::from(finding.level)
            code=finding.check.id()
            sentence=words::finding(&finding)
            record
            fix=(address, words::fix(finding.check).to_owned())
        >
            <Clause citation=finding.check.clause() />
        </FindingLine>
    }
}

/// Where a finding about the tree is mended.
#[must_use]
pub fn finding_address(product: ProductId, finding: &Finding) -> String {
    match finding.item {
        Some(item) => format!("{}#class", item_page(product, item)),
        None => format!("/products/{product}/items"),
    }
}

/// Work for the system as a whole (4.3 f), and the way to the legacy route.
#[component]
fn SystemWork(product: ProductId, items: Items, editable: bool) -> impl IntoView {
    let (highest, class) = (items.tree.class, items.group_class());
    let group = items.system.group.clone();
    let revision = items.system.revision;
    let owes = items.held.class().is_some();
    if !owes {
        return ().into_any();
    }
    view! {
        <Section
            title="The system as a whole"
            link=(format!("/products/{product}/deliverables?by=item"), "What each item owes".to_owned())
            id="system"
        >
            <GroupWork product item=None revision highest class group editable />
            <p class="legacy-way">
                "Was this software on the market before its development was recorded? "
                <a href=format!("/products/{product}/legacy")>"The route for legacy software"</a> " "
                <Clause citation=Citation::new(Source::Iec62304, "4.4.1") />
            </p>
        </Section>
    }
    .into_any()
}

/// Items that left the tree.
#[component]
fn WithdrawnItems(product: ProductId, withdrawn: Vec<Withdrawn>) -> impl IntoView {
    if withdrawn.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = withdrawn
        .into_iter()
        .map(|Withdrawn { item, at, reason }| {
            let shown = words::number(item.number);
            view! {
                <li>
                    <a href=item_page(product, item.number)>{format!("{shown} {}", item.description.name)}</a>
                    " withdrawn on " <Time at shown=Shown::Day /> ". Because: " {reason}
                </li>
            }
        })
        .collect();
    view! {
        <Section title="Withdrawn" remark="They stay readable; their numbers stay taken.">
            <ul class="plain-list">{lines}</ul>
        </Section>
    }
    .into_any()
}
