//! Classification: assessments, their answers, their review, and what stands because of them.

mod export;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::answer::{Answers, Given, Key};
use domain::assessment::{
    self, AssessmentCode, Classification, Judgement, Progress, Record, State, Step, Subject,
};
use domain::ids::{AssessmentId, PersonId, ProductId};
use domain::revision::{Conflict, ConflictField, Revision};
use domain::scheme;
use domain::text::{Reason, optional};
use domain::violation::{Code, Violation, Violations};
pub use export::{Format, RecordFile, export};
use secrecy::SecretString;
pub use store::assessments::{Answer, Assessment, Draft, TakenStep};
use store::assessments::{Approval, Current, NewAnswer, NewStep};
use store::{Action, Actor, StoreError};
use time::OffsetDateTime;

use crate::typed::normal;
use crate::{Failure, Service, fresh, products};

/// What stands for a product, and what is in work.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The classification of record: class C until one is approved.
    pub of_record: Classification,
    /// The approved assessment behind it.
    pub approved: Option<AssessmentId>,
    /// What was of record before it, where that was something else.
    pub before: Option<Classification>,
    /// The assessment in work.
    pub draft: Option<InWork>,
}

/// An assessment in work.
#[derive(Clone, Debug)]
pub struct InWork {
    /// The assessment.
    pub assessment: AssessmentId,
    /// Where it stands: draft, in review or returned.
    pub state: State,
    /// What its answers come to; nothing while open answers can change it.
    pub classification: Option<Classification>,
    /// How far it is.
    pub progress: Progress,
}

impl Standing {
    /// What stands while there is no assessment.
    #[must_use]
    pub const fn unclassified() -> Self {
        Self { of_record: Classification::UNCLASSIFIED, approved: None, before: None, draft: None }
    }
}

/// What stands for a product. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn standing(service: &Service, who: &Actor, product: ProductId) -> Result<Standing, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let mut all = standings(service, who, &[product]).await?;
    Ok(all.remove(&product).unwrap_or_else(Standing::unclassified))
}

/// What stands for several products; those in which the person has no role are left out. Permission: view each.
///
/// # Errors
/// When the database does not answer.
pub async fn standings(
    service: &Service,
    who: &Actor,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, Standing>, Failure> {
    let seen: Vec<ProductId> =
        products.iter().copied().filter(|product| who.may(Permission::ViewProduct, *product)).collect();
    let current = store::assessments::current(service.store(), &seen).await?;
    let open: Vec<AssessmentId> =
        current.iter().filter(|row| row.state != State::Approved).map(|row| row.assessment).collect();
    let answers: BTreeMap<AssessmentId, Answers> =
        store::assessments::answers_of(service.store(), &open).await?.into_iter().collect();
    let mut all: BTreeMap<ProductId, Standing> =
        seen.into_iter().map(|product| (product, Standing::unclassified())).collect();
    for Current { product, assessment: id, state, outcome, before, markets } in current {
        let Some(standing) = all.get_mut(&product) else { continue };
        if state == State::Approved {
            standing.of_record = outcome.unwrap_or(Classification::UNCLASSIFIED);
            standing.approved = Some(id);
            standing.before = before.filter(|before| *before != standing.of_record);
        } else {
            let judgement = Judgement::of(answers.get(&id).unwrap_or(&Answers::none()), &markets);
            let (classification, progress) = (judgement.classification(), judgement.progress());
            standing.draft = Some(InWork { assessment: id, state, classification, progress });
        }
    }
    Ok(all)
}

/// An assessment with what happened to it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The assessment.
    pub assessment: Assessment,
    /// The steps taken with it, the newest first.
    pub steps: Vec<TakenStep>,
}

/// The assessments of a product, the newest first. Permission: view the product.
///
/// # Errors
/// Not found without a role in it.
pub async fn history(service: &Service, who: &Actor, product: ProductId) -> Result<Vec<Past>, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let steps = store::assessments::steps(service.store(), product).await?;
    let all = store::assessments::list(service.store(), product).await?;
    Ok(all
        .into_iter()
        .map(|assessment| {
            let own = steps.iter().filter(|step| step.assessment == assessment.id).cloned().collect();
            Past { assessment, steps: own }
        })
        .collect())
}

