//! The route for legacy software: three questions, and the decision.

use axum::Extension;
use domain::clause::{Citation, Document as Source};
use domain::deliverable::legacy::{LegacyAnswer, LegacyQuestion, LegacyRoute, gap_clauses};
use domain::ids::ProductId;
use domain::revision::Revision;
use domain::scheme::iec62304::SafetyClass;
use domain::text::Reason;
use leptos::prelude::*;
use service::legacy_route::{AnswersForm, Standing};

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{
    Actions, Badge, Choice, Choosable, Clause, Clauses, Disclosure, Form, Hidden, PageHead, Pair, Pairs,
    Section, TextArea,
};
use crate::request::RequestContext;
use crate::words::deliverables as words;

/// `GET /products/{product}/legacy`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let standing = service::legacy_route::standing(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let frame = Frame::product(&context, product, Room::Deliverables).await?;
    Ok(Document::new("Legacy software", frame, move || view! { <LegacyPage product standing /> }))
}

#[component]
fn LegacyPage(product: ProductId, standing: Standing) -> impl IntoView {
    let Standing { record, held, editable } = standing;
    let revision = record.as_ref().map_or(Revision(0), |record| record.revision);
    let route = record.map(|record| record.route);
    let taken = route.as_ref().is_some_and(LegacyRoute::is_taken);
    let open = route.as_ref().is_some_and(|route| route.answers.open_the_route());
    let crumbs = vec![(format!("/products/{product}/deliverables"), "Deliverables".to_owned())];
    let state = match (&route, open, taken) {
        (None, ..) => "not asked yet",
        (_, _, true) => "taken",
        (_, true, false) => "open, not taken",
        (_, false, false) => "closed",
    };
    view! {
        <PageHead
            title="Legacy software"
            crumbs
            lead="For software that was lawfully on the market before its development was recorded as the standard asks. \
            Its class comes from the same rules, and whatever changes is developed and maintained as any other software."
        >
            <Badge word=state strong=taken /> " " <Clause citation=Citation::new(Source::Iec62304, "4.4.1") />
        </PageHead>
        <Questions product route=route.clone() revision editable />
        {route.map(|route| view! { <Decision product route revision editable /> })}
        {held.class().map(|class| view! { <GapAnalysis class /> })}
    }
}

/// The three questions.
#[component]
fn Questions(
    product: ProductId,
    route: Option<LegacyRoute>,
    revision: Revision,
    editable: bool,
) -> impl IntoView {
    let answered = route.clone().map(|route| {
        let pairs: Vec<_> = LegacyQuestion::ALL
            .iter()
            .map(|question| {
                let answer = words::legacy_answer(route.answers.answer(*question));
                view! { <Pair name=words::legacy_question(*question)>{answer}</Pair> }
            })
            .collect();
        view! {
            <div class="pairs-wide"><Pairs>{pairs}<Pair name="What the answers rest on"><p class="typed">{route.basis.to_string()}</p></Pair></Pairs></div>
        }
    });
    let form = editable.then(|| {
        let label = if answered.is_some() { "Answer again" } else { "Answer the questions" };
        let open = answered.is_none();
        view! { <Disclosure label form="legacy-answers" open class="no-print"><AnswerForm product route revision /></Disclosure> }
    });
    view! {
        <Section title="Three questions" remark="Only three times yes opens the route." id="questions">
            {answered}
            {form}
        </Section>
    }
}

