//! One row of the register: shown, or as a form in its place.

use domain::control::Proof;
use domain::finding::{Finding, Level};
use domain::ids::ProductId;
use domain::plan::{Band, RiskPlan};
use domain::risk::{Estimate, Evaluation, Severity, shown_number};
use domain::text::{Statement, Title};
use leptos::prelude::*;
use service::hazards::{Record, RegisterRow, RowForm};

use super::address::{Asked, spaced};
use crate::parts::{
    Actions, Choosable, Field, FindingMark, Form, Hidden, Icon, RiskCell, RiskLevel, Select, Shape, TextArea,
    Weight,
};
use crate::words::hazards as words;

/// The level of an evaluation, as parts draw it.
pub const fn level(evaluation: Evaluation) -> Option<RiskLevel> {
    match evaluation.acceptance() {
        None => None,
        Some(domain::risk::Acceptance::Acceptable) => Some(RiskLevel::Acceptable),
        Some(domain::risk::Acceptance::Reduce) => Some(RiskLevel::Reduce),
        Some(domain::risk::Acceptance::Unacceptable) => Some(RiskLevel::Unacceptable),
    }
}

/// What stands below the word: `S5 × P4`, or only the severity when there is no probability.
pub fn pair(evaluation: Evaluation, estimate: &Estimate) -> String {
    match evaluation {
        Evaluation::Judged { cell, on_severity_alone: true, .. } => {
            format!("S{}, P not estimable", cell.severity.level())
        }
        Evaluation::Judged { cell, .. } => spaced(cell),
        Evaluation::NotEstimated => {
            estimate.severity.map(|severity| format!("S{}", severity.level())).unwrap_or_default()
        }
    }
}

/// The weight of a finding, as parts draw it.
pub const fn weight(finding: &Finding) -> Weight {
    match finding.level {
        Level::Blocks => Weight::Blocks,
        Level::Warns => Weight::Warns,
    }
}

/// A row as it is read. Cells that can be edited carry what they hold, for the island.
#[component]
pub fn ShownRow(row: RegisterRow, editable: bool, asked: Asked, base: String) -> impl IntoView {
    let RegisterRow { record, evaluations, findings, .. } = row;
    let shown = shown_number("R", record.risk.number);
    let page = format!("{base}/{shown}");
    let alive = editable && record.withdrawn.is_none();
    let edit = alive.then(|| {
        asked.address(&base, |asked| {
            asked.edited = Some(record.risk.number);
        })
    });
    let edit = edit.map(|href| format!("{href}#{shown}"));
    let cell = |field: &'static str, class: &'static str, text: String, shared: i64| {
        view! { <TextCell field class text shared alive /> }
    };
    let [hazard_shared, sequence_shared, situation_shared, harm_shared] = record.shared;
    let estimates = record.risk.estimates.clone();
    let revision = record.row_revision().to_string();
    let is_withdrawn = record.withdrawn.is_some();
    let before = pair(evaluations.initial, &estimates.initial);
    let after = pair(evaluations.left, estimates.left());
    view! {
        <tr id=shown.clone() role="row" data-risk=shown.clone() data-revision=revision>
            <th class="col-id" role="rowheader" scope="row"><a href=page.clone()>{shown.clone()}</a></th>
            {cell("hazard", "col-hazard", record.hazard.description.to_string(), hazard_shared)}
            {cell("events", "col-sequence", record.sequence.events.to_string(), sequence_shared)}
            {cell("situation", "col-situation", record.situation.description.to_string(), situation_shared)}
            {cell("harm", "col-harm", record.harm.description.to_string(), harm_shared)}
            <EstimateCell class="col-before risk-td" field="initial" estimate=estimates.initial.clone() alive>
                <RiskCell level=level(evaluations.initial) pair=before />
            </EstimateCell>
            <td class="col-controls" role="cell"><Controls record=record.clone() /></td>
            <EstimateCell class="col-after risk-td" field="residual" estimate=estimates.residual.clone() alive>
                <RiskCell level=level(evaluations.left) pair=after />
            </EstimateCell>
            <td class="col-finding" role="cell"><Findings findings page=page.clone() /></td>
            <td class="col-status" role="cell">
                {match (edit, is_withdrawn) {
                    (_, true) => view! { <span class="fine">"withdrawn"</span> }.into_any(),
                    (Some(href), false) => view! { <a href=href aria-label=format!("Edit {shown}")>"Edit"</a> }.into_any(),
                    (None, false) => ().into_any(),
                }}
            </td>
        </tr>
    }
}

