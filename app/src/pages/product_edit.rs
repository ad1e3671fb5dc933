//! Changing what is said about a product, and its archive.

use axum::Extension;
use domain::access::Permission;
use domain::ids::ProductId;
use domain::product::Product;
use domain::text::Reason;
use leptos::prelude::*;

use super::At;
use super::product_form::ProductFields;
use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::parts::{Actions, Form, Hidden, PageHead, Section, TextArea};
use crate::request::RequestContext;

/// `GET /products/{product}/edit`: edit the product, or archive it.
///
/// # Errors
/// Not found, forbidden.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let stored =
        service::products::show(&context.service, who, product).await.map_err(|e| context.face(e))?;
    let may_edit = who.may(Permission::EditProduct, product);
    let may_archive = who.may(Permission::ArchiveProduct, product);
    if !may_edit && !may_archive {
        return Err(AppError::Forbidden);
    }
    // What was typed before somebody else archived the product is shown once more, with the reason it was refused.
    let was_refused = context.kept.as_ref().is_some_and(|kept| kept.form == "product");
    let shows_description = may_edit && (stored.archived.is_none() || was_refused);
    let frame = Frame::product(&context, product, Room::Overview).await?;
    Ok(Document::new("Edit the product", frame, move || {
        let crumbs = vec![(format!("/products/{product}"), "Overview".to_owned())];
        view! {
            <PageHead title="Edit the product" crumbs />
            {shows_description.then(|| view! { <Description stored=stored.clone() /> })}
            {may_archive.then(|| view! { <Archive stored=stored.clone() /> })}
        }
    }))
}

#[component]
fn Description(stored: Product) -> impl IntoView {
    let product = stored.id;
    view! {
        <Form action="/api/products/edit" id="product" revision=Some(stored.revision)>
            <Hidden name="product" value=product.to_string() />
            <ProductFields profile=Some(stored.profile) />
            <Actions submit="Save"><a href=format!("/products/{product}")>"Leave without saving"</a></Actions>
        </Form>
    }
}

/// A product is never deleted.
#[component]
fn Archive(stored: Product) -> impl IntoView {
    let is_archived = stored.archived.is_some();
    let (title, remark, action, submit) = if is_archived {
        (
            "Take it back",
            "It can be worked on again.",
            "/api/products/unarchive",
            "Take it back from the archive",
        )
    } else {
        (
            "Archive",
            "Nothing is deleted: all records stay readable, but nothing in the product can be changed any more.",
            "/api/products/archive",
            "Archive the product",
        )
    };
    view! {
        <Section title remark>
            <Form action id="archive" revision=Some(stored.revision)>
                <Hidden name="product" value=stored.id.to_string() />
                <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) rows=2 required=true hint="It stays with the record." />
                <Actions submit severe=!is_archived />
            </Form>
        </Section>
    }
}
