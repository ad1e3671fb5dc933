//! The features of the demonstration: two proposed changes, one harmless, one that moves verdicts. They stand in a
//! file of their own, `data/demonstration/features.json`, beside the products.

use std::collections::BTreeMap;

use domain::answer::Answers;
use domain::feature::{Description, DescriptionForm, State, Step};
use domain::ids::{FeatureId, PersonId, ProductId};
use domain::product::Market;
use domain::revision::Revision;
use domain::text::TextCode;
use domain::triage::{Fact, Level, Picks, Triage, question};
use domain::violation::{Code, Violation, Violations};
use serde::Deserialize;
use store::features::{NewAnswer, NewStep};
use store::{StoreError, WriteTx};

use super::content;
use crate::fresh;

const FILE: &str = include_str!("../../data/demonstration/features.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feature {
    product: String,
    name: String,
    what: String,
    #[serde(default)]
    ticket: String,
    brought_by: String,
    /// What is picked, by fact.
    answers: BTreeMap<String, String>,
    /// The controls that are touched, by the names that the product's file gives them.
    #[serde(default)]
    controls: Vec<String>,
    /// Whether it waits for a reviewer.
    hand_over: bool,
}

/// A feature, ready to be written.
pub struct Prepared {
    description: Description,
    answers: Vec<(Fact, String)>,
    controls: Vec<i32>,
    level: Option<Level>,
}

/// Parses the features of a product.
///
/// # Errors
/// When a text does not fit, or an answer or a control is unknown.
pub fn prepare(product: &content::Product) -> Result<Vec<Prepared>, Violations> {
    let all: Vec<Feature> =
        serde_json::from_str(FILE).map_err(|_| Violations::from(unknown("features.json")))?;
    all.iter()
        .filter(|feature| feature.product == product.name())
        .map(|feature| one(feature, product))
        .collect()
}

fn one(feature: &Feature, product: &content::Product) -> Result<Prepared, Violations> {
    let description = Description::parse(&DescriptionForm {
        name: feature.name.clone(),
        what: feature.what.clone(),
        ticket: feature.ticket.clone(),
        brought_by: feature.brought_by.clone(),
    })?;
    let answers: Vec<(Fact, String)> = feature
        .answers
        .iter()
        .map(|(fact, given)| {
            let fact = Fact::named(fact).ok_or_else(|| unknown(fact))?;
            question(fact).pick(given).ok_or_else(|| unknown(given))?;
            Ok((fact, given.clone()))
        })
        .collect::<Result<_, Violation>>()?;
    // Controls are numbered as the register writes them: where a row first uses them.
    let mut numbered: Vec<&str> = Vec::new();
    for used in product.rows.iter().flat_map(|row| &row.controls) {
        if !numbered.contains(&used.control.as_str()) {
            numbered.push(&used.control);
        }
    }
    let number = |name: &String| {
        let place = numbered.iter().position(|known| known == name).ok_or_else(|| unknown(name))?;
        i32::try_from(place + 1).map_err(|_| unknown(name))
    };
    let controls = feature.controls.iter().map(number).collect::<Result<_, Violation>>()?;
    let picks: Picks =
        answers.iter().filter_map(|(fact, given)| Some((*fact, question(*fact).pick(given)?))).collect();
    let triage = Triage::of(&given(product), &markets(product), &picks);
    Ok(Prepared { description, answers, controls, level: feature.hand_over.then_some(triage.level) })
}

/// The product's own answers: those of its last assessment.
fn given(product: &content::Product) -> Answers {
    let changed = product.assessments.iter().skip(1).flat_map(|later| &later.changed);
    product.answers.iter().chain(changed).filter_map(content::Answer::given).collect()
}

fn markets(product: &content::Product) -> Vec<Market> {
    product.markets.iter().filter_map(|key| Market::from_key(key)).collect()
}

fn unknown(field: &str) -> Violation {
    Violation::error(field, Code::Text(TextCode::NotAChoice))
}

impl Prepared {
    /// Writes it as if the author had: a draft with its answers, handed over where the file says so.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(
        &self,
        tx: &mut WriteTx,
        product: ProductId,
        author: PersonId,
    ) -> Result<(), StoreError> {
        let feature: FeatureId = fresh::id();
        store::features::insert(tx, feature, product, &self.description, Some(author)).await?;
        for (fact, given) in &self.answers {
            let controls = if *fact == Fact::Touches { self.controls.clone() } else { Vec::new() };
            let answer = NewAnswer {
                id: fresh::id(),
                product,
                feature,
                fact: *fact,
                given: given.clone(),
                controls,
                by: Some(author),
            };
            store::features::insert_answer(tx, &answer).await?;
        }
        if self.level.is_some() {
            let seen = Revision::first();
            store::features::set_state(tx, feature, State::HandedOver, self.level, seen).await?;
            let step = NewStep {
                id: fresh::id(),
                product,
                feature,
                step: Step::HandOver,
                by: Some(author),
                comment: None,
                about: seen,
            };
            store::features::note_step(tx, &step).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_feature_is_harmless_and_one_moves_verdicts() {
        let mut seen = Vec::new();
        for product in content::products().unwrap() {
            for prepared in prepare(&product).unwrap() {
                let picks = prepared
                    .answers
                    .iter()
                    .map(|(fact, given)| (*fact, question(*fact).pick(given).unwrap()))
                    .collect();
                let triage = Triage::of(&given(&product), &markets(&product), &picks);
                assert!(triage.is_complete(), "{} is answered to the end", prepared.description.name);
                seen.push((triage.level, triage.moved().count(), prepared.level.is_some()));
            }
        }
        assert_eq!(seen, [(Level::Assessment, 2, false), (Level::Note, 0, true)]);
    }
}
