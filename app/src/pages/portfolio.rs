//! The portfolio: where do we stand.

use axum::Extension;
use domain::access::SitePermission;
use domain::assessment::State;
use leptos::prelude::*;
use service::overview::{Portfolio, PortfolioLine};

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{
    Badge, ButtonForm, ClassPlate, Column, Completeness, DataTable, Empty, FilterForm, FindingMark, PageHead,
    Pager, Plate, Progress, ProgressMark, Time, Weight,
};
use crate::place;
use crate::request::RequestContext;
use crate::words;

/// From how many products on one can look for some by their name.
const MANY: usize = 12;

/// The longest name that is looked for.
const LONGEST: usize = 120;

/// `GET /`: every signed-in person; shows the products in which they have a role.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    let who = context.actor()?;
    let after = place::value(&context.path, "after").and_then(|after| after.parse().ok());
    let name = place::value(&context.path, "name").unwrap_or_default().replace('+', " ");
    let name: String = place::unescaped(&name).chars().take(LONGEST).collect();
    let portfolio = service::overview::portfolio(&context.service, who, &name, after)
        .await
        .map_err(|e| context.face(e))?;
    let may_load =
        who.require_site(SitePermission::LoadDemonstration).is_ok() && !portfolio.has_demonstration;
    Ok(Document::new("Products", Frame::site(SiteRoom::Portfolio), move || {
        if portfolio.all == 0 {
            view! { <First may_load /> }.into_any()
        } else {
            view! { <Products portfolio name may_load /> }.into_any()
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
fn Products(portfolio: Portfolio, name: String, may_load: bool) -> impl IntoView {
    let Portfolio { lines, before, found, all, next, .. } = portfolio;
    let shown = if found == 0 {
        format!("None of your {all} products has that in its name.")
    } else if found == all {
        format!("Products {} to {} of {all}", before + 1, before + lines.len())
    } else {
        format!("Products {} to {} of {found} found, {all} in all", before + 1, before + lines.len())
    };
    let of_name = |address: String| {
        if name.is_empty() { address } else { place::with(&address, "name", &name) }
    };
    let first = (before > 0).then(|| of_name("/".to_owned()));
    let next = next.map(|after| of_name(format!("/?after={after}")));
    let has_pager = all > lines.len() || !name.is_empty();
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
        {(all > MANY).then(|| view! { <ByName name=name.clone() /> })}
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
        {has_pager.then(|| view! { <Pager shown previous=first previous_word="First products" next next_word="More products" /> })}
    }
}

/// Looks for products by a part of their name.
#[component]
fn ByName(name: String) -> impl IntoView {
    let everything =
        (!name.is_empty()).then(|| view! { <p class="fine"><a href="/">"Show all products"</a></p> });
    view! {
        <FilterForm action="/">
            <div class="field">
                <label class="label" for="filter-name">"Name"</label>
                <input class="input" id="filter-name" name="name" type="search" value=name maxlength=LONGEST.to_string() />
            </div>
        </FilterForm>
        {everything}
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
    let features = waiting_features(&line);
    let Some(draft) = line.draft else { return features.into_any() };
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
        {features}
    }
    .into_any()
}

/// The features that wait for a reviewer.
fn waiting_features(line: &PortfolioLine) -> Option<AnyView> {
    let waiting = match line.features_waiting {
        0 => return None,
        1 => "1 feature waits for review".to_owned(),
        several => format!("{several} features wait for review"),
    };
    let href =
        format!("/products/{}/features?state={}", line.product.id, domain::feature::State::HandedOver.name());
    Some(view! { <p class="product-waits"><a href=href><ProgressMark progress=Progress::InReview word=waiting /></a></p> }.into_any())
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
