//! Operations on the tree of software items.

use domain::ids::ProductId;
use domain::revision::Revision;
use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
mod reading {
    use domain::ids::ProductId;
    use domain::item::LETTERS;
    use domain::risk::{read_number, shown_number};

    use crate::error::AppError;

    pub fn number(text: &str) -> Result<i32, AppError> {
        read_number(LETTERS, text).ok_or(AppError::NotFound)
    }

    pub fn room(product: ProductId) -> String {
        format!("/products/{product}/items")
    }

    pub fn page(product: ProductId, item: i32) -> String {
        format!("/products/{product}/items/{}", shown_number(LETTERS, item))
    }
}

/// Puts a new item into the tree, below `parent` or directly into the system. Permission: edit items.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
#[server(prefix = "/api", endpoint = "items/add")]
pub async fn add(
    product: ProductId,
    #[server(default)] parent: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
) -> Result<String, AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let form = service::items::ItemForm { name, description };
    let added = service::items::add(&context.service, who, product, &parent, &form).await;
    let shown = domain::risk::shown_number(domain::item::LETTERS, answer(&context, added)?);
    // Back to the form, at the same place of the tree, for the next one.
    let within = if parent.trim().is_empty() { String::new() } else { format!("?in={}", parent.trim()) };
    let next = format!("{}{within}#{shown}", reading::room(product));
    done(&context, next, format!("{shown} stands in the tree. It has the class of what holds it."));
    Ok(shown)
}

/// Changes what an item is called and what it does. Permission: edit items.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "items/describe")]
pub async fn describe(
    product: ProductId,
    item: String,
    revision: Revision,
    #[server(default)] name: String,
    #[server(default)] description: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let number = reading::number(&item)?;
    let form = service::items::ItemForm { name, description };
    let described = service::items::describe(&context.service, who, product, number, revision, &form).await;
    answer(&context, described)?;
    done(&context, reading::page(product, number), "The item is saved.");
    Ok(())
}

/// Writes a class on an item, or lets it inherit. Permission: edit items.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "items/set_class")]
pub async fn set_class(
    product: ProductId,
    item: String,
    revision: Revision,
    #[server(default)] class: String,
    #[server(default)] segregation: String,
    #[server(default)] kept_effective: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let number = reading::number(&item)?;
    let form = service::items::ClassForm { class, segregation, kept_effective };
    let set = service::items::set_class(&context.service, who, product, number, revision, &form).await;
    answer(&context, set)?;
    done(&context, reading::page(product, number), "The class of the item is saved.");
    Ok(())
}

/// Says that work for a group of items follows a lower class than the highest in it, or takes that back. Without
/// `item` it is about the software system as a whole. Permission: edit items.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "items/set_group")]
pub async fn set_group(
    product: ProductId,
    #[server(default)] item: String,
    revision: Revision,
    #[server(default)] group_class: String,
    #[server(default)] group_rationale: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let form = service::items::GroupForm { group_class, group_rationale };
    let next = if item.is_empty() {
        let set = service::items::set_system_group(&context.service, who, product, revision, &form).await;
        answer(&context, set)?;
        reading::room(product)
    } else {
        let number = reading::number(&item)?;
        let set = service::items::set_group(&context.service, who, product, number, revision, &form).await;
        answer(&context, set)?;
        reading::page(product, number)
    };
    done(&context, next, "The class of work for the group is saved.");
    Ok(())
}

/// Puts an item, and everything below it, elsewhere in the tree. Permission: edit items.
///
/// # Errors
/// Rejected; stale with both versions.
#[server(prefix = "/api", endpoint = "items/move")]
pub async fn move_to(
    product: ProductId,
    item: String,
    revision: Revision,
    #[server(default)] parent: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let number = reading::number(&item)?;
    let moved = service::items::move_to(&context.service, who, product, number, revision, &parent).await;
    answer(&context, moved)?;
    done(&context, reading::page(product, number), "The item stands at its new place.");
    Ok(())
}

/// Takes an item out of the tree, with a reason. Permission: edit items.
///
/// # Errors
/// Rejected; stale when somebody changed the item first.
#[server(prefix = "/api", endpoint = "items/withdraw")]
pub async fn withdraw(
    product: ProductId,
    item: String,
    revision: Revision,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let number = reading::number(&item)?;
    let withdrawn = service::items::withdraw(&context.service, who, product, number, revision, &reason).await;
    answer(&context, withdrawn)?;
    let shown = domain::risk::shown_number(domain::item::LETTERS, number);
    done(&context, reading::room(product), format!("{shown} is withdrawn. Its number stays taken."));
    Ok(())
}

/// Takes a withdrawn item back into the tree. Permission: edit items.
///
/// # Errors
/// Rejected where another item has its name by now; stale when somebody was faster.
#[server(prefix = "/api", endpoint = "items/restore")]
pub async fn restore(product: ProductId, item: String, revision: Revision) -> Result<(), AppError> {
    use crate::request::{answer, current, done};
    let context = current()?;
    let who = context.actor().map_err(|error| crate::request::fail(&context, error))?;
    let number = reading::number(&item)?;
    let restored = service::items::restore(&context.service, who, product, number, revision).await;
    answer(&context, restored)?;
    done(&context, reading::page(product, number), "The item stands in the tree again.");
    Ok(())
}
