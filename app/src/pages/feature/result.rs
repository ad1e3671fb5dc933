//! What a feature asks for, as a document: level, schemes, deliverables, what to look at, reasons, and the way to a
//! decision.

use axum::Extension;
use domain::access::Permission;
use domain::clause::Citation;
use domain::feature::{Concerned, Record, State, shown};
use domain::ids::{FeatureId, ProductId};
use domain::risk::shown_number;
use domain::text::{Reason, Statement};
use leptos::context::Provider;
use leptos::prelude::*;
use service::features::{Opened, TakenStep};

use crate::document::{Document, Frame, Page, Room};
use crate::pages::At;
use crate::pages::features::StateMark;
use crate::parts::error_summary::ErrorSummary;
use crate::parts::kept::FormScope;
use crate::parts::{
    Actions, Badge, ButtonForm, Clauses, Field, FindingLine, Form, Hidden, PageHead, TextArea, Time, Weight,
};
use crate::request::RequestContext;
use crate::words;

use super::card::schemes;

/// `GET /products/{product}/features/{feature}/result`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, feature)): At<(ProductId, FeatureId)>,
) -> Page {
    let who = context.actor()?;
    let opened = service::features::open(&context.service, who, product, feature)
        .await
        .map_err(|failure| context.face(failure))?;
    let may_author = who.may(Permission::EditAssessment, product);
    let frame = Frame::product(&context, product, Room::Features).await?;
    let title = format!("Result of {}", shown(opened.feature.number));
    Ok(Document::new(title, frame, move || {
        let record = opened.record();
        view! {
            <Head opened=opened.clone() />
            <article class="document">
                <Level opened=opened.clone() record=record.clone() />
                <Remarks steps=opened.steps.clone() />
                <Feature record=record.clone() />
                <h2>"Which schemes move"</h2>
                {schemes(&record.schemes)}
                <Owed record=record.clone() />
                <LookAt opened=opened.clone() record=record.clone() />
                <Answers opened=opened.clone() record=record.clone() />
                <Reasons opened=opened.clone() record />
                <Deciding opened may_author />
            </article>
        }
    }))
}

fn room(opened: &Opened) -> String {
    format!("/products/{}/features", opened.feature.product)
}

#[component]
fn Head(opened: Opened) -> impl IntoView {
    let room = room(&opened);
    let feature = opened.feature.clone();
    let title = format!("{} {}", shown(feature.number), feature.description.name);
    let questions = format!("{room}/{}", feature.id);
    let ready = opened.triage.is_complete();
    let actions = opened.may_edit.then(|| {
        view! {
            <a class="button" href=format!("{questions}/edit")>"Edit or withdraw"</a>
            <a class="button" href=questions>"Back to the questions"</a>
            {ready.then(|| view! { <a class="button button-primary" href="#hand-over">"To the hand-over"</a> })}
        }
        .into_any()
    });
    view! {
        <PageHead title crumbs=vec![(room, "Features".to_owned())] actions>
            <StateMark state=feature.state />
            <span class="quiet">"added on "<Time at=feature.created_at /></span>
        </PageHead>
    }
}

/// The level of work, and the rules that ask for it.
#[component]
fn Level(opened: Opened, record: Record) -> impl IntoView {
    let is_decided = opened.feature.record.is_some();
    let so_far = match (is_decided, opened.triage.is_complete()) {
        (true, _) => None,
        (false, true) => Some("not decided yet"),
        (false, false) => Some("so far; questions are open"),
    };
    let rules: Vec<_> = record
        .rules
        .into_iter()
        .map(|(sentence, citations)| view! { <li>{sentence}" "<Clauses citations /></li> })
        .collect();
    view! {
        <p class="triage-level">{record.title}" "{so_far.map(|word| view! { <Badge word /> })}</p>
        <p>{record.sentence}</p>
        <ul class="triage-rules">{rules}</ul>
    }
}

