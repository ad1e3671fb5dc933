//! Assessments: answers, the steps to approval, and the record that was approved.

use std::collections::BTreeSet;

use domain::answer::{Answers, Given, Key};
use domain::assessment::{Classification, Record, State, Step};
use domain::ids::{AnswerId, AssessmentId, AssessmentStepId, PersonId, ProductId};
use domain::product::Market;
use domain::revision::Revision;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// An assessment without its answers.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Its identifier.
    pub id: AssessmentId,
    /// The product it is about.
    pub product: ProductId,
    /// Its number in the product, from 1.
    pub number: i32,
    /// Where it stands.
    pub state: State,
    /// The markets that the product is made for now; they choose the schemes.
    pub markets: Vec<Market>,
    /// The rule packs, by name and version.
    pub packs: Vec<String>,
    /// Who started it, by the name of then, as the trail has it; nobody when the demonstration did.
    pub started_by: Option<String>,
    /// What was approved.
    pub outcome: Option<Classification>,
    /// The approved record.
    pub record: Option<Record>,
    /// The approved record as text.
    pub record_text: Option<String>,
    /// Its revision.
    pub revision: Revision,
    /// When it was started.
    pub created_at: OffsetDateTime,
    /// When it was last written.
    pub changed_at: OffsetDateTime,
}

/// An answer with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its identifier.
    pub id: AnswerId,
    /// The question.
    pub key: Key,
    /// What was given.
    pub given: Given,
    /// Why; empty where it was carried over and is still to be written.
    pub rationale: String,
    /// Everybody who ever changed it.
    pub answered_by: BTreeSet<PersonId>,
    /// The name of the person who changed it last; nobody when the demonstration did.
    pub last_by: Option<String>,
    /// Its revision.
    pub revision: Revision,
    /// When it was last written.
    pub changed_at: OffsetDateTime,
}

/// One step on the way to approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenStep {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The step.
    pub step: Step,
    /// Who took it, by the name of then, as the trail has it; nobody when the demonstration did.
    pub by: Option<String>,
    /// What was said with it.
    pub comment: Option<String>,
    /// The revision of the assessment that it was about.
    pub about: Revision,
    /// When.
    pub at: OffsetDateTime,
}

/// What a person was typing into a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What was picked; empty when nothing was.
    pub given: String,
    /// What was typed as the reason.
    pub rationale: String,
    /// When it was kept.
    pub kept_at: OffsetDateTime,
}

/// The stable name of a step in the database; nothing for steps that leave no row of their own.
const fn step_name(step: Step) -> Option<&'static str> {
    match step {
        Step::Submit => Some("submit"),
        Step::TakeBack => Some("take_back"),
        Step::Return => Some("return"),
        Step::Approve => Some("approve"),
        Step::Answer | Step::Supersede => None,
    }
}

fn strange(what: &'static str) -> StoreError {
    StoreError::Database(sqlx::Error::Decode(what.into()))
}

fn state(name: &str) -> Result<State, StoreError> {
    State::named(name).ok_or_else(|| strange("an unknown state of an assessment"))
}

