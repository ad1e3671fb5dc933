//! Risks: the rows of the register, with everything that belongs to them.

mod counting;
mod many;
mod searching;

use std::collections::HashMap;

use domain::control::{Lowers, Proof, RiskControl, UsedControl, Verification, VerificationKind};
use domain::finding::Level;
use domain::hazard::{
    CauseKind, Contribution, Harm, Hazard, HazardSource, HazardousSituation, SequenceOfEvents,
};
use domain::ids::{HarmId, HazardId, ProductId, RiskControlId, RiskId, SequenceId, SituationId};
use domain::plan::Cell;
use domain::register::Row;
use domain::revision::Revision;
use domain::risk::{
    Acceptance, BenefitRisk, CareAnswer, Estimate, Estimates, Evaluation, Evaluations, Likelihood,
    Probability, Risk, Severity,
};
use domain::text::{Name, Reason, Statement, Title};
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::changed;
use crate::hazards::next_number;
use crate::{Store, StoreError, WriteTx};

pub use counting::{Counts, Tally, because, first_findings, standing_beside, tallies, tally};
pub use many::{Judged, insert_many, judge_anew, note_standings, update_many};
pub use searching::Words;

/// A row of the register with the objects that it is made of.
#[derive(Clone, Debug)]
pub struct RiskRecord {
    /// The risk.
    pub risk: Risk,
    /// How often the risk itself was written.
    pub revision: Revision,
    /// Its hazard.
    pub hazard: Hazard,
    /// Its sequence of events.
    pub sequence: SequenceOfEvents,
    /// Its hazardous situation.
    pub situation: HazardousSituation,
    /// Its harm.
    pub harm: Harm,
    /// In how many other rows each of the four stands: hazard, sequence, situation, harm.
    pub shared: [i64; 4],
    /// The controls in use, design first.
    pub uses: Vec<ControlUse>,
    /// When and why it was withdrawn, when it was.
    pub withdrawn: Option<(OffsetDateTime, String)>,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When the risk itself was last written.
    pub changed_at: OffsetDateTime,
}

/// A control used for a risk.
#[derive(Clone, Debug)]
pub struct ControlUse {
    /// The use.
    pub id: Uuid,
    /// How often the use was written.
    pub revision: Revision,
    /// The control.
    pub control: RiskControl,
    /// What it lowers here.
    pub lowers: Lowers,
    /// What shows that it is there.
    pub implementation: Option<Verification>,
    /// What shows that it works.
    pub effectiveness: Option<Verification>,
}

impl ControlUse {
    /// The verification of that kind.
    #[must_use]
    pub const fn verification(&self, kind: VerificationKind) -> Option<&Verification> {
        match kind {
            VerificationKind::Implementation => self.implementation.as_ref(),
            VerificationKind::Effectiveness => self.effectiveness.as_ref(),
        }
    }

    fn seen_by_rules(&self) -> UsedControl {
        let proof = |verification: &Option<Verification>| {
            verification.as_ref().map_or(Proof::Missing, |verification| verification.result.proof())
        };
        UsedControl {
            number: self.control.number,
            option: self.control.description.option,
            lower_option_explained: self.control.description.lower_option_reason.is_some(),
            external: self.control.description.external,
            lowers: self.lowers,
            implementation: proof(&self.implementation),
            effectiveness: proof(&self.effectiveness),
        }
    }
}

impl RiskRecord {
    /// The revision of the row: it moves when the risk or one of its four objects is written.
    #[must_use]
    pub const fn row_revision(&self) -> Revision {
        Revision(
            self.revision.0
                + self.hazard.revision.0
                + self.sequence.revision.0
                + self.situation.revision.0
                + self.harm.revision.0,
        )
    }

    /// The row as the rules see it.
    #[must_use]
    pub fn seen_by_rules(&self) -> Row {
        Row {
            number: self.risk.number,
            hazard: self.hazard.description.as_str().to_owned(),
            situation: self.situation.description.as_str().to_owned(),
            harm: self.harm.description.as_str().to_owned(),
            software_contributes: self.sequence.contribution == Contribution::Possible,
            estimates: self.risk.estimates.clone(),
            controls: self.uses.iter().map(ControlUse::seen_by_rules).collect(),
            benefit_risk: self.risk.benefit_risk.clone(),
        }
    }
}

// Reading ---------------------------------------------------------------------------------------------------------

