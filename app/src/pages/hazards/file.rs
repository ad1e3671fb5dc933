//! The register as a file: what the filter shows, in its order. Read step by step, so that a long register needs no
//! more memory than a short one. The export is itself an entry of the trail.

use axum::Extension;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use domain::ids::ProductId;
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use service::hazards::exchange::out;
use service::hazards::{self, Export};
use service::{Failure, Service, cells};

use super::address::Asked;
use crate::error::AppError;
use crate::pages::At;
use crate::request::RequestContext;

async fn begin(
    context: &RequestContext,
    product: ProductId,
    query: Option<&str>,
    format: &str,
) -> Result<Export, AppError> {
    let asked = Asked::read(query);
    let filter = asked.address("register", |_| {});
    hazards::export(&context.service, context.actor()?, product, asked.wanted, &filter, format)
        .await
        .map_err(|failure| context.face(failure))
}

/// `GET /products/{product}/hazards.csv`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn csv(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let export = begin(&context, product, query.as_deref(), "csv").await?;
    let head = format!("{}{}", cells::UTF8_MARK, cells::line(out::heads()));
    let rows = stream::try_unfold((export, context.service.clone()), next_rows);
    let body = Body::from_stream(futures::StreamExt::chain(
        stream::iter([Ok(head)]),
        futures::TryStreamExt::map_err(rows, |_| std::io::Error::other("the export ended early")),
    ));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"hazard-register.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

/// What is left to do: the export, and the service to do it with.
type Left = (Export, Service);

async fn next_rows((mut export, service): Left) -> Result<Option<(String, Left)>, Failure> {
    let rows = export.step(&service).await?;
    let plan = export.plan().plan.clone();
    let lines = |rows: Vec<hazards::RegisterRow>| {
        rows.iter().map(|row| cells::line(out::cells(row, &plan))).collect()
    };
    Ok(rows.map(|rows| (lines(rows), (export, service))))
}

/// `GET /products/{product}/hazards.xlsx`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn workbook(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let export = begin(&context, product, query.as_deref(), "xlsx").await?;
    let body = out::workbook(&context.service, export).await.map_err(|failure| context.face(failure))?;
    let headers = [
        (CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (CONTENT_DISPOSITION, "attachment; filename=\"hazard-register.xlsx\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}
