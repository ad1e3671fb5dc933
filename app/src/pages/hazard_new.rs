//! A new row of the register.

use axum::Extension;
use domain::access::Permission;
use domain::hazard::CauseKind;
use domain::ids::ProductId;
use domain::plan::RiskPlan;
use leptos::prelude::*;
use service::hazards::RowForm;

use super::At;
use super::hazards::{ChainFields, EstimateFields};
use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::parts::{Actions, Check, Choosable, Field, Form, Hidden, PageHead, Section, Select};
use crate::request::RequestContext;
use crate::words::hazards as words;

/// `GET /products/{product}/hazards/new`: edit hazards.
///
/// # Errors
/// Not found, forbidden.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let plan =
        service::hazards::plan(&context.service, who, product).await.map_err(|e| context.face(e))?.plan;
    if !who.may(Permission::EditHazards, product) {
        return Err(AppError::Forbidden);
    }
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    Ok(Document::new("Add a row", frame, move || {
        let crumbs = vec![(format!("/products/{product}/hazards"), "Hazards".to_owned())];
        view! {
            <PageHead title="Add a row" crumbs
                lead="One way in which somebody can come to harm. A text that stands in the register already is used again, not doubled." />
            <NewRow product plan />
        }
    }))
}

#[component]
fn NewRow(product: ProductId, plan: RiskPlan) -> impl IntoView {
    let bands = super::hazards::bands_in_words(&plan);
    let causes = CauseKind::ALL
        .iter()
        .map(|cause| Choosable::new(cause.name(), words::cause(*cause)))
        .collect::<Vec<_>>();
    view! {
        <Form action="/api/hazards/add_risk" id="new-row" class="form-wide">
            <Hidden name="product" value=product.to_string() />
            <Section title="The chain" remark="From the source of harm to what happens to a person.">
                <ChainFields stored=RowForm::default() />
                <div class="fields-pair">
                    <Select name="cause" label="What starts it" options=causes value="not_stated" />
                    <Field name="item" label="Software item" max=Some(120) hint="Where it starts or passes through, if anywhere." />
                </div>
            </Section>
            <Section title="Risk before control" remark="May stay open for now; an analysis can be declared complete only with it.">
                <p class="hint">
                    "The failure of the software itself counts as certain: P1 is the chance of the other events. P = P1 × P2: "
                    {bands}
                </p>
                <EstimateFields prefix="initial" stored=Default::default() plan with_reasons=true />
                <Check name="external_as_initial" label="Nothing outside the software lowers this risk"
                    hint="Takes the same estimate for “with external controls only”, which decides the software safety class." />
            </Section>
            <Actions submit="Add the row"><a href=format!("/products/{product}/hazards")>"Leave without saving"</a></Actions>
        </Form>
    }
}
