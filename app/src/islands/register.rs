//! The register under the keyboard: arrows move from cell to cell, Enter opens an editor over the cell, Escape
//! leaves it, Tab saves and goes on. A save that came second shows both versions of the cell and loses nothing.
//!
//! The table is drawn by the server and stays outside of this island, which only listens to it. After a save the
//! rows are fetched anew, so that texts which stand in several rows change in all of them. Without script the link
//! "Edit" turns a row into a form.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use domain::ids::ProductId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};

/// The id of the element that holds the table.
pub const ROWS: &str = "register-rows";

/// The register that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The product.
    pub product: ProductId,
}

impl Handed for Shown {
    const ID: &'static str = "handed-register";
}

/// Makes the cells of the register editable in place. The mark `data-words` lets the start script load the words of the
/// rules, for what an estimate would change.
#[island]
pub fn RegisterKeys() -> impl IntoView {
    let Shown { product } = handed();
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    live::listen(product, said);
    #[cfg(not(feature = "hydrate"))]
    let _ = product;
    view! { <p class="spoken" role="status" aria-live="polite" data-words="">{move || said.get()}</p> }
}

#[cfg(feature = "hydrate")]
mod live;