/// An assessment, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The assessment.
    pub assessment: Assessment,
    /// Its answers.
    pub answers: Vec<Answer>,
    /// The steps taken with it, the newest first.
    pub steps: Vec<TakenStep>,
    /// What is said about the product now.
    pub subject: Subject,
    /// Whether the person may change answers now.
    pub may_answer: bool,
    /// Whether the person may review in this product at all.
    pub may_review: bool,
    /// Whether the person changed an answer of it, and therefore may not approve it.
    pub answered_it: bool,
}

impl Opened {
    /// The answers alone.
    #[must_use]
    pub fn given(&self) -> Answers {
        self.answers.iter().map(|answer| (answer.key, answer.given)).collect()
    }

    /// The answer to a question.
    #[must_use]
    pub fn answer(&self, key: Key) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.key == key)
    }

    /// What the answers come to under the packs in force.
    #[must_use]
    pub fn judgement(&self) -> Judgement {
        Judgement::of(&self.given(), &self.assessment.markets)
    }

    /// What stands between the answers and a review.
    #[must_use]
    pub fn missing(&self) -> Vec<AssessmentCode> {
        let has_reason = |key| self.answer(key).is_some_and(|answer| !answer.rationale.is_empty());
        assessment::ready(&self.judgement(), has_reason).err().unwrap_or_default()
    }

    fn answered_by(&self) -> BTreeSet<PersonId> {
        self.answers.iter().flat_map(|answer| answer.answered_by.iter().copied()).collect()
    }

    /// The record: as it was approved, else what an approval would keep now.
    #[must_use]
    pub fn record(&self) -> Record {
        self.assessment.record.clone().unwrap_or_else(|| self.record_of_now())
    }

    fn record_of_now(&self) -> Record {
        let rationale = |key| self.answer(key).map(|answer| answer.rationale.clone()).unwrap_or_default();
        self.judgement().record(self.subject.clone(), rationale)
    }
}

/// One assessment. Permission: view the product.
///
/// # Errors
/// Not found, when the product has no such assessment.
pub async fn open(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
) -> Result<Opened, Failure> {
    let mut past = history(service, who, product).await?;
    let place = past.iter().position(|past| past.assessment.id == assessment).ok_or(Failure::NotFound)?;
    let Past { assessment, steps } = past.swap_remove(place);
    let answers = store::assessments::answers(service.store(), assessment.id).await?;
    let subject = Subject::from(&store::products::load(service.store(), product).await?.profile);
    let mut opened = Opened {
        subject,
        may_answer: assessment.state.is_open() && who.may(Permission::EditAssessment, product),
        may_review: who.may(Permission::ReviewAssessment, product),
        answered_it: false,
        assessment,
        answers,
        steps,
    };
    opened.answered_it = opened.answered_by().contains(&who.person());
    Ok(opened)
}

/// What the person was typing into a question and has not saved. Permission: edit assessments.
///
/// # Errors
/// Not found or forbidden.
pub async fn draft(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    key: Key,
) -> Result<Option<Draft>, Failure> {
    who.require(Permission::EditAssessment, product)?;
    Ok(store::assessments::draft(service.store(), assessment, who.person(), key).await?)
}

/// Starts an assessment. It begins with the answers of record, where there are any. Permission: edit assessments.
///
/// # Errors
/// Rejected when another one is in work.
pub async fn start(service: &Service, who: &Actor, product: ProductId) -> Result<AssessmentId, Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    products::require_in_work(service, product).await?;
    let base = standing(service, who, product).await?.approved;
    let carried = match base {
        Some(base) => store::assessments::answers(service.store(), base).await?,
        None => Vec::new(),
    };
    let (id, person) = (fresh::id::<AssessmentId>(), who.person());
    let written = service
        .store()
        .write(&grant, Action("assessment.started"), None, move |tx| {
            Box::pin(async move {
                let packs = assessment::pack_names();
                store::assessments::start(tx, id, product, &packs, Some(person), base).await?;
                for answer in carried {
                    let answer = NewAnswer {
                        id: fresh::id(),
                        product,
                        assessment: id,
                        key: answer.key,
                        given: answer.given,
                        rationale: answer.rationale,
                        by: vec![person],
                    };
                    store::assessments::insert_answer(tx, &answer).await?;
                }
                Ok(())
            })
        })
        .await;
    match written {
        Err(StoreError::Constraint(name)) if name == "assessment_open_once" => {
            Err(refusal(AssessmentCode::AnotherIsOpen))
        }
        other => other.map(|()| id).map_err(Failure::from),
    }
}

