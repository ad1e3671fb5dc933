//! Operations on rule packs.

use domain::ids::ProductId;
use leptos::prelude::*;

use crate::error::AppError;

/// Keeps what an assessment of record comes to under other rule packs: for one product, or for all in which the
/// person may. Permission: edit assessments.
///
/// # Errors
/// Not found or forbidden.
#[server(prefix = "/api", endpoint = "packs/keep_rerun")]
pub async fn keep_rerun(
    #[server(default)] product: Option<ProductId>,
    #[server(default)] under: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    let named = domain::rerun::Under::named(&under);
    let kept = match product {
        Some(product) => service::reruns::keep(&context.service, who, product, named).await.map(|()| 1),
        None => service::reruns::keep_all(&context.service, who, named).await,
    };
    let kept = answer(&context, kept)?;
    let said = match kept {
        1 => "Kept as a record of one product. Its assessment stays as it was approved.".to_owned(),
        count => {
            format!("Kept as records of {count} products. Their assessments stay as they were approved.")
        }
    };
    done(&context, format!("/packs/rerun?under={under}"), said);
    Ok(())
}