/// What was said on the way.
#[component]
fn Remarks(steps: Vec<TakenStep>) -> impl IntoView {
    (!steps.is_empty()).then(|| {
        let lines: Vec<_> = steps
            .into_iter()
            .map(|step| {
                let by = step.by.unwrap_or_else(|| "the demonstration".to_owned());
                view! {
                    <li>
                        <p>{words::features::step_words(step.step)}" by "<strong>{by}</strong>", "<Time at=step.at /></p>
                        {step.comment.map(|comment| view! { <blockquote>{comment}</blockquote> })}
                    </li>
                }
            })
            .collect();
        view! {
            <h2>"On the way"</h2>
            <ol class="stack-tight stack remarks">{lines}</ol>
        }
    })
}

#[component]
fn Feature(record: Record) -> impl IntoView {
    let description = record.description;
    let ticket = description.ticket.map(|link| link.to_string());
    view! {
        <h2>"The feature"</h2>
        <p class="typed">{description.what.to_string()}</p>
        <p class="quiet">
            {description.brought_by.map(|name| format!("Brought by {name}. "))}
            {ticket.map(|href| view! { <a href=href.clone() rel="noopener noreferrer">{href.clone()}</a>" " })}
            {record.basis}
        </p>
    }
}

/// The deliverables and evidence that come, go, or have to be looked at again.
#[component]
fn Owed(record: Record) -> impl IntoView {
    let lists = [
        ("Appear", record.appear),
        ("Grow", record.grow),
        ("Go", record.go),
        ("To bring up to date", record.again),
    ];
    let lists: Vec<_> = lists
        .into_iter()
        .filter(|(_, all)| !all.is_empty())
        .map(|(head, all)| {
            let count = all.len();
            let lines: Vec<_> = all.into_iter().map(concerned).collect();
            // A whole set is there to be opened, not to be scrolled past.
            view! {
                <details class="triage-owed" open=count <= 12>
                    <summary>{head}" "<span class="quiet">{count}</span></summary>
                    <ul class="triage-schemes">{lines}</ul>
                </details>
            }
        })
        .collect();
    let none = lists.is_empty();
    view! {
        <h2>"Deliverables and evidence"</h2>
        {lists}
        {none.then(|| view! { <p>"None: software that is no medical device owes no IEC 62304 set."</p> })}
    }
}

fn concerned(it: Concerned) -> impl IntoView {
    let citations: Vec<Citation> = it.clauses.into_iter().take(6).collect();
    view! { <li><span>{it.id}" "{it.name}</span><Clauses citations short=true /></li> }
}

/// Whether software items or hazards have to be looked at, and which.
#[component]
fn LookAt(opened: Opened, record: Record) -> impl IntoView {
    let hazards = format!("/products/{}/hazards", opened.feature.product);
    let touched: Vec<_> = record
        .controls
        .iter()
        .map(|(number, title)| {
            let shown = shown_number("RC", *number);
            let uses =
                opened.controls.iter().find(|control| control.0 == *number).map_or(0, |control| control.2);
            let rows = if uses == 1 { "1 row".to_owned() } else { format!("{uses} rows") };
            view! {
                <li>
                    <span>{shown.clone()}" "{title.clone()}</span>
                    <a href=format!("{hazards}?control={shown}")>{rows}" of the register"</a>
                </li>
            }
        })
        .collect();
    let none_named = touched.is_empty();
    let hazards = record.hazards.then(|| {
        view! {
            <p>"Hazards: yes."{none_named.then(|| view! { " No risk control is named, so "<a href=hazards.clone()>"the whole register"</a>" has to be gone through." })}</p>
            <ul class="triage-schemes">{touched}</ul>
        }
    });
    let items = record.items.then(|| {
        view! {
            <p>
                "Software items: yes. The new part needs its place among "<a href=format!("/products/{}/items", opened.feature.product)>"the items"</a>" and its class."
            </p>
        }
    });
    let neither = hazards.is_none() && items.is_none();
    view! {
        <h2>"Hazards and software items"</h2>
        {hazards}
        {items}
        {neither.then(|| view! { <p>"Neither has to be looked at again for this."</p> })}
    }
}

