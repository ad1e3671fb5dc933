//! The three estimates of a risk, each with the form that changes it.

use domain::clause::{Citation, Document};
use domain::ids::ProductId;
use domain::plan::RiskPlan;
use domain::risk::{Acceptance, CareAnswer, Estimate, Evaluation, Severity};
use domain::text::Statement;
use leptos::prelude::*;
use service::hazards::editing::EstimateForm;
use service::hazards::{RegisterRow, RowForm};

use super::{RowOf, Step, iso, notes};
use crate::pages::hazards::{EstimateFields, bands_in_words, level};
use crate::parts::{Actions, Choice, Choosable, Clause, Clauses, Disclosure, Form, RiskCell, TextArea};
use crate::words::hazards as words;

/// An estimate, judged, with its figures.
#[component]
fn Figures(estimate: Estimate, evaluation: Evaluation, plan: RiskPlan) -> impl IntoView {
    let pair = evaluation.cell().map(|cell| format!("S{} × P{}", cell.severity.level(), cell.band.level()));
    let severity = match estimate.severity {
        None => "not estimated".to_owned(),
        Some(severity) => format!("{} {}", severity.level(), plan.severity(severity).word),
    };
    let likelihood = &estimate.likelihood;
    let shown = |p: Option<domain::risk::Probability>| {
        p.map_or_else(|| "–".to_owned(), domain::risk::Probability::shown)
    };
    let harm = match (likelihood.of_harm(), likelihood.not_estimable()) {
        (Some(p), _) => {
            let band = plan.band(p);
            format!("{}, {} {}", p.shown(), band.level(), plan.band_step(band).word)
        }
        (None, Some(_)) => "not estimable".to_owned(),
        (None, None) => "not estimated".to_owned(),
    };
    let reason = likelihood
        .not_estimable()
        .map(|reason| format!("Probability not estimable: {reason}. Judged on severity alone."));
    let basis = estimate.basis.as_deref().map(str::to_owned);
    view! {
        <div class="estimate">
            <RiskCell level=level(evaluation) pair=pair.unwrap_or_default() />
            <dl class="estimate-values">
                <div><dt>"Severity"</dt><dd>{severity}</dd></div>
                <div><dt>"P1, situation arises"</dt><dd>{shown(likelihood.p1())}</dd></div>
                <div><dt>"P2, leads to harm"</dt><dd>{shown(likelihood.p2())}</dd></div>
                <div><dt>{format!("P = P1 × P2, per {}", plan.unit)}</dt><dd>{harm}</dd></div>
            </dl>
        </div>
        {reason.map(|reason| view! { <p class="step-meta">{reason}</p> })}
        {basis.map(|basis| view! { <p class="step-meta typed">{basis}</p> })}
    }
}

/// The form of one estimate.
#[component]
fn EstimateForms(
    product: ProductId,
    row: RegisterRow,
    prefix: &'static str,
    label: &'static str,
    stored: EstimateForm,
    plan: RiskPlan,
) -> impl IntoView {
    let id = format!("{prefix}-form");
    let bands = format!("P = P1 × P2 per {}: {}", plan.unit, bands_in_words(&plan));
    view! {
        <Disclosure label form=id.clone()>
            <Form action="/api/hazards/edit_row" id class="form-wide" revision=Some(row.record.row_revision())>
                <RowOf product number=row.record.risk.number />
                <p class="hint">{bands}</p>
                <EstimateFields prefix stored plan with_reasons=true />
                <Actions submit="Save the estimate" />
            </Form>
        </Disclosure>
    }
}

/// Before any control.
#[component]
pub fn BeforeStep(product: ProductId, row: RegisterRow, plan: RiskPlan, editable: bool) -> impl IntoView {
    let mut beside = notes(&row.findings, "before", None, editable);
    beside.push(view! { <p><Clauses citations=vec![iso("5.5"), iso("6")] /></p> }.into_any());
    let stored = RowForm::of_record(&row.record).initial;
    view! {
        <Step name="Risk before control" id="before" notes=beside>
            <Figures estimate=row.record.risk.estimates.initial.clone() evaluation=row.evaluations.initial plan=plan.clone() />
            {editable.then(|| view! { <EstimateForms product row prefix="initial" label="Estimate" stored plan /> })}
        </Step>
    }
}

/// The question that only severity 3 asks.
#[component]
pub fn CareStep(product: ProductId, row: RegisterRow, editable: bool) -> impl IntoView {
    let estimates = &row.record.risk.estimates;
    let asked = [&estimates.initial, &estimates.external]
        .iter()
        .any(|estimate| estimate.severity == Some(Severity::Serious));
    if !asked {
        return ().into_any();
    }
    let answer = estimates.care;
    let mut beside = notes(&row.findings, "care", None, editable);
    beside.push(
        view! {
            <p>"Level 3 says that care was needed. Whether that is a serious injury in the sense of IEC 62304 depends on this answer. Our reading of the definition: have it confirmed by your regulatory staff."</p>
            <p><Clause citation=Citation::new(Document::Iec62304, "4.3 a") /></p>
        }
        .into_any(),
    );
    let options = vec![
        Choosable::new(CareAnswer::Yes.name(), "Yes")
            .with_hint("Without it, impairment would have stayed. Counts for class C."),
        Choosable::new(CareAnswer::No.name(), "No")
            .with_hint("Nothing would have stayed even without it. Counts for class B."),
        Choosable::new(CareAnswer::Unanswered.name(), "I do not know")
            .with_hint("Counts as yes, the cautious answer."),
    ];
    let (number, revision) = (row.record.risk.number, row.record.row_revision());
    view! {
        <Step name="Severity 3 asks" id="care" notes=beside>
            <p>"Was the care needed to prevent permanent impairment? " <strong>{words::care(answer)}</strong> "."</p>
            {editable.then(|| view! {
                <Disclosure label="Answer" form="care-form">
                    <Form action="/api/hazards/edit_row" id="care-form" revision=Some(revision)>
                        <RowOf product number />
                        <Choice name="care" label="Was the care needed to prevent permanent impairment?" options value=answer.name() />
                        <Actions submit="Save the answer" />
                    </Form>
                </Disclosure>
            })}
        </Step>
    }
    .into_any()
}

