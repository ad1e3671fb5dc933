//! Changing what is said about a feature, and giving it up.

use axum::Extension;
use domain::access::Permission;
use domain::ids::{FeatureId, ProductId};
use domain::text::Reason;
use leptos::prelude::*;
use service::features::Opened;

use super::At;
use super::feature_new::FeatureFields;
use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::parts::{Actions, Form, Hidden, PageHead, Section, TextArea};
use crate::request::RequestContext;

/// `GET /products/{product}/features/{feature}/edit`: edit assessments.
///
/// # Errors
/// Not found, forbidden.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, feature)): At<(ProductId, FeatureId)>,
) -> Page {
    let who = context.actor()?;
    let opened = service::features::open(&context.service, who, product, feature)
        .await
        .map_err(|failure| context.face(failure))?;
    if !who.may(Permission::EditAssessment, product) {
        return Err(AppError::Forbidden);
    }
    let number = domain::feature::shown(opened.feature.number);
    let frame = Frame::product(&context, product, Room::Features).await?;
    // What was typed before somebody else handed it over is shown once more, with the reason it was refused.
    let is_drawn = opened.may_edit || context.kept.is_some();
    Ok(Document::new(format!("Edit {number}"), frame, move || {
        let page = format!("/products/{product}/features/{feature}/result");
        let crumbs = vec![
            (format!("/products/{product}/features"), "Features".to_owned()),
            (page.clone(), number.clone()),
        ];
        view! {
            <PageHead title=format!("Edit {number}") crumbs />
            {if is_drawn {
                view! { <Forms opened page /> }.into_any()
            } else {
                view! { <p>"It is handed over or decided, so nothing can be changed here now."</p> }.into_any()
            }}
        }
    }))
}

#[component]
fn Forms(opened: Opened, page: String) -> impl IntoView {
    let feature = opened.feature;
    let (product, id) = (feature.product, feature.id);
    view! {
        <Form action="/api/features/describe" id="feature" revision=Some(feature.revision)>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="feature" value=id.to_string() />
            <FeatureFields feature=Some(feature.description) />
            <Actions submit="Save"><a href=page>"Leave without saving"</a></Actions>
        </Form>
        <Section title="Withdraw" remark="Nothing is deleted: it stays in the list with your reason.">
            <Form action="/api/features/withdraw" id="withdraw" revision=Some(feature.revision)>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="feature" value=id.to_string() />
                <TextArea name="reason" label="Why it is not pursued" max=Some(Reason::LONGEST) rows=2 required=true />
                <Actions submit="Withdraw the feature" severe=true />
            </Form>
        </Section>
    }
}
