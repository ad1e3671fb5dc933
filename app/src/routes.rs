//! Every page, with its address. One line a page; a test goes through the list with every role.

use axum::Router;
use axum::routing::{get, post};

use crate::pages;

macro_rules! routes {
    ($($path:literal => $handler:expr),+ $(,)?) => {
        /// The addresses of all pages, in the notation of the HTTP router.
        pub const PATHS: &[&str] = &[$($path),+];

        /// The pages.
        pub fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
            Router::new()$(.route($path, get($handler)))+
        }
    };
}

routes! {
    "/" => pages::portfolio::show,
    "/clauses" => pages::clauses::show,
    "/packs" => pages::packs::show,
    "/packs/rerun" => pages::rerun::show,
    "/packs/{pack}" => pages::packs::one,
    "/setup/{token}" => pages::set_up::show,
    "/sign-in" => pages::sign_in::show,
    "/account" => pages::account::show,
    "/people" => pages::people::show,
    "/people/{person}" => pages::people::person,
    "/products/new" => pages::product_new::show,
    "/products/{product}" => pages::overview::show,
    "/products/{product}/members" => pages::members::show,
    "/products/{product}/edit" => pages::product_edit::show,
    "/products/{product}/deliverables" => pages::deliverables::show,
    "/products/{product}/classification" => pages::classification::show,
    "/products/{product}/classification/{assessment}" => pages::assessment::show,
    "/products/{product}/classification/{assessment}/review" => pages::assessment::show_review,
    "/products/{product}/classification/{assessment}/record.pdf" => pages::record::pdf,
    "/products/{product}/classification/{assessment}/record.docx" => pages::record::docx,
    "/products/{product}/classification/{assessment}/record.json" => pages::record::json,
    "/products/{product}/classification/{assessment}/what-if" => pages::assessment::show_trial,
    "/products/{product}/legacy" => pages::legacy::show,
    "/products/{product}/items" => pages::items::show,
    "/products/{product}/items.csv" => pages::items::file,
    "/products/{product}/items/{item}" => pages::item::show,
    "/products/{product}/items/{item}/what-if" => pages::item::show_trial,
    "/products/{product}/features" => pages::features::show,
    "/products/{product}/features/new" => pages::feature_new::show,
    "/products/{product}/features/{feature}" => pages::feature::show,
    "/products/{product}/features/{feature}/edit" => pages::feature_edit::show,
    "/products/{product}/features/{feature}/result" => pages::feature::show_result,
    "/products/{product}/hazards" => pages::hazards::show,
    "/products/{product}/hazards.csv" => pages::hazards::csv,
    "/products/{product}/hazards.xlsx" => pages::hazards::workbook,
    "/products/{product}/hazards/import" => pages::hazard_import::show,
    "/products/{product}/hazards/import/{draft}" => pages::hazard_import::show_preview,
    "/products/{product}/hazards/import/{draft}/columns" => pages::hazard_import::show_arranging,
    "/products/{product}/hazards/new" => pages::hazard_new::show,
    "/products/{product}/hazards/{risk}" => pages::hazard::show,
    "/products/{product}/hazards/{risk}/what-if" => pages::hazard::show_trial,
    "/products/{product}/matrix" => pages::matrix::show,
    "/products/{product}/risk-plan" => pages::risk_plan::show,
    "/trail" => pages::trail::of_site,
    "/trail.csv" => pages::trail::site_csv,
    "/trail.jsonl" => pages::trail::site_json_lines,
    "/products/{product}/trail" => pages::trail::of_product,
    "/products/{product}/trail.csv" => pages::trail::product_csv,
    "/products/{product}/trail.jsonl" => pages::trail::product_json_lines,
}

/// The operation that takes a file. It may send more than a form, and comes in parts.
pub const UPLOAD: &str = "/api/hazards/bring_import";

/// The operations that take files.
pub fn uploads<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(UPLOAD, post(pages::hazard_import::bring))
}

/// The addresses of all operations.
#[must_use]
pub fn operations() -> Vec<&'static str> {
    let mut paths: Vec<&'static str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    paths.push(UPLOAD);
    paths.sort_unstable();
    paths
}