/// With external controls only, the failure of the software taken as certain.
#[component]
pub fn ExternalStep(product: ProductId, row: RegisterRow, plan: RiskPlan, editable: bool) -> impl IntoView {
    let mut beside = notes(&row.findings, "external", None, editable);
    beside.push(
        view! {
            <p>"Decides the software safety class. What is lower than before counts only where a control outside the software lowers that very factor."</p>
            <p><Clause citation=Citation::new(Document::Iec62304, "4.3 a") /></p>
        }
        .into_any(),
    );
    let stored = RowForm::of_record(&row.record).external;
    let counted = row.counted_outside.clone().map(|counted| {
        let evaluation = counted.evaluation(&plan);
        view! {
            <p class="step-meta">"For the class counts, because no control outside the software lowers the rest:"</p>
            <Figures estimate=counted evaluation plan=plan.clone() />
        }
    });
    view! {
        <Step name="With external controls only" id="external" notes=beside>
            <p class="step-meta">"The failure of the software taken as certain."</p>
            <Figures estimate=row.record.risk.estimates.external.clone() evaluation=row.evaluations.external plan=plan.clone() />
            {counted}
            {editable.then(|| view! { <EstimateForms product row prefix="external" label="Estimate with external controls only" stored plan /> })}
        </Step>
    }
}

/// With every control.
#[component]
pub fn AfterStep(product: ProductId, row: RegisterRow, plan: RiskPlan, editable: bool) -> impl IntoView {
    let mut beside = notes(&row.findings, "after", None, editable);
    beside.push(view! { <p><Clause citation=iso("7.3") /></p> }.into_any());
    let estimates = row.record.risk.estimates.clone();
    let open = estimates.residual.is_incomplete();
    let stored = RowForm::of_record(&row.record).residual;
    view! {
        <Step name="Risk after control" id="after" notes=beside>
            {open.then(|| view! { <p class="step-meta">"No estimate after control yet, so what was before still stands."</p> })}
            <Figures estimate=estimates.left().clone() evaluation=row.evaluations.left plan=plan.clone() />
            {editable.then(|| view! { <EstimateForms product row prefix="residual" label="Estimate what is left" stored plan /> })}
        </Step>
    }
}

/// Whether the benefits are worth what is left; asked where that is unacceptable.
#[component]
pub fn BenefitRiskStep(product: ProductId, row: RegisterRow, editable: bool) -> impl IntoView {
    let stored = row.record.risk.benefit_risk.clone();
    let unacceptable = row.evaluations.left.acceptance() == Some(Acceptance::Unacceptable);
    if stored.is_none() && !unacceptable {
        return ().into_any();
    }
    let mut beside = notes(&row.findings, "benefit-risk", None, editable);
    beside.push(view! { <p><Clause citation=iso("7.4") /></p> }.into_any());
    let shown = match &stored {
        None => view! { <p class="quiet">"None yet."</p> }.into_any(),
        Some(weighed) => {
            let conclusion = if weighed.benefits_outweigh {
                "The benefits outweigh this risk."
            } else {
                "The benefits do not outweigh this risk."
            };
            view! { <p class="typed">{weighed.analysis.to_string()}</p><p><strong>{conclusion}</strong></p> }
                .into_any()
        }
    };
    let form = RowForm::of_record(&row.record);
    let options =
        vec![Choosable::new("yes", "The benefits outweigh it"), Choosable::new("no", "They do not")];
    let (number, revision) = (row.record.risk.number, row.record.row_revision());
    view! {
        <Step name="Benefit-risk analysis" id="benefit-risk" notes=beside>
            {shown}
            {editable.then(|| view! {
                <Disclosure label="Weigh benefits and risk" form="benefit-form">
                    <Form action="/api/hazards/edit_row" id="benefit-form" class="form-wide" revision=Some(revision)>
                        <RowOf product number />
                        <TextArea name="benefit_risk" label="Analysis" value=form.benefit_risk.unwrap_or_default() max=Some(Statement::LONGEST) rows=4 hint="The benefits, and the evidence for them." />
                        <Choice name="benefits_outweigh" label="Conclusion" options value=form.benefits_outweigh.unwrap_or_default() />
                        <Actions submit="Save the analysis" />
                    </Form>
                </Disclosure>
            })}
        </Step>
    }
    .into_any()
}
