//! Signing in.

use axum::Extension;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::text::EmailAddress;
use leptos::prelude::*;

use crate::document::{Document, Frame};
use crate::error::AppError;
use crate::parts::{Actions, Field, Form, Hidden};
use crate::place;
use crate::request::RequestContext;

/// `GET /sign-in`: anybody. Whoever is signed in goes on.
///
/// # Errors
/// When the database does not answer.
pub async fn show(Extension(context): Extension<RequestContext>) -> Result<Response, AppError> {
    let next = place::value(&context.path, "next")
        .map(place::unescaped)
        .and_then(|next| place::own(&next).map(str::to_owned))
        .unwrap_or_else(|| "/".to_owned());
    if context.actor.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    let is_set_up = service::account::is_set_up(&context.service).await;
    let is_set_up = is_set_up.map_err(|failure| context.face(failure))?;
    let leads_back = next != "/";
    Ok(Document::new("Sign in", Frame::Bare, move || {
        view! {
            <h1 class="title">"Sign in"</h1>
            {(!is_set_up).then(|| view! { <NotSetUp /> })}
            {leads_back.then(|| view! { <p class="lead">"After that you are back where you were. What you typed is kept."</p> })}
            <SignInForm next />
            <p class="account-aside">"Forgotten your password? A site administrator can make you a link to choose a new one."</p>
        }
    })
    .into_response())
}

#[component]
fn SignInForm(next: String) -> impl IntoView {
    view! {
        <Form action="/api/account/sign_in" id="sign-in">
            <Hidden name="next" value=next />
            <Field name="email" label="E-mail address" kind="email" max=Some(EmailAddress::LONGEST) required=true autocomplete="username" autofocus=true />
            <Field name="password" label="Password" kind="password" required=true autocomplete="current-password" />
            <Actions submit="Sign in" />
        </Form>
    }
}

#[component]
fn NotSetUp() -> impl IntoView {
    view! {
        <p class="lead">
            "Nobody has an account here yet. The program has printed a link in the terminal where it was started; open it to make the first one."
        </p>
    }
}
