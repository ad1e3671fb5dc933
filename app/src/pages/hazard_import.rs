//! Bringing a file into the register: choose it, say how it is read, look at what it would change, import it.

mod arranging;
mod preview;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::ids::{ImportDraftId, ProductId};
use http::{HeaderMap, StatusCode, header};
use leptos::prelude::*;
use service::hazards::exchange::{self, Incoming, Outcome, limits};
use time::OffsetDateTime;

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::multipart;
use crate::parts::{ButtonForm, Column, DataTable, Hidden, PageHead, Section, Time};
use crate::request::{Ending, RequestContext, pairs};

/// The page on which files are chosen.
fn place(product: ProductId) -> String {
    format!("/products/{product}/hazards/import")
}

fn crumbs(product: ProductId) -> Vec<(String, String)> {
    vec![(format!("/products/{product}/hazards"), "Hazards".to_owned())]
}

/// `GET /products/{product}/hazards/import`: edit hazards.
///
/// # Errors
/// Not found, forbidden.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let waiting =
        exchange::waiting(&context.service, who, product).await.map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    Ok(Document::new("Import", frame, move || view! { <Choosing product waiting /> }))
}

#[component]
fn Choosing(product: ProductId, waiting: Vec<(ImportDraftId, String, OffsetDateTime)>) -> impl IntoView {
    let most = limits::FILE / limits::MIB;
    let hint = format!(
        "An Excel workbook (.xlsx) or comma-separated values (.csv, in UTF-8), up to {most} MiB and {} rows.",
        limits::ROWS
    );
    let lead = "Change the register in your spreadsheet, or bring one that was kept elsewhere. Hazel shows what the \
                file would change before it writes anything.";
    let rows: Vec<_> = waiting
        .into_iter()
        .map(|(draft, name, at)| {
            let spoken = format!("Throw away {name}");
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=format!("{}/{draft}", place(product))>{name}</a></th>
                    <td role="cell" data-label="Sent"><Time at /></td>
                    <td role="cell"><div class="row-actions"><Discard product draft spoken /></div></td>
                </tr>
            }
        })
        .collect();
    let columns = vec![Column::new("File"), Column::new("Sent"), Column::unlabelled("Change")];
    view! {
        <PageHead title="Import into the register" crumbs=crumbs(product) lead />
        <form class="form" id="bring" method="post" action=crate::routes::UPLOAD enctype="multipart/form-data">
            <Hidden name="product" value=product.to_string() />
            <div class="field">
                <label class="label" for="file">"File"</label>
                <p class="hint" id="file-hint">{hint}</p>
                <input class="input input-file" id="file" name="file" type="file" required=true aria-describedby="file-hint"
                    accept=".xlsx,.xlsm,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" />
            </div>
            <div class="actions">
                <button type="submit" class="button button-primary">"Look at what it would change"</button>
                <a href=format!("/products/{product}/hazards")>"Leave without importing"</a>
            </div>
        </form>
        {(!rows.is_empty()).then(|| view! {
            <Section title="Not imported yet" remark="Only you see these. They are thrown away after a week.">
                <DataTable caption="Files that wait" columns=columns class="table-blocks">{rows}</DataTable>
            </Section>
        })}
        <Section title="Two ways">
            <dl class="pairs pairs-wide">
                <div class="pair">
                    <dt>"A file from here"</dt>
                    <dd>
                        "Take the register out as "<a href=format!("/products/{product}/hazards.xlsx") download="">"Excel"</a>" or "
                        <a href=format!("/products/{product}/hazards.csv") download="">"CSV"</a>
                        ", change the coloured columns, add rows below, and bring it back. What others changed in the meantime is \
                         kept, or you choose. Rows that are not in the file stay."
                    </dd>
                </div>
                <div class="pair">
                    <dt>"A register from elsewhere"</dt>
                    <dd>"Say which column holds what and what its words mean, once. The next file of this product is read the same way."</dd>
                </div>
            </dl>
        </Section>
    }
}

/// The button that throws a file away.
#[component]
fn Discard(product: ProductId, draft: ImportDraftId, #[prop(into)] spoken: String) -> impl IntoView {
    view! {
        <ButtonForm action="/api/hazards/discard_import" label="Throw away" class="button-link" spoken>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="draft" value=draft.to_string() />
        </ButtonForm>
    }
}

