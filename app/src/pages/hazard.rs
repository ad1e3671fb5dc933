//! One risk as a story: from the hazard to what is left, with every finding in its place.

mod controls;
mod estimates;
mod trial;

use axum::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use domain::clause::{Citation, Document as Source};
use domain::finding::{Check, Finding};
use domain::hazard::{CauseKind, HazardSource};
use domain::ids::ProductId;
use domain::register::Ground;
use domain::risk::{read_number, shown_number};
use domain::text::{Name, Reason};
use leptos::prelude::*;
use service::hazards::{Record, RegisterRow, RowForm, Story as RiskStory};
use service::trail::Story as History;

use super::At;
use super::hazards::{ChainFields, plate, weight};
use super::items::item_page;
use crate::document::{Document, Frame, Room};
use crate::error::AppError;
use crate::pages::trail;
use crate::parts::{
    Actions, Badge, ButtonForm, Choice, Choosable, ClassPlate, Clause, Clauses, Disclosure, Field,
    FindingMark, FindingNote, Form, Hidden, PageHead, Section, Select, Shown, TextArea, Time, Weight,
};
use crate::request::RequestContext;
use crate::words::hazards as words;
use crate::words::items::number as item_number;

use controls::ControlSteps;
pub use trial::show as show_trial;

use estimates::{AfterStep, BeforeStep, BenefitRiskStep, CareStep, ExternalStep};

/// How many entries of the history the page shows.
const HISTORY: i64 = 12;

/// `GET /products/{product}/hazards/{risk}`: view the product. The risk is named by its number; its key leads there.
///
/// # Errors
/// Signed out; not found without a role in the product, or when there is no such risk.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, risk)): At<(ProductId, String)>,
) -> Result<Response, AppError> {
    let who = context.actor()?;
    let service = &context.service;
    if let Ok(key) = risk.parse() {
        let number = service::hazards::number_of(service, who, product, key)
            .await
            .map_err(|failure| context.face(failure))?;
        return Ok(Redirect::to(&format!("/products/{product}/hazards/{}", shown_number("R", number)))
            .into_response());
    }
    let number = read_number("R", &risk).ok_or(AppError::NotFound)?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    let story = service::hazards::risk(service, who, product, number)
        .await
        .map_err(|failure| context.face(failure))?;
    let records = service::hazards::records_behind(&story.row.record);
    let history = service::trail::history(service, who, product, &records, HISTORY)
        .await
        .map_err(|failure| context.face(failure))?;
    let shown = shown_number("R", number);
    Ok(Document::new(shown, frame, move || view! { <RiskPage product story history /> }).into_response())
}

#[component]
fn RiskPage(product: ProductId, story: RiskStory, history: History) -> impl IntoView {
    let record = story.row.record.clone();
    let editable = story.editable && record.withdrawn.is_none();
    let trail_page = format!("/products/{product}/trail?record={}", record.risk.id);
    let (row, plan) = (story.row.clone(), story.plan.plan.clone());
    let items = story.items.clone();
    view! {
        <Head product story=story.clone() />
        <ol class="story">
            <ChainSteps product row=row.clone() items=items.clone() editable />
            <BeforeStep product row=row.clone() plan=plan.clone() editable />
            <CareStep product row=row.clone() editable />
            <ExternalStep product row=row.clone() plan=plan.clone() editable />
            <ControlSteps product row=row.clone() known=story.controls.clone() items editable />
            <AfterStep product row=row.clone() plan=plan.clone() editable />
            <BenefitRiskStep product row=row.clone() editable />
            <ClassStep row=row.clone() />
        </ol>
        <Section title="History" remark="Newest first" link=Some((trail_page, "All in the trail".to_owned())) id="history">
            <trail::History story=history />
        </Section>
        {story.editable.then(|| view! { <Withdraw product record /> })}
    }
}