#[component]
fn AnswerForm(product: ProductId, route: Option<LegacyRoute>, revision: Revision) -> impl IntoView {
    let stored = route.as_ref().map(AnswersForm::of).unwrap_or_default();
    let options = || -> Vec<Choosable> {
        LegacyAnswer::ALL.iter().map(|it| Choosable::new(it.name(), words::legacy_answer(*it))).collect()
    };
    let ends = route.as_ref().is_some_and(LegacyRoute::is_taken);
    view! {
        <Form action="/api/legacy_route/answer" id="legacy-answers" revision=Some(revision)>
            <Hidden name="product" value=product.to_string() />
            {ends.then(|| view! { <p class="hint">"The route is taken. Another answer than yes ends it."</p> })}
            <Choice name="placed" label=words::legacy_question(LegacyQuestion::Placed) options=options() value=stored.placed required=true class="choices-inline" />
            <Choice name="marketed" label=words::legacy_question(LegacyQuestion::Marketed) options=options() value=stored.marketed required=true class="choices-inline" />
            <Choice name="evidence_lacking" label=words::legacy_question(LegacyQuestion::EvidenceLacking) options=options() value=stored.evidence_lacking required=true class="choices-inline" />
            <TextArea name="basis" label="What the answers rest on" value=stored.basis max=Some(Reason::LONGEST) required=true rows=3
                hint="Certificates, dates, and what is missing from the development file." />
            <Actions submit="Save the answers" />
        </Form>
    }
}

/// Taking the route, or leaving it; offered only where the answers allow it.
#[component]
fn Decision(product: ProductId, route: LegacyRoute, revision: Revision, editable: bool) -> impl IntoView {
    if let Some(question) = route.answers.closed_by() {
        let words = format!(
            "The route is closed: “{}” is answered with “{}”. The deliverables of the class are owed as for new software.",
            words::legacy_question(question),
            words::legacy_answer(route.answers.answer(question)),
        );
        return view! { <Section title="Decision" id="decision"><p class="prose">{words}</p></Section> }
            .into_any();
    }
    let record = format!("/products/{product}/deliverables#D04");
    match route.taken_because {
        Some(because) => view! {
            <Section title="Decision" id="decision">
                <p class="prose">"The route is taken. Its file, "<a href=record>"D04"</a>", is owed: review of the field, gap analysis, plan to close the gaps, and the grounds for keeping the software in use."</p>
                <p class="typed">"Because: "{because.to_string()}</p>
                {editable.then(|| view! { <Decide product revision operation="leave" label="Leave the route" hint="The file no longer counts; what the class asks for is owed in full." severe=true /> })}
            </Section>
        }
        .into_any(),
        None => view! {
            <Section title="Decision" id="decision">
                <p class="prose">"The answers open the route. It is not taken: the deliverables of the class are owed as for new software."</p>
                {editable.then(|| view! { <Decide product revision operation="take" label="Take the route" hint="Why the software may stay in use on this route. From then on its file, D04, is owed." severe=false /> })}
            </Section>
        }
        .into_any(),
    }
}

#[component]
fn Decide(
    product: ProductId,
    revision: Revision,
    operation: &'static str,
    label: &'static str,
    hint: &'static str,
    severe: bool,
) -> impl IntoView {
    let id = format!("legacy-{operation}");
    view! {
        <Disclosure label form=id.clone() class="no-print">
            <Form action=format!("/api/legacy_route/{operation}") id revision=Some(revision)>
                <Hidden name="product" value=product.to_string() />
                <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) required=true rows=3 hint />
                <Actions submit=label severe />
            </Form>
        </Disclosure>
    }
}

/// What the gap analysis measures at the class.
#[component]
fn GapAnalysis(class: SafetyClass) -> impl IntoView {
    let clauses: Vec<_> = gap_clauses(class).map(domain::deliverable::Clause::citation).collect();
    let title = format!("What the gap analysis measures at class {class}");
    view! {
        <Section title remark=format!("{} sub-clauses", clauses.len()) id="gaps">
            <p class="prose">
                "On this route, what exists is compared with the sub-clauses below, and the gaps that matter for risk are closed. \
                Records of system testing are the least that must be there. "
                <Clause citation=Citation::new(Source::Iec62304, "4.4.3") />
            </p>
            <p class="prose"><Clauses citations=clauses short=true /></p>
        </Section>
    }
}
