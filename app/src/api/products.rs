//! Operations on products.

use domain::ids::ProductId;
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// Starts a product. Permission: start a product.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
#[server(prefix = "/api", endpoint = "products/create")]
pub async fn create_product(
    name: String,
    intended_purpose: String,
    #[server(default)] intended_users: String,
    #[server(default)] use_environment: String,
    #[server(default)] european_union: Option<String>,
    #[server(default)] united_states: Option<String>,
    #[server(default)] morocco: Option<String>,
    #[server(default)] gulf: Option<String>,
    #[server(default)] lifecycle: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let markets = checked([
        ("european_union", &european_union),
        ("united_states", &united_states),
        ("morocco", &morocco),
        ("gulf", &gulf),
    ]);
    let form = domain::product::ProfileForm {
        name,
        intended_purpose,
        intended_users,
        use_environment,
        markets,
        lifecycle,
    };
    let product =
        answer(&context, service::products::create(&context.service, context.actor()?, &form).await)?;
    done(
        &context,
        format!("/products/{product}"),
        "The product is started, and you are its product administrator and author.",
    );
    Ok(())
}

/// Changes what is said about a product. Permission: edit the product.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "products/edit")]
pub async fn edit_product(
    product: ProductId,
    revision: Revision,
    name: String,
    intended_purpose: String,
    #[server(default)] intended_users: String,
    #[server(default)] use_environment: String,
    #[server(default)] european_union: Option<String>,
    #[server(default)] united_states: Option<String>,
    #[server(default)] morocco: Option<String>,
    #[server(default)] gulf: Option<String>,
    #[server(default)] lifecycle: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let markets = checked([
        ("european_union", &european_union),
        ("united_states", &united_states),
        ("morocco", &morocco),
        ("gulf", &gulf),
    ]);
    let form = domain::product::ProfileForm {
        name,
        intended_purpose,
        intended_users,
        use_environment,
        markets,
        lifecycle,
    };
    let who = context.actor()?;
    answer(&context, service::products::edit(&context.service, who, product, revision, &form).await)?;
    done(&context, format!("/products/{product}"), "The description of the product is saved.");
    Ok(())
}

/// Archives a product, with a reason. Permission: archive the product.
///
/// # Errors
/// Rejected without a reason.
#[server(prefix = "/api", endpoint = "products/archive")]
pub async fn archive_product(
    product: ProductId,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    answer(&context, service::products::archive(&context.service, who, product, revision, &reason).await)?;
    done(&context, format!("/products/{product}"), "The product is archived. Its records stay as they are.");
    Ok(())
}

/// Takes a product back from the archive, with a reason. Permission: archive the product.
///
/// # Errors
/// Rejected without a reason, or when its name is taken by now.
#[server(prefix = "/api", endpoint = "products/unarchive")]
pub async fn unarchive_product(
    product: ProductId,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor()?;
    answer(&context, service::products::unarchive(&context.service, who, product, revision, &reason).await)?;
    done(&context, format!("/products/{product}"), "The product is back in work.");
    Ok(())
}

/// The names of the boxes that were checked.
#[cfg(feature = "ssr")]
fn checked<const N: usize>(boxes: [(&str, &Option<String>); N]) -> Vec<String> {
    boxes.into_iter().filter(|(_, sent)| sent.is_some()).map(|(name, _)| name.to_owned()).collect()
}
