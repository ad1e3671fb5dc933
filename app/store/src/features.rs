//! Features: their descriptions, the answers of their triage, the steps to a decision, and what was decided.

use std::collections::BTreeSet;

use domain::feature::{Description, Record, State, Step};
use domain::ids::{AssessmentId, FeatureAnswerId, FeatureId, FeatureStepId, PersonId, ProductId};
use domain::revision::Revision;
use domain::text::{Link, Name, Statement};
use domain::triage::{Fact, Level};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::{Store, StoreError, WriteTx};

/// A feature without its answers.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Its identifier.
    pub id: FeatureId,
    /// The product that it would change.
    pub product: ProductId,
    /// Its number in the product, from 1.
    pub number: i32,
    /// What people say about it.
    pub description: Description,
    /// Where it stands.
    pub state: State,
    /// The reasons as somebody edited them.
    pub rationale: Option<String>,
    /// The level of work, since it was handed over.
    pub level: Option<Level>,
    /// What was decided.
    pub record: Option<Record>,
    /// The assessment that it was turned into.
    pub assessment: Option<AssessmentId>,
    /// Everybody who wrote the description or the reasons.
    pub written_by: BTreeSet<PersonId>,
    /// Who wrote them last; nobody when the demonstration did.
    pub last_by: Option<String>,
    /// Its revision.
    pub revision: Revision,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it was last written.
    pub changed_at: OffsetDateTime,
}

/// An answer of a triage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureAnswer {
    /// The feature.
    pub feature: FeatureId,
    /// What it is about.
    pub fact: Fact,
    /// The stable name of what was picked.
    pub given: String,
    /// The numbers of the risk controls that are touched.
    pub controls: Vec<i32>,
    /// Everybody who ever changed it.
    pub answered_by: BTreeSet<PersonId>,
    /// The name of the person who changed it last; nobody when the demonstration did.
    pub last_by: Option<String>,
    /// Its revision.
    pub revision: Revision,
    /// When it was last written.
    pub changed_at: OffsetDateTime,
}

/// One step on the way to a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenStep {
    /// The step.
    pub step: Step,
    /// Who took it; nobody when the demonstration did.
    pub by: Option<String>,
    /// What was said with it.
    pub comment: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

fn strange(what: &'static str) -> StoreError {
    StoreError::Database(sqlx::Error::Decode(what.into()))
}

fn state(name: &str) -> Result<State, StoreError> {
    State::named(name).ok_or_else(|| strange("an unknown state of a feature"))
}

/// All features of a product, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store, product: ProductId) -> Result<Vec<Feature>, StoreError> {
    let rows = sqlx::query!(
        r#"select f.feature_id, f.number, f.name, f.what, f.ticket, f.brought_by, f.state, f.rationale, f.level, f.record,
                f.assessment_id, f.written_by, p.name as "last_by?", f.revision, f.created_at, f.changed_at
         from app.feature f
         left join app.person p on p.person_id = f.written_by[cardinality(f.written_by)]
         where f.product_id = $1 order by f.number desc"#,
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Feature {
                id: row.feature_id.into(),
                product,
                number: row.number,
                description: Description {
                    name: Name::stored(row.name),
                    what: Statement::stored(row.what),
                    ticket: row.ticket.map(Link::stored),
                    brought_by: row.brought_by.map(Name::stored),
                },
                state: state(&row.state)?,
                rationale: row.rationale,
                level: row.level.as_deref().and_then(Level::named),
                record: row.record.and_then(|record| serde_json::from_value(record).ok()),
                assessment: row.assessment_id.map(AssessmentId::from),
                written_by: row.written_by.into_iter().map(PersonId::from).collect(),
                last_by: row.last_by,
                revision: Revision(row.revision),
                created_at: row.created_at,
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// The answers of all features of a product.
///
/// # Errors
/// When the database does not answer.
pub async fn answers(store: &Store, product: ProductId) -> Result<Vec<FeatureAnswer>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.feature_id, a.question, a.given, a.risk_controls, a.answered_by, p.name as "last_by?", a.revision,
                a.changed_at
         from app.feature_answer a
         left join app.person p on p.person_id = a.answered_by[cardinality(a.answered_by)]
         where a.product_id = $1 order by a.feature_id, a.question"#,
        product.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FeatureAnswer {
                feature: row.feature_id.into(),
                fact: Fact::named(&row.question)
                    .ok_or_else(|| strange("an unknown question of the triage"))?,
                given: row.given,
                controls: row.risk_controls,
                answered_by: row.answered_by.into_iter().map(PersonId::from).collect(),
                last_by: row.last_by,
                revision: Revision(row.revision),
                changed_at: row.changed_at,
            })
        })
        .collect()
}

