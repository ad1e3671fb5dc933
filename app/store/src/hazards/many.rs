//! Many objects of the register at once: those of the same words are used again, the others are made, one statement a
//! kind, however many they are.

use std::collections::HashMap;

use domain::hazard::{Contribution, Harm, Hazard, HazardSource, HazardousSituation, SequenceOfEvents};
use domain::ids::{HarmId, HazardId, ProductId, SituationId};
use domain::text::{Name, Reason, Statement, Title};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::{NewSequence, next_number};
use crate::{StoreError, WriteTx};

/// What a new hazard holds.
#[derive(Clone, Debug)]
pub struct NewHazard {
    /// Its identifier.
    pub id: HazardId,
    /// The source of harm.
    pub description: Title,
    /// Its kind.
    pub category: Option<Name>,
    /// Where it was found.
    pub source: HazardSource,
}

/// What a new hazardous situation holds.
#[derive(Clone, Debug)]
pub struct NewSituation {
    /// Its identifier.
    pub id: SituationId,
    /// The circumstances.
    pub description: Statement,
    /// Who is exposed.
    pub exposed: Option<Name>,
}

/// What a new harm holds.
#[derive(Clone, Debug)]
pub struct NewHarm {
    /// Its identifier.
    pub id: HarmId,
    /// What happens to the person.
    pub description: Title,
}

/// An object of the register.
trait Object {
    /// Its identifier, should it be made.
    fn id(&self) -> Uuid;
    /// What it is found by.
    fn words(&self) -> &str;
    /// Its columns, but for product, number and revision.
    fn columns(&self) -> Value;
}

impl Object for NewHazard {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn words(&self) -> &str {
        &self.description
    }
    fn columns(&self) -> Value {
        json!({
            "hazard_id": self.id.uuid(),
            "description": self.description.as_str(),
            "category": self.category.as_deref(),
            "source": self.source.name(),
        })
    }
}

impl Object for NewSequence {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn words(&self) -> &str {
        &self.events
    }
    fn columns(&self) -> Value {
        json!({
            "sequence_of_events_id": self.id.uuid(),
            "events": self.events.as_str(),
            "cause": self.cause.name(),
            "item": self.item.as_deref(),
            "no_contribution_reason": because(&self.contribution),
        })
    }
}

impl Object for NewSituation {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn words(&self) -> &str {
        &self.description
    }
    fn columns(&self) -> Value {
        json!({
            "hazardous_situation_id": self.id.uuid(),
            "description": self.description.as_str(),
            "exposed": self.exposed.as_deref(),
        })
    }
}

impl Object for NewHarm {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn words(&self) -> &str {
        &self.description
    }
    fn columns(&self) -> Value {
        json!({ "harm_id": self.id.uuid(), "description": self.description.as_str() })
    }
}

fn because(contribution: &Contribution) -> Option<&str> {
    contribution.excluded_because().map(Reason::as_str)
}

/// The rows of those objects whose words are not known yet, numbered on from `first`; they become known.
fn missing(known: &mut HashMap<String, Uuid>, new: &[impl Object], first: i32) -> Vec<Value> {
    let mut rows = Vec::new();
    for (object, words) in new.iter().map(|object| (object, object.words())) {
        if known.contains_key(words) {
            continue;
        }
        known.insert(words.to_owned(), object.id());
        let mut row = object.columns();
        row["number"] = json!(i32::try_from(rows.len()).unwrap_or(i32::MAX).saturating_add(first));
        rows.push(row);
    }
    rows
}

/// Finds or makes objects of a table and gives their identifiers by their words.
macro_rules! find_or_insert_all {
    ($tx:expr, $product:expr, $new:expr, $table:literal, $key:literal, $words:literal, $columns:literal) => {{
        let first = next_number!($tx, $product, $table);
        let words: Vec<String> = $new.iter().map(|object| Object::words(object).to_owned()).collect();
        // The lowest number comes last and stays.
        let found = sqlx::query!(
            "select "
                + $key
                + " as key, "
                + $words
                + " as words from "
                + $table
                + " where product_id = $1 and "
                + $words
                + " = any ($2) and withdrawn_at is null order by number desc",
            $product.uuid(),
            &words
        )
        .fetch_all($tx.connection())
        .await?;
        let mut known: HashMap<String, Uuid> = found.into_iter().map(|row| (row.words, row.key)).collect();
        let rows = missing(&mut known, $new, first);
        if !rows.is_empty() {
            sqlx::query!(
                "insert into "
                    + $table
                    + " (product_id, revision, number, "
                    + $columns
                    + ") select $1, 1, number, "
                    + $columns
                    + " from jsonb_populate_recordset(null::"
                    + $table
                    + ", $2) order by number",
                $product.uuid(),
                Json(rows) as _
            )
            .execute($tx.connection())
            .await?;
        }
        Ok(known)
    }};
}

/// Finds or makes hazards and gives their identifiers by their words.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_hazards(
    tx: &mut WriteTx,
    product: ProductId,
    new: &[NewHazard],
) -> Result<HashMap<String, Uuid>, StoreError> {
    find_or_insert_all!(
        tx,
        product,
        new,
        "app.hazard",
        "hazard_id",
        "description",
        "hazard_id, description, category, source"
    )
}

