//! One's own account: setting up, signing in and out, sessions, passwords.

use leptos::prelude::*;

use crate::error::AppError;

/// Makes the first administrator and signs them in. Permission: the set-up link.
#[server(prefix = "/api", endpoint = "account/set_up")]
pub async fn set_up(
    token: String,
    name: String,
    email: String,
    password: String,
    password_again: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let typed = service::account::SetUp {
        token: &token,
        name: &name,
        email: &email,
        password: &password.into(),
        again: &password_again.into(),
    };
    let opened =
        service::account::set_up(&context.service, &context.origin, context.browser.clone(), typed).await;
    let opened = crate::request::answer(&context, opened)?;
    carry_session(&opened);
    crate::request::done(
        &context,
        "/",
        format!("Welcome, {}. You administer this installation.", opened.actor.name()),
    );
    Ok(())
}

/// Chooses a password by a one-time link and signs in. Permission: the link.
#[server(prefix = "/api", endpoint = "account/choose_password")]
pub async fn choose_password(
    token: String,
    password: String,
    password_again: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let opened = service::account::choose_password(
        &context.service,
        &context.origin,
        context.browser.clone(),
        &token,
        &password.into(),
        &password_again.into(),
    )
    .await;
    let opened = crate::request::answer(&context, opened)?;
    carry_session(&opened);
    crate::request::done(&context, "/", format!("Welcome, {}. Your password is set.", opened.actor.name()));
    Ok(())
}

/// Signs in. Permission: none; anybody may try.
#[server(prefix = "/api", endpoint = "account/sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let opened = service::account::sign_in(
        &context.service,
        &context.origin,
        context.browser.clone(),
        &email,
        &password.into(),
    )
    .await;
    let opened = crate::request::answer(&context, opened)?;
    carry_session(&opened);
    let next = next.as_deref().and_then(crate::place::own).unwrap_or("/");
    crate::request::done(&context, next, "");
    Ok(())
}

/// Signs out. Permission: everybody for themselves.
#[server(prefix = "/api", endpoint = "account/sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    let context = crate::request::current()?;
    // Who is signed out already has what they asked for.
    if let Some(who) = &context.actor {
        crate::request::answer(&context, service::account::sign_out(&context.service, who).await)?;
    }
    forget_session();
    crate::request::done(&context, "/sign-in", "You are signed out.");
    Ok(())
}

/// Ends one of one's own sessions. Permission: everybody for themselves.
#[server(prefix = "/api", endpoint = "account/revoke_session")]
pub async fn revoke_session(session: domain::ids::SessionId) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let ended = service::account::revoke_session(&context.service, who, session).await;
    crate::request::answer(&context, ended)?;
    crate::request::done(&context, "/account", "The session has ended.");
    Ok(())
}

/// Ends all of one's own sessions but the current one. Permission: everybody for themselves.
#[server(prefix = "/api", endpoint = "account/revoke_other_sessions")]
pub async fn revoke_other_sessions() -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let ended = service::account::revoke_other_sessions(&context.service, who).await;
    let said = match crate::request::answer(&context, ended)? {
        0 => "There was no other session.".to_owned(),
        1 => "One other session has ended.".to_owned(),
        count => format!("{count} other sessions have ended."),
    };
    crate::request::done(&context, "/account", said);
    Ok(())
}

/// Names the workstation, or takes the name away. Permission: everybody for themselves.
#[server(prefix = "/api", endpoint = "account/name_workstation")]
pub async fn name_workstation(#[server(default)] workstation: String) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let named = service::account::name_workstation(&context.service, who, &workstation).await;
    let named = crate::request::answer(&context, named)?;
    carry_cookie(crate::cookie::workstation(named.as_deref()));
    let said = match named {
        Some(name) => format!("What you do here now carries the name “{name}” on the trail."),
        None => "This workstation has no name any more.".to_owned(),
    };
    crate::request::done(&context, "/account", said);
    Ok(())
}

/// Changes one's own password and ends all other sessions. Permission: everybody for themselves.
#[server(prefix = "/api", endpoint = "account/change_password")]
pub async fn change_password(
    current_password: String,
    password: String,
    password_again: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let changed = service::account::change_password(
        &context.service,
        who,
        &current_password.into(),
        &password.into(),
        &password_again.into(),
    )
    .await;
    crate::request::answer(&context, changed)?;
    crate::request::done(
        &context,
        "/account",
        "Your password is changed. All your other sessions have ended.",
    );
    Ok(())
}

#[cfg(feature = "ssr")]
fn carry_session(opened: &service::account::Opened) {
    carry_cookie(crate::cookie::session(&service::account::spelled(&opened.token)));
}

#[cfg(feature = "ssr")]
fn carry_cookie(line: http::HeaderValue) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.append_header(http::header::SET_COOKIE, line);
    }
}

#[cfg(feature = "ssr")]
fn forget_session() {
    carry_cookie(crate::cookie::forget(crate::cookie::SESSION));
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.insert_header(
            http::HeaderName::from_static("clear-site-data"),
            http::HeaderValue::from_static("\"cache\", \"storage\""),
        );
    }
}
