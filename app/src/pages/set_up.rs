//! What a one-time link opens: making the first administrator, or choosing a password.

use axum::Extension;
use axum::extract::Path;
use domain::person::{LONGEST_PASSWORD, SHORTEST_PASSWORD};
use domain::text::{EmailAddress, Name};
use leptos::prelude::*;
use service::Failure;
use service::account::Purpose;

use crate::document::{Document, Frame, Page};
use crate::parts::{Actions, Field, Form, Hidden};
use crate::request::RequestContext;

/// `GET /setup/{token}`: whoever has the link.
///
/// # Errors
/// When the database does not answer. A spent link is a page of its own, which says where to get a new one.
pub async fn show(Extension(context): Extension<RequestContext>, Path(token): Path<String>) -> Page {
    let link = match service::account::link(&context.service, &token).await {
        Ok(link) => link,
        Err(Failure::NotFound) => return Ok(spent()),
        Err(failure) => return Err(context.face(failure)),
    };
    let first = link.purpose == Purpose::FirstPassword;
    Ok(match link.person {
        None => Document::new("Set up Hazel", Frame::Bare, move || view! { <FirstAdministrator token /> }),
        Some(person) => Document::new("Choose your password", Frame::Bare, move || {
            view! { <ChoosePassword token name=person.name email=person.email first /> }
        }),
    })
}

fn spent() -> Document {
    Document::new("This link is spent", Frame::Bare, || {
        view! {
            <h1 class="title">"This link is spent"</h1>
            <p>"It has been used, was replaced by a newer one, or has expired."</p>
            <p>
                "If you have chosen a password already, "<a href="/sign-in">"sign in"</a>
                ". If not, ask a site administrator for a new link. The link for the very first account is printed in the terminal each time Hazel starts without an administrator."
            </p>
        }
    })
    .with_status(404)
}

#[component]
fn FirstAdministrator(token: String) -> impl IntoView {
    view! {
        <h1 class="title">"Set up Hazel"</h1>
        <p class="lead">
            "You make the first account. It administers this installation: it adds people and gives them roles. Each step from here on is on the trail with your name."
        </p>
        <Form action="/api/account/set_up" id="set-up">
            <Hidden name="token" value=token />
            <Field name="name" label="Your name" max=Some(Name::LONGEST) required=true autocomplete="name" autofocus=true hint="As it shall stand on records and on the trail." />
            <Field name="email" label="E-mail address" kind="email" max=Some(EmailAddress::LONGEST) required=true autocomplete="username" hint="You sign in with it. Hazel sends no mail." />
            <NewPassword />
            <Actions submit="Make the account" />
        </Form>
    }
}

#[component]
fn ChoosePassword(token: String, name: String, email: String, first: bool) -> impl IntoView {
    let lead = if first {
        format!("Welcome to Hazel, {name}. Choose a password; from then on you sign in with {email}.")
    } else {
        format!("For the account of {name}, {email}. Your old password and all your sessions end with it.")
    };
    view! {
        <h1 class="title">"Choose your password"</h1>
        <p class="lead">{lead}</p>
        <Form action="/api/account/choose_password" id="choose-password">
            <Hidden name="token" value=token />
            // For password stores, which file a password under the account's name.
            <input class="spoken" type="text" name="username" value=email autocomplete="username" readonly tabindex="-1" aria-hidden="true" />
            <NewPassword />
            <Actions submit="Set the password" />
        </Form>
    }
}

/// A new password, twice.
#[component]
pub fn NewPassword() -> impl IntoView {
    let hint = format!(
        "{SHORTEST_PASSWORD} characters or more, whatever they are. Four words that do not belong together are good."
    );
    view! {
        <Field name="password" label="New password" kind="password" max=Some(LONGEST_PASSWORD) required=true autocomplete="new-password" class="field-medium" hint />
        <Field name="password_again" label="The same again" kind="password" max=Some(LONGEST_PASSWORD) required=true autocomplete="new-password" class="field-medium" />
    }
}