/// Which rows a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All that are not withdrawn.
    #[default]
    All,
    /// Those with this evaluation of what is left; none means not estimated.
    Left(Option<Acceptance>),
    /// Those in this cell before control.
    InitialCell(Cell),
    /// Those in this cell after control.
    LeftCell(Cell),
    /// Those with findings of this level.
    With(Level),
    /// Those whose hazard has this number.
    Hazard(i32),
    /// Those whose hazardous situation has this number.
    Situation(i32),
    /// Those that use the control of this number.
    Control(i32),
    /// Those that were withdrawn.
    Withdrawn,
}

/// How a list is sorted. Filters by cell, object or withdrawal are always sorted by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By running number.
    #[default]
    Number,
    /// Worst before control first, then by number.
    Initial,
    /// Worst after control first, then by number.
    Left,
}

/// The last row of a page: where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the list is sorted by; 0 when it is sorted by number.
    pub worst_first: i16,
    /// The row's number.
    pub number: i32,
}

impl Place {
    /// Before the first row.
    pub const START: Self = Self { worst_first: -1, number: 0 };
}

struct Found {
    risk_id: Uuid,
    worst_first: i16,
    number: i32,
}

/// A list of one evaluation, sorted by it, begins where that evaluation begins in the index.
const fn begin(filter: Filter, sort: Sort, after: Place) -> Place {
    match (filter, sort) {
        (Filter::Left(acceptance), Sort::Left) if after.worst_first < first_of(acceptance) => {
            Place { worst_first: first_of(acceptance) - 1, number: i32::MAX }
        }
        _ => after,
    }
}

/// One page of a list: at most `limit` rows after `after`, and where the next page begins, when there is one. Rows that
/// are looked for by words are always sorted by number.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    store: &Store,
    product: ProductId,
    filter: Filter,
    words: &Words,
    sort: Sort,
    after: Place,
    limit: i64,
) -> Result<(Vec<RiskRecord>, Option<Place>), StoreError> {
    let mut found = if words.is_empty() {
        find_page(store, product.uuid(), filter, sort, begin(filter, sort, after), limit + 1).await?
    } else {
        searching::find_words(store, product, filter, words, after, limit + 1).await?
    };
    let more = i64::try_from(found.len()).is_ok_and(|length| length > limit);
    if more {
        found.pop();
    }
    let next =
        found.last().filter(|_| more).map(|row| Place { worst_first: row.worst_first, number: row.number });
    let ids: Vec<Uuid> = found.into_iter().map(|row| row.risk_id).collect();
    Ok((load(store, &ids).await?, next))
}

/// One fixed query a filter and sort, each a range of one index. The first literal is the table and the condition,
/// the second the sorted column.
macro_rules! sorted {
    ($store:expr, $from_where:literal, $column:literal, $after:expr, $limit:expr $(, $bind:expr)*) => {
        sqlx::query_as!(
            Found,
            "select r.risk_id, r." + $column + " as worst_first, r.number from " + $from_where
                + " and (r." + $column + ", r.number) > ($1, $2) order by r." + $column + ", r.number limit $3",
            $after.worst_first,
            $after.number,
            $limit
            $(, $bind)*
        )
        .fetch_all($store.read())
        .await
    };
}

macro_rules! numbered {
    ($store:expr, $from_where:literal, $after:expr, $limit:expr $(, $bind:expr)*) => {
        sqlx::query_as!(
            Found,
            r#"select r.risk_id, 0::smallint as "worst_first!", r.number from "# + $from_where
                + " and r.number > $1 order by r.number limit $2",
            $after.number,
            $limit
            $(, $bind)*
        )
        .fetch_all($store.read())
        .await
    };
}