/// All assessments of a product, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store, product: ProductId) -> Result<Vec<Assessment>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.assessment_id, a.number, a.state, a.packs, a.outcome, a.record, a.record_text,
                a.revision, a.created_at, a.changed_at, d.markets,
                coalesce(
                    (select known.body ->> 'name' from audit.entry_view known
                      where known.rec = a.started_by and known.ver is not null and known.entry_id <= started.entry_id
                      order by known.ver desc limit 1),
                    p.name
                ) as "started_by?"
         from app.assessment a join app.product d using (product_id)
         left join app.person p on p.person_id = a.started_by
         left join audit.entry_view started on started.rec = a.assessment_id and started.ver = 1
         where a.product_id = $1 order by a.number desc"#,
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Assessment {
                id: row.assessment_id.into(),
                product,
                number: row.number,
                state: state(&row.state)?,
                markets: crate::products::markets(&row.markets),
                packs: row.packs,
                started_by: row.started_by,
                outcome: row.outcome.as_deref().and_then(Classification::named),
                record: row.record.and_then(|record| serde_json::from_value(record).ok()),
                record_text: row.record_text,
                revision: Revision(row.revision),
                created_at: row.created_at,
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// An assessment of record or in work, for lists of products.
#[derive(Clone, Debug)]
pub struct Current {
    /// The product.
    pub product: ProductId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Where it stands.
    pub state: State,
    /// What was approved.
    pub outcome: Option<Classification>,
    /// What was of record before the approved one, where something was.
    pub before: Option<Classification>,
    /// The markets that the product is made for.
    pub markets: Vec<Market>,
}

/// The assessments of record and in work of several products.
///
/// # Errors
/// When the database does not answer.
pub async fn current(store: &Store, products: &[ProductId]) -> Result<Vec<Current>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select a.product_id, a.assessment_id, a.state, a.outcome, d.markets,
                (select s.outcome from app.assessment s
                  where s.product_id = a.product_id and s.state = 'superseded' order by s.number desc limit 1) as before
         from app.assessment a join app.product d using (product_id)
         where a.product_id = any($1) and a.state <> 'superseded' order by a.product_id, a.number"#,
        &products,
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Current {
                product: row.product_id.into(),
                assessment: row.assessment_id.into(),
                state: state(&row.state)?,
                outcome: row.outcome.as_deref().and_then(Classification::named),
                before: row.before.as_deref().and_then(Classification::named),
                markets: crate::products::markets(&row.markets),
            })
        })
        .collect()
}

/// The answers of an assessment, by question.
///
/// # Errors
/// When the database does not answer.
pub async fn answers(store: &Store, assessment: AssessmentId) -> Result<Vec<Answer>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.answer_id, a.question, a.given, a.rationale, a.answered_by, p.name as "last_by?", a.revision,
                a.changed_at
         from app.answer a
         left join app.person p on p.person_id = a.answered_by[cardinality(a.answered_by)]
         where a.assessment_id = $1 order by a.question"#,
        assessment.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            let key = Key::named(&row.question).ok_or_else(|| strange("an unknown question"))?;
            Ok(Answer {
                id: row.answer_id.into(),
                key,
                given: Given::named(key, &row.given).ok_or_else(|| strange("an unknown answer"))?,
                rationale: row.rationale,
                answered_by: row.answered_by.into_iter().map(PersonId::from).collect(),
                last_by: row.last_by,
                revision: Revision(row.revision),
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// The answers of several assessments, without their reasons.
///
/// # Errors
/// When the database does not answer.
pub async fn answers_of(
    store: &Store,
    assessments: &[AssessmentId],
) -> Result<Vec<(AssessmentId, Answers)>, StoreError> {
    let ids: Vec<Uuid> = assessments.iter().map(|assessment| assessment.uuid()).collect();
    let rows = sqlx::query!(
        "select assessment_id, question, given from app.answer where assessment_id = any($1)",
        &ids
    )
    .fetch_all(store.read())
    .await?;
    let mut all: Vec<(AssessmentId, Answers)> = assessments.iter().map(|id| (*id, Answers::none())).collect();
    for row in rows {
        let id = AssessmentId::from(row.assessment_id);
        let given = Key::named(&row.question).and_then(|key| Some((key, Given::named(key, &row.given)?)));
        if let (Some((_, answers)), Some((key, given))) =
            (all.iter_mut().find(|(found, _)| *found == id), given)
        {
            answers.give(key, given);
        }
    }
    Ok(all)
}

/// The steps taken with the assessments of a product, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps(store: &Store, product: ProductId) -> Result<Vec<TakenStep>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.assessment_id, s.step, s.comment, s.about_revision, s.created_at,
                coalesce(
                    (select known.body ->> 'name' from audit.entry_view known
                      where known.rec = s.person_id and known.ver is not null and known.entry_id <= taken.entry_id
                      order by known.ver desc limit 1),
                    p.name
                ) as "by?"
         from app.assessment_step s
         left join app.person p on p.person_id = s.person_id
         left join audit.entry_view taken on taken.rec = s.assessment_step_id and taken.ver = 1
         where s.product_id = $1 order by s.created_at desc, s.assessment_step_id desc"#,
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            let step = Step::ALL.into_iter().find(|step| step_name(*step) == Some(row.step.as_str()));
            Ok(TakenStep {
                assessment: row.assessment_id.into(),
                step: step.ok_or_else(|| strange("an unknown step"))?,
                by: row.by,
                comment: row.comment,
                about: Revision(row.about_revision),
                at: row.created_at,
            })
        })
        .collect()
}

