//! The people of the installation, and their roles in products.

use domain::ids::{MembershipId, PersonId};
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// Adds a person and shows the link by which they choose a password. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/add")]
pub async fn add(name: String, email: String) -> Result<String, AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let added = service::people::add(&context.service, who, &name, &email).await;
    let handover = crate::request::answer(&context, added)?;
    hand_over(&context, &handover);
    Ok(handover.address)
}

/// Makes a link by which a person chooses a new password, and shows it. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/make_password_link")]
pub async fn make_password_link(person: PersonId) -> Result<String, AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let made = service::people::make_password_link(&context.service, who, person).await;
    let handover = crate::request::answer(&context, made)?;
    hand_over(&context, &handover);
    Ok(handover.address)
}

/// The page of the person shows the link once: it travels in a cookie that is read once, never in an address.
#[cfg(feature = "ssr")]
fn hand_over(context: &crate::request::RequestContext, handover: &service::people::Handover) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let line = crate::cookie::text(crate::cookie::HANDOVER, &handover.address, 60);
        response.append_header(http::header::SET_COOKIE, line);
    }
    let said = format!("A link for {} is ready.", handover.name);
    crate::request::done(context, format!("/people/{}", handover.person), said);
}

/// Changes a person's name and address. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/describe")]
pub async fn describe(
    person: PersonId,
    revision: Revision,
    name: String,
    email: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let described = service::people::describe(&context.service, who, person, revision, &name, &email).await;
    crate::request::answer(&context, described)?;
    crate::request::done(&context, format!("/people/{person}"), "Name and address are saved.");
    Ok(())
}

/// Disables an account and ends its sessions. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/disable")]
pub async fn disable(person: PersonId, revision: Revision) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let disabled = service::people::disable(&context.service, who, person, revision).await;
    crate::request::answer(&context, disabled)?;
    let said = "The account is disabled and its sessions have ended.";
    crate::request::done(&context, format!("/people/{person}"), said);
    Ok(())
}

/// Enables an account again. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/enable")]
pub async fn enable(person: PersonId, revision: Revision) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let enabled = service::people::enable(&context.service, who, person, revision).await;
    crate::request::answer(&context, enabled)?;
    crate::request::done(&context, format!("/people/{person}"), "The account is enabled.");
    Ok(())
}

/// Makes somebody a site administrator. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/make_administrator")]
pub async fn make_administrator(person: PersonId, revision: Revision) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let made = service::people::set_administrator(&context.service, who, person, revision, true).await;
    crate::request::answer(&context, made)?;
    let said = "This person administers the installation now.";
    crate::request::done(&context, format!("/people/{person}"), said);
    Ok(())
}

/// Takes the administration of the installation away from somebody. Permission: `ManagePeople`.
#[server(prefix = "/api", endpoint = "people/unmake_administrator")]
pub async fn unmake_administrator(person: PersonId, revision: Revision) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let unmade = service::people::set_administrator(&context.service, who, person, revision, false).await;
    crate::request::answer(&context, unmade)?;
    let said = "This person does not administer the installation any more.";
    crate::request::done(&context, format!("/people/{person}"), said);
    Ok(())
}

/// Gives a person a role in a product. Permission: `ManageMembers` in the product, or `ManagePeople`.
#[server(prefix = "/api", endpoint = "members/give")]
pub async fn give_role(
    #[server(default)] product: String,
    #[server(default)] person: String,
    #[server(default)] role: String,
    #[server(default)] back: Option<String>,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let given = service::members::give(&context.service, who, &product, &person, &role).await;
    let given = crate::request::answer(&context, given)?;
    let role = crate::words::people::role(given.role).to_lowercase();
    let said = format!("{} has the role {role} now.", given.person_name);
    crate::request::done(&context, members_or(back.as_deref(), given.product), said);
    Ok(())
}

/// Ends a role. Permission: `ManageMembers` in its product, or `ManagePeople`.
#[server(prefix = "/api", endpoint = "members/end")]
pub async fn end_role(
    membership: MembershipId,
    #[server(default)] back: Option<String>,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor()?;
    let ended = service::members::end(&context.service, who, membership).await;
    let ended = crate::request::answer(&context, ended)?;
    let role = crate::words::people::role(ended.role).to_lowercase();
    let said = format!("{} does not have the role {role} any more.", ended.person_name);
    crate::request::done(&context, members_or(back.as_deref(), ended.product), said);
    Ok(())
}

/// The page that the form came from, if it says so, else the product's people.
#[cfg(feature = "ssr")]
fn members_or(back: Option<&str>, product: domain::ids::ProductId) -> String {
    back.and_then(crate::place::own).map_or_else(|| format!("/products/{product}/members"), str::to_owned)
}
