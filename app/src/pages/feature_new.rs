//! A new feature: what it is called and what it does. The triage begins with the next page.

use axum::Extension;
use domain::ids::ProductId;
use domain::text::{Link, Name, Statement};
use leptos::prelude::*;

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::kept::KeptField;
use crate::parts::{Actions, Field, Form, Hidden, PageHead, TextArea};
use crate::request::RequestContext;

/// `GET /products/{product}/features/new`: edit assessments.
///
/// # Errors
/// Not found, forbidden.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    service::features::may_add(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let name = who.name().to_owned();
    let frame = Frame::product(&context, product, Room::Features).await?;
    Ok(Document::new("New feature", frame, move || {
        let lead = "Two lines here, then nine plain questions at most. It takes about two minutes, and everything is kept as you go.";
        let room = format!("/products/{product}/features");
        view! {
            <PageHead title="New feature" crumbs=vec![(room.clone(), "Features".to_owned())] lead />
            <Form action="/api/features/add" id="feature">
                <Hidden name="product" value=product.to_string() />
                <FeatureFields feature=None brought_by=name autofocus=true />
                <Actions submit="Start the triage"><a href=room>"Leave"</a></Actions>
            </Form>
        }
    }))
}

/// The fields of a feature, for a new one and for a change.
#[component]
pub fn FeatureFields(
    /// What is stored; none for a new feature.
    feature: Option<domain::feature::Description>,
    /// Who brings a new feature, as long as nobody says otherwise.
    #[prop(optional, into)]
    brought_by: String,
    /// Whether the first field takes the focus.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let (name, what, ticket, brought_by) = match feature {
        None => (String::new(), String::new(), String::new(), brought_by),
        Some(feature) => (
            feature.name.into(),
            feature.what.into(),
            feature.ticket.map(|link| link.to_string()).unwrap_or_default(),
            feature.brought_by.map(String::from).unwrap_or_default(),
        ),
    };
    let is_wrong = |name: &str| {
        let kept = KeptField::named(name);
        !kept.wrong.is_empty() || kept.conflict.is_some()
    };
    let is_open = !ticket.is_empty() || is_wrong("ticket") || is_wrong("brought_by");
    view! {
        <Field name="name" label="Name" value=name max=Some(Name::LONGEST) required=true autofocus />
        <TextArea name="what" label="What it does" value=what max=Some(Statement::LONGEST) rows=3 required=true hint="For whom, and what people do with it." />
        <details class="fold feature-more" open=is_open>
            <summary>"Ticket, and who brings it"</summary>
            <Field name="ticket" label="Link to the ticket" kind="url" value=ticket max=Some(Link::LONGEST) hint="Starts with https:// or http://." />
            <Field name="brought_by" label="Brought by" value=brought_by max=Some(Name::LONGEST) class="field-medium" />
        </details>
    }
}