/// An answer as it was typed.
#[derive(Clone, Debug)]
pub struct TypedAnswer {
    /// The question.
    pub question: String,
    /// What was picked.
    pub given: String,
    /// Why.
    pub rationale: String,
    /// The revision of the answer that the form was filled from; 0 for a first answer.
    pub seen: i32,
}

impl TypedAnswer {
    fn parse(&self) -> Result<(Key, Given, Reason), Violations> {
        let mut wrong = Violations::none();
        let key = Key::named(self.question.trim()).filter(|key| scheme::question(*key).is_some());
        let given = key.and_then(|key| Given::named(key, self.given.trim()));
        if key.is_none() || (given.is_none() && !self.given.trim().is_empty()) {
            wrong.push(Violation::error("given", Code::Assessment(AssessmentCode::NoSuchQuestion)));
        } else if given.is_none() {
            wrong.push(Violation::error("given", Code::Assessment(AssessmentCode::NothingPicked)));
        }
        let rationale = wrong.take(Reason::parse("rationale", &normal(&self.rationale)));
        match (key, given, rationale) {
            (Some(key), Some(given), Some(rationale)) => Ok((key, given, rationale)),
            _ => Err(wrong),
        }
    }
}

/// Saves an answer with its reason; answers which question is open next. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else answered the question meanwhile.
pub async fn save_answer(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    typed: &TypedAnswer,
) -> Result<Option<Key>, Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let (key, given, rationale) = typed.parse()?;
    products::require_in_work(service, product).await?;
    let (seen, person, reason) = (typed.seen, who.person(), rationale.to_string());
    let written = service
        .store()
        .write(&grant, Action("assessment.answered"), None, move |tx| {
            Box::pin(async move {
                let (state, _) = store::assessments::hold(tx, product, assessment).await?;
                if let Err(code) = assessment::take(state, Step::Answer) {
                    return Ok(Err(code));
                }
                write_answer(tx, (product, assessment), key, given, &reason, person, seen).await?;
                Ok(Ok(()))
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, assessment, key, given, &rationale).await?),
        Err(other) => Err(other.into()),
        Ok(Err(code)) => Err(refusal(code)),
        Ok(Ok(())) => {
            let given: Answers = store::assessments::answers(service.store(), assessment)
                .await?
                .into_iter()
                .map(|answer| (answer.key, answer.given))
                .collect();
            let markets = store::products::load(service.store(), product).await?.profile.markets;
            Ok(Judgement::of(&given, &markets).next_question())
        }
    }
}

/// Answers that were tried together, and are to be saved.
#[derive(Clone, Debug, Default)]
pub struct TypedTrial {
    /// The questions with what was picked, by name.
    pub tried: Vec<(String, String)>,
    /// The revision of each answer when the trial began, by question; absent for a question without an answer.
    pub seen: BTreeMap<String, i32>,
    /// Why, for all of them.
    pub rationale: String,
}

impl TypedTrial {
    fn parse(&self) -> Result<(Vec<(Key, Given)>, Reason), Violations> {
        let mut wrong = Violations::none();
        let tried: Option<Vec<(Key, Given)>> = self
            .tried
            .iter()
            .map(|(key, given)| {
                let key = Key::named(key).filter(|key| scheme::question(*key).is_some())?;
                Some((key, Given::named(key, given)?))
            })
            .collect();
        match &tried {
            None => wrong.push(Violation::error("tried", Code::Assessment(AssessmentCode::NoSuchQuestion))),
            Some(tried) if tried.is_empty() => {
                wrong.push(Violation::error("tried", Code::Assessment(AssessmentCode::NothingPicked)));
            }
            Some(_) => {}
        }
        let rationale = wrong.take(Reason::parse("rationale", &normal(&self.rationale)));
        match (tried, rationale) {
            (Some(tried), Some(rationale)) if !tried.is_empty() => Ok((tried, rationale)),
            _ => Err(wrong),
        }
    }
}

