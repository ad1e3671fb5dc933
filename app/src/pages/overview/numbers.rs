//! What blocks, what is owed, the shape of the risk.

use domain::finding::Finding;
use domain::ids::ProductId;
use domain::plan::{Band, Cell};
use domain::risk::Severity;
use leptos::prelude::*;
use service::deliverables::Summary;
use service::hazards::{MatrixCounts, PlanInForce, RegisterSummary};

use crate::parts::{
    Clause, FindingLine, FindingMark, GridCell, GridRow, Progress, Ring, RiskCell, RiskGrid, RiskLevel,
    Section, Weight,
};
use crate::words;

/// How many findings are listed.
const FINDINGS: usize = 4;

/// Where a finding is mended.
#[must_use]
pub fn finding_address(product: ProductId, finding: &Finding) -> String {
    if words::hazards::section(finding.check) == "items" {
        return crate::pages::items::finding_address(product, finding);
    }
    match finding.risk {
        Some(risk) => {
            let number = domain::risk::shown_number("R", risk);
            format!("/products/{product}/hazards/{number}#{}", words::hazards::section(finding.check))
        }
        None => format!("/products/{product}/hazards"),
    }
}

/// The first findings of the register.
#[component]
pub fn Findings(
    /// The product.
    id: ProductId,
    /// The register in numbers.
    register: RegisterSummary,
) -> impl IntoView {
    let count = |found: i64| usize::try_from(found).unwrap_or_default();
    let (blocks, warns) = (count(register.blocks), count(register.warns));
    let none_yet = register.rows == 0 && register.findings.is_empty();
    let title = match blocks {
        0 if none_yet => "Findings".to_owned(),
        0 => "Nothing blocks".to_owned(),
        1 => "One finding blocks".to_owned(),
        _ => format!("{blocks} findings block"),
    };
    let link = Some((format!("/products/{id}/hazards"), "Register".to_owned()));
    let lines: Vec<_> = register
        .findings
        .into_iter()
        .take(FINDINGS)
        .map(|finding| {
            let address = finding_address(id, &finding);
            let record = words::hazards::about(&finding).map(|about| (address.clone(), about));
            view! {
                <FindingLine
                    weight=Weight::from(finding.level)
                    code=finding.check.id()
                    sentence=words::hazards::finding(&finding)
                    record
                    fix=(address, words::hazards::fix(finding.check).to_owned())
                >
                    <Clause citation=finding.check.clause() />
                </FindingLine>
            }
        })
        .collect();
    let empty = lines.is_empty();
    view! {
        <Section title link>
            {(warns > 0).then(|| view! { <p class="remark"><FindingMark weight=Weight::Warns count=warns /></p> })}
            {if none_yet {
                view! { <p class="quiet">"The register has no row yet, so there is nothing to check."</p> }.into_any()
            } else if empty {
                view! { <p class="quiet">"The checks of register and items find nothing wrong."</p> }.into_any()
            } else {
                view! { <ul class="findings">{lines}</ul> }.into_any()
            }}
        </Section>
    }
}

/// How far the deliverables are.
#[component]
pub fn Owed(
    /// The product.
    id: ProductId,
    /// The deliverables in numbers.
    deliverables: Summary,
) -> impl IntoView {
    use domain::deliverable::Status;
    let room = format!("/products/{id}/deliverables");
    let owed = deliverables.owed();
    let Some(class) = deliverables.basis.held.class() else {
        return view! {
            <Section title="Deliverables" link=(room, "Deliverables".to_owned())>
                <p>"None: the product is approved as not a medical device. It owes no IEC 62304 set, only its own record."</p>
            </Section>
        }
        .into_any();
    };
    let counts: Vec<(Progress, usize)> = deliverables
        .counts
        .iter()
        .map(|(status, count)| {
            let progress = match status {
                Status::Missing => Progress::Missing,
                Status::Draft => Progress::Draft,
                Status::InReview => Progress::InReview,
                Status::Approved => Progress::Approved,
                Status::NotApplicable => Progress::NotUsed,
            };
            (progress, *count)
        })
        .collect();
    let late = match deliverables.late {
        0 => None,
        1 => Some("One is late.".to_owned()),
        late => Some(format!("{late} are late.")),
    };
    view! {
        <Section title=format!("Deliverables for class {}", class.letter()) link=(room, format!("All {owed}"))>
            <Ring counts of="deliverables" />
            <p class="quiet ring-words">{format!("{} sub-clauses apply. ", deliverables.clauses)}{late.map(|late| view! { <span class="is-warn">{late}</span> })}</p>
        </Section>
    }
    .into_any()
}

