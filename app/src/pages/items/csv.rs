//! The tree as a file: one line an item, each below what holds it. The export is itself an entry of the trail.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use domain::ids::ProductId;
use domain::risk::shown_number;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use service::cells;
use service::items::Items;

use super::from_words;
use crate::error::AppError;
use crate::pages::At;
use crate::request::RequestContext;
use crate::words::items as words;

/// The heads of the columns.
const COLUMNS: [&str; 13] = [
    "Item",
    "Revision",
    "Level",
    "Stands in",
    "Name",
    "Description",
    "Class",
    "Where it comes from",
    "Class written on it",
    "Segregation rationale",
    "Kept effective",
    "Controls in it",
    "Findings",
];

/// `GET /products/{product}/items.csv`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn file(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let items = service::items::export(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let body = format!("{}{}{}", cells::UTF8_MARK, cells::line(COLUMNS), lines(&items));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"software-items.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

fn lines(items: &Items) -> String {
    let findings = items.findings();
    let owes = items.held.class().is_some();
    let mut text = String::new();
    for placed in &items.tree.items {
        let number = placed.item.number;
        let Some(record) = items.records.get(&number) else { continue };
        let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let controls: Vec<String> =
            items.implemented_in(number).map(|one| shown_number("RC", one.here.control)).collect();
        let wrong: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.item == Some(number))
            .map(|finding| finding.check.id())
            .collect();
        text.push_str(&cells::line([
            words::number(number),
            record.revision.to_string(),
            (placed.depth + 1).to_string(),
            record.parent.map(words::number).unwrap_or_default(),
            record.description.name.to_string(),
            optional(record.description.description.as_deref()),
            if owes { placed.class.to_string() } else { String::new() },
            if owes { from_words(placed) } else { String::new() },
            optional(record.class.own.map(domain::scheme::iec62304::SafetyClass::letter)),
            optional(record.class.segregation.as_deref()),
            optional(record.class.kept_effective.as_deref()),
            controls.join(" "),
            wrong.join(" "),
        ]));
    }
    text
}
