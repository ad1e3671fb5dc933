//! The portfolio: where do we stand.

use axum::Extension;
use domain::access::SitePermission;
use domain::assessment::State;
use leptos::prelude::*;
use service::overview::PortfolioLine;

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{
    Badge, ButtonForm, ClassPlate, Column, Completeness, DataTable, Empty, FindingMark, PageHead, Plate,
    Progress, ProgressMark, Time, Weight,
};
use crate::request::RequestContext;
use crate::words;

/// `GET /`: every signed-in person; shows the products in which they have a role.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    let who = context.actor()?;
    let lines = service::overview::portfolio(&context.service, who).await.map_err(|e| context.face(e))?;
    let may_load = who.require_site(SitePermission::LoadDemonstration).is_ok()
        && lines.iter().all(|line| !line.product.demonstration);
    Ok(Document::new("Products", Frame::site(SiteRoom::Portfolio), move || {
        if lines.is_empty() {
            view! { <First may_load /> }.into_any()
        } else {
            view! { <Products lines may_load /> }.into_any()
        }
    }))
}

/// Nothing yet: the first product, or the demonstration.
#[component]
fn First(may_load: bool) -> impl IntoView {
    let words = "A product is one thing that you make: its name, what it is meant to do, the markets it is for. \
                 Its classification, its hazards, its deliverables and its trail follow from there.";
    let demonstration = "The demonstration brings five invented products, from a step counter to an insulin \
                         controller, marked as such for ever. Nothing of yours is touched.";
    view! {
        <PageHead title="Products" />
        <Empty title="There is no product of yours yet." words>
            <a class="button button-primary" href="/products/new">"Start the first product"</a>
            {may_load.then(|| view! { <LoadDemonstration /> })}
        </Empty>
        {may_load.then(|| view! { <p class="quiet prose">{demonstration}</p> })}
    }
}

#[component]
fn LoadDemonstration() -> impl IntoView {
    view! { <ButtonForm action="/api/demonstration/load" label="Load the demonstration" /> }
}

#[component]
fn Products(lines: Vec<PortfolioLine>, may_load: bool) -> impl IntoView {
    let (archived, in_work): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.product.archived.is_some());
    let actions = view! {
        {may_load.then(|| view! { <LoadDemonstration /> })}
        <a class="button button-primary" href="/products/new">"New product"</a>
    }
    .into_any();
    let archive = archived.len();
    view! {
        <PageHead title="Products" lead="Those in which you have a role." actions />
        <ProductTable caption="Products in work" lines=in_work />
        {(archive > 0)
            .then(|| {
                view! {
                    <details class="section archive">
                        <summary class="section-head">
                            <span class="section-title">"Archive"</span>
                            <span class="section-remark">{archive}</span>
                        </summary>
                        <ProductTable caption="Archived products" lines=archived />
                    </details>
                }
            })}
    }
}

#[component]
fn ProductTable(#[prop(into)] caption: String, lines: Vec<PortfolioLine>) -> impl IntoView {
    let columns = vec![
        Column::new("Product"),
        Column::new("Class of record"),
        Column::new("In work"),
        Column::new("Findings"),
        Column::new("Deliverables"),
        Column::new("Last change"),
    ];
    let rows: Vec<_> = lines.into_iter().map(|line| view! { <ProductRow line /> }).collect();
    view! { <DataTable caption columns class="products table-blocks">{rows}</DataTable> }
}

#[component]
fn ProductRow(line: PortfolioLine) -> impl IntoView {
    let state = words::field_name(words::product::lifecycle(line.product.lifecycle));
    let product = line.product.clone();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="product-name" href=format!("/products/{}", product.id)>{product.name}</a>
                {product.demonstration.then(|| view! { " "<Badge word="demonstration" /> })}
                <small>{product.archived.unwrap_or(state)}</small>
            </th>
            <td role="cell" data-label="Class of record"><OfRecord line=line.clone() /></td>
            <td role="cell" data-label="In work"><InWork line=line.clone() /></td>
            <td role="cell" data-label="Findings"><Findings line=line.clone() /></td>
            <td role="cell" data-label="Deliverables"><Deliverables line=line.clone() /></td>
            <td role="cell" data-label="Last change" class="when">
                {line
                    .last_change
                    .map(|last| view! { <Time at=last.at /><small>{words::trail::name_of(&last.by)}</small> })}
            </td>
        </tr>
    }
}

#[component]
fn OfRecord(line: PortfolioLine) -> impl IntoView {
    let plate = Plate::of(line.of_record);
    if line.is_classified {
        view! { <ClassPlate plate /> }.into_any()
    } else {
        view! { <span class="product-plates"><ClassPlate plate=Plate::Open /><span class="quiet">"class C applies"</span></span> }
            .into_any()
    }
}

#[component]
fn InWork(line: PortfolioLine) -> impl IntoView {
    let Some(draft) = line.draft else { return ().into_any() };
    let href = format!("/products/{}/classification/{}", line.product.id, draft.assessment);
    let open = draft.progress.open;
    let (progress, word) = match draft.state {
        State::InReview => (Progress::InReview, "waits for review".to_owned()),
        State::Returned => (Progress::Stale, "returned".to_owned()),
        _ if open == 0 => (Progress::Draft, "ready to hand over".to_owned()),
        _ => (Progress::Draft, format!("draft, {open} open")),
    };
    let plate = draft
        .classification
        .map(|classification| view! { <ClassPlate plate=Plate::of(classification) draft=true /> });
    view! {
        <span class="product-plates">
            <a href=href><ProgressMark progress word /></a>
            {plate}
        </span>
    }
    .into_any()
}

#[component]
fn Findings(line: PortfolioLine) -> impl IntoView {
    if line.blocks + line.warns == 0 {
        return view! { <span class="quiet">"none"</span> }.into_any();
    }
    view! {
        <span class="line">
            {(line.blocks > 0).then(|| view! { <FindingMark weight=Weight::Blocks count=line.blocks /> })}
            {(line.warns > 0).then(|| view! { <FindingMark weight=Weight::Warns count=line.warns /> })}
        </span>
    }
    .into_any()
}

#[component]
fn Deliverables(line: PortfolioLine) -> impl IntoView {
    let (done, total) = line.approved;
    if total == 0 {
        return view! { <span class="quiet">"none owed"</span> }.into_any();
    }
    view! { <Completeness done total of="deliverables are there" /> }.into_any()
}
