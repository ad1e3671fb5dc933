//! The risk plan: scales, limits, matrix, criteria; and the form that puts a new version in force.

use axum::Extension;
use axum::extract::RawQuery;
use domain::access::Permission;
use domain::ids::ProductId;
use domain::plan::{Band, Cell, RiskPlan, Step, cell_field, limit_field};
use domain::revision::Revision;
use domain::risk::{Acceptance, Severity};
use domain::text::{Line, Name, Reason, Statement};
use leptos::prelude::*;
use service::hazards::PlanInForce;

use super::At;
use super::matrix::drawn;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{
    Actions, Choosable, Field, Form, Hidden, PageHead, RiskCell, Section, Select, Shown, TextArea, Time,
};
use crate::request::RequestContext;

/// `GET /products/{product}/risk-plan`: view the product; `?edit` shows the form.
///
/// # Errors
/// Not found without a role in the product.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Page {
    let who = context.actor()?;
    let plan = service::hazards::plan(&context.service, who, product).await.map_err(|e| context.face(e))?;
    let may_edit = who.may(Permission::EditRiskPlan, product);
    let edited = may_edit
        && query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .any(|pair| pair == "edit" || pair.starts_with("edit="));
    let frame = Frame::product(&context, product, Room::RiskPlan).await?;
    Ok(Document::new("Risk plan", frame, move || {
        if edited {
            view! { <EditedPlan product plan /> }.into_any()
        } else {
            view! { <ShownPlan product plan may_edit /> }.into_any()
        }
    }))
}

#[component]
fn ShownPlan(product: ProductId, plan: PlanInForce, may_edit: bool) -> impl IntoView {
    let actions = may_edit.then(|| {
        view! { <a class="button" href=format!("/products/{product}/risk-plan?edit=yes")>"Make a new version"</a> }
            .into_any()
    });
    let made = match plan.made {
        None => view! { "Version 0: the plan that every product starts with, until its team writes their own." }.into_any(),
        Some((at, reason)) => {
            view! { {format!("Version {}, in force since ", plan.version)} <Time at shown=Shown::Day /> ". Because: " {reason} }.into_any()
        }
    };
    let plan = plan.plan;
    let (severities, bands, limits) = (plan.severities.clone(), plan.bands.clone(), limits_in_words(&plan));
    let (criteria, not_estimable) = (plan.criteria.to_string(), plan.not_estimable.to_string());
    let per = format!("P1 × P2, per {}. A value on a limit belongs to the higher band.", plan.unit);
    view! {
        <PageHead title="Risk plan" actions><span class="quiet">{made}</span></PageHead>
        <Section title="Severity" remark="How much health is lost. Severity 3 asks whether the care was needed to prevent permanent impairment.">
            <Scale steps=severities limits=None />
        </Section>
        <Section title="Probability of harm" remark=per>
            <Scale steps=bands limits=Some(limits) />
        </Section>
        <Section title="Matrix" remark="A cell never gets better as severity or probability rises.">
            <ShownMatrix plan />
        </Section>
        <Section title="Criteria">
            <dl class="pairs pairs-wide">
                <div class="pair"><dt>"A single risk"</dt><dd class="typed">{criteria}</dd></div>
                <div class="pair"><dt>"Probability not estimable"</dt><dd class="typed">{not_estimable}</dd></div>
            </dl>
        </Section>
    }
}

/// Where each band begins, in words.
fn limits_in_words(plan: &RiskPlan) -> [String; 5] {
    let [second, third, fourth, fifth] = plan.limits.values().map(domain::risk::Probability::shown);
    [
        format!("below {second}"),
        format!("{second} to {third}"),
        format!("{third} to {fourth}"),
        format!("{fourth} to {fifth}"),
        format!("{fifth} and above"),
    ]
}

