//! The pages, one a file. Each handler loads, then answers a document.

pub mod account;
pub mod assessment;
pub mod classification;
pub mod clauses;
pub mod deliverables;
pub mod error;
pub mod feature;
pub mod feature_edit;
pub mod feature_new;
pub mod features;
pub mod hazard;
pub mod hazard_import;
pub mod hazard_new;
pub mod hazards;
pub mod item;
pub mod items;
pub mod legacy;
pub mod matrix;
pub mod members;
pub mod overview;
pub mod packs;
pub mod people;
pub mod portfolio;
pub mod product_edit;
pub mod product_form;
pub mod product_new;
pub mod record;
pub mod rerun;
pub mod risk_plan;
pub mod set_up;
pub mod sign_in;
pub mod trail;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// What an address names: `At(product): At<ProductId>`. An address that can not name anything is not found.
#[derive(Clone, Copy, Debug)]
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(named)| Self(named))
            .map_err(|_| AppError::NotFound)
    }
}