/// The steps taken with a feature, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps(store: &Store, feature: FeatureId) -> Result<Vec<TakenStep>, StoreError> {
    let rows = sqlx::query!(
        r#"select s.step, p.name as "by?", s.comment, s.created_at
         from app.feature_step s left join app.person p on p.person_id = s.person_id
         where s.feature_id = $1 order by s.created_at desc, s.feature_step_id desc"#,
        feature.uuid(),
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(TakenStep {
                step: Step::named(&row.step).ok_or_else(|| strange("an unknown step of a feature"))?,
                by: row.by,
                comment: row.comment,
                at: row.created_at,
            })
        })
        .collect()
}

/// How many features are handed over, in each of several products where there are any.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(store: &Store, products: &[ProductId]) -> Result<Vec<(ProductId, i64)>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select product_id, count(*) as "waiting!" from app.feature
         where state = 'handed_over' and product_id = any($1) group by product_id"#,
        &products,
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id.into(), row.waiting)).collect())
}

/// The feature that an assessment was started from.
///
/// # Errors
/// When the database does not answer.
pub async fn behind(
    store: &Store,
    product: ProductId,
    assessment: AssessmentId,
) -> Result<Option<(FeatureId, i32)>, StoreError> {
    let row = sqlx::query!(
        "select feature_id, number from app.feature where product_id = $1 and assessment_id = $2",
        product.uuid(),
        assessment.uuid(),
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.map(|row| (row.feature_id.into(), row.number)))
}

/// Adds a feature; its number follows the last one of the product. Answers the number.
///
/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut WriteTx,
    feature: FeatureId,
    product: ProductId,
    description: &Description,
    by: Option<PersonId>,
) -> Result<i32, StoreError> {
    let by: Vec<Uuid> = by.into_iter().map(PersonId::uuid).collect();
    let row = sqlx::query!(
        "insert into app.feature (feature_id, product_id, number, name, what, ticket, brought_by, state, written_by,
                                  revision)
         select $1, $2, 1 + coalesce(max(number), 0), $3, $4, $5, $6, 'draft', $7, 1
         from app.feature where product_id = $2
         returning number",
        feature.uuid(),
        product.uuid(),
        description.name.as_str(),
        description.what.as_str(),
        description.ticket.as_ref().map(Link::as_str),
        description.brought_by.as_ref().map(Name::as_str),
        &by,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(row.number)
}