#[component]
fn Head(product: ProductId, story: RiskStory) -> impl IntoView {
    let RegisterRow { record, findings, .. } = story.row;
    let base = format!("/products/{product}/hazards");
    let shown = shown_number("R", record.risk.number);
    let first_event = record.sequence.events.lines().next().unwrap_or_default().to_owned();
    let title = format!("{}: {first_event}", record.hazard.description);
    let crumbs = vec![(base.clone(), "Hazards".to_owned()), (format!("{base}/{shown}"), shown)];
    let (before, after) = story.neighbours;
    let link = |number: i32, arrow: &str, spoken: &str| {
        let shown = shown_number("R", number);
        let (href, spoken) = (format!("{base}/{shown}"), format!("{spoken}, {shown}"));
        let words = if arrow == "←" { format!("← {shown}") } else { format!("{shown} →") };
        view! { <a class="button" href=href aria-label=spoken>{words}</a> }
    };
    let before = before.map(|number| link(number, "←", "Row before"));
    let after = after.map(|number| link(number, "→", "Row after"));
    let what_if = record.withdrawn.is_none().then(|| {
        let shown = shown_number("R", record.risk.number);
        view! { <a class="button" href=format!("{base}/{shown}/what-if")>"What if"</a> }
    });
    let actions = view! { {what_if} {before} {after} }.into_any();
    let count = |wanted: Weight| findings.iter().filter(|finding| weight(finding) == wanted).count();
    let (blocks, warns) = (count(Weight::Blocks), count(Weight::Warns));
    view! {
        <PageHead title crumbs actions>
            {record.withdrawn.map(|(at, reason)| view! {
                <Badge word="withdrawn" strong=true /> " on " <Time at shown=Shown::Day /> ". Because: " {reason}
            })}
            {(blocks > 0).then(|| view! { <FindingMark weight=Weight::Blocks count=Some(blocks) /> })}
            {(warns > 0).then(|| view! { <FindingMark weight=Weight::Warns count=Some(warns) /> })}
            {(story.declared && story.editable).then(|| view! {
                <span class="quiet">"The analysis is declared complete; a change here opens it again."</span>
            })}
        </PageHead>
    }
}

/// The findings that belong to a place of the story, as notes beside it.
pub(super) fn notes(
    findings: &[Finding],
    section: &str,
    control: Option<i32>,
    editable: bool,
) -> Vec<AnyView> {
    findings
        .iter()
        .filter(|finding| words::section(finding.check) == section && finding.control == control)
        .map(|finding| {
            let (level, code, sentence) = (weight(finding), finding.check.id(), words::finding(finding));
            let fix = words::fix(finding.check);
            // A link into a closed form opens it.
            let href = editable.then(|| format!("#{}", mending_form(finding)));
            let clause = finding.check.clause();
            view! {
                <FindingNote weight=level code sentence>
                    <strong>{match href {
                        Some(href) => view! { <a href=href>{fix}</a> }.into_any(),
                        None => fix.into_any(),
                    }}</strong> " " <Clause citation=clause />
                </FindingNote>
            }
            .into_any()
        })
        .collect()
}

/// The form on this page that mends what was found.
fn mending_form(finding: &Finding) -> String {
    let control = finding.control.map(|number| shown_number("RC", number)).unwrap_or_default();
    match finding.check {
        Check::NotShownToBeThere => format!("implementation-{control}"),
        Check::NotShownToWork => format!("effectiveness-{control}"),
        Check::LaterOptionUnexplained | Check::InformationLowersSeverity => format!("edit-{control}"),
        Check::VerificationFailed | Check::OrphanControl => control,
        Check::NoControl | Check::InformationAlone => "add-control".to_owned(),
        Check::EstimateIncomplete | Check::AllAlike => "initial-form".to_owned(),
        Check::ReductionWithoutProof => "controls".to_owned(),
        Check::NoBenefitRisk | Check::BenefitsDoNotOutweigh => "benefit-form".to_owned(),
        Check::SameWords => "chain-form".to_owned(),
        Check::CareUnanswered => "care-form".to_owned(),
        Check::NoExternalEstimate | Check::MoreThanExternalControlsLower => "external-form".to_owned(),
        // What is wrong with items is mended on their own pages.
        Check::ItemAboveParent
        | Check::LowerWithoutSegregation
        | Check::ItemBelowControlledRisk
        | Check::SegregationNotKept => String::new(),
    }
}

/// One step of the story: its name, what it says, and notes beside it.
#[component]
pub(super) fn Step(
    #[prop(into)] name: String,
    #[prop(optional, into)] id: String,
    #[prop(optional)] more: bool,
    #[prop(optional)] notes: Vec<AnyView>,
    children: Children,
) -> impl IntoView {
    let id = (!id.is_empty()).then_some(id);
    let class = if more { "step step-more" } else { "step" };
    view! {
        <li class=class id=id>
            {if name.is_empty() { ().into_any() } else { view! { <h2 class="step-name">{name}</h2> }.into_any() }}
            <div class="step-body">{children()}</div>
            <div class="step-notes">{notes}</div>
        </li>
    }
}

fn iso(place: &str) -> Citation {
    Citation::new(Source::Iso14971, place)
}

