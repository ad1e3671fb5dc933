//! The register as a file: what the filter shows, in its order. Read step by step, so that a long register needs no
//! more memory than a short one. The export is itself an entry of the trail.

use axum::Extension;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use domain::control::Proof;
use domain::ids::ProductId;
use domain::risk::{Estimate, Evaluation, shown_number};
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use service::hazards::{self, Export, RegisterRow};
use service::{Failure, Service, cells};

use super::address::Asked;
use crate::error::AppError;
use crate::pages::At;
use crate::request::RequestContext;
use crate::words::hazards as words;

/// The heads of the columns.
const COLUMNS: [&str; 36] = [
    "Risk",
    "Revision",
    "Hazard",
    "Hazard's number",
    "Category",
    "Sequence of events",
    "Sequence's number",
    "Cause",
    "Software item",
    "Software can contribute",
    "Hazardous situation",
    "Situation's number",
    "Exposed",
    "Harm",
    "Harm's number",
    "Severity before",
    "P1 before",
    "P2 before",
    "Before control",
    "Basis before",
    "Severity, external controls only",
    "P1, external controls only",
    "P2, external controls only",
    "External controls only",
    "Basis, external controls only",
    "Severity after",
    "P1 after",
    "P2 after",
    "After control",
    "Basis after",
    "Care prevented permanent impairment",
    "Controls",
    "Verified",
    "Class needed",
    "Findings",
    "Withdrawn because",
];

/// `GET /products/{product}/hazards.csv`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn file(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let asked = Asked::read(query.as_deref());
    let filter = asked.address("register", |_| {});
    let export = hazards::export(&context.service, who, product, asked.wanted, &filter)
        .await
        .map_err(|failure| context.face(failure))?;
    let head = format!("{}{}", cells::UTF8_MARK, cells::line(COLUMNS));
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
    Ok(rows.map(|rows| (rows.iter().map(line).collect(), (export, service))))
}

fn line(row: &RegisterRow) -> String {
    let RegisterRow { record, evaluations, share, findings, counted_outside: _ } = row;
    let estimates = &record.risk.estimates;
    let seen = record.seen_by_rules();
    let controls: Vec<String> = record
        .uses
        .iter()
        .map(|used| {
            let number = shown_number("RC", used.control.number);
            format!(
                "{number} {} ({})",
                used.control.description.title,
                words::option(used.control.description.option)
            )
        })
        .collect();
    let passed = seen
        .controls
        .iter()
        .flat_map(|control| [control.implementation, control.effectiveness])
        .filter(|proof| *proof == Proof::Shown)
        .count();
    let contributes = match record.sequence.contribution.excluded_because() {
        None => "yes".to_owned(),
        Some(reason) => format!("no: {reason}"),
    };
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut line = vec![
        shown_number("R", record.risk.number),
        record.row_revision().to_string(),
        record.hazard.description.to_string(),
        shown_number("HZ", record.hazard.number),
        optional(record.hazard.category.as_deref()),
        record.sequence.events.to_string(),
        shown_number("SQ", record.sequence.number),
        words::cause(record.sequence.cause).to_owned(),
        optional(record.sequence.item.as_deref()),
        contributes,
        record.situation.description.to_string(),
        shown_number("HS", record.situation.number),
        optional(record.situation.exposed.as_deref()),
        record.harm.description.to_string(),
        shown_number("HM", record.harm.number),
    ];
    for (estimate, evaluation) in [
        (&estimates.initial, evaluations.initial),
        (&estimates.external, evaluations.external),
        (&estimates.residual, evaluations.left),
    ] {
        line.extend(estimated(estimate, evaluation));
    }
    line.extend([
        words::care(estimates.care).to_owned(),
        controls.join("\n"),
        format!("{passed} of {}", seen.controls.len() * 2),
        share.class.to_string(),
        findings.iter().map(|finding| finding.check.id()).collect::<Vec<_>>().join(" "),
        record.withdrawn.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
    ]);
    cells::line(line)
}

fn estimated(estimate: &Estimate, evaluation: Evaluation) -> [String; 5] {
    let likelihood = &estimate.likelihood;
    [
        estimate.severity.map(|severity| severity.level().to_string()).unwrap_or_default(),
        likelihood.p1().map(|p| p.to_string()).unwrap_or_default(),
        likelihood.not_estimable().map_or_else(
            || likelihood.p2().map(|p| p.to_string()).unwrap_or_default(),
            |reason| format!("not estimable: {reason}"),
        ),
        evaluation.name().replace('_', " "),
        estimate.basis.as_deref().unwrap_or_default().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_fills_its_five_columns() {
        let likelihood = domain::risk::Likelihood::of("0.02".parse().ok(), "0.5".parse().ok());
        let estimate = Estimate { severity: domain::risk::Severity::of_level(4), likelihood, basis: None };
        let plan = domain::plan::RiskPlan::starting();
        let cells = estimated(&estimate, estimate.evaluation(&plan));
        assert_eq!(cells, ["4", "2e-2", "5e-1", "unacceptable", ""].map(str::to_owned));
    }
}
