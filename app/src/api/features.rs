//! Operations on features and their triage.

use std::collections::BTreeMap;

use domain::ids::{FeatureId, ProductId};
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// The page of a feature, or one below it.
#[cfg(feature = "ssr")]
fn place(product: ProductId, feature: FeatureId, below: &str) -> String {
    format!("/products/{product}/features/{feature}{below}")
}

/// Adds a feature. Permission: edit assessments.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
#[server(prefix = "/api", endpoint = "features/add")]
pub async fn add_feature(
    product: ProductId,
    #[server(default)] name: String,
    #[server(default)] what: String,
    #[server(default)] ticket: String,
    #[server(default)] brought_by: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let form = domain::feature::DescriptionForm { name, what, ticket, brought_by };
    let added = service::features::add(&context.service, context.actor()?, product, &form).await;
    let feature = answer(&context, added)?;
    done(
        &context,
        place(product, feature, ""),
        "The feature is added. Nine questions at most, then the result.",
    );
    Ok(())
}

/// Changes what is said about a feature. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "features/describe")]
pub async fn describe_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] name: String,
    #[server(default)] what: String,
    #[server(default)] ticket: String,
    #[server(default)] brought_by: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let form = domain::feature::DescriptionForm { name, what, ticket, brought_by };
    let who = context.actor()?;
    let described =
        service::features::describe(&context.service, who, product, feature, revision, &form).await;
    answer(&context, described)?;
    done(&context, place(product, feature, "/result"), "The description is saved.");
    Ok(())
}

/// Saves an answer of a triage. Risk controls that are touched come as fields of their own, such as `RC-001`.
/// Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "features/answer")]
pub async fn answer_feature(
    product: ProductId,
    feature: FeatureId,
    question: String,
    #[server(flatten)] typed: BTreeMap<String, String>,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let text = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let seen = match typed.get("revision") {
        None => 0,
        Some(seen) => seen.parse().map_err(|_| AppError::BadRequest)?,
    };
    let controls = typed.keys().filter(|name| name.starts_with("RC-")).cloned().collect();
    let typed = service::features::TypedAnswer { question, given: text("given"), controls, seen };
    let who = context.actor()?;
    let saved = service::features::answer(&context.service, who, product, feature, &typed).await;
    match answer(&context, saved)? {
        // No fragment: the page lets the answers of the next question take the focus.
        Some(fact) => {
            let next = format!("?question={}", fact.name());
            done(&context, place(product, feature, &next), "Answer saved.");
        }
        None => done(&context, place(product, feature, "/result"), "Answer saved. Nothing is left open."),
    }
    Ok(())
}

/// Keeps the reasons as they were edited. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "features/write_rationale")]
pub async fn write_rationale(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] rationale: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let written =
        service::features::write_rationale(&context.service, who, product, feature, revision, &rationale)
            .await;
    answer(&context, written)?;
    done(&context, place(product, feature, "/result"), "The reasons are kept as you wrote them.");
    Ok(())
}

/// Writes the reasons anew from the answers. Permission: edit assessments.
///
/// # Errors
/// Stale with both versions.
#[server(prefix = "/api", endpoint = "features/renew_rationale")]
pub async fn renew_rationale(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let renewed = service::features::renew_rationale(&context.service, who, product, feature, revision).await;
    answer(&context, renewed)?;
    done(
        &context,
        place(product, feature, "/result"),
        "The reasons follow the answers again. The edited ones stay on the trail.",
    );
    Ok(())
}

/// Hands a feature over to regulatory. Permission: edit assessments.
///
/// # Errors
/// Rejected with every question that is open; stale with both versions.
#[server(prefix = "/api", endpoint = "features/hand_over")]
pub async fn hand_over_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] rationale: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let handed =
        service::features::hand_over(&context.service, who, product, feature, revision, &rationale).await;
    answer(&context, handed)?;
    done(
        &context,
        place(product, feature, "/result"),
        "Handed over to regulatory. A reviewer who did not work on it approves it, returns it, or turns it into an assessment.",
    );
    Ok(())
}

/// Takes a feature back before anybody decided. Permission: edit assessments.
///
/// # Errors
/// Rejected when it is not handed over.
#[server(prefix = "/api", endpoint = "features/take_back")]
pub async fn take_back_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let taken = service::features::take_back(&context.service, who, product, feature, revision).await;
    answer(&context, taken)?;
    done(&context, place(product, feature, "/result"), "Taken back. The answers can be changed again.");
    Ok(())
}

/// Pursues a feature no further, with a reason. Permission: edit assessments.
///
/// # Errors
/// Rejected without a reason, or when it was decided.
#[server(prefix = "/api", endpoint = "features/withdraw")]
pub async fn withdraw_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let withdrawn =
        service::features::withdraw(&context.service, who, product, feature, revision, &reason).await;
    answer(&context, withdrawn)?;
    done(&context, place(product, feature, "/result"), "Withdrawn. It stays in the list with your reason.");
    Ok(())
}

/// Sends a feature back with a comment. Permission: review assessments.
///
/// # Errors
/// Rejected without a comment.
#[server(prefix = "/api", endpoint = "features/return")]
pub async fn return_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] comment: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let returned =
        service::features::send_back(&context.service, who, product, feature, revision, &comment).await;
    answer(&context, returned)?;
    done(&context, place(product, feature, "/result"), "Returned with your comment.");
    Ok(())
}

/// Approves a triage, with the password given again. Permission: review assessments, for somebody who did not work
/// on the feature.
///
/// # Errors
/// Rejected, with the reason.
#[server(prefix = "/api", endpoint = "features/approve")]
pub async fn approve_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] read: String,
    #[server(default)] comment: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let (read, password) = (service::features::Read { revision, fingerprint: read }, password.into());
    let approved =
        service::features::approve(&context.service, who, product, feature, &read, &comment, &password).await;
    answer(&context, approved)?;
    done(&context, place(product, feature, "/result"), "Approved. It is the record of the change now.");
    Ok(())
}

/// Turns a feature into an assessment of the product with the feature in it. Permission: review assessments, for
/// somebody who did not work on the feature.
///
/// # Errors
/// Rejected, with the reason.
#[server(prefix = "/api", endpoint = "features/assess")]
pub async fn assess_feature(
    product: ProductId,
    feature: FeatureId,
    revision: Revision,
    #[server(default)] read: String,
    #[server(default)] comment: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let read = service::features::Read { revision, fingerprint: read };
    let assessed = service::features::assess(&context.service, who, product, feature, &read, &comment).await;
    let assessment = answer(&context, assessed)?;
    done(
        &context,
        format!("/products/{product}/classification/{assessment}"),
        "The assessment is started, with the answers of the product and over them those of the feature.",
    );
    Ok(())
}
