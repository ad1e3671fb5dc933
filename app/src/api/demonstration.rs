//! Operations on the demonstration.

use leptos::prelude::*;

use crate::error::AppError;

/// Loads the demonstration. Permission: load the demonstration.
///
/// # Errors
/// Rejected when it was loaded before.
#[server(prefix = "/api", endpoint = "demonstration/load")]
pub async fn load_demonstration() -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let loaded = answer(&context, service::demonstration::load(&context.service, context.actor()?).await)?;
    done(
        &context,
        "/",
        format!(
            "{loaded} demonstration products are loaded. You have every role that lets you try them out."
        ),
    );
    Ok(())
}
