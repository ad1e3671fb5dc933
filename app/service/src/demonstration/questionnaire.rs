//! The questionnaire of a demonstration product.

use domain::answer::{Given, Key};
use domain::assessment::{State, Step, pack_names};
use domain::ids::{AssessmentId, ProductId};
use domain::revision::Revision;
use domain::text::{Reason, TextCode};
use domain::violation::{Code, Violation, Violations};
use store::assessments::{NewAnswer, NewStep};
use store::{StoreError, WriteTx};

use super::content;
use crate::fresh;

/// A questionnaire, ready to be written.
pub struct Questionnaire {
    answers: Vec<(Key, Given, Reason)>,
    #[cfg(test)]
    markets: Vec<domain::product::Market>,
    hand_over: Option<Reason>,
}

impl Questionnaire {
    /// Parses the answers of a product.
    ///
    /// # Errors
    /// When a key or a value is unknown, or a reason does not fit.
    pub fn prepare(content: &content::Product) -> Result<Self, Violations> {
        let answers = content.answers.iter().map(|answer| {
            let key = Key::named(&answer.key).ok_or_else(|| unknown(&answer.key))?;
            let value = match &answer.value {
                serde_json::Value::Bool(true) => "yes",
                serde_json::Value::Bool(false) => "no",
                serde_json::Value::String(name) => name,
                _ => return Err(unknown(&answer.key)),
            };
            let given = Given::named(key, value).ok_or_else(|| unknown(&answer.key))?;
            Ok((key, given, Reason::parse(&answer.key, &answer.rationale)?))
        });
        let hand_over = content.hand_over.as_deref().map(|comment| Reason::parse("comment", comment));
        let one = |violation| Violations(vec![violation]);
        Ok(Self {
            answers: answers.collect::<Result<_, Violation>>().map_err(one)?,
            #[cfg(test)]
            markets: content
                .markets
                .iter()
                .filter_map(|key| domain::product::Market::from_key(key))
                .collect(),
            hand_over: hand_over.transpose().map_err(one)?,
        })
    }

    /// Writes it: a draft with its answers, handed over where the file says so.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, tx: &mut WriteTx, product: ProductId) -> Result<(), StoreError> {
        let assessment: AssessmentId = fresh::id();
        let packs = pack_names();
        store::assessments::start(tx, assessment, product, &packs, None, None).await?;
        for (key, given, rationale) in &self.answers {
            let answer = NewAnswer {
                id: fresh::id(),
                product,
                assessment,
                key: *key,
                given: *given,
                rationale: rationale.to_string(),
                by: None,
            };
            store::assessments::insert_answer(tx, &answer).await?;
        }
        if let Some(comment) = &self.hand_over {
            let seen = Revision::first();
            store::assessments::set_state(tx, assessment, State::InReview, &packs, seen).await?;
            let step = NewStep {
                id: fresh::id(),
                product,
                assessment,
                step: Step::Submit,
                by: None,
                comment: Some(comment.to_string()),
                about: seen.next(),
            };
            store::assessments::note_step(tx, &step).await?;
        }
        Ok(())
    }
}

fn unknown(field: &str) -> Violation {
    Violation::error(field, Code::Text(TextCode::NotAChoice))
}

#[cfg(test)]
mod tests {
    use domain::answer::Answers;
    use domain::assessment::{Classification, Judgement, ready};
    use domain::scheme::iec62304::SafetyClass;

    use super::*;

    impl Questionnaire {
        /// As the rules look at it.
        fn judged(&self) -> Judgement {
            let mut answers = Answers::none();
            for (key, given, _) in &self.answers {
                answers.give(*key, *given);
            }
            Judgement::of(&answers, &self.markets)
        }
    }

    fn named(name: &str) -> Questionnaire {
        let product =
            content::products().unwrap().into_iter().find(|product| product.name() == name).unwrap();
        Questionnaire::prepare(&product).unwrap()
    }

    #[test]
    fn the_answers_come_to_what_each_product_is_meant_to_show() {
        let class = |name| named(name).judged().classification();
        assert_eq!(class("Clinic appointment reminder"), Some(Classification::NotADevice));
        assert_eq!(class("Telemedicine triage"), Some(Classification::Class(SafetyClass::B)));
        assert_eq!(class("Closed-loop insulin controller"), Some(Classification::Class(SafetyClass::C)));
        // Too light, as its register shows.
        assert_eq!(class("Surgical checklist"), Some(Classification::Class(SafetyClass::A)));
        assert_eq!(class("Step counter"), Some(Classification::NotADevice));
    }

    #[test]
    fn what_is_handed_over_is_ready_for_it() {
        let mut handed_over = 0;
        for product in content::products().unwrap() {
            let questionnaire = Questionnaire::prepare(&product).unwrap();
            if questionnaire.hand_over.is_some() {
                handed_over += 1;
                let has_reason = |key| questionnaire.answers.iter().any(|(known, ..)| *known == key);
                assert_eq!(ready(&questionnaire.judged(), has_reason), Ok(()), "{}", product.name());
            }
        }
        assert_eq!(handed_over, 2);
    }
}
