//! One product at a glance.

use axum::Extension;
use domain::access::Permission;
use domain::ids::ProductId;
use domain::product::Product;
use leptos::prelude::*;

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{PageHead, Pair};
use crate::request::RequestContext;
use crate::words;

/// `GET /products/{product}`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let stored =
        service::products::show(&context.service, who, product).await.map_err(|e| context.face(e))?;
    let may_edit = who.may(Permission::EditProduct, product);
    let frame = Frame::product(&context, product, Room::Overview).await?;
    Ok(Document::new("Overview", frame, move || {
        view! {
            <div class="columns">
                <div>
                    <Head stored=stored.clone() may_edit />
                    <Profile stored />
                </div>
            </div>
        }
    }))
}

#[component]
fn Head(stored: Product, may_edit: bool) -> impl IntoView {
    let state = words::product::lifecycle(stored.profile.lifecycle);
    let lead = format!("{}.", words::field_name(state));
    let actions = may_edit.then(|| {
        view! { <a class="button" href=format!("/products/{}/edit", stored.id)>"Edit"</a> }.into_any()
    });
    view! { <PageHead title=stored.profile.name.to_string() lead actions /> }
}

/// What people say about it.
#[component]
fn Profile(stored: Product) -> impl IntoView {
    let profile = stored.profile;
    let markets: Vec<_> = profile
        .markets
        .iter()
        .map(|market| {
            view! {
                <li class="market">
                    <span class="market-name">{words::product::market(*market)}</span>
                    <span>{words::product::market_frame(*market)}</span>
                    <span class="market-known">{words::product::knowledge(market.knowledge())}</span>
                </li>
            }
        })
        .collect();
    view! {
        <dl class="pairs pairs-wide profile">
            <Pair name="Intended purpose"><p class="typed">{profile.intended_purpose.to_string()}</p></Pair>
            {profile.intended_users.map(|users| view! { <Pair name="Users"><p class="typed">{users.to_string()}</p></Pair> })}
            {profile
                .use_environment
                .map(|environment| view! { <Pair name="Environment"><p class="typed">{environment.to_string()}</p></Pair> })}
            <Pair name="Markets">
                {if markets.is_empty() {
                    view! { <p class="quiet">"None named yet."</p> }.into_any()
                } else {
                    view! { <ul>{markets}</ul> }.into_any()
                }}
            </Pair>
        </dl>
    }
}
