//! The next three things to do, in the order of consequence: what it is, what blocks, what is owed.

use domain::access::Permission;
use domain::assessment::{self, Classification};
use domain::deliverable::Status;
use domain::feature::{State, shown};
use domain::finding::Level;
use leptos::prelude::*;
use service::Actor;
use service::features::Feature;
use service::overview::Overview;

use crate::parts::Section;
use crate::words;

/// How many steps are shown: more would be a list of everything.
const SHOWN: usize = 3;

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Step {
    words: String,
    why: String,
    href: String,
}

/// What a person should do next in a product, of what their roles let them do.
#[must_use]
pub fn next(overview: &Overview, who: &Actor) -> Vec<Step> {
    if overview.product.archived.is_some() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let may = |permission| who.may(permission, overview.product.id);
    steps.extend(classification(overview, who));
    steps.extend(features(overview, who));
    let draft = overview.standing.draft.as_ref().and_then(|draft| draft.classification);
    // Where the draft says that it is no medical device, its review comes before work that may never be owed.
    let owes_a_set =
        overview.standing.of_record.class().is_some() && draft != Some(Classification::NotADevice);
    if owes_a_set {
        if may(Permission::EditHazards) {
            steps.extend(hazards(overview));
        }
        if may(Permission::EditDeliverables) {
            steps.extend(deliverables(overview));
        }
    }
    steps.truncate(SHOWN);
    steps
}

fn classification(overview: &Overview, who: &Actor) -> Option<Step> {
    let room = format!("/products/{}/classification", overview.product.id);
    let may_answer = who.may(Permission::EditAssessment, overview.product.id);
    let Some(draft) = &overview.standing.draft else {
        return (overview.standing.approved.is_none() && may_answer).then(|| Step {
            words: "Classify the product".to_owned(),
            why: "Until an assessment is approved, class C applies.".to_owned(),
            href: room,
        });
    };
    let href = format!("{room}/{}", draft.assessment);
    Some(match (draft.state, draft.progress.open) {
        (assessment::State::InReview, _) if who.may(Permission::ReviewAssessment, overview.product.id) => {
            Step {
                words: "Review the assessment".to_owned(),
                why: "Its author has handed it over. Approve it or return it with a comment.".to_owned(),
                href: format!("{href}/review"),
            }
        }
        (assessment::State::InReview, _) => Step {
            words: "Wait for the review, or ask for it".to_owned(),
            why: "The assessment is handed over; a reviewer who answered nothing of it approves it."
                .to_owned(),
            href: format!("{href}/review"),
        },
        _ if !may_answer => return None,
        (_, 0) => Step {
            words: "Hand the assessment over for review".to_owned(),
            why: "Every question that can matter is answered.".to_owned(),
            href: format!("{href}/review"),
        },
        (_, open) => Step {
            words: if open == 1 {
                "Answer the last open question".to_owned()
            } else {
                format!("Answer {open} open questions")
            },
            why: "A verdict is shown as soon as no open answer can change it.".to_owned(),
            href,
        },
    })
}

/// Features that wait for this person: to be decided on, or to be answered again.
fn features(overview: &Overview, who: &Actor) -> Vec<Step> {
    let product = overview.product.id;
    let room = format!("/products/{product}/features");
    let of = |state: State| overview.features.iter().filter(|it| it.state == state).collect::<Vec<_>>();
    let name = |it: &Feature| format!("{} “{}”", shown(it.number), it.description.name);
    let mut steps = Vec::new();
    let waiting =
        if who.may(Permission::ReviewAssessment, product) { of(State::HandedOver) } else { Vec::new() };
    if let Some(first) = waiting.first() {
        let (words, href) = match waiting.len() {
            1 => (format!("Decide on feature {}", name(first)), format!("{room}/{}/result", first.id)),
            several => (
                format!("Decide on {several} features"),
                format!("{room}?state={}", State::HandedOver.name()),
            ),
        };
        let why =
            "Handed over to regulatory. Approve it, return it, or turn it into an assessment.".to_owned();
        steps.push(Step { words, why, href });
    }
    let returned =
        if who.may(Permission::EditAssessment, product) { of(State::Returned) } else { Vec::new() };
    steps.extend(returned.first().map(|back| Step {
        words: format!("Look again at feature {}", name(back)),
        why: "It came back from regulatory with a comment.".to_owned(),
        href: format!("{room}/{}/result", back.id),
    }));
    steps
}

fn hazards(overview: &Overview) -> Vec<Step> {
    let room = format!("/products/{}/hazards", overview.product.id);
    let register = &overview.register;
    if register.rows == 0 {
        return vec![Step {
            words: "Add the first hazard".to_owned(),
            why: "Who can be hurt, by which sequence of events, and what stops it.".to_owned(),
            href: format!("{room}/new"),
        }];
    }
    let blocking = register.findings.iter().find(|finding| finding.level == Level::Blocks);
    let mut steps = Vec::new();
    if let Some(finding) = blocking {
        let about = words::hazards::about(finding).map(|about| format!(" for {about}")).unwrap_or_default();
        let more = register.blocks - 1;
        let others = match more {
            ..=0 => String::new(),
            1 => " One more finding blocks.".to_owned(),
            _ => format!(" {more} more findings block."),
        };
        steps.push(Step {
            words: format!("{}{about}", words::hazards::fix(finding.check)),
            why: format!("{}{others}", words::hazards::finding(finding)),
            href: super::numbers::finding_address(overview.product.id, finding),
        });
    }
    if !register.implied.completeness.is_declared() {
        steps.push(Step {
            words: "Declare the hazard analysis complete".to_owned(),
            why: "Only then does the register imply a class.".to_owned(),
            href: room,
        });
    }
    steps
}

fn deliverables(overview: &Overview) -> Option<Step> {
    let missing = overview
        .deliverables
        .counts
        .iter()
        .find(|(status, _)| *status == Status::Missing)
        .map_or(0, |(_, count)| *count);
    (missing > 0).then(|| Step {
        words: if missing == 1 {
            "Begin the missing deliverable".to_owned()
        } else {
            format!("Begin the {missing} missing deliverables")
        },
        why: "Say who owns each, by when, and where it lies.".to_owned(),
        href: format!("/products/{}/deliverables", overview.product.id),
    })
}

/// The list; nothing when there is nothing to do.
#[component]
pub fn ToDo(
    /// The steps.
    steps: Vec<Step>,
) -> impl IntoView {
    let title = match steps.len() {
        0 => return ().into_any(),
        1 => "Next thing to do",
        2 => "Next two things to do",
        _ => "Next three things to do",
    };
    let lines: Vec<_> = steps
        .into_iter()
        .map(|step| view! { <li><a href=step.href>{step.words}</a><p>{step.why}</p></li> })
        .collect();
    view! { <Section title><ol class="todo">{lines}</ol></Section> }.into_any()
}
