//! The controls of a risk, each with its two verifications side by side, never merged.

use domain::clause::{Citation, Document};
use domain::control::{ControlOption, Outcome, Place, Verification, VerificationKind};
use domain::ids::ProductId;
use domain::revision::Revision;
use domain::risk::shown_number;
use domain::text::{Line, Name, Reason, Statement, Title};
use leptos::prelude::*;
use service::hazards::controls::use_revision;
use service::hazards::{ControlForm, ControlUse, RegisterRow, VerificationForm};

use super::{RowOf, Step, iso, notes};
use crate::pages::items::item_page;
use crate::parts::field::Faults;
use crate::parts::kept::{KeptField, element_id};
use crate::parts::time::day;
use crate::parts::{
    Actions, Check, Choosable, Clause, Disclosure, Field, Form, Hidden, Icon, Select, Shape, TextArea,
};
use crate::words::hazards as words;
use crate::words::items::number as item_number;

/// All controls, and the forms that add one.
#[component]
pub fn ControlSteps(
    product: ProductId,
    row: RegisterRow,
    known: Vec<(i32, String, i64)>,
    items: Vec<(i32, String)>,
    editable: bool,
) -> impl IntoView {
    let number = row.record.risk.number;
    let uses = row.record.uses.clone();
    let none = uses.is_empty();
    let mut first_notes = notes(&row.findings, "controls", None, editable);
    first_notes.push(view! { <p>"Design first, then protection, then information."</p><p><Clause citation=iso("7.1") /></p> }.into_any());
    let used: Vec<i32> = uses.iter().map(|used| used.control.number).collect();
    let known: Vec<_> = known.into_iter().filter(|(number, ..)| !used.contains(number)).collect();
    let steps: Vec<_> = uses
        .into_iter()
        .map(|used| {
            let beside = notes(&row.findings, "controls", Some(used.control.number), editable);
            view! { <ControlStep product number used items=items.clone() beside editable /> }
        })
        .collect();
    view! {
        <Step name="Risk controls" id="controls" notes=first_notes>
            {none.then(|| view! { <p class="quiet">"Nothing controls this risk yet."</p> })}
            {editable.then(|| view! {
                <Disclosure label="Add a control" form="add-control"><NewControl product number items=items.clone() /></Disclosure>
                {(!known.is_empty()).then(|| view! {
                    <Disclosure label="Use one that stands already" form="use-control" class="disclosure-quiet"><UseControl product number known /></Disclosure>
                })}
            })}
        </Step>
        {steps}
    }
}

#[component]
fn ControlStep(
    product: ProductId,
    number: i32,
    used: ControlUse,
    items: Vec<(i32, String)>,
    beside: Vec<AnyView>,
    editable: bool,
) -> impl IntoView {
    let shown = shown_number("RC", used.control.number);
    let control = used.control.description.clone();
    let mut beside = beside;
    if control.external {
        let clause = Citation::new(Document::Iec62304, "4.3 a");
        beside.push(
            view! { <p>"Outside the software: counts for its class." " " <Clause citation=clause /></p> }
                .into_any(),
        );
    }
    let detail = control.place_detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    let place = match control.item {
        Some(item) => {
            let name = items.iter().find(|(number, _)| *number == item).map(|(_, name)| name.as_str());
            let words = format!("{} {}", item_number(item), name.unwrap_or_default());
            view! { "in "<a href=item_page(product, item)>{words}</a>{detail} }.into_any()
        }
        None => format!("in {}{detail}", words::place(control.place)).into_any(),
    };
    let requirement =
        control.requirement.as_deref().map(|it| format!(" · requirement {it}")).unwrap_or_default();
    let owner = control.owner.as_deref().map(|it| format!(" · owner {it}")).unwrap_or_default();
    let outside = if control.external { "external to the software system" } else { "not external" };
    let lowers = lowers_in_words(&used);
    view! {
        <Step name="" more=true id=shown.clone() notes=beside>
            <h3 class="control-head"><span class="code">{shown}</span> <strong>{control.title.to_string()}</strong></h3>
            <p class="step-meta">
                {words::option(control.option)} " · " {place} " · "
                {if control.external { view! { <strong>{outside}</strong> }.into_any() } else { outside.into_any() }}
                {requirement} {owner}
            </p>
            <p class="step-meta">{lowers}</p>
            {control.description.map(|text| view! { <p class="typed">{text.to_string()}</p> })}
            {control.lower_option_reason.map(|reason| view! { <p class="step-meta">"No earlier kind, because: " {reason.to_string()}</p> })}
            <div class="checks">
                <VerificationBox product number used=used.clone() kind=VerificationKind::Implementation editable />
                <VerificationBox product number used=used.clone() kind=VerificationKind::Effectiveness editable />
            </div>
            {editable.then(|| view! { <ChangeControl product number used items /> })}
        </Step>
    }
}