/// Starts an assessment; its number follows the last one of the product. Answers the number.
///
/// # Errors
/// Constraint `assessment_open_once` when another one of the product is in work.
pub async fn start(
    tx: &mut WriteTx,
    assessment: AssessmentId,
    product: ProductId,
    packs: &[String],
    started_by: Option<PersonId>,
    based_on: Option<AssessmentId>,
) -> Result<i32, StoreError> {
    let row = sqlx::query!(
        "insert into app.assessment (assessment_id, product_id, number, state, packs, started_by, based_on, revision)
         select $1, $2, 1 + coalesce(max(number), 0), 'draft', $3, $4, $5, 1
         from app.assessment where product_id = $2
         returning number",
        assessment.uuid(),
        product.uuid(),
        packs,
        started_by.map(PersonId::uuid),
        based_on.map(AssessmentId::uuid),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(row.number)
}

/// Where an assessment stands, held until the transaction ends, so that no step and no answer passes another.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such assessment.
pub async fn hold(
    tx: &mut WriteTx,
    product: ProductId,
    assessment: AssessmentId,
) -> Result<(State, Revision), StoreError> {
    let row = sqlx::query!(
        "select state, revision from app.assessment where product_id = $1 and assessment_id = $2 for update",
        product.uuid(),
        assessment.uuid(),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((state(&row.state)?, Revision(row.revision)))
}

/// An answer to be written for the first time.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// Its identifier.
    pub id: AnswerId,
    /// The product.
    pub product: ProductId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The question.
    pub key: Key,
    /// What was given.
    pub given: Given,
    /// Why.
    pub rationale: String,
    /// Who answered; nobody when the demonstration did.
    pub by: Vec<PersonId>,
}

/// Writes a first answer.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else answered the question first.
pub async fn insert_answer(tx: &mut WriteTx, answer: &NewAnswer) -> Result<(), StoreError> {
    let by: Vec<Uuid> = answer.by.iter().map(|person| person.uuid()).collect();
    let written = sqlx::query!(
        "insert into app.answer (answer_id, product_id, assessment_id, question, given, rationale, answered_by,
                                 revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        answer.id.uuid(),
        answer.product.uuid(),
        answer.assessment.uuid(),
        answer.key.name(),
        answer.given.name(),
        answer.rationale,
        &by,
    )
    .execute(tx.connection())
    .await;
    match written.map_err(StoreError::from) {
        Err(StoreError::Constraint(name)) if name == "answer_once" => Err(StoreError::Stale),
        other => other.map(|_| ()),
    }
}

/// Changes an answer; `by` joins those who ever changed it, as the last of them.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn update_answer(
    tx: &mut WriteTx,
    assessment: AssessmentId,
    key: Key,
    given: Given,
    rationale: &str,
    by: PersonId,
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.answer
         set given = $3, rationale = $4, answered_by = array_append(array_remove(answered_by, $5), $5),
             revision = revision + 1, changed_at = now()
         where assessment_id = $1 and question = $2 and revision = $6",
        assessment.uuid(),
        key.name(),
        given.name(),
        rationale,
        by.uuid(),
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// Moves an assessment on.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn set_state(
    tx: &mut WriteTx,
    assessment: AssessmentId,
    state: State,
    packs: &[String],
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.assessment set state = $2, packs = $3, revision = revision + 1, changed_at = now()
         where assessment_id = $1 and revision = $4",
        assessment.uuid(),
        state.name(),
        packs,
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// What an approval keeps for ever.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The classification.
    pub outcome: Classification,
    /// Answers, reasons and verdicts as data.
    pub record: Value,
    /// The same as text.
    pub text: String,
}