/// Where a feature stands, held until the transaction ends, so that no step and no answer passes another.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such feature.
pub async fn hold(
    tx: &mut WriteTx,
    product: ProductId,
    feature: FeatureId,
) -> Result<(State, Revision), StoreError> {
    let row = sqlx::query!(
        "select state, revision from app.feature where product_id = $1 and feature_id = $2 for update",
        product.uuid(),
        feature.uuid(),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((state(&row.state)?, Revision(row.revision)))
}

/// Changes what is said about a feature; `by` joins those who wrote it.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn describe(
    tx: &mut WriteTx,
    feature: FeatureId,
    description: &Description,
    by: PersonId,
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.feature
         set name = $2, what = $3, ticket = $4, brought_by = $5,
             written_by = array_append(array_remove(written_by, $6), $6), revision = revision + 1, changed_at = now()
         where feature_id = $1 and revision = $7",
        feature.uuid(),
        description.name.as_str(),
        description.what.as_str(),
        description.ticket.as_ref().map(Link::as_str),
        description.brought_by.as_ref().map(Name::as_str),
        by.uuid(),
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// Keeps the reasons as they were edited, or forgets them, so that those stand which follow from the answers.
///
/// # Errors
/// [`StoreError::Stale`] when the feature was changed since `seen`.
pub async fn set_rationale(
    tx: &mut WriteTx,
    feature: FeatureId,
    rationale: Option<&str>,
    by: PersonId,
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.feature
         set rationale = $2, written_by = array_append(array_remove(written_by, $3), $3), revision = revision + 1,
             changed_at = now()
         where feature_id = $1 and revision = $4",
        feature.uuid(),
        rationale,
        by.uuid(),
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// An answer to be written.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// Its identifier, where it is the first one.
    pub id: FeatureAnswerId,
    /// The product.
    pub product: ProductId,
    /// The feature.
    pub feature: FeatureId,
    /// What it is about.
    pub fact: Fact,
    /// The stable name of what was picked.
    pub given: String,
    /// The numbers of the risk controls that are touched.
    pub controls: Vec<i32>,
    /// Who answered; nobody when the demonstration did.
    pub by: Option<PersonId>,
}

/// Writes a first answer.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else answered the question first.
pub async fn insert_answer(tx: &mut WriteTx, answer: &NewAnswer) -> Result<(), StoreError> {
    let by: Vec<Uuid> = answer.by.into_iter().map(PersonId::uuid).collect();
    let written = sqlx::query!(
        "insert into app.feature_answer (feature_answer_id, product_id, feature_id, question, given, risk_controls,
                                         answered_by, revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        answer.id.uuid(),
        answer.product.uuid(),
        answer.feature.uuid(),
        answer.fact.name(),
        answer.given,
        &answer.controls,
        &by,
    )
    .execute(tx.connection())
    .await;
    match written.map_err(StoreError::from) {
        Err(StoreError::Constraint(name)) if name == "feature_answer_once" => Err(StoreError::Stale),
        other => other.map(|_| ()),
    }
}

/// Changes an answer; who did joins those who ever changed it, as the last of them.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn update_answer(tx: &mut WriteTx, answer: &NewAnswer, seen: Revision) -> Result<(), StoreError> {
    let by = answer.by.map(PersonId::uuid);
    let written = sqlx::query!(
        "update app.feature_answer
         set given = $3, risk_controls = $4,
             answered_by = case when $5::uuid is null then answered_by
                                else array_append(array_remove(answered_by, $5), $5) end,
             revision = revision + 1, changed_at = now()
         where feature_id = $1 and question = $2 and revision = $6",
        answer.feature.uuid(),
        answer.fact.name(),
        answer.given,
        &answer.controls,
        by,
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// Moves a feature on. The level is noted when it is handed over, and kept otherwise.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn set_state(
    tx: &mut WriteTx,
    feature: FeatureId,
    state: State,
    level: Option<Level>,
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.feature
         set state = $2, level = coalesce($3, level), revision = revision + 1, changed_at = now()
         where feature_id = $1 and revision = $4",
        feature.uuid(),
        state.name(),
        level.map(Level::name),
        seen.0,
    )
    .execute(tx.connection())
    .await?;
    changed(written.rows_affected())
}

/// What a decision keeps for ever.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The state that it ends in.
    pub state: State,
    /// The level of work.
    pub level: Level,
    /// Answers, result and reasons as data.
    pub record: Value,
    /// The same as text.
    pub text: String,
    /// The assessment that was started from it.
    pub assessment: Option<AssessmentId>,
}

/// Decides on a feature.
///
/// # Errors
/// [`StoreError::Stale`] when it was changed since `seen`.
pub async fn decide(
    tx: &mut WriteTx,
    feature: FeatureId,
    decision: &Decision,
    seen: Revision,
) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "update app.feature
         set state = $2, level = $3, record = $4, record_text = $5, assessment_id = $6, revision = revision + 1,
             changed_at = now()
         where feature_id = $1 and revision = $7",
        feature.uuid(),
        decision.state.name(),
        decision.level.name(),
        decision.record,
        decision.text,
        decision.assessment.map(AssessmentId::uuid),
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
    pub id: FeatureStepId,
    /// The product.
    pub product: ProductId,
    /// The feature.
    pub feature: FeatureId,
    /// The step.
    pub step: Step,
    /// Who took it; nobody when the demonstration did.
    pub by: Option<PersonId>,
    /// What was said with it.
    pub comment: Option<String>,
    /// The revision that was looked at.
    pub about: Revision,
}

/// Notes a step with its comment.
///
/// # Errors
/// When the database refuses.
pub async fn note_step(tx: &mut WriteTx, taken: &NewStep) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into app.feature_step (feature_step_id, product_id, feature_id, step, person_id, comment, about_revision,
                                       revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        taken.id.uuid(),
        taken.product.uuid(),
        taken.feature.uuid(),
        taken.step.name(),
        taken.by.map(PersonId::uuid),
        taken.comment,
        taken.about.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
