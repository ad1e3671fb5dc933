//! Operations on assessments.

use domain::ids::{AssessmentId, ProductId};
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// Starts an assessment. Permission: edit assessments.
///
/// # Errors
/// Rejected when another one is in work.
#[server(prefix = "/api", endpoint = "classification/start")]
pub async fn start_assessment(product: ProductId) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let started =
        answer(&context, service::classification::start(&context.service, context.actor()?, product).await)?;
    done(
        &context,
        format!("/products/{product}/classification/{started}"),
        "The assessment is started. Everything is kept as you go; nothing counts before it is approved.",
    );
    Ok(())
}

/// Saves an answer with its reason. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "classification/save_answer")]
pub async fn save_answer(
    product: ProductId,
    assessment: AssessmentId,
    question: String,
    #[server(default)] given: String,
    #[server(default)] rationale: String,
    #[server(default)] revision: Option<Revision>,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let seen = revision.map_or(0, |revision| revision.0);
    let typed = service::classification::TypedAnswer { question, given, rationale, seen };
    let who = context.actor()?;
    let saved =
        service::classification::save_answer(&context.service, who, product, assessment, &typed).await;
    let next = answer(&context, saved)?;
    let place = format!("/products/{product}/classification/{assessment}");
    match next {
        Some(key) => done(&context, format!("{place}?question={key}#question-{key}"), "Answer saved."),
        None => done(&context, format!("{place}/review"), "Answer saved. Nothing is left open."),
    }
    Ok(())
}

/// Keeps what is being typed into a question; answers the time of day at which it was kept, in UTC. Permission: edit
/// assessments.
///
/// # Errors
/// Rejected when the question is unknown.
#[server(prefix = "/api", endpoint = "classification/keep_draft")]
pub async fn keep_draft(
    product: ProductId,
    assessment: AssessmentId,
    question: String,
    #[server(default)] given: String,
    #[server(default)] rationale: String,
) -> Result<String, AppError> {
    use crate::request::{answer, current};
    let context = current()?;
    let typed = service::classification::TypedAnswer { question, given, rationale, seen: 0 };
    let who = context.actor()?;
    let kept = service::classification::keep_draft(&context.service, who, product, assessment, &typed).await;
    answer(&context, kept).map(crate::parts::time::clock)
}

/// Forgets what was picked and typed into a question and is not saved. Permission: edit assessments.
///
/// # Errors
/// Rejected when the question is unknown.
#[server(prefix = "/api", endpoint = "classification/forget_draft")]
pub async fn forget_draft(
    product: ProductId,
    assessment: AssessmentId,
    question: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let forgotten =
        service::classification::forget_draft(&context.service, who, product, assessment, &question).await;
    let key = answer(&context, forgotten)?;
    let place = format!("/products/{product}/classification/{assessment}?question={key}#question-{key}");
    done(&context, place, "Forgotten. What is saved stands as it was.");
    Ok(())
}

/// Saves answers that were tried together. `tried` and `seen` are written like the query of an address. Permission:
/// edit assessments.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "classification/save_tried")]
pub async fn save_tried(
    product: ProductId,
    assessment: AssessmentId,
    #[server(default)] tried: String,
    #[server(default)] seen: String,
    #[server(default)] rationale: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done, pairs};
    let context = current()?;
    let who = context.actor()?;
    let seen = pairs(&seen).into_iter().filter_map(|(key, seen)| Some((key, seen.parse().ok()?))).collect();
    let typed = service::classification::TypedTrial { tried: pairs(&tried), seen, rationale };
    let saved = service::classification::save_tried(&context.service, who, product, assessment, &typed).await;
    let said = match answer(&context, saved)? {
        1 => "The answer is saved in the draft. Nothing counts before it is approved.".to_owned(),
        count => format!("{count} answers are saved in the draft. Nothing counts before it is approved."),
    };
    done(&context, format!("/products/{product}/classification/{assessment}"), said);
    Ok(())
}

/// Hands an assessment over for review. Permission: edit assessments.
///
/// # Errors
/// Rejected with everything that is open.
#[server(prefix = "/api", endpoint = "classification/submit")]
pub async fn submit_assessment(
    product: ProductId,
    assessment: AssessmentId,
    revision: Revision,
    #[server(default)] comment: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let submitted =
        service::classification::submit(&context.service, who, product, assessment, revision, &comment).await;
    answer(&context, submitted)?;
    done(
        &context,
        format!("/products/{product}/classification/{assessment}/review"),
        "Handed over for review. A reviewer who changed none of its answers can approve it or send it back.",
    );
    Ok(())
}

/// Takes an assessment back from review. Permission: edit assessments.
///
/// # Errors
/// Rejected when it is not in review.
#[server(prefix = "/api", endpoint = "classification/take_back")]
pub async fn take_back_assessment(
    product: ProductId,
    assessment: AssessmentId,
    revision: Revision,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let taken =
        service::classification::take_back(&context.service, who, product, assessment, revision).await;
    answer(&context, taken)?;
    done(
        &context,
        format!("/products/{product}/classification/{assessment}"),
        "Taken back. The answers can be changed again.",
    );
    Ok(())
}

/// Sends an assessment back with a comment. Permission: review assessments.
///
/// # Errors
/// Rejected without a comment.
#[server(prefix = "/api", endpoint = "classification/return")]
pub async fn return_assessment(
    product: ProductId,
    assessment: AssessmentId,
    revision: Revision,
    #[server(default)] comment: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let returned =
        service::classification::send_back(&context.service, who, product, assessment, revision, &comment)
            .await;
    answer(&context, returned)?;
    done(
        &context,
        format!("/products/{product}/classification/{assessment}/review"),
        "Returned with your comment.",
    );
    Ok(())
}

/// Approves an assessment, with the password given again. Permission: review assessments, for somebody who changed
/// no answer of it.
///
/// # Errors
/// Rejected, with the reason.
#[server(prefix = "/api", endpoint = "classification/approve")]
pub async fn approve_assessment(
    product: ProductId,
    assessment: AssessmentId,
    revision: Revision,
    #[server(default)] comment: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let password = password.into();
    let approved = service::classification::approve(
        &context.service,
        who,
        product,
        assessment,
        revision,
        &comment,
        &password,
    )
    .await;
    let outcome = answer(&context, approved)?;
    let said = match outcome.class() {
        Some(class) => format!("Approved. Class {class} is of record now, and the deliverables follow it."),
        None => "Approved. It is on record as not a medical device.".to_owned(),
    };
    done(&context, format!("/products/{product}/classification"), said);
    Ok(())
}