/// Approves an assessment; the one of record before it is superseded.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn approve(
    tx: &mut WriteTx,
    product: ProductId,
    assessment: AssessmentId,
    approval: &Approval,
    seen: Revision,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update app.assessment set state = 'superseded', revision = revision + 1, changed_at = now()
         where product_id = $1 and state = 'approved'",
        product.uuid(),
    )
    .execute(tx.connection())
    .await?;
    let written = sqlx::query!(
        "update app.assessment
         set state = 'approved', outcome = $2, record = $3, record_text = $4, revision = revision + 1,
             changed_at = now()
         where assessment_id = $1 and revision = $5",
        assessment.uuid(),
        approval.outcome.name(),
        approval.record,
        approval.text,
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// A step to be noted.
#[derive(Clone, Debug)]
pub struct NewStep {
    /// Its identifier.
    pub id: AssessmentStepId,
    /// The product.
    pub product: ProductId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The step.
    pub step: Step,
    /// Who took it; nobody when the demonstration did.
    pub by: Option<PersonId>,
    /// What was said with it.
    pub comment: Option<String>,
    /// The revision that was looked at.
    pub about: Revision,
}

/// Notes a step with its comment. Answering and superseding leave no row of their own.
///
/// # Errors
/// When the database refuses.
pub async fn note_step(tx: &mut WriteTx, taken: &NewStep) -> Result<(), StoreError> {
    let Some(name) = step_name(taken.step) else { return Ok(()) };
    sqlx::query!(
        "insert into app.assessment_step (assessment_step_id, product_id, assessment_id, step, person_id, comment,
                                          about_revision, revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        taken.id.uuid(),
        taken.product.uuid(),
        taken.assessment.uuid(),
        name,
        taken.by.map(PersonId::uuid),
        taken.comment,
        taken.about.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Keeps what a person is typing into a question; answers when.
///
/// # Errors
/// When the database refuses.
pub async fn keep_draft(
    store: &Store,
    assessment: AssessmentId,
    person: PersonId,
    key: Key,
    given: &str,
    rationale: &str,
) -> Result<OffsetDateTime, StoreError> {
    let row = sqlx::query!(
        "insert into run.answer_draft (assessment_id, person_id, question, given, rationale)
         values ($1, $2, $3, $4, $5)
         on conflict on constraint answer_draft_key
         do update set given = excluded.given, rationale = excluded.rationale, kept_at = now()
         returning kept_at",
        assessment.uuid(),
        person.uuid(),
        key.name(),
        given,
        rationale,
    )
    .fetch_one(&store.write)
    .await?;
    Ok(row.kept_at)
}

/// What a person was typing into a question.
///
/// # Errors
/// When the database does not answer.
pub async fn draft(
    store: &Store,
    assessment: AssessmentId,
    person: PersonId,
    key: Key,
) -> Result<Option<Draft>, StoreError> {
    let row = sqlx::query!(
        "select given, rationale, kept_at from run.answer_draft
         where assessment_id = $1 and person_id = $2 and question = $3",
        assessment.uuid(),
        person.uuid(),
        key.name(),
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|row| Draft { given: row.given, rationale: row.rationale, kept_at: row.kept_at }))
}

/// Forgets what a person was typing, because it was saved.
///
/// # Errors
/// When the database refuses.
pub async fn forget_draft(
    tx: &mut WriteTx,
    assessment: AssessmentId,
    person: PersonId,
    key: Key,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from run.answer_draft where assessment_id = $1 and person_id = $2 and question = $3",
        assessment.uuid(),
        person.uuid(),
        key.name(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets what a person was typing, because they want it so.
///
/// # Errors
/// When the database refuses.
pub async fn drop_draft(
    store: &Store,
    assessment: AssessmentId,
    person: PersonId,
    key: Key,
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from run.answer_draft where assessment_id = $1 and person_id = $2 and question = $3",
        assessment.uuid(),
        person.uuid(),
        key.name(),
    )
    .execute(&store.write)
    .await?;
    Ok(())
}
