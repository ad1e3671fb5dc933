//! The shape of the risk: before and after control, side by side.

use axum::Extension;
use domain::ids::ProductId;
use domain::plan::{Band, Cell, RiskPlan};
use domain::risk::{Acceptance, Severity};
use leptos::prelude::*;
use service::hazards::{MatrixCounts, PlanInForce};

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{GridCell, GridRow, PageHead, RiskGrid, RiskLevel, Section, Shown, Time};
use crate::request::RequestContext;

/// `GET /products/{product}/matrix`: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let (before, after, plan) =
        service::hazards::matrix(&context.service, who, product).await.map_err(|e| context.face(e))?;
    let frame = Frame::product(&context, product, Room::RiskMatrix).await?;
    Ok(Document::new("Risk matrix", frame, move || {
        view! { <MatrixPage product before after plan /> }
    }))
}

/// Whether the matrix shows the rows before or after control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before control.
    Before,
    /// After control.
    After,
}

impl Side {
    const fn parameter(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// The lines of a matrix with links to the register, worst severity first: for this page and the overview.
#[must_use]
pub fn grid(product: ProductId, side: Side, counts: &MatrixCounts, plan: &RiskPlan) -> Vec<GridRow> {
    Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| GridRow {
            number: severity.level(),
            word: plan.severity(severity).word.to_string(),
            cells: Band::ALL
                .into_iter()
                .map(|band| {
                    let cell = Cell { severity, band };
                    GridCell {
                        level: drawn(plan.acceptance(cell)),
                        count: usize::try_from(counts.at(severity, band)).unwrap_or_default(),
                        href: format!("/products/{product}/hazards?{}={cell}", side.parameter()),
                    }
                })
                .collect(),
        })
        .collect()
}

/// The words of the bands, least probable first.
#[must_use]
pub fn bands(plan: &RiskPlan) -> Vec<String> {
    plan.bands.iter().map(|step| step.word.to_string()).collect()
}

/// What a cell means, as parts draw it.
#[must_use]
pub const fn drawn(acceptance: Acceptance) -> RiskLevel {
    match acceptance {
        Acceptance::Acceptable => RiskLevel::Acceptable,
        Acceptance::Reduce => RiskLevel::Reduce,
        Acceptance::Unacceptable => RiskLevel::Unacceptable,
    }
}

#[component]
fn MatrixPage(
    product: ProductId,
    before: MatrixCounts,
    after: MatrixCounts,
    plan: PlanInForce,
) -> impl IntoView {
    let lead = format!(
        "Severity up, probability of harm per {} to the right. A cell with rows leads to them.",
        plan.plan.unit
    );
    let open = |counts: &MatrixCounts| {
        let rows = counts.not_estimated;
        (rows > 0).then(|| {
            let href = format!("/products/{product}/hazards?show=not-estimated");
            let words = if rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") };
            view! { <p class="quiet">{words}" not estimated and "<a href=href>"stands in no cell"</a>"."</p> }
        })
    };
    let bands_before = bands(&plan.plan);
    let bands_after = bands_before.clone();
    let rows_before = grid(product, Side::Before, &before, &plan.plan);
    let rows_after = grid(product, Side::After, &after, &plan.plan);
    view! {
        <PageHead title="Risk matrix" lead />
        <div class="grids">
            <div><RiskGrid caption="Before control" rows=rows_before probabilities=bands_before large=true />{open(&before)}</div>
            <div><RiskGrid caption="After control" rows=rows_after probabilities=bands_after large=true />{open(&after)}</div>
        </div>
        <Criteria product plan />
    }
}

#[component]
fn Criteria(product: ProductId, plan: PlanInForce) -> impl IntoView {
    let link = Some((format!("/products/{product}/risk-plan"), "Risk plan".to_owned()));
    let made = match plan.made {
        None => view! { "The plan that every product starts with." }.into_any(),
        Some((at, reason)) => {
            view! { "In force since " <Time at shown=Shown::Day /> ". Because: " {reason} }.into_any()
        }
    };
    view! {
        <Section title="Criteria" remark=format!("Version {}", plan.version) link>
            <p class="typed">{plan.plan.criteria.to_string()}</p>
            <p class="quiet">{made}</p>
        </Section>
    }
}
