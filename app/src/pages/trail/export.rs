//! The trail as a file: what the filter shows, newest first, as CSV or as JSON Lines. Read step by step, so that a
//! long trail needs no more memory than a short one. The export is itself an entry.

use axum::Extension;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use domain::ids::ProductId;
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::json;
use service::trail::{self, Entry, Export, Scope, Story};
use service::{Failure, Service, cells};
use time::format_description::well_known::Rfc3339;

use super::super::At;
use super::address::Asked;
use crate::error::AppError;
use crate::request::RequestContext;
use crate::words::trail as words;

/// The heads of the columns of the CSV.
const COLUMNS: [&str; 15] = [
    "Entry",
    "Time (UTC)",
    "Person",
    "Person's key",
    "Action",
    "Action's name",
    "Record",
    "Kind",
    "Record's key",
    "Revision",
    "Change",
    "Old → new",
    "Because",
    "Place",
    "Request",
];

/// The format of a file.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    JsonLines,
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }

    fn head(self) -> String {
        match self {
            Self::Csv => format!("{}{}", cells::UTF8_MARK, cells::line(COLUMNS)),
            Self::JsonLines => String::new(),
        }
    }

    fn entry(self, entry: &Entry, story: &Story, site: bool) -> String {
        match self {
            Self::Csv => csv_line(entry, story),
            Self::JsonLines => json_line(entry, site),
        }
    }
}

/// `GET /products/{product}/trail.csv`: who may export the product's trail.
///
/// # Errors
/// Signed out, forbidden, not found.
pub async fn product_csv(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    file(context, Scope::Product(product), query, Format::Csv).await
}

/// `GET /products/{product}/trail.jsonl`: who may export the product's trail.
///
/// # Errors
/// Signed out, forbidden, not found.
pub async fn product_json_lines(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    file(context, Scope::Product(product), query, Format::JsonLines).await
}

/// `GET /trail.csv`: site administrators.
///
/// # Errors
/// Signed out, forbidden.
pub async fn site_csv(
    Extension(context): Extension<RequestContext>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    file(context, Scope::Site, query, Format::Csv).await
}

/// `GET /trail.jsonl`: site administrators.
///
/// # Errors
/// Signed out, forbidden.
pub async fn site_json_lines(
    Extension(context): Extension<RequestContext>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    file(context, Scope::Site, query, Format::JsonLines).await
}

async fn file(
    context: RequestContext,
    scope: Scope,
    query: Option<String>,
    format: Format,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let asked = Asked::read(query.as_deref());
    if asked.misunderstood {
        // A page can say that it left a filter out; a file that holds more than was asked for can not.
        return Err(AppError::BadRequest);
    }
    let export = trail::export(&context.service, who, scope, &asked.wanted, format.ending())
        .await
        .map_err(|failure| context.face(failure))?;
    let name = match scope {
        Scope::Product(product) => format!("trail-{product}.{}", format.ending()),
        Scope::Site => format!("trail.{}", format.ending()),
    };
    let headers = [
        (CONTENT_TYPE, format.content_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let reading =
        Reading { export, service: context.service, format, site: scope == Scope::Site, begun: false };
    let pieces = stream::try_unfold(reading, |mut reading| async move {
        let piece = reading.next().await.map_err(|failure| cut_short(&failure))?;
        Ok::<_, std::io::Error>(piece.map(|piece| (piece, reading)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The connection is broken off, so that nobody takes half a file for the whole.
fn cut_short(failure: &Failure) -> std::io::Error {
    tracing::error!(cause = ?failure, "an export of the trail was cut short");
    std::io::Error::other("the export was cut short")
}

struct Reading {
    export: Export,
    service: Service,
    format: Format,
    site: bool,
    begun: bool,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<String>, Failure> {
        if !self.begun {
            self.begun = true;
            let head = self.format.head();
            if !head.is_empty() {
                return Ok(Some(head));
            }
        }
        let step = self.export.step(&self.service).await?;
        Ok(step.map(|story| {
            story.entries.iter().map(|entry| self.format.entry(entry, &story, self.site)).collect::<String>()
        }))
    }
}

fn csv_line(entry: &Entry, story: &Story) -> String {
    let author = words::author(entry);
    let record = entry.record.and_then(|record| story.known.get(&record)).map(words::record_name);
    cells::line([
        entry.number.to_string(),
        time(entry),
        author.name,
        entry.actor.map(|actor| actor.to_string()).unwrap_or_default(),
        words::deed(&entry.action),
        entry.action.clone(),
        record.unwrap_or_default(),
        words::kind(&entry.kind),
        entry.record.map(|record| record.to_string()).unwrap_or_default(),
        entry.version.map(|version| version.to_string()).unwrap_or_default(),
        words::change(entry).to_owned(),
        words::line(entry, story),
        entry.reason.clone().unwrap_or_default(),
        entry.workstation.clone().unwrap_or_default(),
        entry.request.clone(),
    ])
}

fn json_line(entry: &Entry, site: bool) -> String {
    let line = json!({
        "entry": entry.number,
        "at": time(entry),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "system_actor": entry.system_actor,
        "action": entry.action,
        "change": entry.change,
        "kind": entry.kind,
        "product": entry.product,
        "record": entry.record,
        "revision": entry.version,
        "reason": entry.reason,
        "workstation": entry.workstation,
        "client": entry.client.as_ref().filter(|_| site),
        "request": entry.request,
        "build": entry.app_build,
        "body": entry.body,
        "old_body": entry.old_body,
    });
    format!("{line}\n")
}

fn time(entry: &Entry) -> String {
    entry.at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}
