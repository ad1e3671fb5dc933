//! The objects of the register: hazards, sequences of events, hazardous situations, harms.

mod many;

use domain::hazard::{
    CauseKind, Contribution, Harm, Hazard, HazardSource, HazardousSituation, SequenceOfEvents,
};
use domain::ids::{HarmId, HazardId, ProductId, SequenceId, SituationId};
use domain::text::{Name, Reason, Statement, Title};

use crate::error::changed;
use crate::{StoreError, WriteTx};

pub use many::{
    NewHarm, NewHazard, NewSituation, find_or_insert_harms, find_or_insert_hazards, find_or_insert_sequences,
    find_or_insert_situations, update_harms, update_hazards, update_sequences, update_situations,
};

/// The next running number of a kind of record in a product. Held until the transaction ends, so that no two
/// records get the same one.
macro_rules! next_number {
    ($tx:expr, $product:expr, $table:literal) => {{
        sqlx::query!(
            "select pg_advisory_xact_lock(hashtextextended($2::text || $1::uuid::text, 0))",
            $product.uuid(),
            $table
        )
        .execute($tx.connection())
        .await?;
        sqlx::query_scalar!(
            r#"select coalesce(max(number), 0) + 1 as "number!" from "#
                + $table
                + r#" where product_id = $1"#,
            $product.uuid()
        )
        .fetch_one($tx.connection())
        .await?
    }};
}
pub(crate) use next_number;

/// Finds the hazard with exactly this description, or makes it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert(
    tx: &mut WriteTx,
    product: ProductId,
    id: HazardId,
    description: &Title,
    category: Option<&Name>,
    source: HazardSource,
) -> Result<HazardId, StoreError> {
    let number = next_number!(tx, product, "app.hazard");
    let known = sqlx::query_scalar!(
        "select hazard_id from app.hazard where product_id = $1 and description = $2 and withdrawn_at is null
          order by number limit 1",
        product.uuid(),
        description.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(known) = known {
        return Ok(known.into());
    }
    sqlx::query!(
        "insert into app.hazard (hazard_id, product_id, number, description, category, source, revision)
         values ($1, $2, $3, $4, $5, $6, 1)",
        id.uuid(),
        product.uuid(),
        number,
        description.as_str(),
        category.map(Name::as_str),
        source.name()
    )
    .execute(tx.connection())
    .await?;
    Ok(id)
}

/// Changes a hazard.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at its revision any more.
pub async fn update(tx: &mut WriteTx, hazard: &Hazard) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.hazard set description = $3, category = $4, source = $5, revision = revision + 1,
                changed_at = now()
          where hazard_id = $1 and revision = $2 and withdrawn_at is null",
        hazard.id.uuid(),
        hazard.revision.0,
        hazard.description.as_str(),
        hazard.category.as_ref().map(Name::as_str),
        hazard.source.name()
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// What a new sequence of events holds.
#[derive(Clone, Debug)]
pub struct NewSequence {
    /// Its identifier.
    pub id: SequenceId,
    /// The events, one a line.
    pub events: Statement,
    /// What starts it.
    pub cause: CauseKind,
    /// The software item.
    pub item: Option<Name>,
    /// Whether the software can contribute.
    pub contribution: Contribution,
}

/// Finds the sequence with exactly these events, or makes it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_sequence(
    tx: &mut WriteTx,
    product: ProductId,
    new: &NewSequence,
) -> Result<SequenceId, StoreError> {
    let number = next_number!(tx, product, "app.sequence_of_events");
    let known = sqlx::query_scalar!(
        "select sequence_of_events_id from app.sequence_of_events
          where product_id = $1 and events = $2 and withdrawn_at is null order by number limit 1",
        product.uuid(),
        new.events.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(known) = known {
        return Ok(known.into());
    }
    sqlx::query!(
        "insert into app.sequence_of_events (sequence_of_events_id, product_id, number, events, cause, item,
                                             no_contribution_reason, revision)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        new.id.uuid(),
        product.uuid(),
        number,
        new.events.as_str(),
        new.cause.name(),
        new.item.as_ref().map(Name::as_str),
        new.contribution.excluded_because().map(Reason::as_str)
    )
    .execute(tx.connection())
    .await?;
    Ok(new.id)
}

