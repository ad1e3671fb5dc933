//! One product at a glance: what it is, what to do, the verdicts, what blocks, the shape of the risk.

mod numbers;
mod todo;
mod verdicts;

use axum::Extension;
use domain::access::Permission;
use domain::ids::ProductId;
use domain::product::Product;
use leptos::prelude::*;
use service::overview::Overview;
use service::what_if::Standpoint;

use super::At;
use super::trail::History;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::{PageHead, Pair, Section};
use crate::request::RequestContext;
use crate::words;

use numbers::{Findings, Owed, Risk};
use todo::ToDo;
use verdicts::VerdictTable;

/// `GET /products/{product}`: everybody with a role in the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let overview =
        service::overview::show(&context.service, who, product).await.map_err(|e| context.face(e))?;
    let may_edit = who.may(Permission::EditProduct, product) || who.may(Permission::ArchiveProduct, product);
    let todo = todo::next(&overview, who);
    let frame = Frame::product(&context, product, Room::Overview).await?;
    Ok(Document::new("Overview", frame, move || view! { <Glance overview todo may_edit /> }))
}

#[component]
fn Glance(overview: Overview, todo: Vec<todo::Step>, may_edit: bool) -> impl IntoView {
    let Overview { product, standing, verdicts, standpoint, register, deliverables, latest, features: _ } =
        overview;
    let id = product.id;
    let (for_findings, for_risk) = (register.clone(), register.clone());
    let room = |path: &str, word: &str| (format!("/products/{id}/{path}"), word.to_owned());
    view! {
        <div class="columns">
            <div>
                <Head product=product.clone() may_edit />
                <Profile product />
            </div>
            <div><ToDo steps=todo /></div>
        </div>
        <Section
            title="Verdicts"
            remark="Each scheme answers its own question; none follows from the other."
            link=room("classification", "Classification")
        >
            <VerdictTable id verdicts standing register />
        </Section>
        <Contradictions id standpoint />
        <div class="columns">
            <div><Findings id register=for_findings /></div>
            <div><Owed id deliverables /></div>
        </div>
        <div class="columns">
            <div><Risk id register=for_risk /></div>
            <div>
                <Section title="Last changes" link=room("trail", "Trail")>
                    <History story=latest brief=true />
                </Section>
            </div>
        </div>
    }
}

#[component]
fn Head(product: Product, may_edit: bool) -> impl IntoView {
    let state = words::field_name(words::product::lifecycle(product.profile.lifecycle));
    let actions = may_edit.then(|| {
        view! { <a class="button" href=format!("/products/{}/edit", product.id)>"Edit"</a> }.into_any()
    });
    view! { <PageHead title=product.profile.name.to_string() lead=format!("{state}.") actions /> }
}

/// What does not go together.
#[component]
fn Contradictions(id: ProductId, standpoint: Standpoint) -> impl IntoView {
    let contradictions = standpoint.contradictions();
    let ways = Ways { product: id, assessment: standpoint.in_work };
    (!contradictions.is_empty()).then(|| {
        view! {
            <Section
                title="What does not go together"
                remark="Between schemes it only warns."
                link=(format!("/products/{id}/classification"), "Classification".to_owned())
                id="contradictions"
            >
                <ContradictionList contradictions ways />
            </Section>
        }
    })
}

/// What people say about it.
#[component]
fn Profile(product: Product) -> impl IntoView {
    let profile = product.profile;
    let optional = |name: &'static str, text: Option<domain::text::Statement>| {
        text.map(|text| view! { <Pair name><p class="typed">{text.to_string()}</p></Pair> })
    };
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
    let markets = if markets.is_empty() {
        view! { <p class="quiet">"None named yet."</p> }.into_any()
    } else {
        view! { <ul>{markets}</ul> }.into_any()
    };
    view! {
        <dl class="pairs pairs-wide profile">
            <Pair name="Intended purpose"><p class="typed">{profile.intended_purpose.to_string()}</p></Pair>
            {optional("Users", profile.intended_users)}
            {optional("Environment", profile.use_environment)}
            <Pair name="Markets">{markets}</Pair>
        </dl>
    }
}