/// In how many other rows a text stands.
fn shared(product: ProductId, rows: i64, filter: Option<String>) -> Option<AnyView> {
    if rows == 0 {
        return None;
    }
    let words = match rows {
        1 => "Shared with 1 row".to_owned(),
        100.. => "Shared with 100 rows or more".to_owned(),
        rows => format!("Shared with {rows} rows"),
    };
    Some(match filter {
        Some(filter) => {
            view! { <p><a href=format!("/products/{product}/hazards?{filter}")>{words}</a></p> }.into_any()
        }
        None => view! { <p>{words}</p> }.into_any(),
    })
}

#[component]
fn ChainSteps(
    product: ProductId,
    row: RegisterRow,
    items: Vec<(i32, String)>,
    editable: bool,
) -> impl IntoView {
    let record = row.record;
    let [hazard_shared, sequence_shared, situation_shared, harm_shared] = record.shared;
    let hazard_number = shown_number("HZ", record.hazard.number);
    let situation_number = shown_number("HS", record.situation.number);
    let hazard_filter = Some(format!("hazard={hazard_number}"));
    let situation_filter = Some(format!("situation={situation_number}"));
    let with = |shared: Option<AnyView>, citations: Vec<Citation>| -> Vec<AnyView> {
        shared.into_iter().chain([view! { <p><Clauses citations /></p> }.into_any()]).collect()
    };
    let software = Citation::new(Source::Iec62304, "7.1.2");
    let chain_notes = notes(&row.findings, "chain", None, editable);
    let mut harm_notes = with(shared(product, harm_shared, None), vec![iso("5.5")]);
    harm_notes.extend(chain_notes);
    let meta = |parts: Vec<String>| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let hazard_meta = meta(vec![
        hazard_number,
        record.hazard.category.as_deref().map(|category| format!("category: {category}")).unwrap_or_default(),
        source_words(record.hazard.source),
    ]);
    let sequence = record.clone();
    let hazard_words = record.hazard.description.to_string();
    let situation_words = record.situation.description.to_string();
    let harm_words = record.harm.description.to_string();
    let harm_meta = shown_number("HM", record.harm.number);
    let exposed =
        record.situation.exposed.as_deref().map(|who| format!("exposed: {who}")).unwrap_or_default();
    let events: Vec<_> = record
        .sequence
        .events
        .lines()
        .map(|event| view! { <li><span>{event.to_owned()}</span></li> })
        .collect();
    view! {
        <Step name="Hazard" notes=with(shared(product, hazard_shared, hazard_filter), vec![iso("5.4")])>
            <p class="step-lead">{hazard_words}</p>
            <p class="step-meta">{hazard_meta}</p>
        </Step>
        <Step name="Foreseeable sequence of events" notes=with(shared(product, sequence_shared, None), vec![iso("5.4"), software])>
            <ol class="sequence">{events}</ol>
            <SequenceMeta product record=sequence items />
        </Step>
        <Step name="Hazardous situation" notes=with(shared(product, situation_shared, situation_filter), vec![iso("5.4")])>
            <p class="typed">{situation_words}</p>
            <p class="step-meta">{meta(vec![situation_number, exposed])}</p>
        </Step>
        <Step name="Harm" id="chain" notes=harm_notes>
            <p>{harm_words}</p>
            <p class="step-meta">{harm_meta}</p>
            {editable.then(|| view! { <ChainForm product record /> })}
        </Step>
    }
}

fn source_words(source: HazardSource) -> String {
    match source {
        HazardSource::NotStated => String::new(),
        source => format!("found by {}", words::source(source)),
    }
}

#[component]
fn SequenceMeta(product: ProductId, record: Record, items: Vec<(i32, String)>) -> impl IntoView {
    let sequence = record.sequence;
    let item = sequence.item.as_deref().map(|item| {
        let words = item.to_owned();
        let named = match named_item(item, &items) {
            Some(number) => view! { <a href=item_page(product, number)>{words}</a> }.into_any(),
            None => words.into_any(),
        };
        view! { " · software item: "{named} }
    });
    let contribution = match sequence.contribution.excluded_because() {
        None => " · a failure of the software can contribute".to_owned(),
        Some(reason) => format!(" · the software can not contribute, because: {reason}"),
    };
    let cause = words::cause(sequence.cause);
    let number = shown_number("SQ", sequence.number);
    view! { <p class="step-meta">{format!("{number} · cause: {cause}")}{item}{contribution}</p> }
}