/// A text of the chain. Its events are one a line, shown one after the other.
#[component]
fn TextCell(
    field: &'static str,
    class: &'static str,
    text: String,
    shared: i64,
    alive: bool,
) -> impl IntoView {
    let shown = text.lines().collect::<Vec<_>>().join("; ");
    if !alive {
        return view! { <td class=class role="cell">{shown}</td> }.into_any();
    }
    let shared = (shared > 0).then(|| shared.to_string());
    view! {
        <td class=class role="cell" tabindex="-1" data-edit=field data-was=text data-shared=shared>{shown}</td>
    }
    .into_any()
}

/// An estimate, with what the island needs to edit it.
#[component]
fn EstimateCell(
    class: &'static str,
    field: &'static str,
    estimate: Estimate,
    alive: bool,
    children: Children,
) -> impl IntoView {
    if !alive {
        return view! { <td class=class role="cell">{children()}</td> }.into_any();
    }
    let severity = estimate.severity.map(|severity| severity.level().to_string()).unwrap_or_default();
    let p1 = estimate.likelihood.p1().map(|p| p.to_string()).unwrap_or_default();
    let p2 = estimate.likelihood.p2().map(|p| p.to_string()).unwrap_or_default();
    view! {
        <td class=class role="cell" tabindex="-1" data-edit=field data-severity=severity data-p1=p1 data-p2=p2>
            {children()}
        </td>
    }
    .into_any()
}

/// How many controls of which kinds, and how many of their verifications passed.
#[component]
fn Controls(record: Record) -> impl IntoView {
    if record.uses.is_empty() {
        return view! { <span class="fine">"no control"</span> }.into_any();
    }
    let mut kinds: Vec<_> = record.uses.iter().map(|used| used.control.description.option).collect();
    kinds.dedup();
    let kinds: Vec<_> = kinds.into_iter().map(words::option_short).collect();
    let kinds = if kinds.len() == 3 { "all three kinds".to_owned() } else { kinds.join(", ") };
    let row = record.seen_by_rules();
    let passed = row
        .controls
        .iter()
        .flat_map(|control| [control.implementation, control.effectiveness])
        .filter(|proof| *proof == Proof::Shown)
        .count();
    let needed = row.controls.len() * 2;
    let verified = format!("{passed} of {needed} verified");
    view! {
        {format!("{}: {kinds}", row.controls.len())}
        <br/>
        {if passed == needed {
            view! { <span class="fine">{verified}</span> }.into_any()
        } else {
            view! { <span class="mark is-block"><Icon shape=Shape::Dashed />{verified}</span> }.into_any()
        }}
    }
    .into_any()
}

/// The first finding of each weight by its code, and how many more there are.
#[component]
fn Findings(findings: Vec<Finding>, page: String) -> impl IntoView {
    let count = findings.len();
    findings.first().map(|first| {
        let (weight, code) = (weight(first), first.check.id());
        let href = format!("{page}#{}", words::section(first.check));
        let title = words::finding(first);
        let more = (count > 1).then(|| format!("and {} more", count - 1));
        view! {
            <a class="quiet-link" href=href title=title><FindingMark weight code /></a>
            {more.map(|more| view! { <br/><span class="fine">{more}</span> })}
        }
    })
}

/// The choices of a severity, in the words of the plan.
pub fn severities(plan: &RiskPlan) -> Vec<Choosable> {
    Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let level = severity.level();
            Choosable::new(level.to_string(), format!("{level} {}", plan.severity(severity).word))
        })
        .collect()
}