async fn find_page(
    store: &Store,
    product: Uuid,
    filter: Filter,
    sort: Sort,
    after: Place,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let found = match (filter, sort) {
        (Filter::All, Sort::Number) => {
            numbered!(store, "app.risk r where r.product_id = $3 and r.withdrawn_at is null", after, limit, product)
        }
        (Filter::All, Sort::Initial) => sorted!(
            store,
            "app.risk r where r.product_id = $4 and r.withdrawn_at is null",
            "initial_worst_first",
            after,
            limit,
            product
        ),
        (Filter::All, Sort::Left) => sorted!(
            store,
            "app.risk r where r.product_id = $4 and r.withdrawn_at is null",
            "left_worst_first",
            after,
            limit,
            product
        ),
        (Filter::Left(acceptance), Sort::Number) => numbered!(
            store,
            "app.risk r where r.product_id = $3 and r.withdrawn_at is null and r.left_evaluation = $4",
            after,
            limit,
            product,
            name_of(acceptance)
        ),
        (Filter::Left(acceptance), Sort::Initial) => sorted!(
            store,
            "app.risk r where r.product_id = $4 and r.withdrawn_at is null and r.left_evaluation = $5",
            "initial_worst_first",
            after,
            limit,
            product,
            name_of(acceptance)
        ),
        // The worst-first number of what is left holds the evaluation: a hundred numbers each.
        (Filter::Left(acceptance), Sort::Left) => sorted!(
            store,
            "app.risk r where r.product_id = $4 and r.withdrawn_at is null
                and r.left_worst_first < $5::smallint + 100::smallint",
            "left_worst_first",
            after,
            limit,
            product,
            first_of(acceptance)
        ),
        (Filter::InitialCell(cell), _) => numbered!(
            store,
            "app.risk r where r.product_id = $3 and r.withdrawn_at is null and r.initial_cell = $4",
            after,
            limit,
            product,
            cell.number()
        ),
        (Filter::LeftCell(cell), _) => numbered!(
            store,
            "app.risk r where r.product_id = $3 and r.withdrawn_at is null and r.left_cell = $4",
            after,
            limit,
            product,
            cell.number()
        ),
        (Filter::With(Level::Blocks), Sort::Number) => {
            numbered!(store, "run.risk_standing r where r.product_id = $3 and r.blocks > 0", after, limit, product)
        }
        (Filter::With(Level::Blocks), Sort::Initial) => sorted!(
            store,
            "run.risk_standing r where r.product_id = $4 and r.blocks > 0",
            "initial_worst_first",
            after,
            limit,
            product
        ),
        (Filter::With(Level::Blocks), Sort::Left) => sorted!(
            store,
            "run.risk_standing r where r.product_id = $4 and r.blocks > 0",
            "left_worst_first",
            after,
            limit,
            product
        ),
        (Filter::With(Level::Warns), Sort::Number) => {
            numbered!(store, "run.risk_standing r where r.product_id = $3 and r.warns > 0", after, limit, product)
        }
        (Filter::With(Level::Warns), Sort::Initial) => sorted!(
            store,
            "run.risk_standing r where r.product_id = $4 and r.warns > 0",
            "initial_worst_first",
            after,
            limit,
            product
        ),
        (Filter::With(Level::Warns), Sort::Left) => sorted!(
            store,
            "run.risk_standing r where r.product_id = $4 and r.warns > 0",
            "left_worst_first",
            after,
            limit,
            product
        ),
        (Filter::Hazard(number), _) => numbered!(
            store,
            "app.risk r where r.withdrawn_at is null and r.hazard_id = (
                select h.hazard_id from app.hazard h where h.product_id = $3 and h.number = $4)",
            after,
            limit,
            product,
            number
        ),
        (Filter::Situation(number), _) => numbered!(
            store,
            "app.risk r where r.withdrawn_at is null and r.hazardous_situation_id = (
                select s.hazardous_situation_id from app.hazardous_situation s
                 where s.product_id = $3 and s.number = $4)",
            after,
            limit,
            product,
            number
        ),
        (Filter::Control(number), _) => numbered!(
            store,
            "app.risk_control c join app.risk_control_use u using (risk_control_id) join app.risk r using (risk_id)
              where c.product_id = $3 and c.number = $4 and u.withdrawn_at is null and r.withdrawn_at is null",
            after,
            limit,
            product,
            number
        ),
        (Filter::Withdrawn, _) => numbered!(
            store,
            "app.risk r where r.product_id = $3 and r.withdrawn_at is not null",
            after,
            limit,
            product
        ),
    };
    Ok(found?)
}

fn name_of(acceptance: Option<Acceptance>) -> &'static str {
    acceptance.map_or(Evaluation::NotEstimated.name(), Acceptance::name)
}

/// The first worst-first number of an evaluation.
const fn first_of(acceptance: Option<Acceptance>) -> i16 {
    match acceptance {
        None => 0,
        Some(Acceptance::Unacceptable) => 100,
        Some(Acceptance::Reduce) => 200,
        Some(Acceptance::Acceptable) => 300,
    }
}

/// The risk of that number, withdrawn or not.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such risk.
pub async fn find(store: &Store, product: ProductId, number: i32) -> Result<RiskRecord, StoreError> {
    let id = sqlx::query_scalar!(
        "select risk_id from app.risk where product_id = $1 and number = $2",
        product.uuid(),
        number
    )
    .fetch_optional(store.read())
    .await?
    .ok_or(StoreError::NotFound)?;
    load(store, &[id]).await?.pop().ok_or(StoreError::NotFound)
}

