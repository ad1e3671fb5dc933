//! What a team says about its deliverables.

use domain::ids::ProductId;
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

/// Says how far a deliverable is, who owns it and where it lies. Permission: `EditDeliverables`.
///
/// `view` is the query of the room's address, so that the person comes back to the same list.
#[server(prefix = "/api", endpoint = "deliverables/set_record")]
pub async fn set_record(
    product: ProductId,
    deliverable: String,
    revision: Revision,
    status: String,
    #[server(default)] reason: String,
    #[server(default)] owner: String,
    #[server(default)] due: String,
    #[server(default)] link: String,
    #[server(default)] note: String,
    #[server(default)] view: String,
) -> Result<(), AppError> {
    let context = crate::request::current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let form = domain::deliverable::record::UpkeepForm { status, reason, owner, due, link, note };
    let set =
        service::deliverables::set_record(&context.service, who, product, &deliverable, revision, &form)
            .await;
    let set = crate::request::answer(&context, set)?;
    let view = crate::pages::deliverables::view::View::of_query(&view);
    let next = format!("{}#{}", view.address(product), set.id);
    crate::request::done(&context, next, format!("{} {} is saved.", set.id, set.name));
    Ok(())
}
