//! The classification record as a file: PDF/A, DOCX, JSON.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use domain::ids::{AssessmentId, ProductId};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use service::classification::{self, Format};

use super::At;
use crate::error::AppError;
use crate::request::RequestContext;

type Named = At<(ProductId, AssessmentId)>;

/// `GET /products/{product}/classification/{assessment}/record.pdf`: view the product.
///
/// # Errors
/// Signed out; not found.
pub async fn pdf(Extension(context): Extension<RequestContext>, named: Named) -> Result<Response, AppError> {
    file(&context, named, Format::Pdf).await
}

/// `GET /products/{product}/classification/{assessment}/record.docx`: view the product.
///
/// # Errors
/// Signed out; not found.
pub async fn docx(Extension(context): Extension<RequestContext>, named: Named) -> Result<Response, AppError> {
    file(&context, named, Format::Docx).await
}

/// `GET /products/{product}/classification/{assessment}/record.json`: view the product.
///
/// # Errors
/// Signed out; not found.
pub async fn json(Extension(context): Extension<RequestContext>, named: Named) -> Result<Response, AppError> {
    file(&context, named, Format::Json).await
}

async fn file(context: &RequestContext, named: Named, format: Format) -> Result<Response, AppError> {
    let who = context.actor()?;
    let At((product, assessment)) = named;
    let file = classification::export(&context.service, who, product, assessment, format)
        .await
        .map_err(|failure| context.face(failure))?;
    let name = format!("attachment; filename=\"classification-A-{}.{}\"", file.number, format.ending());
    let headers = [
        (CONTENT_TYPE, format.content_type().to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file.bytes).into_response())
}