/// Finds or makes sequences of events and gives their identifiers by their words.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_sequences(
    tx: &mut WriteTx,
    product: ProductId,
    new: &[NewSequence],
) -> Result<HashMap<String, Uuid>, StoreError> {
    find_or_insert_all!(
        tx,
        product,
        new,
        "app.sequence_of_events",
        "sequence_of_events_id",
        "events",
        "sequence_of_events_id, events, cause, item, no_contribution_reason"
    )
}

/// Finds or makes hazardous situations and gives their identifiers by their words.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_situations(
    tx: &mut WriteTx,
    product: ProductId,
    new: &[NewSituation],
) -> Result<HashMap<String, Uuid>, StoreError> {
    find_or_insert_all!(
        tx,
        product,
        new,
        "app.hazardous_situation",
        "hazardous_situation_id",
        "description",
        "hazardous_situation_id, description, exposed"
    )
}

/// Finds or makes harms and gives their identifiers by their words.
///
/// # Errors
/// When the database refuses.
pub async fn find_or_insert_harms(
    tx: &mut WriteTx,
    product: ProductId,
    new: &[NewHarm],
) -> Result<HashMap<String, Uuid>, StoreError> {
    find_or_insert_all!(tx, product, new, "app.harm", "harm_id", "description", "harm_id, description")
}

/// Changes objects of one kind, each at its revision.
macro_rules! update_all {
    ($tx:expr, $rows:expr, $table:literal, $key:literal, $set:literal) => {{
        let rows: Vec<Value> = $rows;
        if rows.is_empty() {
            return Ok(());
        }
        let count = rows.len();
        let done = sqlx::query!(
            "update "
                + $table
                + " o set "
                + $set
                + ", revision = o.revision + 1, changed_at = now() from jsonb_populate_recordset(null::"
                + $table
                + ", $1) n where o."
                + $key
                + " = n."
                + $key
                + " and o.revision = n.revision and o.withdrawn_at is null",
            Json(rows) as _
        )
        .execute($tx.connection())
        .await?;
        if done.rows_affected() == count as u64 { Ok(()) } else { Err(StoreError::Stale) }
    }};
}

/// Changes hazards.
///
/// # Errors
/// [`StoreError::Stale`] when one of them is not at its revision any more.
pub async fn update_hazards(tx: &mut WriteTx, hazards: &[Hazard]) -> Result<(), StoreError> {
    let row = |hazard: &Hazard| {
        json!({
            "hazard_id": hazard.id.uuid(),
            "revision": hazard.revision.0,
            "description": hazard.description.as_str(),
            "category": hazard.category.as_deref(),
            "source": hazard.source.name(),
        })
    };
    update_all!(
        tx,
        hazards.iter().map(row).collect(),
        "app.hazard",
        "hazard_id",
        "description = n.description, category = n.category, source = n.source"
    )
}

/// Changes sequences of events.
///
/// # Errors
/// [`StoreError::Stale`] when one of them is not at its revision any more.
pub async fn update_sequences(tx: &mut WriteTx, sequences: &[SequenceOfEvents]) -> Result<(), StoreError> {
    let row = |sequence: &SequenceOfEvents| {
        json!({
            "sequence_of_events_id": sequence.id.uuid(),
            "revision": sequence.revision.0,
            "events": sequence.events.as_str(),
            "cause": sequence.cause.name(),
            "item": sequence.item.as_deref(),
            "no_contribution_reason": because(&sequence.contribution),
        })
    };
    update_all!(
        tx,
        sequences.iter().map(row).collect(),
        "app.sequence_of_events",
        "sequence_of_events_id",
        "events = n.events, cause = n.cause, item = n.item, no_contribution_reason = n.no_contribution_reason"
    )
}

/// Changes hazardous situations.
///
/// # Errors
/// [`StoreError::Stale`] when one of them is not at its revision any more.
pub async fn update_situations(
    tx: &mut WriteTx,
    situations: &[HazardousSituation],
) -> Result<(), StoreError> {
    let row = |situation: &HazardousSituation| {
        json!({
            "hazardous_situation_id": situation.id.uuid(),
            "revision": situation.revision.0,
            "description": situation.description.as_str(),
            "exposed": situation.exposed.as_deref(),
        })
    };
    update_all!(
        tx,
        situations.iter().map(row).collect(),
        "app.hazardous_situation",
        "hazardous_situation_id",
        "description = n.description, exposed = n.exposed"
    )
}

/// Changes harms.
///
/// # Errors
/// [`StoreError::Stale`] when one of them is not at its revision any more.
pub async fn update_harms(tx: &mut WriteTx, harms: &[Harm]) -> Result<(), StoreError> {
    let row = |harm: &Harm| {
        json!({
            "harm_id": harm.id.uuid(),
            "revision": harm.revision.0,
            "description": harm.description.as_str(),
        })
    };
    update_all!(tx, harms.iter().map(row).collect(), "app.harm", "harm_id", "description = n.description")
}