/// Changes a sequence of events.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at its revision any more.
pub async fn update_sequence(tx: &mut WriteTx, sequence: &SequenceOfEvents) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.sequence_of_events set events = $3, cause = $4, item = $5, no_contribution_reason = $6,
                revision = revision + 1, changed_at = now()
          where sequence_of_events_id = $1 and revision = $2 and withdrawn_at is null",
        sequence.id.uuid(),
        sequence.revision.0,
        sequence.events.as_str(),
        sequence.cause.name(),
        sequence.item.as_ref().map(Name::as_str),
        sequence.contribution.excluded_because().map(Reason::as_str)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Finds the hazardous situation with exactly this description, or makes it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_situation(
    tx: &mut WriteTx,
    product: ProductId,
    id: SituationId,
    description: &Statement,
    exposed: Option<&Name>,
) -> Result<SituationId, StoreError> {
    let number = next_number!(tx, product, "app.hazardous_situation");
    let known = sqlx::query_scalar!(
        "select hazardous_situation_id from app.hazardous_situation
          where product_id = $1 and description = $2 and withdrawn_at is null order by number limit 1",
        product.uuid(),
        description.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(known) = known {
        return Ok(known.into());
    }
    sqlx::query!(
        "insert into app.hazardous_situation (hazardous_situation_id, product_id, number, description, exposed,
                                              revision)
         values ($1, $2, $3, $4, $5, 1)",
        id.uuid(),
        product.uuid(),
        number,
        description.as_str(),
        exposed.map(Name::as_str)
    )
    .execute(tx.connection())
    .await?;
    Ok(id)
}

/// Changes a hazardous situation.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at its revision any more.
pub async fn update_situation(tx: &mut WriteTx, situation: &HazardousSituation) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.hazardous_situation set description = $3, exposed = $4, revision = revision + 1,
                changed_at = now()
          where hazardous_situation_id = $1 and revision = $2 and withdrawn_at is null",
        situation.id.uuid(),
        situation.revision.0,
        situation.description.as_str(),
        situation.exposed.as_ref().map(Name::as_str)
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// Finds the harm with exactly this description, or makes it.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_harm(
    tx: &mut WriteTx,
    product: ProductId,
    id: HarmId,
    description: &Title,
) -> Result<HarmId, StoreError> {
    let number = next_number!(tx, product, "app.harm");
    let known = sqlx::query_scalar!(
        "select harm_id from app.harm where product_id = $1 and description = $2 and withdrawn_at is null
          order by number limit 1",
        product.uuid(),
        description.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(known) = known {
        return Ok(known.into());
    }
    sqlx::query!(
        "insert into app.harm (harm_id, product_id, number, description, revision) values ($1, $2, $3, $4, 1)",
        id.uuid(),
        product.uuid(),
        number,
        description.as_str()
    )
    .execute(tx.connection())
    .await?;
    Ok(id)
}

/// Changes a harm.
///
/// # Errors
/// [`StoreError::Stale`] when it is not at its revision any more.
pub async fn update_harm(tx: &mut WriteTx, harm: &Harm) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "update app.harm set description = $3, revision = revision + 1, changed_at = now()
          where harm_id = $1 and revision = $2 and withdrawn_at is null",
        harm.id.uuid(),
        harm.revision.0,
        harm.description.as_str()
    )
    .execute(tx.connection())
    .await?;
    changed(done.rows_affected())
}

/// The hazards, situations and harms of a product, in words, for a list to choose from. At most a hundred each.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Hazards.
    pub hazards: Vec<String>,
    /// Harms.
    pub harms: Vec<String>,
}

/// What was written before, to be used again.
///
/// # Errors
/// When the database does not answer.
pub async fn known(store: &crate::Store, product: ProductId) -> Result<Known, StoreError> {
    let hazards = sqlx::query_scalar!(
        "select description from app.hazard where product_id = $1 and withdrawn_at is null order by number limit 100",
        product.uuid()
    )
    .fetch_all(store.read())
    .await?;
    let harms = sqlx::query_scalar!(
        "select description from app.harm where product_id = $1 and withdrawn_at is null order by number limit 100",
        product.uuid()
    )
    .fetch_all(store.read())
    .await?;
    Ok(Known { hazards, harms })
}
