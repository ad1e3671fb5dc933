//! What if: severities, probabilities and controls of a row, tried before anything is saved.

use axum::Extension;
use axum::extract::Query;
use domain::control::Place;
use domain::ids::ProductId;
use domain::plan::RiskPlan;
use domain::risk::{CareAnswer, Estimate, read_number, shown_number};
use domain::text::Reason;
use leptos::prelude::*;
use service::hazards::controls::use_revision;
use service::hazards::{ControlUse, Record};
use service::what_if::RowTried;

use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::islands::handed::hand;
use crate::islands::trial::{FORM, RowTrial, SAVING, TRIED, Tried, TryingRow, query};
use crate::pages::At;
use crate::pages::hazards::severities;
use crate::parts::contradiction::Ways;
use crate::parts::{Actions, Form, Hidden, PageHead, TextArea};
use crate::request::RequestContext;
use crate::words::hazards as words;

/// `GET /products/{product}/hazards/{risk}/what-if`: view the product. What is tried stands in the address, by the
/// names of the fields.
///
/// # Errors
/// Signed out; not found without a role in the product, or when there is no such row in the register.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, risk)): At<(ProductId, String)>,
    Query(fields): Query<Tried>,
) -> Page {
    let who = context.actor()?;
    let number = read_number("R", &risk).ok_or(AppError::NotFound)?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    let row = service::what_if::row(&context.service, who, product, number)
        .await
        .map_err(|failure| context.face(failure))?;
    if row.story.row.record.withdrawn.is_some() {
        return Err(AppError::NotFound);
    }
    let title = format!("What if, {}", shown_number("R", number));
    Ok(Document::new(title, frame, move || view! { <WhatIf product row fields /> }))
}

#[component]
fn WhatIf(product: ProductId, row: RowTried, fields: Tried) -> impl IntoView {
    let RowTried { story, trying, held, in_work } = row;
    let record = story.row.record.clone();
    let shown = shown_number("R", record.risk.number);
    let register = format!("/products/{product}/hazards");
    let page = format!("{register}/{shown}");
    let here = format!("{page}/what-if");
    let crumbs = vec![(register, "Hazards".to_owned()), (page.clone(), shown.clone())];
    let actions = view! { <a class="button" href=page>{format!("Back to {shown}")}</a> }.into_any();
    let saved = saved_fields(&record);
    let tried: Tried = fields
        .into_iter()
        .map(|(name, value)| (name, value.trim().to_owned()))
        .filter(|(name, value)| saved.iter().any(|(known, saved)| known == name && saved != value))
        .collect();
    let state = TryingRow { trying, ways: Ways { product, assessment: in_work }, tried: tried.clone() };
    let plan = story.plan.plan.clone();
    view! {
        <PageHead
            title=format!("What if, {shown}")
            crumbs
            lead="Change a severity, a probability or a control and see what it does to the cell, the class and what is owed. Nothing is saved until you say so."
            actions
        />
        <div class="wizard trial">
            <Fields record=record.clone() plan saved tried=tried.clone() held here=here.clone() />
            <div class="trial-side">
                {hand(state)}
                <RowTrial />
                <Saving product record tried here may=story.editable />
            </div>
        </div>
    }
}

