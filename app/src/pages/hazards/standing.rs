//! What the register implies, beside what the questionnaire says.

use domain::assessment::Classification;
use domain::finding::Finding;
use domain::ids::ProductId;
use domain::register::{Completeness, Ground, ImpliedClass, compare};
use domain::risk::shown_number;
use domain::scheme::iec62304::SafetyClass;
use domain::text::Reason;
use leptos::prelude::*;
use service::hazards::Implied;

use crate::error::AppError;
use crate::parts::{
    Actions, ClassPlate, Clause, Disclosure, FindingMark, Form, Hidden, Plate, Shown, TextArea, Time,
};
use crate::request::RequestContext;
use crate::words::hazards as words;

/// What the questionnaire says.
#[derive(Clone, Copy, Debug)]
pub struct Questionnaire {
    /// The approved classification, when there is one.
    approved: Option<Classification>,
    /// What the draft comes to, when there is one and its answers suffice.
    draft: Option<Classification>,
}

impl Questionnaire {
    /// Loads it.
    ///
    /// # Errors
    /// Not found without a role in the product.
    pub async fn load(context: &RequestContext, product: ProductId) -> Result<Self, AppError> {
        let standing = service::classification::standing(&context.service, context.actor()?, product)
            .await
            .map_err(|failure| context.face(failure))?;
        Ok(Self {
            approved: standing.approved.map(|_| standing.of_record),
            draft: standing.draft.and_then(|draft| draft.classification),
        })
    }

    /// What is compared with the register: the record, else the draft.
    fn says(self) -> Option<(Classification, bool)> {
        self.approved.map(|class| (class, false)).or_else(|| self.draft.map(|class| (class, true)))
    }

    /// The disagreement with what the register implies.
    pub fn disagreement(self, implied: &Implied) -> Option<Finding> {
        match self.says()?.0 {
            Classification::Class(class) => compare(class, implied.class, implied.any_severe),
            Classification::NotADevice => None,
        }
    }
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
    questionnaire: Questionnaire,
    declarable: bool,
) -> impl IntoView {
    let classification = format!("/products/{product}/classification");
    let disagreement = questionnaire.disagreement(&implied).map(|finding| {
        view! {
            <p class="standing-finding">
                <FindingMark weight=super::row::weight(&finding) code=finding.check.id() />
                " " {words::finding(&finding)} " " <Clause citation=finding.check.clause() /> " "
                <a href=classification.clone()>{words::fix(finding.check)}</a>
            </p>
        }
    });
    let declared = implied.completeness.is_declared();
    view! {
        <section class="pad standing" id="register-standing" aria-label="What the register implies">
            <div class="standing-classes">
                <p class="standing-class"><span class="standing-who">"Register"</span><ImpliedWords implied=implied.clone() /></p>
                <p class="standing-class"><span class="standing-who">"Questionnaire"</span><QuestionnaireWords questionnaire href=classification /></p>
            </div>
            {disagreement}
            {declarable.then(|| if declared {
                view! { <Reopen product /> }.into_any()
            } else {
                view! { <Declare product implied /> }.into_any()
            })}
        </section>
    }
}

#[component]
fn ImpliedWords(implied: Implied) -> impl IntoView {
    let because = because(&implied);
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
            <span><strong>"Not determined, class C applies."</strong> " The analysis was declared complete and is open again since "
                <Time at=at shown=Shown::Day /> ": " {because} "."</span>
        }
        .into_any(),
        _ => view! {
            <ClassPlate plate=Plate::Open />
            <span><strong>"Not determined, class C applies."</strong> " Nobody has declared the hazard analysis complete yet."</span>
        }
        .into_any(),
    }
}

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
    format!("Because of {}.", parts.join("; "))
}

#[component]
fn QuestionnaireWords(questionnaire: Questionnaire, href: String) -> impl IntoView {
    let Some((class, is_draft)) = questionnaire.says() else {
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
