//! Who did what, when and why: reading the trail and taking it out.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Permission, SitePermission};
use domain::ids::{PersonId, ProductId};
use serde_json::{Value, json};
pub use store::trail::{Day, Entry, Filter, Known};
use store::{Action, Event, Grant};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Actor, Failure, Service};

/// The export of a trail, itself an entry.
pub const EXPORTED: Action = Action("trail.exported");

/// How many entries a page shows.
pub const PAGE: i64 = 50;

/// How many entries are counted before the page says "more than".
pub const COUNTED: i64 = 2_000;

/// How many days the time line shows at most.
pub const DAYS_SHOWN: i64 = 30;

/// How many entries an export reads at a time.
const EXPORT_STEP: i64 = 500;

/// Whose trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of one product: for everybody with a role in it.
    Product(ProductId),
    /// Of the installation: what belongs to no product, and the products in which the person has a role.
    Site,
}

/// What a person asked the list for, beyond its scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Made by this person.
    pub person: Option<PersonId>,
    /// Made by this system actor.
    pub system_actor: Option<String>,
    /// About this record.
    pub record: Option<Uuid>,
    /// About this kind of record.
    pub kind: Option<String>,
    /// Made by this action.
    pub action: Option<String>,
    /// From the beginning of this day (UTC).
    pub from: Option<Date>,
    /// To the end of this day (UTC).
    pub to: Option<Date>,
    /// Made at this workstation.
    pub workstation: Option<String>,
    /// Before the entry of this number.
    pub before: Option<i64>,
}

/// One page of a trail.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The entries, newest first, with the names that they need.
    pub story: Story,
    /// The number to ask for the next page with, where there is one.
    pub older: Option<i64>,
    /// How many entries the filter finds, up to [`COUNTED`] and one.
    pub found: i64,
    /// How many entries there are in all, up to [`COUNTED`] and one.
    pub all: i64,
    /// When the oldest of all was made (of those counted).
    pub since: Option<OffsetDateTime>,
    /// Entries a day, only days that have any, within [`DAYS_SHOWN`] days.
    pub days: Vec<Day>,
    /// The first and the last day of the time line.
    pub period: (Date, Date),
    /// The people to choose from.
    pub people: Vec<(PersonId, String)>,
    /// Whether the database refuses changes of its schema.
    pub schema_guard_present: bool,
    /// Whether the person may take this list out as a file.
    pub exportable: bool,
}

/// Some entries, and the names of the records that they speak of.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// The newest state of each record that an entry is about or refers to.
    pub known: BTreeMap<Uuid, Known>,
}

impl Scope {
    fn filter(self, who: &Actor, wanted: &Wanted) -> Filter {
        let (products, outside_products) = match self {
            Self::Product(product) => (vec![product], false),
            Self::Site => (who.roles().keys().copied().collect(), true),
        };
        let wanted = wanted.clone();
        Filter {
            products,
            outside_products,
            person: wanted.person,
            system_actor: wanted.system_actor,
            record: wanted.record,
            kind: wanted.kind,
            action: wanted.action,
            from: wanted.from.map(|day| day.midnight().assume_utc()),
            until: wanted.to.and_then(Date::next_day).map(|day| day.midnight().assume_utc()),
            workstation: wanted.workstation,
            before: wanted.before,
        }
    }

    fn view(self, who: &Actor) -> Result<Grant, Failure> {
        Ok(match self {
            Self::Product(product) => who.require(Permission::ViewTrail, product)?,
            Self::Site => who.require_site(SitePermission::ViewSiteTrail)?,
        })
    }

    fn export(self, who: &Actor) -> Result<Grant, Failure> {
        Ok(match self {
            Self::Product(product) => who.require(Permission::ExportTrail, product)?,
            Self::Site => who.require_site(SitePermission::ViewSiteTrail)?,
        })
    }
}

/// One page of the trail. Permission: view the trail (of the product, or of the site).
///
/// # Errors
/// Without the permission, or when the database does not answer.
pub async fn list(service: &Service, who: &Actor, scope: Scope, wanted: &Wanted) -> Result<Listing, Failure> {
    scope.view(who)?;
    let store = service.store();
    let filter = scope.filter(who, wanted);
    let mut entries = store::trail::list(store, &filter, PAGE + 1).await?;
    let more = entries.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        entries.pop();
    }
    let older = entries.last().filter(|_| more).map(|entry| entry.number);
    let from_start = Filter { before: None, ..filter };
    let found = store::trail::days(store, &from_start, COUNTED + 1).await?;
    let unfiltered = scope.filter(who, &Wanted::default());
    let all = if from_start == unfiltered {
        found.clone()
    } else {
        store::trail::days(store, &unfiltered, COUNTED + 1).await?
    };
    let (days, period) = time_line(&found, wanted);
    let products: Vec<ProductId> = from_start.products.clone();
    let people = store::trail::people(store, &products, scope == Scope::Site).await?;
    let schema_guard_present = store::trail::schema_guard_present(store).await?;
    Ok(Listing {
        story: tell(service, entries).await?,
        older,
        found: counted(&found),
        all: counted(&all),
        since: all.first().map(|day| day.first),
        days,
        period,
        people,
        schema_guard_present,
        exportable: scope.export(who).is_ok(),
    })
}

/// How many entries these days have together.
fn counted(days: &[Day]) -> i64 {
    days.iter().map(|day| day.entries).sum()
}