/// The number of a risk.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such risk.
pub async fn number_of(store: &Store, product: ProductId, risk: Uuid) -> Result<i32, StoreError> {
    sqlx::query_scalar!(
        "select number from app.risk where product_id = $1 and risk_id = $2",
        product.uuid(),
        risk
    )
    .fetch_optional(store.read())
    .await?
    .ok_or(StoreError::NotFound)
}

/// The risk of that number as it stands in this transaction; it and its four objects wait for the transaction's end.
///
/// # Errors
/// [`StoreError::NotFound`] when the product has no such risk.
pub async fn find_locked(
    tx: &mut WriteTx,
    product: ProductId,
    number: i32,
) -> Result<RiskRecord, StoreError> {
    let id = sqlx::query_scalar!(
        "select r.risk_id from app.risk r
           join app.hazard h using (hazard_id) join app.sequence_of_events q using (sequence_of_events_id)
           join app.hazardous_situation s using (hazardous_situation_id) join app.harm m using (harm_id)
          where r.product_id = $1 and r.number = $2 for update",
        product.uuid(),
        number
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or(StoreError::NotFound)?;
    load_within(tx, &[id]).await?.pop().ok_or(StoreError::NotFound)
}

/// These risks, in this order.
///
/// # Errors
/// When the database does not answer.
pub async fn load(store: &Store, ids: &[Uuid]) -> Result<Vec<RiskRecord>, StoreError> {
    let mut records = chains(store.read(), ids).await?;
    add_uses(&mut records, crate::risk_controls::uses(store.read(), ids).await?);
    Ok(in_order(records, ids))
}

/// These risks as they stand in this transaction, in this order.
///
/// # Errors
/// When the database does not answer.
pub async fn load_within(tx: &mut WriteTx, ids: &[Uuid]) -> Result<Vec<RiskRecord>, StoreError> {
    let mut records = chains(tx.connection(), ids).await?;
    add_uses(&mut records, crate::risk_controls::uses(tx.connection(), ids).await?);
    Ok(in_order(records, ids))
}

/// Those of these risks that are of the product, withdrawn ones among them.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product(
    store: &Store,
    product: ProductId,
    ids: &[Uuid],
) -> Result<Vec<RiskRecord>, StoreError> {
    let ids = in_product(store.read(), product, ids).await?;
    load(store, &ids).await
}

/// The same as they stand in this transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn of_product_within(
    tx: &mut WriteTx,
    product: ProductId,
    ids: &[Uuid],
) -> Result<Vec<RiskRecord>, StoreError> {
    let ids = in_product(tx.connection(), product, ids).await?;
    load_within(tx, &ids).await
}

async fn in_product(
    executor: impl PgExecutor<'_>,
    product: ProductId,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    let ids = sqlx::query_scalar!(
        "select risk_id from app.risk where product_id = $1 and risk_id = any ($2)",
        product.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(ids)
}

/// Which of these chains stand in the register already: the place of each in the list, and the number of its row.
/// A chain is hazard, events, situation and harm, in words.
///
/// # Errors
/// When the database does not answer.
pub async fn chains_that_stand(
    store: &Store,
    product: ProductId,
    chains: &[[String; 4]],
) -> Result<Vec<(usize, i32)>, StoreError> {
    standing_chains(store.read(), product, chains).await
}

/// The same in this transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn chains_that_stand_within(
    tx: &mut WriteTx,
    product: ProductId,
    chains: &[[String; 4]],
) -> Result<Vec<(usize, i32)>, StoreError> {
    standing_chains(tx.connection(), product, chains).await
}

async fn standing_chains(
    executor: impl PgExecutor<'_>,
    product: ProductId,
    chains: &[[String; 4]],
) -> Result<Vec<(usize, i32)>, StoreError> {
    if chains.is_empty() {
        return Ok(Vec::new());
    }
    let words = |place: usize| -> Vec<String> { chains.iter().map(|chain| chain[place].clone()).collect() };
    let rows = sqlx::query!(
        r#"select n.place as "place!", r.number
             from unnest($2::text[], $3::text[], $4::text[], $5::text[])
                  with ordinality n (hazard, events, situation, harm, place)
             join app.hazard h on h.product_id = $1 and h.description = n.hazard and h.withdrawn_at is null
             join app.sequence_of_events q on q.product_id = $1 and q.events = n.events and q.withdrawn_at is null
             join app.hazardous_situation s on s.product_id = $1 and s.description = n.situation
                  and s.withdrawn_at is null
             join app.harm m on m.product_id = $1 and m.description = n.harm and m.withdrawn_at is null
             join app.risk r on r.product_id = $1 and r.withdrawn_at is null and r.hazard_id = h.hazard_id
                  and r.sequence_of_events_id = q.sequence_of_events_id
                  and r.hazardous_situation_id = s.hazardous_situation_id and r.harm_id = m.harm_id"#,
        product.uuid(),
        &words(0),
        &words(1),
        &words(2),
        &words(3)
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((usize::try_from(row.place).ok()?.checked_sub(1)?, row.number)))
        .collect())
}

