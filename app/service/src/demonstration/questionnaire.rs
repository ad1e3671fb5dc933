//! The assessments of a demonstration product: answered by its author, judged by its reviewer, by the rules that hold
//! for everybody. What breaks one of them is not loaded.

use std::collections::BTreeSet;

use domain::answer::{Answers, Given, Key};
use domain::assessment::{self, AssessmentCode, Judgement, State, Step, Subject, pack_names};
use domain::ids::{AssessmentId, PersonId, ProductId};
use domain::product::Market;
use domain::revision::Revision;
use domain::text::{Reason, TextCode};
use domain::violation::{Code, Violation, Violations};
use store::assessments::{Approval, NewAnswer, NewStep};
use store::{StoreError, WriteTx};

use super::cast::{Cast, Part};
use super::content;
use crate::fresh;

/// All assessments of a product, the first one first, ready to be written.
pub struct Questionnaire(Vec<Assessment>);

/// One assessment: what it starts with, what is answered in it, and what is done with it.
struct Assessment {
    carried: Vec<Reply>,
    given: Vec<Reply>,
    steps: Vec<Taken>,
    #[cfg(test)]
    judgement: Judgement,
}

/// An answer with its reason.
#[derive(Clone)]
struct Reply {
    key: Key,
    given: Given,
    reason: Reason,
}

/// A step, where it leads, and what an approval keeps.
struct Taken {
    step: Step,
    after: State,
    comment: Option<Reason>,
    approval: Option<Approval>,
}

impl Questionnaire {
    /// Parses the answers of a product and takes the steps of its assessments on trial.
    ///
    /// # Errors
    /// When a key or a value is unknown, a reason does not fit, or a step is against the rules.
    pub fn prepare(content: &content::Product, cast: &Cast) -> Result<Self, Violations> {
        let markets: Vec<Market> = content.markets.iter().filter_map(|key| Market::from_key(key)).collect();
        let subject = Subject::from(&content.profile()?);
        let mut carried: Vec<Reply> = Vec::new();
        let mut assessments = Vec::new();
        for (place, told) in content.assessments.iter().enumerate() {
            let answers = if place == 0 { &content.answers } else { &told.changed };
            let given: Vec<Reply> =
                answers.iter().map(Reply::parse).collect::<Result<_, Violation>>().map_err(one)?;
            let mut standing = carried.clone();
            standing.retain(|reply| given.iter().all(|newer| newer.key != reply.key));
            standing.extend(given.iter().cloned());
            let answers: Answers = standing.iter().map(|reply| (reply.key, reply.given)).collect();
            let judgement = Judgement::of(&answers, &markets);
            let steps = steps(&told.steps, &judgement, &subject, &standing, cast)?;
            assessments.push(Assessment {
                carried: std::mem::replace(&mut carried, standing),
                given,
                steps,
                #[cfg(test)]
                judgement,
            });
        }
        Ok(Self(assessments))
    }

    /// Writes them as if people had answered, handed over and judged; each starts from the record before it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, tx: &mut WriteTx, product: ProductId, cast: &Cast) -> Result<(), StoreError> {
        let mut record = None;
        for assessment in &self.0 {
            let id: AssessmentId = fresh::id();
            assessment.write(tx, product, id, record, cast).await?;
            record = Some(id);
        }
        Ok(())
    }
}

impl Assessment {
    async fn write(
        &self,
        tx: &mut WriteTx,
        product: ProductId,
        id: AssessmentId,
        record: Option<AssessmentId>,
        cast: &Cast,
    ) -> Result<(), StoreError> {
        let (packs, author) = (pack_names(), cast.id(Part::Author));
        store::assessments::start(tx, id, product, &packs, Some(author), record).await?;
        for reply in &self.carried {
            store::assessments::insert_answer(tx, &reply.first(product, id, author)).await?;
        }
        for reply in &self.given {
            if self.carried.iter().any(|carried| carried.key == reply.key) {
                let Reply { key, given, reason } = reply;
                let seen = Revision::first();
                store::assessments::update_answer(tx, id, *key, *given, reason, author, seen).await?;
            } else {
                store::assessments::insert_answer(tx, &reply.first(product, id, author)).await?;
            }
        }
        let mut stands = Revision::first();
        for taken in &self.steps {
            match &taken.approval {
                Some(approval) => store::assessments::approve(tx, product, id, approval, stands).await?,
                None => store::assessments::set_state(tx, id, taken.after, &packs, stands).await?,
            }
            let step = NewStep {
                id: fresh::id(),
                product,
                assessment: id,
                step: taken.step,
                by: Some(cast.id(part(taken.step))),
                comment: taken.comment.as_ref().map(Reason::to_string),
                about: stands,
            };
            store::assessments::note_step(tx, &step).await?;
            stands = stands.next();
        }
        Ok(())
    }
}

impl Reply {
    fn parse(answer: &content::Answer) -> Result<Self, Violation> {
        let (key, given) = answer.given().ok_or_else(|| unknown(&answer.key))?;
        Ok(Self { key, given, reason: Reason::parse(&answer.key, &answer.rationale)? })
    }