/// The item of the tree that a text means, by its number or its name.
fn named_item(text: &str, items: &[(i32, String)]) -> Option<i32> {
    let text = text.to_lowercase();
    items
        .iter()
        .find(|(number, name)| name.to_lowercase() == text || item_number(*number).to_lowercase() == text)
        .map(|(number, _)| *number)
}

#[component]
fn ChainForm(product: ProductId, record: Record) -> impl IntoView {
    let stored = RowForm::of_record(&record);
    let text = |value: Option<String>| value.unwrap_or_default();
    let causes: Vec<_> =
        CauseKind::ALL.iter().map(|it| Choosable::new(it.name(), words::cause(*it))).collect();
    let sources: Vec<_> =
        HazardSource::ALL.iter().map(|it| Choosable::new(it.name(), words::source(*it))).collect();
    let contributes = vec![
        Choosable::new("yes", "It can, or nobody knows"),
        Choosable::new("no", "It can not, and the reason is below"),
    ];
    let is_shared = record.shared.iter().any(|rows| *rows > 0);
    view! {
        <Disclosure label="Change the chain" form="chain-form">
            <Form action="/api/hazards/edit_row" id="chain-form" class="form-wide" revision=Some(record.row_revision())>
                <RowOf product number=record.risk.number />
                {is_shared.then(|| view! { <p class="hint">"Texts that are shared change in every row that shows them."</p> })}
                <ChainFields stored=stored.clone() />
                <div class="fields-pair">
                    <Field name="category" label="Category of the hazard" value=text(stored.category) max=Some(Name::LONGEST) />
                    <Select name="source" label="How it was found" options=sources value=text(stored.source) />
                </div>
                <div class="fields-pair">
                    <Select name="cause" label="What starts the events" options=causes value=text(stored.cause) />
                    <Field name="item" label="Software item" value=text(stored.item) max=Some(Name::LONGEST) />
                </div>
                <Field name="exposed" label="Who is exposed" value=text(stored.exposed) max=Some(Name::LONGEST) />
                <Choice name="contributes" label="Can a failure of the software contribute?" options=contributes value=text(stored.contributes) />
                <TextArea name="no_contribution_reason" label="Why it can not" value=text(stored.no_contribution_reason) max=Some(Reason::LONGEST) rows=2 />
                <Actions submit="Save the chain" />
            </Form>
        </Disclosure>
    }
}

/// The hidden fields that say which row a form is about.
#[component]
pub(super) fn RowOf(product: ProductId, number: i32) -> impl IntoView {
    view! {
        <Hidden name="product" value=product.to_string() />
        <Hidden name="risk" value=shown_number("R", number) />
    }
}

/// What the row means for the class of the software.
#[component]
fn ClassStep(row: RegisterRow) -> impl IntoView {
    let share = row.share;
    let because = match share.ground {
        Ground::Unknown => "Not even a severity is known, so the cautious class counts.".to_owned(),
        ground => format!("Because: {}.", words::ground(ground)),
    };
    let notes =
        vec![view! { <p><Clause citation=Citation::new(Source::Iec62304, "4.3 a") /></p> }.into_any()];
    view! {
        <Step name="Class that this row needs" id="class" notes>
            <p><ClassPlate plate=plate(share.class) /> " " {because}</p>
            {share.is_provisional().then(|| view! {
                <p class="step-meta">{format!(
                    "Provisional: without the external controls that are not verified yet it would need class {}.",
                    share.once_unverified_fall_away
                )}</p>
            })}
        </Step>
    }
}

/// Taking the row out of the register, or back into it.
#[component]
fn Withdraw(product: ProductId, record: Record) -> impl IntoView {
    let number = record.risk.number;
    let revision = Some(record.row_revision());
    if record.withdrawn.is_some() {
        return view! {
            <Section title="Withdrawn" remark="The row is kept as it was; its number stays taken.">
                <ButtonForm action="/api/hazards/restore_risk" label="Take it back into the register" revision>
                    <RowOf product number />
                </ButtonForm>
            </Section>
        }
        .into_any();
    }
    view! {
        <Section title="Withdraw" remark="Nothing is deleted: the row leaves the register and stays readable.">
            <Disclosure label="Withdraw this row" form="withdraw" class="disclosure-severe">
                <Form action="/api/hazards/withdraw_risk" id="withdraw" revision>
                    <RowOf product number />
                    <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) required=true rows=2 hint="It stays with the row." />
                    <Actions submit="Withdraw the row" severe=true />
                </Form>
            </Disclosure>
        </Section>
    }
    .into_any()
}
