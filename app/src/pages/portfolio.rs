//! The portfolio: where do we stand.

use axum::Extension;
use leptos::prelude::*;

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::request::RequestContext;

/// `GET /`: every signed-in person.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    context.actor()?;
    Ok(Document::new("Portfolio", Frame::Site { room: SiteRoom::Portfolio }, || {
        view! { <h1>"Portfolio"</h1> }
    }))
}
