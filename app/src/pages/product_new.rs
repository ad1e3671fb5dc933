//! A new product.

use axum::Extension;
use leptos::prelude::*;

use super::product_form::ProductFields;
use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{Actions, Form, PageHead};
use crate::request::RequestContext;

/// `GET /products/new`: everybody who may start a product.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    context.actor()?;
    Ok(Document::new("New product", Frame::site(SiteRoom::Portfolio), || {
        let lead = "You become its product administrator and author. Everything here can be changed later; each change \
                    stays on the trail.";
        view! {
            <PageHead title="New product" crumbs=vec![("/".to_owned(), "Products".to_owned())] lead />
            <Form action="/api/products/create" id="product">
                <ProductFields profile=None />
                <Actions submit="Start the product"><a href="/">"Leave"</a></Actions>
            </Form>
        }
    }))
}
