//! Operations on the route for legacy software.

use domain::ids::ProductId;
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// Answers the three questions that open the route, or close it. Permission: edit deliverables.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "legacy_route/answer")]
pub async fn answer(
    product: ProductId,
    revision: Revision,
    #[server(default)] placed: String,
    #[server(default)] marketed: String,
    #[server(default)] evidence_lacking: String,
    #[server(default)] basis: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let form = service::legacy_route::AnswersForm { placed, marketed, evidence_lacking, basis };
    let answered = service::legacy_route::answer(&context.service, who, product, revision, &form).await;
    let route = crate::request::answer(&context, answered)?;
    let said = if route.answers.open_the_route() {
        "The answers are saved. They open the route for legacy software."
    } else {
        "The answers are saved. The route for legacy software is closed."
    };
    crate::request::done(&context, format!("/products/{product}/legacy"), said);
    Ok(())
}

/// Takes the route, with the reason why. Permission: edit deliverables.
///
/// # Errors
/// Rejected without a reason, or where the answers do not open the route; stale when somebody was faster.
#[server(prefix = "/api", endpoint = "legacy_route/take")]
pub async fn take(
    product: ProductId,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let taken = service::legacy_route::take(&context.service, who, product, revision, &reason).await;
    crate::request::answer(&context, taken)?;
    let said = "The route for legacy software is taken. Its file is owed from now on.";
    crate::request::done(&context, format!("/products/{product}/legacy"), said);
    Ok(())
}

/// Leaves the route, with the reason why. Permission: edit deliverables.
///
/// # Errors
/// Rejected without a reason; not found where the route is not taken; stale when somebody was faster.
#[server(prefix = "/api", endpoint = "legacy_route/leave")]
pub async fn leave(
    product: ProductId,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let left = service::legacy_route::leave(&context.service, who, product, revision, &reason).await;
    crate::request::answer(&context, left)?;
    let said = "The route for legacy software is no longer taken. Its file does not count any more.";
    crate::request::done(&context, format!("/products/{product}/legacy"), said);
    Ok(())
}