/// `POST /api/hazards/bring_import`: takes a file. Not a server function, because those take no files. Permission: edit
/// hazards.
pub async fn bring(
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let ending = match brought(&context, &headers, &body).await {
        Ok((product, draft)) => {
            Ending::Done { next: format!("{}/{draft}", place(product)), said: String::new() }
        }
        Err(error) => Ending::Failed(error),
    };
    let status = match &ending {
        Ending::Done { .. } => StatusCode::OK,
        Ending::Failed(error) => {
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    context.outcome.set(ending);
    status.into_response()
}

async fn brought(
    context: &RequestContext,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(ProductId, ImportDraftId), AppError> {
    let who = context.actor()?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let parts = multipart::parts(kind, body);
    let plain =
        if parts.is_empty() { std::str::from_utf8(body).map(pairs).unwrap_or_default() } else { Vec::new() };
    let product = parts
        .iter()
        .find(|part| part.name == "product")
        .map(|part| String::from_utf8_lossy(&part.content).into_owned())
        .or_else(|| plain.into_iter().find(|(name, _)| name == "product").map(|(_, value)| value))
        .and_then(|product| product.parse::<ProductId>().ok())
        .ok_or(AppError::BadRequest)?;
    let file = parts.into_iter().find(|part| part.name == "file");
    let (name, content) = file.map(|file| (file.file_name, file.content)).unwrap_or_default();
    let brought = exchange::bring(&context.service, who, product, &name, content.to_vec()).await;
    brought.map(|draft| (product, draft)).map_err(|failure| context.face(failure))
}

/// `GET /products/{product}/hazards/import/{draft}`: edit hazards. What the file would change, page by page.
///
/// # Errors
/// Not found when there is no such file for this person; forbidden.
pub async fn show_preview(
    Extension(context): Extension<RequestContext>,
    At((product, draft)): At<(ProductId, ImportDraftId)>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let incoming = exchange::preview(&context.service, who, product, draft)
        .await
        .map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    let document = match incoming {
        Incoming::Unarranged => {
            return Ok(Redirect::to(&format!("{}/{draft}/columns", place(product))).into_response());
        }
        Incoming::Ready(preview) => {
            let asked = preview::Asked::read(query.as_deref(), &preview);
            Document::new("Import preview", frame, move || {
                view! { <preview::PreviewPage product draft preview=*preview asked /> }
            })
        }
        Incoming::Done(file_name, outcome) => {
            Document::new("Imported", frame, move || view! { <Done product file_name outcome /> })
        }
    };
    Ok(document.into_response())
}

#[component]
fn Done(product: ProductId, file_name: String, outcome: Outcome) -> impl IntoView {
    let Outcome { added, changed_rows, changed_cells } = outcome;
    let lead = format!("{file_name} is imported.");
    view! {
        <PageHead title="Imported" crumbs=crumbs(product) lead />
        <Section title="What was done" remark="All of it is one change, with one reason.">
            <dl class="pairs">
                <div class="pair"><dt>"Rows added"</dt><dd>{added}</dd></div>
                <div class="pair"><dt>"Rows changed"</dt><dd>{changed_rows}</dd></div>
                <div class="pair"><dt>"Cells changed"</dt><dd>{changed_cells}</dd></div>
            </dl>
            <div class="actions">
                <a class="button button-primary" href=format!("/products/{product}/hazards")>"Open the register"</a>
                <a href=format!("/products/{product}/trail?action=register.imported")>"See the change on the trail"</a>
            </div>
        </Section>
    }
}

/// `GET /products/{product}/hazards/import/{draft}/columns`: edit hazards. How the file is read.
///
/// # Errors
/// Not found when there is no such file for this person; forbidden.
pub async fn show_arranging(
    Extension(context): Extension<RequestContext>,
    At((product, draft)): At<(ProductId, ImportDraftId)>,
) -> Page {
    let who = context.actor()?;
    let arranging = exchange::arranging(&context.service, who, product, draft)
        .await
        .map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    Ok(Document::new("How the file is read", frame, move || {
        view! { <arranging::ArrangingPage product draft arranging /> }
    }))
}