/// Both matrices, and the worst that is left.
#[component]
pub fn Risk(
    /// The product.
    id: ProductId,
    /// The register in numbers.
    register: RegisterSummary,
) -> impl IntoView {
    let link = Some((format!("/products/{id}/matrix"), "Risk matrix".to_owned()));
    if register.rows == 0 {
        return view! {
            <Section title="Risk" link>
                <p class="quiet">"The register is empty. " <a href=format!("/products/{id}/hazards/new")>"Add the first hazard"</a></p>
            </Section>
        }
        .into_any();
    }
    let title =
        if register.rows == 1 { "Risk, one row".to_owned() } else { format!("Risk, {} rows", register.rows) };
    let bands: Vec<String> = register.plan.plan.bands.iter().map(|band| band.word.to_string()).collect();
    let before = grid_rows(id, &register.before, &register.plan, "before");
    let after = grid_rows(id, &register.after, &register.plan, "after");
    let unplaced = register.after.not_estimated;
    view! {
        <Section title remark="Severity up, probability of harm to the right." link>
            <div class="grids">
                <RiskGrid caption="Before control" rows=before probabilities=bands.clone() />
                <RiskGrid caption="After control" rows=after probabilities=bands words=false />
            </div>
            {(unplaced > 0).then(|| view! { <p class="quiet">{format!("{unplaced} without a complete estimate after control.")}</p> })}
            {register.worst.map(|worst| view! { <WorstLeft id worst /> })}
        </Section>
    }
    .into_any()
}

#[component]
fn WorstLeft(id: ProductId, worst: service::hazards::Worst) -> impl IntoView {
    use domain::risk::Evaluation;
    let number = domain::risk::shown_number("R", worst.number);
    let cell = match worst.evaluation {
        Evaluation::NotEstimated => view! { <RiskCell level=None /> }.into_any(),
        Evaluation::Judged { cell, acceptance, .. } => {
            let pair = format!("S{} × P{}", cell.severity.level(), cell.band.level());
            view! { <RiskCell level=Some(RiskLevel::from(acceptance)) pair /> }.into_any()
        }
    };
    view! {
        <div class="worst">
            <p><strong>"Worst risk left: "</strong><a href=format!("/products/{id}/hazards/{number}")>{number.clone()}</a>", "{worst.words}</p>
            {cell}
        </div>
    }
}

/// The lines of a matrix, worst severity first, each cell a link to its rows.
#[must_use]
pub fn grid_rows(id: ProductId, counts: &MatrixCounts, plan: &PlanInForce, side: &str) -> Vec<GridRow> {
    let severities = Severity::ALL.into_iter().rev();
    severities
        .map(|severity| GridRow {
            number: severity.level(),
            word: plan.plan.severity(severity).word.to_string(),
            cells: Band::ALL
                .into_iter()
                .map(|band| {
                    let cell = Cell { severity, band };
                    GridCell {
                        level: plan.plan.acceptance(cell).into(),
                        count: usize::try_from(counts.at(severity, band)).unwrap_or_default(),
                        href: format!("/products/{id}/hazards?{side}={cell}"),
                    }
                })
                .collect(),
        })
        .collect()
}