/// The days that the time line shows: the last ones of the period that was asked for, as far as they were counted
/// whole. A day that has more entries than are counted is shown with those.
fn time_line(found: &[Day], wanted: &Wanted) -> (Vec<Day>, (Date, Date)) {
    let today = OffsetDateTime::now_utc().date();
    let last = wanted.to.map_or(today, |day| day.min(today));
    let earliest = last.saturating_sub(Duration::days(DAYS_SHOWN - 1));
    let asked = wanted.from.map_or(earliest, |day| day.max(earliest)).min(last);
    let whole = if counted(found) > COUNTED && found.len() > 1 { &found[1..] } else { found };
    let first = match whole.first() {
        Some(day) if counted(found) > COUNTED => day.day.max(asked),
        _ => asked,
    };
    let shown = whole.iter().filter(|day| (first..=last).contains(&day.day)).copied().collect();
    (shown, (first.min(last), last))
}

/// The newest entries about some records of a product: for the history on their own pages.
/// Permission: view the trail.
///
/// # Errors
/// Without the permission, or when the database does not answer.
pub async fn history(
    service: &Service,
    who: &Actor,
    product: ProductId,
    records: &[Uuid],
    limit: i64,
) -> Result<Story, Failure> {
    who.require(Permission::ViewTrail, product)?;
    let entries = store::trail::history(service.store(), product, records, limit).await?;
    tell(service, entries).await
}

/// The newest entries of a product, whatever they are about. Permission: view the trail.
///
/// # Errors
/// Without the permission, or when the database does not answer.
pub async fn latest(
    service: &Service,
    who: &Actor,
    product: ProductId,
    limit: i64,
) -> Result<Story, Failure> {
    who.require(Permission::ViewTrail, product)?;
    let filter = Scope::Product(product).filter(who, &Wanted::default());
    let entries = store::trail::list(service.store(), &filter, limit).await?;
    tell(service, entries).await
}

/// An export that was allowed and put on the trail; its entries are read step by step.
#[derive(Clone, Debug)]
pub struct Export {
    filter: Filter,
    done: bool,
}

/// Begins an export of what the filter shows, and puts that on the trail first.
/// Permission: export the trail of the product, or view the trail of the site.
///
/// # Errors
/// Without the permission, or when the export can not be put on the trail.
pub async fn export(
    service: &Service,
    who: &Actor,
    scope: Scope,
    wanted: &Wanted,
    format: &'static str,
) -> Result<Export, Failure> {
    let grant = scope.export(who)?;
    let filter = scope.filter(who, &Wanted { before: None, ..wanted.clone() });
    let mut event = Event::new(EXPORTED, "trail").saying(said_of_export(wanted, format));
    if let Scope::Product(product) = scope {
        event = event.within(product);
    }
    service.store().event(&grant, event).await?;
    Ok(Export { filter, done: false })
}

fn said_of_export(wanted: &Wanted, format: &str) -> Value {
    let mut said = json!({
        "format": format,
        "person": wanted.person,
        "system_actor": wanted.system_actor,
        "record": wanted.record,
        "kind": wanted.kind,
        "only_action": wanted.action,
        "from": wanted.from.map(|day| day.to_string()),
        "to": wanted.to.map(|day| day.to_string()),
        "workstation": wanted.workstation,
    });
    if let Value::Object(fields) = &mut said {
        fields.retain(|_, value| !value.is_null());
    }
    said
}

impl Export {
    /// The next entries, newest first; `None` when all were given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step(&mut self, service: &Service) -> Result<Option<Story>, Failure> {
        if self.done {
            return Ok(None);
        }
        let entries = store::trail::list(service.store(), &self.filter, EXPORT_STEP).await?;
        self.filter.before = entries.last().map(|entry| entry.number);
        self.done = entries.len() < usize::try_from(EXPORT_STEP).unwrap_or(usize::MAX);
        if entries.is_empty() {
            return Ok(None);
        }
        Ok(Some(tell(service, entries).await?))
    }
}

/// Fetches the records that entries are about and refer to, so that words can name them.
async fn tell(service: &Service, entries: Vec<Entry>) -> Result<Story, Failure> {
    let mut records = BTreeSet::new();
    for entry in &entries {
        records.extend(entry.record);
        records.extend(entry.product);
        for body in [Some(&entry.body), entry.old_body.as_ref()].into_iter().flatten() {
            collect(body, &mut records);
        }
    }
    let records: Vec<Uuid> = records.into_iter().collect();
    let known = store::trail::known(service.store(), &records).await?;
    let known = known.into_iter().map(|known| (known.record, known)).collect();
    Ok(Story { entries, known })
}

/// The uuids among the fields of a record.
fn collect(body: &Value, records: &mut BTreeSet<Uuid>) {
    match body {
        Value::String(text) if text.len() == 36 => records.extend(text.parse::<Uuid>()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, records)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, records)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_says_only_what_was_filtered() {
        let wanted = Wanted { kind: Some("risk".to_owned()), ..Wanted::default() };
        assert_eq!(said_of_export(&wanted, "csv"), json!({ "format": "csv", "kind": "risk" }));
    }

    #[test]
    fn references_inside_a_record_are_found() {
        let record = Uuid::from_u128(7);
        let mut records = BTreeSet::new();
        collect(
            &json!({ "risk_id": record.to_string(), "list": [record.to_string()], "note": "text" }),
            &mut records,
        );
        assert_eq!(records, BTreeSet::from([record]));
    }
}