/// Saves answers that were tried together, all or none of them; answers how many. Permission: edit assessments.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else answered one of the questions meanwhile.
pub async fn save_tried(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    typed: &TypedTrial,
) -> Result<usize, Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let (tried, rationale) = typed.parse()?;
    products::require_in_work(service, product).await?;
    let person = who.person();
    let seen = |key: Key| typed.seen.get(key.name()).copied().unwrap_or(0);
    let writes: Vec<(Key, Given, i32)> =
        tried.iter().map(|(key, given)| (*key, *given, seen(*key))).collect();
    let reason = rationale.to_string();
    let written = service
        .store()
        .write(&grant, Action("assessment.answered"), None, move |tx| {
            Box::pin(async move {
                let (state, _) = store::assessments::hold(tx, product, assessment).await?;
                if let Err(code) = assessment::take(state, Step::Answer) {
                    return Ok(Err(code));
                }
                for (key, given, seen) in writes {
                    write_answer(tx, (product, assessment), key, given, &reason, person, seen).await?;
                }
                Ok(Ok(()))
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(trial_conflict(service, assessment, &tried, typed).await?),
        Err(other) => Err(other.into()),
        Ok(Err(code)) => Err(refusal(code)),
        Ok(Ok(())) => Ok(tried.len()),
    }
}

/// Both versions of the tried answers that somebody else changed.
async fn trial_conflict(
    service: &Service,
    assessment: AssessmentId,
    tried: &[(Key, Given)],
    typed: &TypedTrial,
) -> Result<Failure, Failure> {
    let answers = store::assessments::answers(service.store(), assessment).await?;
    let moved: Vec<&Answer> = answers
        .iter()
        .filter(|stored| tried.iter().any(|(key, _)| *key == stored.key))
        .filter(|stored| typed.seen.get(stored.key.name()).copied().unwrap_or(0) != stored.revision.0)
        .collect();
    let last = moved.iter().max_by_key(|stored| stored.changed_at).ok_or(Failure::NotFound)?;
    let fields = moved
        .iter()
        .map(|stored| ConflictField {
            field: stored.key.name().to_owned(),
            yours: typed
                .tried
                .iter()
                .find(|it| it.0 == stored.key.name())
                .map(|it| it.1.clone())
                .unwrap_or_default(),
            theirs: stored.given.name().to_owned(),
        })
        .collect();
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: last.last_by.clone().unwrap_or_default(),
        changed_at: last.changed_at,
        revision: last.revision,
        fields,
    })))
}

/// Writes one answer, for the first time or over the revision that was seen.
async fn write_answer(
    tx: &mut store::WriteTx,
    (product, assessment): (ProductId, AssessmentId),
    key: Key,
    given: Given,
    reason: &str,
    person: PersonId,
    seen: i32,
) -> Result<(), StoreError> {
    if seen == 0 {
        let rationale = reason.to_owned();
        let by = vec![person];
        let answer = NewAnswer { id: fresh::id(), product, assessment, key, given, rationale, by };
        store::assessments::insert_answer(tx, &answer).await?;
    } else {
        let seen = Revision(seen);
        store::assessments::update_answer(tx, assessment, key, given, reason, person, seen).await?;
    }
    store::assessments::forget_draft(tx, assessment, person, key).await
}

