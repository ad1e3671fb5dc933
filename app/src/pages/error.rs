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
    Document::new(title, frame, move || {
        view! {
            <h1>{title}</h1>
            <p>{advice}</p>
            <p><a href="/">"To the portfolio"</a></p>
        }
    })
    .with_status(error.status())
}

/// A title and advice for each error.
fn words(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::SignedOut => {
            ("Please sign in", "You are not signed in, or your session has ended.".to_owned())
        }
        AppError::Forbidden => (
            "Not for your role",
            "Your roles in this product do not include this. A product administrator can give you the role."
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
        AppError::Unavailable => (
            "Busy",
            "Hazel can not reach its database right now. Nothing was changed. Please try again in a minute."
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