/// Every risk that is not withdrawn and that one of these objects stands in: hazards, sequences of events, hazardous
/// situations and harms alike.
///
/// # Errors
/// When the database does not answer.
pub async fn with_objects_within(tx: &mut WriteTx, objects: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"select risk_id as "risk_id!" from app.risk where hazard_id = any ($1) and withdrawn_at is null
            union select risk_id from app.risk where sequence_of_events_id = any ($1) and withdrawn_at is null
            union select risk_id from app.risk where hazardous_situation_id = any ($1) and withdrawn_at is null
            union select risk_id from app.risk where harm_id = any ($1) and withdrawn_at is null"#,
        objects
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids)
}

fn add_uses(records: &mut HashMap<Uuid, RiskRecord>, uses: Vec<(Uuid, ControlUse)>) {
    for (risk, control_use) in uses {
        if let Some(record) = records.get_mut(&risk) {
            record.uses.push(control_use);
        }
    }
}

fn in_order(mut records: HashMap<Uuid, RiskRecord>, ids: &[Uuid]) -> Vec<RiskRecord> {
    ids.iter().filter_map(|id| records.remove(id)).collect()
}

fn estimate(
    severity: Option<i16>,
    p1: Option<String>,
    p2: Option<String>,
    not_estimable: Option<String>,
    basis: Option<String>,
) -> Result<Estimate, StoreError> {
    let probability = |text: Option<String>| -> Result<Option<Probability>, StoreError> {
        text.map(|text| text.parse()).transpose().map_err(|cause: domain::risk::NotAProbability| {
            StoreError::Database(sqlx::Error::Decode(cause.into()))
        })
    };
    let likelihood = match not_estimable {
        Some(reason) => Likelihood::NotEstimable { reason: Reason::stored(reason) },
        None => Likelihood::of(probability(p1)?, probability(p2)?),
    };
    Ok(Estimate {
        severity: severity.and_then(|level| u8::try_from(level).ok()).and_then(Severity::of_level),
        likelihood,
        basis: basis.map(Statement::stored),
    })
}

