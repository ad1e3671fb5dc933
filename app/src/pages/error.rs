//! The pages for what can not be shown: each says what happened and where to go on.

use leptos::prelude::*;

use crate::document::{Document, Frame, SiteRoom};
use crate::error::AppError;
use crate::request::RequestContext;

/// The page for an error.
#[must_use]
pub fn document(context: &RequestContext, error: &AppError) -> Document {
    let frame = if context.actor.is_some() { Frame::Site { room: SiteRoom::Elsewhere } } else { Frame::Bare };
    let (title, advice) = words(error);
    let status = error.status();
    let ways = ways(context, error);
    Document::new(title, frame, move || {
        let links: Vec<_> = ways
            .into_iter()
            .enumerate()
            .map(|(place, (href, word))| {
                let class = if place == 0 { "button button-primary" } else { "button" };
                view! { <a class=class href=href>{word}</a> }
            })
            .collect();
        view! {
            <div class="trouble">
                <p class="quiet">{status}</p>
                <h1 class="title">{title}</h1>
                <p class="lead">{advice}</p>
                <div class="actions">{links}</div>
            </div>
        }
    })
    .with_status(status)
}

/// Where to go on: the product that the address names, where it is not the address itself that is wrong; all products;
/// signing in.
fn ways(context: &RequestContext, error: &AppError) -> Vec<(String, &'static str)> {
    if context.actor.is_none() {
        let sign_in = ("/sign-in".to_owned(), "Sign in");
        // What is refused before anybody looks who is signed in says nothing about the session.
        return match error {
            AppError::TooLarge | AppError::Elsewhere | AppError::MethodNotAllowed => {
                vec![("/".to_owned(), "All products"), sign_in]
            }
            _ => vec![sign_in],
        };
    }
    let mut ways = Vec::new();
    let place = context.path.split('?').next().unwrap_or_default();
    let product = place.strip_prefix("/products/").and_then(|rest| rest.split('/').next());
    let known = product.and_then(|product| product.parse::<domain::ids::ProductId>().ok());
    let has_role =
        known.filter(|product| context.actor.as_ref().is_some_and(|who| who.roles().contains_key(product)));
    if let (Some(product), true) = (has_role, !matches!(error, AppError::Internal { .. })) {
        ways.push((format!("/products/{product}"), "The product's overview"));
    }
    ways.push(("/".to_owned(), "All products"));
    ways
}

/// A title and advice for each error.
fn words(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::SignedOut => {
            ("Please sign in", "You are not signed in, or your session has ended.".to_owned())
        }
        AppError::Forbidden => (
            "Not for your role",
            "Your roles do not include this. In a product its administrator can give you the role; what concerns the \
             whole installation is for site administrators."
                .to_owned(),
        ),
        AppError::Elsewhere => (
            "Sent by another site",
            "Your browser says that this did not come from a page of Hazel, so nothing was changed and nothing is \
             shown. Open Hazel by its own address and try again there."
                .to_owned(),
        ),
        AppError::NotFound => (
            "Not found",
            "There is nothing at this address, or nothing that your roles let you see.".to_owned(),
        ),
        AppError::MethodNotAllowed => (
            "Not possible this way",
            "This address takes requests of another kind. Go back and use the page's own buttons.".to_owned(),
        ),
        AppError::TooLarge => {
            ("Too large", "More was sent than Hazel takes at once. Please send less.".to_owned())
        }
        AppError::BadRequest => (
            "Not understood",
            "Something that this needs was missing. Go back, reload the page and try again.".to_owned(),
        ),
        AppError::Stale(_) => (
            "Changed meanwhile",
            "Somebody else changed this first. Go back and reload to see both versions.".to_owned(),
        ),
        AppError::Rejected(_) => {
            ("Not accepted", "Something that was entered can not be taken. Go back to see what.".to_owned())
        }
        AppError::TooMany { retry_after } => {
            ("Too many tries", format!("Please wait {retry_after} seconds, then try again."))
        }
        AppError::Repeated => (
            "Sent before",
            "This form was sent before with other words, or it was opened more than a day ago. Nothing was changed this \
             time. Go back and reload to see what is stored."
                .to_owned(),
        ),
        AppError::Full => (
            "No room left",
            "The disk of the database is full, so nothing can be saved. Everything can still be read. Please tell your \
             administrator to make room."
                .to_owned(),
        ),
        AppError::Unavailable => (
            "Busy",
            "Hazel can not reach its database right now. Please try again in a minute. A form that you had sent can be \
             sent again: what was saved already is not saved twice."
                .to_owned(),
        ),
        AppError::Internal { request } => (
            "A fault of ours",
            format!(
                "This did not work and nothing was changed. The log has the cause under request {request}."
            ),
        ),
    }
}