/// A scale, worst step first.
#[component]
fn Scale(steps: [Step; 5], limits: Option<[String; 5]>) -> impl IntoView {
    let limits = limits.unwrap_or_default();
    let rows: Vec<_> = steps
        .into_iter()
        .zip(limits)
        .zip([1_u8, 2, 3, 4, 5])
        .map(|((step, limit), level)| {
            view! {
                <tr>
                    <td class="fit">{level.to_string()}</td>
                    <th scope="row" class="fit">{step.word.to_string()}</th>
                    <td class="nowrap fit">{limit}</td>
                    <td>{step.meaning.to_string()}</td>
                </tr>
            }
        })
        .rev()
        .collect();
    view! {
        <table class="table table-compact">
            <thead class="spoken"><tr><th scope="col">"Level"</th><th scope="col">"Word"</th><th scope="col">"From, to"</th><th scope="col">"Meaning"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn ShownMatrix(plan: RiskPlan) -> impl IntoView {
    let heads: Vec<_> = plan
        .bands
        .iter()
        .zip(1..)
        .map(|(step, level)| view! { <th scope="col">{format!("{level} {}", step.word)}</th> })
        .collect();
    let rows: Vec<_> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let cells: Vec<_> = Band::ALL
                .into_iter()
                .map(|band| {
                    let level = drawn(plan.acceptance(Cell { severity, band }));
                    view! { <td class="risk-td"><RiskCell level=Some(level) /></td> }
                })
                .collect();
            let word = format!("{} {}", severity.level(), plan.severity(severity).word);
            view! { <tr><th scope="row" class="fit">{word}</th>{cells}</tr> }
        })
        .collect();
    view! {
        <div class="table-frame" tabindex="0" role="region" aria-label="Matrix">
            <table class="table table-compact plan-matrix">
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The form that makes a new version.
#[component]
fn EditedPlan(product: ProductId, plan: PlanInForce) -> impl IntoView {
    let page = format!("/products/{product}/risk-plan");
    let crumbs = vec![(page.clone(), "Risk plan".to_owned())];
    let lead = format!(
        "Version {} comes into force when you save it. Every row is judged anew, and an analysis that was declared \
         complete is open again.",
        plan.version + 1
    );
    let revision = Some(Revision(plan.version));
    let (for_limits, for_matrix) = (plan.plan.clone(), plan.plan.clone());
    let RiskPlan { severities, bands, unit, criteria, not_estimable, .. } = plan.plan;
    let (unit, criteria, not_estimable) = (unit.to_string(), criteria.to_string(), not_estimable.to_string());
    view! {
        <PageHead title="A new version of the risk plan" crumbs lead />
        <Form action="/api/hazards/set_plan" id="plan" class="form-wide" revision>
            <Hidden name="product" value=product.to_string() />
            <Section title="Severity"><EditedScale scale="severity" steps=severities /></Section>
            <Section title="Probability of harm" remark="Worst first. The limit is the lowest probability of its band.">
                <Field name="unit" label="Per" value=unit max=Some(Name::LONGEST) required=true class="field-medium" hint="A use, a device-year, a day of use." />
                <EditedScale scale="band" steps=bands />
                <Limits plan=for_limits />
            </Section>
            <Section title="Matrix" remark="A cell may not be better than one with a milder harm or a smaller probability.">
                <EditedMatrix plan=for_matrix />
            </Section>
            <Section title="Criteria">
                <TextArea name="criteria" label="A single risk" value=criteria max=Some(Statement::LONGEST) required=true rows=4 />
                <TextArea name="not_estimable" label="When the probability can not be estimated" value=not_estimable max=Some(Statement::LONGEST) required=true rows=3 />
            </Section>
            <Section title="Reason">
                <TextArea name="reason" label="Why a new version" max=Some(Reason::LONGEST) required=true rows=2 hint="It stays with the version." />
                <Actions submit="Put it in force"><a href=page>"Leave without saving"</a></Actions>
            </Section>
        </Form>
    }
}

#[component]
fn EditedScale(scale: &'static str, steps: [Step; 5]) -> impl IntoView {
    let fields: Vec<_> = steps
        .into_iter()
        .zip([1_u8, 2, 3, 4, 5])
        .rev()
        .map(|(step, level)| {
            view! {
                <div class="fields-step">
                    <Field name=format!("{scale}_{level}_word") label=format!("{level}, the word") value=step.word.to_string() max=Some(Name::LONGEST) required=true />
                    <Field name=format!("{scale}_{level}_meaning") label=format!("{level}, what it means") value=step.meaning.to_string() max=Some(Line::LONGEST) required=true />
                </div>
            }
        })
        .collect();
    view! { {fields} }
}

#[component]
fn Limits(plan: RiskPlan) -> impl IntoView {
    let fields: Vec<_> = plan
        .limits
        .values()
        .into_iter()
        .zip([2_u8, 3, 4, 5])
        .rev()
        .map(|(limit, band)| {
            let word = plan.bands[usize::from(band - 1)].word.to_string();
            let label = format!("{band} {word}, from");
            view! { <Field name=limit_field(band) label value=limit.to_string() max=Some(40) required=true class="field-short" /> }
        })
        .collect();
    view! { <div class="fields-estimate">{fields}</div> }
}

#[component]
fn EditedMatrix(plan: RiskPlan) -> impl IntoView {
    let rows: Vec<_> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let cells: Vec<_> = Band::ALL
                .into_iter()
                .map(|band| {
                    let cell = Cell { severity, band };
                    let label = format!("S{} × P{}", severity.level(), band.level());
                    let value = plan.acceptance(cell).name();
                    view! { <Select name=cell_field(cell) label options=acceptances() value /> }
                })
                .collect();
            view! { <div class="fields-matrix">{cells}</div> }
        })
        .collect();
    view! { {rows} }
}

fn acceptances() -> Vec<Choosable> {
    Acceptance::ALL.into_iter().map(|it| Choosable::new(it.name(), it.name())).collect()
}
