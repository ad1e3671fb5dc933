//! What the register implies, beside what the questionnaire says.

use domain::assessment::Classification;
use domain::contradiction::Room;
use domain::ids::ProductId;
use domain::register::{Completeness, Ground, ImpliedClass};
use domain::risk::shown_number;
use domain::scheme::iec62304::SafetyClass;
use domain::text::Reason;
use leptos::prelude::*;
use service::hazards::Implied;
use service::what_if::Standpoint;

use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::{Actions, ClassPlate, Disclosure, Form, Hidden, Plate, Shown, TextArea, Time};
use crate::words::hazards as words;

/// What the questionnaire says, and whether it is only a draft.
fn says(standpoint: &Standpoint) -> Option<(Classification, bool)> {
    let speaks = standpoint.answers.as_ref()?;
    Some((speaks.said.classification()?, !speaks.of_record))
}

/// The plate of a class.
pub const fn plate(class: SafetyClass) -> Plate {
    match class {
        SafetyClass::A => Plate::SafetyA,
        SafetyClass::B => Plate::SafetyB,
        SafetyClass::C => Plate::SafetyC,
    }
}

/// The line under the head of the register.
#[component]
pub fn Standing(
    product: ProductId,
    implied: Implied,
    standpoint: Standpoint,
    declarable: bool,
) -> impl IntoView {
    let classification = format!("/products/{product}/classification");
    let ways = Ways { product, assessment: standpoint.in_work };
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        standpoint.contradictions().into_iter().partition(|it| it.leads_to(Room::Register));
    let elsewhere = (!elsewhere.is_empty()).then(|| {
        let words = match elsewhere.len() {
            1 => "One more contradiction between the schemes".to_owned(),
            count => format!("{count} more contradictions between the schemes"),
        };
        view! { <p class="quiet"><a href=classification.clone()>{words}</a></p> }
    });
    let contradictions = (!here.is_empty()).then(|| view! { <ContradictionList contradictions=here ways /> });
    let declared = implied.completeness.is_declared();
    let owes_nothing = says(&standpoint) == Some((Classification::NotADevice, false));
    view! {
        <section class="pad standing" id="register-standing" aria-label="What the register implies">
            <div class="standing-classes">
                <p class="standing-class"><span class="standing-who">"Register"</span><ImpliedWords implied=implied.clone() owes_nothing /></p>
                <p class="standing-class"><span class="standing-who">"Questionnaire"</span><QuestionnaireWords says=says(&standpoint) href=classification /></p>
            </div>
            {contradictions}
            {elsewhere}
            {declarable.then(|| if declared {
                view! { <Reopen product /> }.into_any()
            } else {
                view! { <Declare product implied /> }.into_any()
            })}
        </section>
    }
}

#[component]
fn ImpliedWords(implied: Implied, owes_nothing: bool) -> impl IntoView {
    let because = because(&implied);
    let undetermined = if owes_nothing {
        "Not determined; approved as not a medical device, it owes no class."
    } else {
        "Not determined, class C applies."
    };
    match (implied.class, implied.completeness) {
        (ImpliedClass::Determined { class, provisional }, Completeness::Declared(declaration)) => view! {
            <ClassPlate plate=plate(class) />
            <span>
                {because}
                {provisional.then_some(" Provisional: it rests on an external control that is not verified yet.")}
                " Declared complete by " {declaration.by} " on " <Time at=declaration.at shown=Shown::Day /> ": " {declaration.reason}
            </span>
        }
        .into_any(),
        (_, Completeness::Reopened { at, because, .. }) => view! {
            <ClassPlate plate=Plate::Open />
            <span><strong>{undetermined}</strong> " The analysis was declared complete and is open again since "
                <Time at=at shown=Shown::Day /> ": " {because} "."</span>
        }
        .into_any(),
        _ => view! {
            <ClassPlate plate=Plate::Open />
            <span><strong>{undetermined}</strong> " Nobody has declared the hazard analysis complete yet."</span>
        }
        .into_any(),
    }
}

/// How many of the rows that decide are read.
const FIRST: usize = 5;

/// Which rows decide, in a sentence.
fn because(implied: &Implied) -> String {
    let ImpliedClass::Determined { class, .. } = implied.if_complete else { return String::new() };
    if class == SafetyClass::A {
        return "No row is left unacceptable once only controls outside the software count.".to_owned();
    }
    let parts: Vec<String> = Ground::ALL
        .into_iter()
        .filter_map(|ground| {
            let rows: Vec<String> = implied
                .because
                .iter()
                .filter(|(_, of_row)| *of_row == ground)
                .map(|(number, _)| shown_number("R", *number))
                .collect();
            (!rows.is_empty()).then(|| format!("{} ({})", rows.join(", "), words::ground(ground)))
        })
        .collect();
    // Only the first five are read; more may need it as well.
    let such_as = if implied.because.len() < FIRST { "" } else { "rows such as " };
    format!("Because of {such_as}{}.", parts.join("; "))
}

#[component]
fn QuestionnaireWords(says: Option<(Classification, bool)>, href: String) -> impl IntoView {
    let Some((class, is_draft)) = says else {
        return view! {
            <ClassPlate plate=Plate::Open />
            <span>"Nothing is approved, so class C applies. " <a href=href>"Classify"</a></span>
        }
        .into_any();
    };
    let shown = match class {
        Classification::Class(class) => plate(class),
        Classification::NotADevice => Plate::NotDevice,
    };
    let words = if is_draft { "A draft; class C applies until it is approved. " } else { "Approved. " };
    view! { <ClassPlate plate=shown draft=is_draft /><span>{words}<a href=href>"Why"</a></span> }.into_any()
}

#[component]
fn Declare(product: ProductId, implied: Implied) -> impl IntoView {
    let ImpliedClass::Determined { class, .. } = implied.if_complete else { return ().into_any() };
    let would = format!("As the rows stand, the register would imply class {class}. {}", because(&implied));
    view! {
        <Disclosure label="Declare the analysis complete" form="declare">
            <Form action="/api/hazards/declare_complete" id="declare">
                <Hidden name="product" value=product.to_string() />
                <p>{would}</p>
                <TextArea name="reason" label="Why it is complete" max=Some(Reason::LONGEST) rows=2 required=true
                    hint="What was gone through, by whom. It stands with your name and today's date. Any later change opens the analysis again." />
                <Actions submit="Declare complete" />
            </Form>
        </Disclosure>
    }
    .into_any()
}

#[component]
fn Reopen(product: ProductId) -> impl IntoView {
    view! {
        <Disclosure label="Open the analysis again" form="reopen" class="disclosure-quiet">
            <Form action="/api/hazards/reopen" id="reopen">
                <Hidden name="product" value=product.to_string() />
                <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) rows=2 required=true />
                <Actions submit="Open it again" severe=true />
            </Form>
        </Disclosure>
    }
}
