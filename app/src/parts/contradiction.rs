//! What does not go together: the two pieces side by side, why that is strange, and the ways out.

use domain::contradiction::{Between, Contradiction, Room, Side};
use domain::ids::{AssessmentId, ProductId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::clause::Clauses;
use super::finding::{FindingMark, Weight};

/// Where the ways out of contradictions begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// The product.
    pub product: ProductId,
    /// The assessment whose questions are asked; without one, questions lead to the room.
    pub assessment: Option<AssessmentId>,
}

impl Ways {
    fn address(self, room: Room) -> String {
        let Self { product, assessment } = self;
        match (room, assessment) {
            (Room::Register, _) => format!("/products/{product}/hazards"),
            (Room::Items, _) => format!("/products/{product}/items"),
            (Room::Question(key), Some(assessment)) => {
                format!("/products/{product}/classification/{assessment}?question={key}#question-{key}")
            }
            (Room::Product, _) => format!("/products/{product}/edit"),
            (Room::Classification, _) | (Room::Question(_), None) => {
                format!("/products/{product}/classification")
            }
        }
    }
}

/// A list of contradictions, whole.
#[component]
pub fn ContradictionList(
    /// The contradictions.
    contradictions: Vec<Contradiction>,
    /// Where their ways out begin.
    ways: Ways,
) -> impl IntoView {
    let items: Vec<_> =
        contradictions.into_iter().map(|it| view! { <li><ContradictionNote it ways /></li> }).collect();
    view! { <ul class="contradictions">{items}</ul> }
}

/// One contradiction.
#[component]
fn ContradictionNote(it: Contradiction, ways: Ways) -> impl IntoView {
    let wording = it.wording();
    let weight = Weight::from(it.level);
    let tone = match weight {
        Weight::Blocks => "is-block",
        Weight::Warns => "is-warn",
    };
    let sides: Vec<_> = it.sides.into_iter().map(side).collect();
    let mut seen: Vec<String> = Vec::new();
    let links: Vec<_> = wording
        .ways
        .iter()
        .filter_map(|way| {
            let address = ways.address(way.room()?);
            // Where no assessment is in work all questions lead to the room: once is enough.
            if seen.contains(&address) {
                return None;
            }
            seen.push(address.clone());
            Some(view! { <li><a href=address>{way.words.clone()}</a></li> })
        })
        .collect();
    view! {
        <div class=format!("note contradiction {tone}")>
            <p class="note-head"><FindingMark weight code=it.code />{(it.between == Between::Schemes).then_some(" · between schemes")}</p>
            <p class="contradiction-title">{wording.title.clone()}</p>
            <dl class="sides">{sides}</dl>
            <p class="contradiction-why">{wording.sentence.clone()}" "<Clauses citations=wording.citations.clone() /></p>
            <ul class="ways">{links}</ul>
        </div>
    }
}

fn side(side: Side) -> impl IntoView {
    view! { <div><dt>{side.subject}</dt><dd>{side.says}</dd></div> }
}
