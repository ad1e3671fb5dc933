//! The portfolio: where do we stand.

use axum::Extension;
use domain::access::SitePermission;
use leptos::prelude::*;
use service::products::ListedProduct;

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{Badge, ButtonForm, Column, DataTable, Empty, PageHead, Shown, Time};
use crate::request::RequestContext;
use crate::words;

/// `GET /`: every signed-in person; shows the products in which they have a role.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    let who = context.actor()?;
    let products = service::products::portfolio(&context.service, who).await.map_err(|e| context.face(e))?;
    let may_load = who.require_site(SitePermission::LoadDemonstration).is_ok()
        && products.iter().all(|product| !product.demonstration);
    Ok(Document::new("Products", Frame::site(SiteRoom::Portfolio), move || {
        if products.is_empty() {
            view! { <First may_load /> }.into_any()
        } else {
            view! { <Products products may_load /> }.into_any()
        }
    }))
}

/// Nothing yet: the first product, or the demonstration.
#[component]
fn First(may_load: bool) -> impl IntoView {
    let words = "A product is one thing that you make: its name, what it is meant to do, the markets it is for. \
                 Its classification, its hazards, its deliverables and its trail follow from there.";
    view! {
        <PageHead title="Products" />
        <Empty title="There is no product of yours yet." words>
            <a class="button button-primary" href="/products/new">"Start the first product"</a>
            {may_load.then(|| view! { <LoadDemonstration /> })}
        </Empty>
        {may_load
            .then(|| {
                view! {
                    <p class="quiet prose">
                        "The demonstration brings five invented products, from a step counter to an insulin controller, \
                         marked as such for ever. Nothing of yours is touched."
                    </p>
                }
            })}
    }
}

#[component]
fn LoadDemonstration() -> impl IntoView {
    view! { <ButtonForm action="/api/demonstration/load" label="Load the demonstration" /> }
}

#[component]
fn Products(products: Vec<ListedProduct>, may_load: bool) -> impl IntoView {
    let (archived, in_work): (Vec<_>, Vec<_>) =
        products.into_iter().partition(|product| product.archived.is_some());
    let actions = view! {
        {may_load.then(|| view! { <LoadDemonstration /> })}
        <a class="button button-primary" href="/products/new">"New product"</a>
    }
    .into_any();
    view! {
        <PageHead title="Products" lead="Those in which you have a role." actions />
        <ProductTable caption="Products in work" products=in_work />
        {(!archived.is_empty())
            .then(|| {
                view! {
                    <details class="section">
                        <summary class="section-head"><span class="section-title">"Archive"</span><span class="section-remark">{archived.len()}</span></summary>
                        <ProductTable caption="Archived products" products=archived />
                    </details>
                }
            })}
    }
}

#[component]
fn ProductTable(#[prop(into)] caption: String, products: Vec<ListedProduct>) -> impl IntoView {
    let columns = vec![Column::new("Product"), Column::new("State"), Column::new("Last change")];
    let rows: Vec<_> = products.into_iter().map(|product| view! { <ProductRow product /> }).collect();
    view! { <DataTable caption columns class="products">{rows}</DataTable> }
}

#[component]
fn ProductRow(product: ListedProduct) -> impl IntoView {
    let state = words::product::lifecycle(product.lifecycle);
    view! {
        <tr>
            <th scope="row">
                <a class="product-name" href=format!("/products/{}", product.id)>{product.name}</a>
                {product.demonstration.then(|| view! { " "<Badge word="demonstration" /> })}
                {product.archived.map(|reason| view! { <small>{reason}</small> })}
            </th>
            <td>{state}</td>
            <td class="when"><Time at=product.changed_at shown=Shown::Day /></td>
        </tr>
    }
}