/// Forgets what a person picked and typed, and did not save. Permission: edit assessments.
///
/// # Errors
/// Rejected when the question is unknown; not found, when the product has no such assessment.
pub async fn forget_draft(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    question: &str,
) -> Result<Key, Failure> {
    who.require(Permission::EditAssessment, product)?;
    let key = Key::named(question.trim()).filter(|key| scheme::question(*key).is_some());
    let key = key.ok_or_else(|| refusal(AssessmentCode::NoSuchQuestion))?;
    open(service, who, product, assessment).await?;
    store::assessments::drop_draft(service.store(), assessment, who.person(), key).await?;
    Ok(key)
}

/// Keeps what a person is typing, before it is saved; answers when it was kept. Permission: edit assessments.
///
/// # Errors
/// Rejected when the question is unknown or the text is far too long.
pub async fn keep_draft(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    typed: &TypedAnswer,
) -> Result<OffsetDateTime, Failure> {
    who.require(Permission::EditAssessment, product)?;
    let key = Key::named(typed.question.trim()).filter(|key| scheme::question(*key).is_some());
    let key = key.ok_or_else(|| refusal(AssessmentCode::NoSuchQuestion))?;
    let given = typed.given.trim();
    if !given.is_empty() && Given::named(key, given).is_none() {
        return Err(refusal(AssessmentCode::NoSuchQuestion));
    }
    // A draft may be empty; what is there must be storable text.
    optional::<domain::text::Statement>("rationale", &typed.rationale).map_err(Failure::from)?;
    let opened = open(service, who, product, assessment).await?;
    assessment::take(opened.assessment.state, Step::Answer).map_err(refusal)?;
    let rationale = normal(&typed.rationale);
    Ok(store::assessments::keep_draft(service.store(), assessment, who.person(), key, given, &rationale)
        .await?)
}

/// Hands an assessment over for review. Permission: edit assessments.
///
/// # Errors
/// Rejected with every question that is still open and every answer without its reason.
pub async fn submit(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    seen: Revision,
    comment: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    let comment = optional::<Reason>("comment", &normal(comment)).map_err(Failure::from)?;
    products::require_in_work(service, product).await?;
    let opened = open(service, who, product, assessment).await?;
    let missing = opened.missing();
    if !missing.is_empty() {
        let wrong = missing.into_iter().map(|code| Violation::error("", Code::Assessment(code))).collect();
        return Err(Failure::Rejected(Violations(wrong)));
    }
    let said = comment.map(String::from);
    let step = Move { product, assessment, step: Step::Submit, by: who.person(), comment: said, seen };
    move_on(service, &grant, Action("assessment.submitted"), step).await
}

/// Takes an assessment back from review. Permission: edit assessments.
///
/// # Errors
/// Rejected when it is not in review.
pub async fn take_back(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    seen: Revision,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditAssessment, product)?;
    products::require_in_work(service, product).await?;
    let step = Move { product, assessment, step: Step::TakeBack, by: who.person(), comment: None, seen };
    move_on(service, &grant, Action("assessment.taken_back"), step).await
}

/// Sends an assessment back with a comment. Permission: review assessments.
///
/// # Errors
/// Rejected without a comment, or when it is not in review.
pub async fn send_back(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    seen: Revision,
    comment: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::ReviewAssessment, product)?;
    let comment = Reason::parse("comment", &normal(comment))?;
    products::require_in_work(service, product).await?;
    let said = Some(comment.to_string());
    let step = Move { product, assessment, step: Step::Return, by: who.person(), comment: said, seen };
    move_on(service, &grant, Action("assessment.returned"), step).await
}