/// Where the bands begin, in one line: what a typed probability comes to.
pub fn bands_in_words(plan: &RiskPlan) -> String {
    let limits = plan.limits.values();
    let steps: Vec<String> = Band::ALL[1..]
        .iter()
        .rev()
        .zip(limits.iter().rev())
        .map(|(band, limit)| format!("{} from {}", plan.band_step(*band).word, limit.shown()))
        .collect();
    format!("{}; below that {}.", steps.join(", "), plan.band_step(Band::ALL[0]).word)
}

/// A row as a form, in its place. Works without script; the island edits single cells.
#[component]
pub fn EditedRow(
    product: ProductId,
    row: RegisterRow,
    plan: RiskPlan,
    asked: Asked,
    base: String,
) -> impl IntoView {
    let record = row.record;
    let shown = shown_number("R", record.risk.number);
    let back = format!("{}#{shown}", asked.address(&base, |_| {}));
    let stored = RowForm::of_record(&record);
    let is_shared = record.shared.iter().any(|rows| *rows > 0);
    let page = format!("{base}/{shown}");
    let (named, headed) = (shown.clone(), shown.clone());
    view! {
        <tr id=shown.clone() role="row" class="row-edit">
            <td role="cell" colspan="10">
                <Form action="/api/hazards/edit_row" id="row" class="form-wide" revision=Some(record.row_revision())>
                    <Hidden name="product" value=product.to_string() />
                    <Hidden name="risk" value=named.clone() />
                    <Hidden name="back" value=back.clone() />
                    <p class="row-edit-head"><strong>{headed}</strong>
                        {is_shared.then_some(" Some of these texts stand in other rows too; a change shows there as well.")}</p>
                    <ChainFields stored=stored.clone() />
                    <EstimateFields prefix="initial" stored=stored.initial plan />
                    <Actions submit="Save the row">
                        <a href=back.clone()>"Leave without saving"</a>
                        <a href=page>"Everything about this risk"</a>
                    </Actions>
                </Form>
            </td>
        </tr>
    }
}

/// The four texts of a chain.
#[component]
pub fn ChainFields(stored: RowForm) -> impl IntoView {
    let text = |value: Option<String>| value.unwrap_or_default();
    view! {
        <div class="fields-pair">
            <Field name="hazard" label="Hazard" value=text(stored.hazard) max=Some(Title::LONGEST) required=true
                hint="The source of harm, in a few words." />
            <Field name="harm" label="Harm" value=text(stored.harm) max=Some(Title::LONGEST) required=true
                hint="What happens to the person." />
        </div>
        <div class="fields-pair">
            <TextArea name="events" label="Foreseeable sequence of events" value=text(stored.events)
                max=Some(Statement::LONGEST) required=true rows=4 hint="One event a line, in their order." />
            <TextArea name="situation" label="Hazardous situation" value=text(stored.situation)
                max=Some(Statement::LONGEST) required=true rows=4 hint="The circumstances in which somebody is exposed." />
        </div>
    }
}

/// Severity, P1 and P2 of one estimate.
#[component]
pub fn EstimateFields(
    prefix: &'static str,
    stored: service::hazards::editing::EstimateForm,
    plan: RiskPlan,
    #[prop(optional)] with_reasons: bool,
) -> impl IntoView {
    let field = |name: &str| format!("{prefix}_{name}");
    let text = |value: Option<String>| value.unwrap_or_default();
    view! {
        <div class="fields-estimate">
            <Select name=field("severity") label="Severity" options=severities(&plan) none="not estimated" value=text(stored.severity) />
            <Field name=field("p1") label="P1, situation arises" value=text(stored.p1) max=Some(40) class="field-short" hint="0.02 or 2e-2" />
            <Field name=field("p2") label="P2, leads to harm" value=text(stored.p2) max=Some(40) class="field-short" hint=format!("Per {}", plan.unit) />
        </div>
        {with_reasons.then(|| view! {
            <Field name=field("not_estimable") label="Why P can not be estimated" value=text(stored.not_estimable)
                max=Some(1000) hint="Instead of P1 and P2. The risk is then judged on its severity alone." />
            <TextArea name=field("basis") label="What it rests on" value=text(stored.basis) max=Some(Statement::LONGEST) rows=2
                hint="Field data, literature, judgement of whom." />
        })}
    }
}