async fn chains(
    executor: impl PgExecutor<'_>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, RiskRecord>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.risk_id, r.number, r.revision, r.created_at, r.changed_at, r.withdrawn_at, r.withdrawn_reason,
                  r.initial_severity, r.initial_p1::text as "initial_p1?", r.initial_p2::text as "initial_p2?",
                  r.initial_not_estimable, r.initial_basis,
                  r.external_severity, r.external_p1::text as "external_p1?", r.external_p2::text as "external_p2?",
                  r.external_not_estimable, r.external_basis,
                  r.residual_severity, r.residual_p1::text as "residual_p1?", r.residual_p2::text as "residual_p2?",
                  r.residual_not_estimable, r.residual_basis,
                  r.care, r.benefit_risk, r.benefits_outweigh,
                  h.hazard_id, h.number as hazard_number, h.description as hazard, h.category, h.source,
                  h.revision as hazard_revision,
                  q.sequence_of_events_id, q.number as sequence_number, q.events, q.cause, q.item,
                  q.no_contribution_reason, q.revision as sequence_revision,
                  s.hazardous_situation_id, s.number as situation_number, s.description as situation, s.exposed,
                  s.revision as situation_revision,
                  m.harm_id, m.number as harm_number, m.description as harm, m.revision as harm_revision,
                  (select count(*) from (select from app.risk o where o.hazard_id = r.hazard_id
                      and o.withdrawn_at is null and o.number <> r.number limit 100) o) as "hazard_shared!",
                  (select count(*) from (select from app.risk o where o.sequence_of_events_id = r.sequence_of_events_id
                      and o.withdrawn_at is null and o.number <> r.number limit 100) o) as "sequence_shared!",
                  (select count(*) from (select from app.risk o where o.hazardous_situation_id = r.hazardous_situation_id
                      and o.withdrawn_at is null and o.number <> r.number limit 100) o) as "situation_shared!",
                  (select count(*) from (select from app.risk o where o.harm_id = r.harm_id
                      and o.withdrawn_at is null and o.number <> r.number limit 100) o) as "harm_shared!"
             from app.risk r
             join app.hazard h on h.hazard_id = r.hazard_id
             join app.sequence_of_events q on q.sequence_of_events_id = r.sequence_of_events_id
             join app.hazardous_situation s on s.hazardous_situation_id = r.hazardous_situation_id
             join app.harm m on m.harm_id = r.harm_id
            where r.risk_id = any ($1)"#,
        ids
    )
    .fetch_all(executor)
    .await?;
    let mut records = HashMap::with_capacity(rows.len());
    for row in rows {
        let estimates = Estimates {
            initial: estimate(
                row.initial_severity,
                row.initial_p1,
                row.initial_p2,
                row.initial_not_estimable,
                row.initial_basis,
            )?,
            external: estimate(
                row.external_severity,
                row.external_p1,
                row.external_p2,
                row.external_not_estimable,
                row.external_basis,
            )?,
            residual: estimate(
                row.residual_severity,
                row.residual_p1,
                row.residual_p2,
                row.residual_not_estimable,
                row.residual_basis,
            )?,
            care: CareAnswer::named(&row.care).unwrap_or_default(),
        };
        let benefit_risk =
            row.benefit_risk.zip(row.benefits_outweigh).map(|(analysis, benefits_outweigh)| BenefitRisk {
                analysis: Statement::stored(analysis),
                benefits_outweigh,
            });
        let hazard = Hazard {
            id: HazardId::from(row.hazard_id),
            number: row.hazard_number,
            description: Title::stored(row.hazard),
            category: row.category.map(Name::stored),
            source: HazardSource::named(&row.source).unwrap_or(HazardSource::NotStated),
            revision: Revision(row.hazard_revision),
        };
        let sequence = SequenceOfEvents {
            id: SequenceId::from(row.sequence_of_events_id),
            number: row.sequence_number,
            events: Statement::stored(row.events),
            cause: CauseKind::named(&row.cause).unwrap_or(CauseKind::NotStated),
            item: row.item.map(Name::stored),
            contribution: Contribution::of(row.no_contribution_reason.map(Reason::stored)),
            revision: Revision(row.sequence_revision),
        };
        let situation = HazardousSituation {
            id: SituationId::from(row.hazardous_situation_id),
            number: row.situation_number,
            description: Statement::stored(row.situation),
            exposed: row.exposed.map(Name::stored),
            revision: Revision(row.situation_revision),
        };
        let harm = Harm {
            id: HarmId::from(row.harm_id),
            number: row.harm_number,
            description: Title::stored(row.harm),
            revision: Revision(row.harm_revision),
        };
        let risk = Risk {
            id: RiskId::from(row.risk_id),
            number: row.number,
            hazard: hazard.id,
            sequence: sequence.id,
            situation: situation.id,
            harm: harm.id,
            estimates,
            benefit_risk,
        };
        let record = RiskRecord {
            risk,
            revision: Revision(row.revision),
            hazard,
            sequence,
            situation,
            harm,
            shared: [row.hazard_shared, row.sequence_shared, row.situation_shared, row.harm_shared],
            uses: Vec::new(),
            withdrawn: row.withdrawn_at.zip(row.withdrawn_reason),
            created_at: row.created_at,
            changed_at: row.changed_at,
        };
        records.insert(row.risk_id, record);
    }
    Ok(records)
}

/// The numbers before and after a number in the register.
///
/// # Errors
/// When the database does not answer.
pub async fn neighbours(
    store: &Store,
    product: ProductId,
    number: i32,
) -> Result<(Option<i32>, Option<i32>), StoreError> {
    let row = sqlx::query!(
        "select (select max(number) from app.risk where product_id = $1 and number < $2 and withdrawn_at is null) as before,
                (select min(number) from app.risk where product_id = $1 and number > $2 and withdrawn_at is null) as after",
        product.uuid(),
        number
    )
    .fetch_one(store.read())
    .await?;
    Ok((row.before, row.after))
}