    fn first(&self, product: ProductId, assessment: AssessmentId, by: PersonId) -> NewAnswer {
        NewAnswer {
            id: fresh::id(),
            product,
            assessment,
            key: self.key,
            given: self.given,
            rationale: self.reason.to_string(),
            by: vec![by],
        }
    }
}

/// Takes the steps that a file tells, by the rules.
fn steps(
    told: &[content::Step],
    judgement: &Judgement,
    subject: &Subject,
    answers: &[Reply],
    cast: &Cast,
) -> Result<Vec<Taken>, Violations> {
    let (mut state, mut stands) = (State::Draft, Revision::first());
    let author = BTreeSet::from([cast.id(Part::Author)]);
    let mut taken = Vec::new();
    for content::Step { step, comment } in told {
        let comment = comment.as_deref().map(|comment| Reason::parse("comment", comment));
        let after = match step {
            Step::Submit => {
                let has_reason = |key| answers.iter().any(|reply| reply.key == key);
                assessment::ready(judgement, has_reason)
                    .map_err(|codes| Violations(codes.into_iter().map(against).collect()))?;
                assessment::take(state, *step)
            }
            Step::Approve => assessment::approve(state, stands, stands, &author, cast.id(Part::Reviewer)),
            other => assessment::take(state, *other),
        };
        (state, stands) = (after.map_err(|code| one(against(code)))?, stands.next());
        taken.push(Taken {
            step: *step,
            after: state,
            comment: comment.transpose().map_err(one)?,
            approval: (*step == Step::Approve).then(|| approval(judgement, subject, answers)).transpose()?,
        });
    }
    Ok(taken)
}

/// What an approval of these answers keeps.
fn approval(judgement: &Judgement, subject: &Subject, answers: &[Reply]) -> Result<Approval, Violations> {
    let undecided = || one(against(AssessmentCode::NotDecided));
    let reason = |key| answers.iter().find(|reply| reply.key == key).map(|reply| reply.reason.to_string());
    let record = judgement.record(subject.clone(), |key| reason(key).unwrap_or_default());
    Ok(Approval {
        outcome: judgement.classification().ok_or_else(undecided)?,
        text: record.to_string(),
        record: serde_json::to_value(&record).map_err(|_| undecided())?,
    })
}

/// Who takes a step.
const fn part(step: Step) -> Part {
    match step {
        Step::Approve | Step::Return => Part::Reviewer,
        Step::Answer | Step::Submit | Step::TakeBack | Step::Supersede => Part::Author,
    }
}

fn one(violation: Violation) -> Violations {
    Violations(vec![violation])
}

fn against(code: AssessmentCode) -> Violation {
    Violation::error("", Code::Assessment(code))
}

fn unknown(field: &str) -> Violation {
    Violation::error(field, Code::Text(TextCode::NotAChoice))
}

#[cfg(test)]
mod tests {
    use domain::assessment::Classification;
    use domain::scheme::iec62304::SafetyClass;

    use super::*;

    /// Each assessment of a product: where it ends, and what its answers come to.
    fn told(name: &str) -> Vec<(State, Option<Classification>)> {
        let products = content::products().unwrap();
        let product = products.iter().find(|product| product.name() == name).unwrap();
        let cast = Cast::prepare(&content::people().unwrap()).unwrap();
        let questionnaire = Questionnaire::prepare(product, &cast).unwrap();
        let ends = |assessment: &Assessment| {
            let state = assessment.steps.last().map_or(State::Draft, |taken| taken.after);
            (state, assessment.judgement.classification())
        };
        questionnaire.0.iter().map(ends).collect()
    }

    #[test]
    fn the_assessments_come_to_what_each_product_is_meant_to_show() {
        let class = |class| Some(Classification::Class(class));
        let not_a_device = Some(Classification::NotADevice);
        assert_eq!(told("Clinic appointment reminder"), [(State::Approved, not_a_device)]);
        // B as long as a clinician saw every case; C since the nights go without.
        assert_eq!(
            told("Telemedicine triage"),
            [(State::Approved, class(SafetyClass::B)), (State::Approved, class(SafetyClass::C))]
        );
        assert_eq!(told("Closed-loop insulin controller"), [(State::InReview, class(SafetyClass::C))]);
        // Too light, as its register shows; the reviewer saw it.
        assert_eq!(told("Surgical checklist"), [(State::Returned, class(SafetyClass::A))]);
        assert_eq!(told("Step counter"), [(State::InReview, not_a_device)]);
    }

    #[test]
    fn whoever_returns_says_why_and_a_change_of_class_has_its_reason() {
        for product in content::products().unwrap() {
            let last = product.assessments.len().saturating_sub(1);
            for (place, told) in product.assessments.iter().enumerate() {
                assert_eq!(
                    place == 0,
                    told.changed.is_empty(),
                    "{}: a later one changes answers",
                    product.name()
                );
                let has_comment = |step: &content::Step| step.comment.is_some();
                let judged = told.steps.iter().filter(|step| part(step.step) == Part::Reviewer);
                assert!(judged.clone().all(has_comment), "{}: the reviewer says why", product.name());
                let is_record = judged.clone().any(|step| step.step == Step::Approve);
                assert!(place == last || is_record, "{}: a later one follows a record", product.name());
            }
        }
    }
}