/// The fields that can be tried, each with what is saved.
fn saved_fields(record: &Record) -> Tried {
    let estimates = &record.risk.estimates;
    let mut all = Tried::new();
    for (prefix, estimate) in [
        ("initial", &estimates.initial),
        ("external", &estimates.external),
        ("residual", &estimates.residual),
    ] {
        let text = |value: Option<String>| value.unwrap_or_default();
        let likelihood = &estimate.likelihood;
        all.push((
            format!("{prefix}_severity"),
            text(estimate.severity.map(|severity| severity.level().to_string())),
        ));
        all.push((format!("{prefix}_p1"), text(likelihood.p1().map(|p| p.to_string()))));
        all.push((format!("{prefix}_p2"), text(likelihood.p2().map(|p| p.to_string()))));
    }
    let contributes = record.sequence.contribution.excluded_because().is_none();
    all.push(("contributes".to_owned(), yes_or_no(contributes)));
    all.push(("care".to_owned(), estimates.care.name().to_owned()));
    for used in &record.uses {
        let number = used.control.number;
        all.push((format!("external_{number}"), yes_or_no(used.control.description.external)));
        all.push((format!("verified_{number}"), String::new()));
        all.push((format!("used_{number}"), yes_or_no(true)));
    }
    all
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// What is drawn in the fields: what is tried, else what is saved.
#[derive(Clone)]
struct Drawn {
    saved: Tried,
    tried: Tried,
}

impl Drawn {
    fn saved(&self, name: &str) -> String {
        Self::of(&self.saved, name).unwrap_or_default()
    }

    fn shown(&self, name: &str) -> String {
        Self::of(&self.tried, name).unwrap_or_else(|| self.saved(name))
    }

    fn of(fields: &Tried, name: &str) -> Option<String> {
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn choice(&self, name: &str, label: String, options: Vec<(String, String)>, disabled: bool) -> AnyView {
        let (id, shown) = (format!("try-{name}"), self.shown(name));
        let options: Vec<_> = options
            .into_iter()
            .map(|(value, words)| {
                let selected = value == shown;
                view! { <option value=value selected=selected>{words}</option> }
            })
            .collect();
        view! {
            <div class="trial-row">
                <label for=id.clone()>{label}</label>
                <select class="input input-select" id=id name=name.to_owned() data-saved=self.saved(name) disabled=disabled>{options}</select>
            </div>
        }
        .into_any()
    }

    fn number(&self, name: &str, label: &'static str) -> AnyView {
        let id = format!("try-{name}");
        view! {
            <div class="trial-row">
                <label for=id.clone()>{label}</label>
                <input class="input" type="text" inputmode="decimal" maxlength="40" id=id name=name.to_owned()
                    data-saved=self.saved(name) value=self.shown(name) />
            </div>
        }
        .into_any()
    }
}

#[component]
fn Fields(
    record: Record,
    plan: RiskPlan,
    saved: Tried,
    tried: Tried,
    held: Vec<i32>,
    here: String,
) -> impl IntoView {
    let drawn = Drawn { saved, tried };
    let estimates = &record.risk.estimates;
    let estimate = |prefix: &str, title: &'static str, estimate: &Estimate| {
        let mut options = vec![(String::new(), "not estimated".to_owned())];
        options.extend(severities(&plan).into_iter().map(|option| (option.value, option.label)));
        let reason = estimate.likelihood.not_estimable().map(|_| {
            view! { <p class="quiet">"The probability is said not to be estimable. A number here would take the place of that."</p> }
        });
        view! {
            <h2 class="question-group">{title}</h2>
            {reason}
            {drawn.choice(&format!("{prefix}_severity"), "Severity".to_owned(), options, false)}
            {drawn.number(&format!("{prefix}_p1"), "P1, situation arises")}
            {drawn.number(&format!("{prefix}_p2"), "P2, leads to harm")}
        }
    };
    let care = CareAnswer::ALL.map(|answer| (answer.name().to_owned(), words::care(answer).to_owned()));
    let contributes = [("yes", "It can, or nobody knows"), ("no", "It can not")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()));
    let controls: Vec<_> =
        record.uses.iter().map(|used| control(&drawn, used, held.contains(&used.control.number))).collect();
    let some = !controls.is_empty();
    view! {
        <form class="questions" id=FORM method="get" action=here autocomplete="off">
            {estimate("initial", "Risk before control", &estimates.initial)}
            {estimate("external", "With external controls only", &estimates.external)}
            {estimate("residual", "Risk after control", &estimates.residual)}
            <h2 class="question-group">"The software and the harm"</h2>
            {drawn.choice("contributes", "Can a failure of the software contribute?".to_owned(), contributes.to_vec(), false)}
            {drawn.choice("care", "Severity 3: was the care needed to prevent permanent impairment?".to_owned(), care.to_vec(), false)}
            {some.then(|| view! { <h2 class="question-group">"Risk controls"</h2>{controls} })}
            <div class="actions without-script">
                <button type="submit" class="button button-primary">"Show what would change"</button>
            </div>
        </form>
    }
}

/// The fields of one control.
fn control(drawn: &Drawn, used: &ControlUse, held: bool) -> AnyView {
    let number = used.control.number;
    let shown = shown_number("RC", number);
    let inside = used.control.description.place == Place::SoftwareItem;
    let pairs = |options: &[(&str, &str)]| -> Vec<(String, String)> {
        options.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
    };
    let note = if held {
        Some("It stands in too many other rows to be tried as a whole; only its use here can be.")
    } else if inside {
        Some("It is part of this software, so it can not stand outside of it.")
    } else {
        None
    };
    view! {
        <h3 class="trial-control"><span class="code">{shown.clone()}</span>" "{used.control.description.title.to_string()}</h3>
        {note.map(|note| view! { <p class="quiet">{note}</p> })}
        {drawn.choice(
            &format!("external_{number}"),
            format!("{shown} stands"),
            pairs(&[("yes", "outside the software"), ("no", "inside of it")]),
            inside || held,
        )}
        {drawn.choice(
            &format!("verified_{number}"),
            format!("{shown} is verified"),
            pairs(&[("", "as recorded"), ("yes", "if both verifications passed"), ("no", "if neither were there")]),
            held,
        )}
        {drawn.choice(
            &format!("used_{number}"),
            format!("{shown} is used here"),
            pairs(&[("yes", "yes"), ("no", "no longer")]),
            false,
        )}
    }
    .into_any()
}

/// Saving what is tried, or forgetting it.
#[component]
fn Saving(product: ProductId, record: Record, tried: Tried, here: String, may: bool) -> impl IntoView {
    let forget = view! { <a class="button" href=here>"Forget"</a> };
    if !may {
        return view! {
            <div class="trial-save">
                <p class="quiet">"Your role only reads, so it can not be saved. Trying is free."</p>
                <div class="actions">{forget}</div>
            </div>
        }
        .into_any();
    }
    let mut seen: Tried = vec![("row".to_owned(), record.row_revision().to_string())];
    seen.extend(
        record.uses.iter().map(|used| (used.control.number.to_string(), use_revision(used).to_string())),
    );
    view! {
        <Form action="/api/hazards/save_tried" id=SAVING class="trial-save">
            <Hidden name="product" value=product.to_string() />
            <Hidden name="risk" value=shown_number("R", record.risk.number) />
            <Hidden name="seen" value=query(&seen) />
            <input type="hidden" name=TRIED id=TRIED value=query(&tried) />
            <TextArea
                name="reason"
                label="Why?"
                hint="Needed where a control is no longer used, or the software is said not to contribute."
                max=Some(Reason::LONGEST)
                rows=2
            />
            <p class="quiet">"What is tried about verifications is not saved: record them with their evidence."</p>
            <Actions submit="Save">{forget}</Actions>
        </Form>
    }
    .into_any()
}