/// Every risk of a product that is not withdrawn, or every one that uses a control.
///
/// # Errors
/// When the database does not answer.
pub async fn ids_within(
    tx: &mut WriteTx,
    product: ProductId,
    control: Option<RiskControlId>,
) -> Result<Vec<Uuid>, StoreError> {
    let ids =
        match control {
            None => sqlx::query_scalar!(
                "select risk_id from app.risk where product_id = $1 and withdrawn_at is null order by number",
                product.uuid()
            )
            .fetch_all(tx.connection())
            .await?,
            Some(control) => {
                sqlx::query_scalar!(
                    "select r.risk_id from app.risk_control_use u join app.risk r using (risk_id)
                  where u.risk_control_id = $1 and u.withdrawn_at is null and r.withdrawn_at is null
                  order by r.number",
                    control.uuid()
                )
                .fetch_all(tx.connection())
                .await?
            }
        };
    Ok(ids)
}

/// Every risk that shares one of the four objects with `record`, itself included.
///
/// # Errors
/// When the database does not answer.
pub async fn sharing_within(tx: &mut WriteTx, record: &RiskRecord) -> Result<Vec<Uuid>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"select risk_id as "risk_id!" from app.risk where hazard_id = $1 and withdrawn_at is null
            union select risk_id from app.risk where sequence_of_events_id = $2 and withdrawn_at is null
            union select risk_id from app.risk where hazardous_situation_id = $3 and withdrawn_at is null
            union select risk_id from app.risk where harm_id = $4 and withdrawn_at is null"#,
        record.hazard.id.uuid(),
        record.sequence.id.uuid(),
        record.situation.id.uuid(),
        record.harm.id.uuid()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids)
}

// Counting --------------------------------------------------------------------------------------------------------

/// The worst risk that is left.
///
/// # Errors
/// When the database does not answer.
pub async fn worst(store: &Store, product: ProductId) -> Result<Option<RiskRecord>, StoreError> {
    let (mut rows, _) =
        page(store, product, Filter::All, &Words::default(), Sort::Left, Place::START, 1).await?;
    Ok(rows.pop())
}

/// How many rows lack a full estimate before control, and how many rows there are.
///
/// # Errors
/// When the database does not answer.
pub async fn unestimated_within(tx: &mut WriteTx, product: ProductId) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query!(
        r#"select count(*) filter (where initial_evaluation = 'not_estimated') as "open!", count(*) as "rows!"
             from app.risk where product_id = $1 and withdrawn_at is null"#,
        product.uuid()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((row.open, row.rows))
}

/// Who wrote one of these records last, and when: for telling a person whose version stands against theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn last_writer(
    store: &Store,
    product: ProductId,
    records: &[Uuid],
) -> Result<Option<(String, OffsetDateTime)>, StoreError> {
    let row = sqlx::query!(
        "select actor_name, system_actor, at from audit.entry_view
          where product = $1 and rec = any ($2) and ver is not null order by entry_id desc limit 1",
        product.uuid(),
        records
    )
    .fetch_optional(store.read())
    .await?;
    Ok(row.and_then(|row| Some((row.actor_name.or(row.system_actor)?, row.at?))))
}

// Writing ---------------------------------------------------------------------------------------------------------

/// Adds a row to the register and gives its number.
///
/// # Errors
/// [`StoreError::Constraint`] `risk_chain_once` when the same chain stands in another row.
pub async fn insert(
    tx: &mut WriteTx,
    product: ProductId,
    risk: &Risk,
    evaluations: Evaluations,
) -> Result<i32, StoreError> {
    let number = next_number!(tx, product, "app.risk");
    let [initial, external, left] = [evaluations.initial, evaluations.external, evaluations.left];
    sqlx::query!(
        "insert into app.risk (risk_id, product_id, number, hazard_id, sequence_of_events_id, hazardous_situation_id,
                               harm_id, initial_evaluation, initial_worst_first, external_evaluation,
                               left_evaluation, left_worst_first, care, revision,
                               initial_severity, initial_p1, initial_p2, initial_not_estimable, initial_basis,
                               initial_cell,
                               external_severity, external_p1, external_p2, external_not_estimable, external_basis,
                               external_cell,
                               residual_severity, residual_p1, residual_p2, residual_not_estimable, residual_basis,
                               left_cell, benefit_risk, benefits_outweigh)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1,
                 $14, $15::text, $16::text, $17, $18, $19, $20, $21::text, $22::text, $23, $24, $25,
                 $26, $27::text, $28::text, $29, $30, $31, $32, $33)",
        risk.id.uuid(),
        product.uuid(),
        number,
        risk.hazard.uuid(),
        risk.sequence.uuid(),
        risk.situation.uuid(),
        risk.harm.uuid(),
        initial.name(),
        initial.worst_first(),
        external.name(),
        left.name(),
        left.worst_first(),
        risk.estimates.care.name(),
        level(&risk.estimates.initial),
        p1(&risk.estimates.initial),
        p2(&risk.estimates.initial),
        not_estimable(&risk.estimates.initial),
        basis(&risk.estimates.initial),
        cell(initial),
        level(&risk.estimates.external),
        p1(&risk.estimates.external),
        p2(&risk.estimates.external),
        not_estimable(&risk.estimates.external),
        basis(&risk.estimates.external),
        cell(external),
        level(&risk.estimates.residual),
        p1(&risk.estimates.residual),
        p2(&risk.estimates.residual),
        not_estimable(&risk.estimates.residual),
        basis(&risk.estimates.residual),
        cell(left),
        risk.benefit_risk.as_ref().map(|benefit_risk| benefit_risk.analysis.as_str()),
        risk.benefit_risk.as_ref().map(|benefit_risk| benefit_risk.benefits_outweigh),
    )
    .execute(tx.connection())
    .await?;
    Ok(number)
}