/// Approves an assessment: it becomes the record. Permission: review assessments, with the password given again, by
/// somebody who changed no answer of it, for exactly the revision that was read.
///
/// # Errors
/// Rejected, with the reason.
pub async fn approve(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    seen: Revision,
    comment: &str,
    password: &SecretString,
) -> Result<Classification, Failure> {
    who.require(Permission::ReviewAssessment, product)?;
    let comment = optional::<Reason>("comment", &normal(comment)).map_err(Failure::from)?.map(String::from);
    products::require_in_work(service, product).await?;
    let opened = open(service, who, product, assessment).await?;
    let answered_by = opened.answered_by();
    let stands = opened.assessment.revision;
    assessment::approve(opened.assessment.state, stands, seen, &answered_by, who.person())
        .map_err(refusal)?;
    let outcome = opened.judgement().classification().ok_or_else(|| refusal(AssessmentCode::NotDecided))?;
    let record = opened.record_of_now();
    let approval = Approval {
        outcome,
        record: serde_json::to_value(&record).map_err(|cause| Failure::Internal(Box::new(cause)))?,
        text: record.to_string(),
    };
    // The last thing that is checked, so that a password is asked for only where it can lead somewhere.
    let who = crate::account::reauthenticate(service, who, "password", password).await?;
    let grant = who.require(Permission::ReviewAssessment, product)?;
    let person = who.person();
    let said = comment.clone();
    let written = service
        .store()
        .write(&grant, Action("assessment.approved"), said.as_deref(), move |tx| {
            Box::pin(async move {
                let (state, stands) = store::assessments::hold(tx, product, assessment).await?;
                if let Err(code) = assessment::approve(state, stands, seen, &answered_by, person) {
                    return Ok(Err(code));
                }
                store::assessments::approve(tx, product, assessment, &approval, seen).await?;
                let step = NewStep {
                    id: fresh::id(),
                    product,
                    assessment,
                    step: Step::Approve,
                    by: Some(person),
                    comment,
                    about: seen,
                };
                store::assessments::note_step(tx, &step).await?;
                Ok(Ok(()))
            })
        })
        .await;
    finish(written).map(|()| outcome)
}

/// A step of an assessment that changes nothing but its state.
struct Move {
    product: ProductId,
    assessment: AssessmentId,
    step: Step,
    by: PersonId,
    comment: Option<String>,
    seen: Revision,
}

async fn move_on(service: &Service, grant: &store::Grant, action: Action, step: Move) -> Result<(), Failure> {
    let said = step.comment.clone();
    let written = service
        .store()
        .write(grant, action, said.as_deref(), move |tx| {
            Box::pin(async move {
                let (state, stands) = store::assessments::hold(tx, step.product, step.assessment).await?;
                let next = match assessment::take(state, step.step) {
                    Ok(_) if stands != step.seen => return Ok(Err(AssessmentCode::NotTheRevisionReviewed)),
                    Ok(next) => next,
                    Err(code) => return Ok(Err(code)),
                };
                let packs = assessment::pack_names();
                store::assessments::set_state(tx, step.assessment, next, &packs, stands).await?;
                let taken = NewStep {
                    id: fresh::id(),
                    product: step.product,
                    assessment: step.assessment,
                    step: step.step,
                    by: Some(step.by),
                    comment: step.comment,
                    about: stands,
                };
                store::assessments::note_step(tx, &taken).await?;
                Ok(Ok(()))
            })
        })
        .await;
    finish(written)
}

fn finish(written: Result<Result<(), AssessmentCode>, StoreError>) -> Result<(), Failure> {
    match written {
        Ok(done) => done.map_err(refusal),
        Err(StoreError::Stale) => Err(refusal(AssessmentCode::NotTheRevisionReviewed)),
        Err(other) => Err(other.into()),
    }
}

fn refusal(code: AssessmentCode) -> Failure {
    Violation::error("", Code::Assessment(code)).into()
}

/// Both versions of an answer.
async fn conflict(
    service: &Service,
    assessment: AssessmentId,
    key: Key,
    given: Given,
    rationale: &str,
) -> Result<Failure, Failure> {
    let answers = store::assessments::answers(service.store(), assessment).await?;
    let stored = answers.into_iter().find(|answer| answer.key == key).ok_or(Failure::NotFound)?;
    let mut fields = Vec::new();
    if stored.given != given {
        fields.push(ConflictField {
            field: "given".to_owned(),
            yours: given.name().to_owned(),
            theirs: stored.given.name().to_owned(),
        });
    }
    if stored.rationale != rationale {
        fields.push(ConflictField {
            field: "rationale".to_owned(),
            yours: rationale.to_owned(),
            theirs: stored.rationale.clone(),
        });
    }
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: stored.last_by.unwrap_or_default(),
        changed_at: stored.changed_at,
        revision: stored.revision,
        fields,
    })))
}
