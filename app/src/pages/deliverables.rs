//! Deliverables: what do we owe, and how far is it.

mod clauses;
mod edit;
mod head;
mod items;
mod table;
pub mod view;

use axum::Extension;
use domain::ids::ProductId;
use leptos::prelude::*;
use service::deliverables::Room;
use service::items::Items;

use self::clauses::SubClauses;
use self::head::{Arrangements, Filters, Head, WhatIf};
use self::items::ByItem;
use self::table::{ByClause, ByDocument};
use self::view::{Arrangement, View};
use super::At;
use crate::document::{self, Document, Frame, Page};
use crate::parts::Empty;
use crate::request::RequestContext;

/// `GET /products/{product}/deliverables`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let room = service::deliverables::room(&context.service, who, product).await;
    let room = room.map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, document::Room::Deliverables).await?;
    let view = View::of_address(&context.path);
    let items = match view.by {
        Arrangement::Item => Some(service::items::items(&context.service, who, product).await),
        _ => None,
    };
    let items = items.transpose().map_err(|failure| context.face(failure))?;
    Ok(Document::new(title(&room), frame, move || view! { <Deliverables product room view items /> }))
}

fn title(room: &Room) -> String {
    match room.basis.held.class() {
        Some(class) => format!("Deliverables for class {class}"),
        None => "Deliverables".to_owned(),
    }
}

#[component]
fn Deliverables(product: ProductId, room: Room, view: View, items: Option<Items>) -> impl IntoView {
    let Some(class) = room.basis.held.class() else {
        return view! { <NothingOwed product title=title(&room) /> }.into_any();
    };
    let compared = view.compare.filter(|compared| *compared != class);
    let table = match view.by {
        Arrangement::Clause => {
            view! { <ByClause product room=room.clone() view=view.clone() class compared /> }.into_any()
        }
        Arrangement::Document => {
            view! { <ByDocument product room=room.clone() view=view.clone() class compared /> }.into_any()
        }
        Arrangement::Item => {
            items.map(|items| view! { <ByItem product items legacy_route=room.legacy_route /> }).into_any()
        }
        Arrangement::SubClause => view! { <SubClauses room=room.clone() class compared /> }.into_any(),
    };
    view! {
        <Head product room=room.clone() class title=title(&room) />
        <Arrangements product view=view.clone() />
        {matches!(view.by, Arrangement::Clause | Arrangement::Document)
            .then(|| view! { <Filters product lines=room.lines.clone() view=view.clone() /> })}
        {(view.by != Arrangement::Item)
            .then(|| view! { <WhatIf product view=view.clone() class compared legacy_route=room.legacy_route /> })}
        {table}
    }
    .into_any()
}

/// Approved as no medical device: nothing is owed, and that is told kindly.
#[component]
fn NothingOwed(product: ProductId, title: String) -> impl IntoView {
    view! {
        <crate::parts::PageHead title lead="This product is approved as not being a medical device." />
        <Empty
            title="IEC 62304 asks nothing of this product."
            words="What it does need is its own record: the approved qualification with the reasons behind it. \
            If its intended purpose changes, ask the questions again; whatever is owed then will stand here."
        >
            <a class="button" href=format!("/products/{product}/classification")>"Read the qualification"</a>
        </Empty>
    }
}