fn lowers_in_words(used: &ControlUse) -> String {
    let parts: Vec<&str> = [
        (used.lowers.p1, "P1, so that the situation is rarer"),
        (used.lowers.p2, "P2, so that it leads to harm less often"),
        (used.lowers.severity, "the severity of the harm"),
    ]
    .into_iter()
    .filter_map(|(lowers, words)| lowers.then_some(words))
    .collect();
    format!("Lowers {}.", parts.join("; and "))
}

/// One verification of a control, or the gap where it is missing.
#[component]
fn VerificationBox(
    product: ProductId,
    number: i32,
    used: ControlUse,
    kind: VerificationKind,
    editable: bool,
) -> impl IntoView {
    let stored = used.verification(kind).cloned();
    let proved = stored.as_ref().is_some_and(|it| it.result.proof() == domain::control::Proof::Shown);
    let class = if proved { "check" } else { "check check-gap" };
    let mark = match stored.as_ref().map_or(Outcome::Open, |it| it.result.outcome) {
        Outcome::Passed => {
            view! { <span class="mark is-ok"><Icon shape=Shape::Tick />"passed"</span> }.into_any()
        }
        Outcome::Failed => {
            view! { <span class="mark is-block"><Icon shape=Shape::Octagon />"failed"</span> }.into_any()
        }
        Outcome::Open => {
            view! { <span class="mark is-block"><Icon shape=Shape::Dashed />"no result"</span> }.into_any()
        }
    };
    let form = format!("{}-{}", kind.name(), shown_number("RC", used.control.number));
    let label = if stored.is_some() { "Enter a newer result" } else { "Enter a result" };
    view! {
        <div class=class>
            <p class="check-head"><strong>{words::verification(kind)}</strong> <span class="quiet">{kind.name()}</span> {mark}</p>
            {stored.clone().map(|it| view! { <Recorded it /> })}
            {editable.then(|| view! {
                <Disclosure label form=form.clone() class="disclosure-quiet">
                    <VerificationFields product number control=used.control.number kind stored id=form.clone() />
                </Disclosure>
            })}
        </div>
    }
}

#[component]
fn Recorded(it: Verification) -> impl IntoView {
    let result = it.result;
    let by = result.performed_by.as_deref().map(|who| format!(" · {who}")).unwrap_or_default();
    let on = result.performed_on.map(|date| format!(" · {}", day(date))).unwrap_or_default();
    let evidence = result.evidence.map(|evidence| {
        let text = evidence.to_string();
        if text.starts_with("https://") || text.starts_with("http://") {
            view! { <p class="check-meta"><a href=text.clone() rel="noopener noreferrer">{text.clone()}</a></p> }.into_any()
        } else {
            view! { <p class="check-meta">{text}</p> }.into_any()
        }
    });
    view! {
        <p class="typed">{result.method.to_string()}</p>
        {evidence}
        <p class="check-meta">{format!("{}{by}{on}", shown_number("VR", it.number))}</p>
    }
}

#[component]
fn VerificationFields(
    product: ProductId,
    number: i32,
    control: i32,
    kind: VerificationKind,
    stored: Option<Verification>,
    id: String,
) -> impl IntoView {
    let revision = Some(Revision(stored.as_ref().map_or(0, |it| it.number)));
    let open = stored.filter(|it| it.result.outcome == Outcome::Open);
    let value = open.map(|it| VerificationForm::of_result(&it.result)).unwrap_or_default();
    let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::Open].map(|it| {
        Choosable::new(
            it.name(),
            if it == Outcome::Open { "planned, no result yet" } else { words::outcome(it) },
        )
    });
    let hint = match kind {
        VerificationKind::Implementation => {
            "How it was shown that the control is there: review, inspection, test."
        }
        VerificationKind::Effectiveness => {
            "How it was shown that the control works: bench test, simulation, usability test."
        }
    };
    view! {
        <Form action="/api/hazards/record_verification" id revision>
            <RowOf product number />
            <Hidden name="control" value=shown_number("RC", control) />
            <Hidden name="kind" value=kind.name() />
            <TextArea name="method" label="Method" value=value.method max=Some(Statement::LONGEST) required=true rows=2 hint />
            <Select name="outcome" label="Result" options=outcomes.to_vec() value=value.outcome />
            <Field name="evidence" label="Evidence" value=value.evidence max=Some(Line::LONGEST) hint="The report's number, or a link. A result needs it." />
            <Field name="performed_on" label="Done on" kind="date" value=value.performed_on class="field-short" hint="A result needs it." />
            <Field name="performed_by" label="Done by" value=value.performed_by max=Some(Name::LONGEST) />
            <Actions submit="Record it" />
        </Form>
    }
}

#[component]
fn NewControl(product: ProductId, number: i32, items: Vec<(i32, String)>) -> impl IntoView {
    view! {
        <Form action="/api/hazards/add_control" id="add-control" class="form-wide">
            <RowOf product number />
            <ControlFields stored=ControlForm { option: "design".to_owned(), place: "software_item".to_owned(), ..ControlForm::default() } items />
            <Actions submit="Add the control" />
        </Form>
    }
}