/// Every answer, those that are not asked included.
#[component]
fn Answers(opened: Opened, record: Record) -> impl IntoView {
    let base = format!("{}/{}", room(&opened), opened.feature.id);
    let may_edit = opened.may_edit;
    let lines: Vec<_> = record
        .answers
        .into_iter()
        .map(|answer| {
            let href = format!("{base}?question={}", answer.fact.name());
            let spoken = format!("Change: {}", answer.question);
            let change = (may_edit && answer.asked)
                .then(|| view! { " "<a class="page-only" href=href aria-label=spoken>"Change"</a> });
            let badge = match (answer.asked, answer.is_products) {
                (false, _) => Some("not asked, from the product"),
                (true, true) => Some("as the product has it"),
                (true, false) => None,
            };
            view! {
                <li>
                    <p>{answer.question}</p>
                    <p><strong>{answer.answer}</strong>" "{badge.map(|word| view! { <Badge word /> })}{change}</p>
                </li>
            }
        })
        .collect();
    let doubts: Vec<_> = record.doubts.into_iter().map(|doubt| view! { <li>{doubt}</li> }).collect();
    let has_doubts = !doubts.is_empty();
    view! {
        <h2>"Answers"</h2>
        <ol class="triage-answers">{lines}</ol>
        {has_doubts
            .then(|| {
                view! {
                    <h3>"Not known, counted as the worst"</h3>
                    <ul class="document-remarks">{doubts}</ul>
                }
            })}
    }
}

/// The reasons: to read, or, while it is open, to edit and to hand over with.
#[component]
fn Reasons(opened: Opened, record: Record) -> impl IntoView {
    if opened.may_edit {
        return view! { <HandOver opened record /> }.into_any();
    }
    view! {
        <Refused form="hand-over" />
        <h2>"Why"</h2>
        <blockquote>{record.rationale}</blockquote>
    }
    .into_any()
}

/// Reasons and hand-over are one form: one press hands over what stands there.
#[component]
fn HandOver(opened: Opened, record: Record) -> impl IntoView {
    let base = format!("{}/{}", room(&opened), opened.feature.id);
    let (product, feature) = (opened.feature.product, opened.feature.id);
    let revision = opened.feature.revision;
    let is_edited = opened.feature.rationale.is_some();
    let missing: Vec<_> = opened
        .triage
        .asked()
        .filter(|asked| asked.pick.is_none())
        .map(|asked| {
            let code = domain::feature::FeatureCode::QuestionOpen { fact: asked.question.fact };
            let fix =
                Some((format!("{base}?question={}", asked.question.fact.name()), "Answer it".to_owned()));
            let sentence = words::features::sentence(&code);
            view! { <FindingLine weight=Weight::Blocks code=code.id() sentence fix /> }
        })
        .collect();
    if !missing.is_empty() {
        return view! {
            <Refused form="hand-over" />
            <h2>"Why"</h2>
            <blockquote>{record.rationale}</blockquote>
            <h2 class="page-only">"Hand over to regulatory"</h2>
            <p>"This stands between the draft and the hand-over:"</p>
            <ul class="findings">{missing}</ul>
        }
        .into_any();
    }
    let hint = if is_edited {
        "As somebody edited it. It does not follow the answers any more; the button below writes it anew."
    } else {
        "Put together from the answers and the rules. Edit it where you know better."
    };
    let differs = is_edited && opened.triage.rationale() != record.rationale;
    view! {
        <h2>"Why"</h2>
        <Form action="/api/features/hand_over" id="hand-over" revision>
            <Named product feature />
            <TextArea name="rationale" label="Reasons" hint value=record.rationale max=Some(Statement::LONGEST) rows=12 />
            <Actions submit="Hand over to regulatory">
                <button type="submit" class="button" formaction="/api/features/write_rationale">"Only keep the reasons"</button>
            </Actions>
        </Form>
        {differs
            .then(|| {
                view! {
                    <div class="actions page-only">
                        <ButtonForm action="/api/features/renew_rationale" label="Write the reasons anew from the answers" revision>
                            <Named product feature />
                        </ButtonForm>
                    </div>
                }
            })}
    }
    .into_any()
}