fn level(estimate: &Estimate) -> Option<i16> {
    estimate.severity.map(|severity| i16::from(severity.level()))
}

fn p1(estimate: &Estimate) -> Option<String> {
    estimate.likelihood.p1().map(|p| p.to_string())
}

fn p2(estimate: &Estimate) -> Option<String> {
    estimate.likelihood.p2().map(|p| p.to_string())
}

fn not_estimable(estimate: &Estimate) -> Option<&str> {
    estimate.likelihood.not_estimable().map(Reason::as_str)
}

fn basis(estimate: &Estimate) -> Option<&str> {
    estimate.basis.as_ref().map(Statement::as_str)
}

fn cell(evaluation: Evaluation) -> Option<i16> {
    evaluation.cell().map(Cell::number)
}

/// Changes what is estimated about a risk.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more, or withdrawn.
pub async fn update(
    tx: &mut WriteTx,
    risk: &Risk,
    revision: Revision,
    evaluations: Evaluations,
) -> Result<(), StoreError> {
    let [initial, external, left] = [evaluations.initial, evaluations.external, evaluations.left];
    let done = sqlx::query!(
        "update app.risk set
                initial_evaluation = $3, initial_worst_first = $4, external_evaluation = $5, left_evaluation = $6,
                left_worst_first = $7, care = $8,
                initial_severity = $9, initial_p1 = $10::text, initial_p2 = $11::text, initial_not_estimable = $12,
                initial_basis = $13, initial_cell = $14,
                external_severity = $15, external_p1 = $16::text, external_p2 = $17::text,
                external_not_estimable = $18, external_basis = $19, external_cell = $20,
                residual_severity = $21, residual_p1 = $22::text, residual_p2 = $23::text,
                residual_not_estimable = $24, residual_basis = $25, left_cell = $26,
                benefit_risk = $27, benefits_outweigh = $28,
                revision = revision + 1, changed_at = now()
          where risk_id = $1 and revision = $2 and withdrawn_at is null",
        risk.id.uuid(),
        revision.0,
        initial.name(),
        initial.worst_first(),
        external.name(),
        left.name(),
        left.worst_first(),
        risk.estimates.care.name(),
        level(&risk.estimates.initial),
        p1(&risk.estimates.initial),
        p2(&risk.estimates.initial),
        not_estimable(&risk.estimates.initial),
        basis(&risk.estimates.initial),
        cell(initial),
        level(&risk.estimates.external),
        p1(&risk.estimates.external),
        p2(&risk.estimates.external),
        not_estimable(&risk.estimates.external),
        basis(&risk.estimates.external),
        cell(external),
        level(&risk.estimates.residual),
        p1(&risk.estimates.residual),
        p2(&risk.estimates.residual),
        not_estimable(&risk.estimates.residual),
        basis(&risk.estimates.residual),
        cell(left),
        risk.benefit_risk.as_ref().map(|benefit_risk| benefit_risk.analysis.as_str()),
        risk.benefit_risk.as_ref().map(|benefit_risk| benefit_risk.benefits_outweigh),
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Takes a risk out of the register, with a reason, or back into it, without one.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at `revision` any more, or already there.
pub async fn set_withdrawn(
    tx: &mut WriteTx,
    risk: RiskId,
    revision: Revision,
    reason: Option<&Reason>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.risk set withdrawn_at = case when $3::text is null then null else now() end,
                withdrawn_reason = $3, revision = revision + 1, changed_at = now()
          where risk_id = $1 and revision = $2 and (withdrawn_at is null) = ($3::text is not null)",
        risk.uuid(),
        revision.0,
        reason.map(Reason::as_str)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}