#[component]
fn UseControl(product: ProductId, number: i32, known: Vec<(i32, String, i64)>) -> impl IntoView {
    let options: Vec<_> = known
        .into_iter()
        .map(|(number, title, uses)| {
            let shown = shown_number("RC", number);
            Choosable::new(shown.clone(), format!("{shown} {title} (used {uses} times)"))
        })
        .collect();
    view! {
        <Form action="/api/hazards/use_control" id="use-control" class="form-wide">
            <RowOf product number />
            <Select name="control" label="Control" options none="choose one" required=true />
            <LowersFields stored=ControlForm::default() />
            <Actions submit="Use it here too" />
        </Form>
    }
}

#[component]
fn ChangeControl(
    product: ProductId,
    number: i32,
    used: ControlUse,
    items: Vec<(i32, String)>,
) -> impl IntoView {
    let shown = shown_number("RC", used.control.number);
    let (edit, end) = (format!("edit-{shown}"), format!("end-{shown}"));
    let revision = Some(use_revision(&used));
    let stored = ControlForm::of_use(&used);
    let control = shown.clone();
    view! {
        <div class="actions">
            <Disclosure label="Change the control" form=edit.clone() class="disclosure-quiet">
                <Form action="/api/hazards/edit_control" id=edit class="form-wide" revision>
                    <RowOf product number />
                    <Hidden name="control" value=control.clone() />
                    <ControlFields stored items />
                    <Actions submit="Save the control" />
                </Form>
            </Disclosure>
            <Disclosure label="No longer use it here" form=end.clone() class="disclosure-quiet">
                <Form action="/api/hazards/end_use" id=end revision>
                    <RowOf product number />
                    <Hidden name="control" value=shown.clone() />
                    <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) required=true rows=2
                        hint="A control that is used nowhere else is withdrawn with it." />
                    <Actions submit="End its use here" severe=true />
                </Form>
            </Disclosure>
        </div>
    }
}

/// The fields of a control and of what it lowers here.
#[component]
fn ControlFields(stored: ControlForm, items: Vec<(i32, String)>) -> impl IntoView {
    let options: Vec<_> =
        ControlOption::ALL.iter().map(|it| Choosable::new(it.name(), words::option(*it))).collect();
    let places: Vec<_> = Place::ALL.iter().map(|it| Choosable::new(it.name(), words::place(*it))).collect();
    let external = stored.external == "yes";
    let of_tree: Vec<_> = items
        .into_iter()
        .map(|(number, name)| Choosable::new(item_number(number), format!("{} {name}", item_number(number))))
        .collect();
    view! {
        <Field name="title" label="Control" value=stored.title.clone() max=Some(Title::LONGEST) required=true
            hint="What lowers the risk. A test lowers nothing; enter it as a verification." />
        <TextArea name="description" label="What it does" value=stored.description.clone() max=Some(Statement::LONGEST) rows=2 />
        <div class="fields-pair">
            <Select name="option" label="Kind" options value=stored.option.clone() />
            <Select name="place" label="Implemented in" options=places value=stored.place.clone() />
        </div>
        <TextArea name="lower_option_reason" label="Why no earlier kind" value=stored.lower_option_reason.clone() max=Some(Reason::LONGEST) rows=2
            hint="For a protective measure: why the design can not do it. For information: why protection can not either." />
        {(!of_tree.is_empty()).then(|| view! {
            <Select name="item" label="Software item" options=of_tree value=stored.item.clone() none="none of the tree"
                hint="For a control in this software: the item takes at least the class of the risk." />
        })}
        <Field name="place_detail" label="Where exactly" value=stored.place_detail.clone() max=Some(Line::LONGEST) hint="The system, procedure or section, or the place inside the item." />
        <div class="fields-pair">
            <Field name="requirement" label="Requirement" value=stored.requirement.clone() max=Some(Name::LONGEST) />
            <Field name="owner" label="Owner" value=stored.owner.clone() max=Some(Name::LONGEST) />
        </div>
        <Check name="external" label="External to the software system" checked=external
            hint="Hardware, an independent system, a procedure: something that does not fail together with this software. Counts for the class." />
        <LowersFields stored />
    }
}

#[component]
fn LowersFields(stored: ControlForm) -> impl IntoView {
    let wrong = KeptField::named("lowers").wrong;
    view! {
        <fieldset class="field choices lowers" id=element_id("lowers")>
            <legend class="label">"What it lowers here"</legend>
            <Faults id=element_id("lowers") wrong />
            <Check name="lowers_p1" label="P1, the situation is rarer" checked=stored.lowers_p1 == "yes" />
            <Check name="lowers_p2" label="P2, it leads to harm less often" checked=stored.lowers_p2 == "yes" />
            <Check name="lowers_severity" label="The severity of the harm" checked=stored.lowers_severity == "yes" />
        </fieldset>
    }
}