/// Approving, returning, turning into an assessment, taking back: whatever this person can do now.
#[component]
fn Deciding(opened: Opened, may_author: bool) -> impl IntoView {
    let waits = opened.feature.state == State::HandedOver && opened.product.archived.is_none();
    let decides = waits && opened.may_review && !opened.worked_on_it;
    let refused: Vec<_> = ["approve", "assess", "return"]
        .into_iter()
        .filter(|form| !(decides || (*form == "return" && waits && opened.may_review)))
        .map(|form| view! { <Refused form /> })
        .collect();
    let assessment = opened.feature.assessment.map(|assessment| {
        let href = format!("/products/{}/classification/{assessment}", opened.feature.product);
        view! { <p>"An assessment was started from it. "<a href=href>"Go to the assessment"</a></p> }
    });
    view! {
        {refused}
        {assessment}
        {waits.then(|| view! { <h2 class="page-only">"Decision"</h2> })}
        {(waits && !opened.may_review)
            .then(|| view! { <p>"Waiting for a reviewer who did not work on it."</p> })}
        {(waits && opened.may_review && opened.worked_on_it)
            .then(|| view! { <p>"You worked on this feature, so another reviewer has to approve it. You can send it back."</p> })}
        {(waits && opened.may_review).then(|| view! { <Decide opened=opened.clone() decides /> })}
        {(waits && may_author).then(|| view! { <TakeBack opened /> })}
    }
}

/// Why a form was refused that is not drawn any more, because the feature has moved on meanwhile.
#[component]
pub fn Refused(form: &'static str) -> impl IntoView {
    view! {
        <Provider value=FormScope { form: form.to_owned(), edits: false }>
            <ErrorSummary />
        </Provider>
    }
}

#[component]
fn Decide(opened: Opened, decides: bool) -> impl IntoView {
    let (product, feature) = (opened.feature.product, opened.feature.id);
    let revision = opened.feature.revision;
    let read = opened.fingerprint();
    let read_again = read.clone();
    let decisions = decides.then(|| {
        view! {
            <Form action="/api/features/approve" id="approve" revision>
                <h3>"Approve"</h3>
                <p class="quiet">"You approve exactly what stands above. It becomes the record of the change."</p>
                <Named product feature />
                <Hidden name="read" value=read />
                <TextArea name="comment" label="Comment" max=Some(Reason::LONGEST) rows=2 />
                <Field
                    name="password"
                    label="Your password"
                    kind="password"
                    hint="Asked for again, so that nobody approves at an open screen."
                    autocomplete="current-password"
                    required=true
                />
                <Actions submit="Approve" />
            </Form>
            <Form action="/api/features/assess" id="assess" revision>
                <h3>"Or assess the product anew"</h3>
                <p class="quiet">"Starts an assessment with the product’s answers, and over them those of the feature."</p>
                <Named product feature />
                <Hidden name="read" value=read_again />
                <TextArea name="comment" label="Comment" max=Some(Reason::LONGEST) rows=2 />
                <Actions submit="Turn it into an assessment" />
            </Form>
        }
    });
    view! {
        <div class="decide page-only">
            {decisions}
            <Form action="/api/features/return" id="return" revision>
                <h3>"Or send it back"</h3>
                <Named product feature />
                <TextArea name="comment" label="What has to change" max=Some(Reason::LONGEST) rows=3 required=true />
                <Actions submit="Send back" severe=true />
            </Form>
        </div>
    }
}

/// Which feature a form is about.
#[component]
fn Named(product: ProductId, feature: FeatureId) -> impl IntoView {
    view! {
        <Hidden name="product" value=product.to_string() />
        <Hidden name="feature" value=feature.to_string() />
    }
}

#[component]
fn TakeBack(opened: Opened) -> impl IntoView {
    let (product, feature) = (opened.feature.product, opened.feature.id);
    view! {
        <div class="actions page-only">
            <ButtonForm action="/api/features/take_back" label="Take it back" revision=opened.feature.revision>
                <Named product feature />
            </ButtonForm>
        </div>
    }
}
