//! Deliverables: what a product owes by its class of record, and what its team says about each.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::assessment::Classification;
use domain::clause::{Citation, Document};
use domain::deliverable::record::UpkeepForm;
use domain::deliverable::{
    Deliverable, DeliverableCode, Difference, Owed, Status, Upkeep, catalogue, owed, size,
};
use domain::ids::{AssessmentId, DeliverableRecordId, PersonId, ProductId};
use domain::revision::{Conflict, ConflictField, Revision};
use domain::scheme::iec62304::SafetyClass;
use domain::text::{Link, Reason, Statement};
use domain::violation::{Code, Violation};
use store::deliverables::DeliverableRecord;
pub use store::deliverables::PossibleOwner;
use store::{Action, Actor, StoreError};
use time::{Date, OffsetDateTime};

use crate::classification::Standing;
use crate::typed::normal;
use crate::{Failure, Service, fresh};

/// What a product is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing is approved, so class C applies.
    Unclassified,
    /// To this approved class.
    Class(SafetyClass),
    /// To nothing in IEC 62304: an approved qualification says that it is no medical device.
    NotADevice,
}

impl Held {
    /// The class whose set is owed, if any.
    #[must_use]
    pub const fn class(self) -> Option<SafetyClass> {
        match self {
            Self::Unclassified => Some(SafetyClass::C),
            Self::Class(class) => Some(class),
            Self::NotADevice => None,
        }
    }
}

/// What is of record, and what the draft says where it says something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Of record.
    pub held: Held,
    /// The approved assessment behind it.
    pub record: Option<AssessmentId>,
    /// The class that the draft gives, when there is a draft that differs.
    pub draft: Option<SafetyClass>,
}

impl Basis {
    /// Until an assessment is approved, class C applies.
    fn of(standing: &Standing) -> Self {
        let held = match (standing.approved, standing.of_record) {
            (None, _) => Held::Unclassified,
            (Some(_), Classification::Class(class)) => Held::Class(class),
            (Some(_), Classification::NotADevice) => Held::NotADevice,
        };
        let draft = standing.draft.as_ref().and_then(|draft| draft.classification);
        let draft = draft.and_then(Classification::class).filter(|draft| held.class() != Some(*draft));
        Self { held, record: standing.approved, draft }
    }
}

/// One line of the room.
#[derive(Clone, Debug)]
pub struct Line {
    /// The deliverable at class A, B and C.
    pub needs: [Owed; 3],
    /// What is said about it.
    pub upkeep: Upkeep,
    /// The approved assessment that is this deliverable. It is kept here, so nobody has to say that it is there.
    pub record: Option<AssessmentId>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// How often its record was written; 0 when there is none yet.
    pub revision: Revision,
    /// Whether it counts as owed at the class of record.
    pub counts: bool,
    /// Whether it is owed, not there, and its day has passed.
    pub is_late: bool,
}

impl Line {
    /// The deliverable.
    #[must_use]
    pub const fn deliverable(&self) -> &'static Deliverable {
        self.needs[0].deliverable
    }

    /// The deliverable at one class.
    #[must_use]
    pub const fn at(&self, class: SafetyClass) -> &Owed {
        match class {
            SafetyClass::A => &self.needs[0],
            SafetyClass::B => &self.needs[1],
            SafetyClass::C => &self.needs[2],
        }
    }

    /// How far it is. What the team says about it stands; where it says nothing, a record that is kept here is there.
    #[must_use]
    pub const fn status(&self) -> Status {
        if self.is_its_record() { Status::Approved } else { self.upkeep.status }
    }

    /// Whether it is there because its record is kept here.
    #[must_use]
    pub const fn is_its_record(&self) -> bool {
        self.record.is_some() && matches!(self.upkeep.status, Status::Missing)
    }

    /// Whether it is owed and work is left.
    #[must_use]
    pub const fn is_gap(&self) -> bool {
        self.counts && self.status().is_gap()
    }
}

/// The room of deliverables of one product.
#[derive(Clone, Debug)]
pub struct Room {
    /// What it is held to.
    pub basis: Basis,
    /// Every deliverable there is, in the order of the numbers; those not owed say so.
    pub lines: Vec<Line>,
    /// Whether the legacy route is taken.
    pub legacy_route: bool,
    /// Who may own a deliverable.
    pub owners: Vec<PossibleOwner>,
    /// Whether this person may change the records.
    pub may_edit: bool,
}

/// How many deliverables stand where, for the overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What the product is held to.
    pub basis: Basis,
    /// How many owed deliverables have each status, in the order of the work.
    pub counts: [(Status, usize); 5],
    /// How many are owed and late.
    pub late: usize,
    /// Sub-clauses that apply.
    pub clauses: usize,
}

impl Summary {
    fn of(basis: Basis, records: &[DeliverableRecord], legacy_route: bool, today: Date) -> Self {
        let lines = lines(basis, records, legacy_route, today);
        let count = |status| lines.iter().filter(|line| line.counts && line.status() == status).count();
        Self {
            basis,
            counts: Status::ALL.map(|status| (status, count(status))),
            late: lines.iter().filter(|line| line.is_late).count(),
            clauses: basis.held.class().map_or(0, |class| size(class, legacy_route).clauses),
        }
    }

    /// How many deliverables are owed, those said not to apply included.
    #[must_use]
    pub fn owed(&self) -> usize {
        self.counts.iter().map(|(_, count)| count).sum()
    }
}

/// The room of deliverables. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn room(service: &Service, who: &Actor, product: ProductId) -> Result<Room, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let basis = basis(service, who, product).await?;
    let records = store::deliverables::of_product(service.store(), product).await?;
    let today = OffsetDateTime::now_utc().date();
    let legacy_route = takes_legacy_route(service, product).await?;
    let lines = lines(basis, &records, legacy_route, today);
    let owners = store::deliverables::possible_owners(service.store(), product).await?;
    Ok(Room { basis, lines, legacy_route, owners, may_edit: who.may(Permission::EditDeliverables, product) })
}

/// How far the deliverables are, in numbers. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn summary(service: &Service, who: &Actor, product: ProductId) -> Result<Summary, Failure> {
    let standing = crate::classification::standing(service, who, product).await?;
    let mut summaries = summaries(service, &BTreeMap::from([(product, standing)])).await?;
    summaries.remove(&product).ok_or(Failure::NotFound)
}

/// The same for several products whose standing is known: whoever could ask for that may ask for this.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn summaries(
    service: &Service,
    standings: &BTreeMap<ProductId, Standing>,
) -> Result<BTreeMap<ProductId, Summary>, Failure> {
    let products: Vec<ProductId> = standings.keys().copied().collect();
    let records = store::deliverables::of_products(service.store(), &products).await?;
    let legacy = store::legacy_routes::taken_by(service.store(), &products).await?;
    let today = OffsetDateTime::now_utc().date();
    let summary = |product: &ProductId, standing: &Standing| {
        let records = records.get(product).map_or(&[][..], Vec::as_slice);
        Summary::of(Basis::of(standing), records, legacy.contains(product), today)
    };
    Ok(standings.iter().map(|(product, standing)| (*product, summary(product, standing))).collect())
}

/// Says how far a deliverable is, who owns it and where it lies. Permission: edit deliverables.
///
/// # Errors
/// Rejected with everything that is wrong with the form, and for the legacy file while that route is not taken; stale
/// with both versions, when somebody else was faster.
pub async fn set_record(
    service: &Service,
    who: &Actor,
    product: ProductId,
    deliverable: &str,
    seen: Revision,
    form: &UpkeepForm,
) -> Result<&'static Deliverable, Failure> {
    let grant = who.require(Permission::EditDeliverables, product)?;
    let deliverable = catalogue::deliverable(deliverable).ok_or(Failure::NotFound)?;
    if deliverable.condition.is_some() && !takes_legacy_route(service, product).await? {
        return Err(Violation::error("", Code::Deliverable(DeliverableCode::RouteNotTaken))
            .resting_on(Citation::new(Document::Iec62304, "4.4.1"))
            .into());
    }
    let upkeep = Upkeep::parse(&normal_form(form))?;
    crate::products::require_in_work(service, product).await?;
    let before = stored(service, product, deliverable).await?;
    if upkeep.owner.is_some() && upkeep.owner != before.as_ref().and_then(|record| record.upkeep.owner) {
        require_owner(service, product, upkeep.owner).await?;
    }
    let wanted = upkeep.clone();
    let written = service
        .store()
        .write(&grant, Action("deliverable.record_set"), None, move |tx| {
            Box::pin(async move {
                if seen.0 == 0 {
                    store::deliverables::insert(tx, fresh::id(), product, deliverable, &upkeep).await
                } else {
                    store::deliverables::update(tx, product, deliverable, seen, &upkeep).await
                }
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, product, deliverable, &wanted).await?),
        other => other.map(|()| deliverable).map_err(Failure::from),
    }
}

/// What changes between two classes; for "what would class C add, what would B drop".
#[must_use]
pub fn difference(from: SafetyClass, to: SafetyClass) -> Difference {
    Difference::between(from, to)
}

/// What the product is held to.
pub(crate) async fn basis(service: &Service, who: &Actor, product: ProductId) -> Result<Basis, Failure> {
    Ok(Basis::of(&crate::classification::standing(service, who, product).await?))
}

/// Whether the software system takes the route for legacy software (4.4).
async fn takes_legacy_route(service: &Service, product: ProductId) -> Result<bool, Failure> {
    let record = store::legacy_routes::of_product(service.store(), product).await?;
    Ok(record.is_some_and(|record| record.route.is_taken()))
}

fn lines(basis: Basis, records: &[DeliverableRecord], legacy_route: bool, today: Date) -> Vec<Line> {
    let record_of =
        |deliverable: &Deliverable| records.iter().find(|record| record.deliverable.id == deliverable.id);
    let [a, b, c] = SafetyClass::ALL.map(owed);
    a.into_iter()
        .zip(b)
        .zip(c)
        .map(|((a, b), c)| {
            let record = record_of(a.deliverable);
            let upkeep = record.map_or_else(Upkeep::untouched, |record| record.upkeep.clone());
            let mut line = Line {
                record: basis.record.filter(|_| a.deliverable.is_classification),
                needs: [a, b, c],
                owner_name: record.and_then(|record| record.owner_name.clone()),
                revision: record.map_or(Revision(0), |record| record.revision),
                upkeep,
                counts: false,
                is_late: false,
            };
            line.counts = basis.held.class().is_some_and(|class| line.at(class).counts(legacy_route));
            line.is_late = line.is_gap() && line.upkeep.due.is_some_and(|due| due < today);
            line
        })
        .collect()
}

async fn stored(
    service: &Service,
    product: ProductId,
    deliverable: &Deliverable,
) -> Result<Option<DeliverableRecord>, Failure> {
    let records = store::deliverables::of_product(service.store(), product).await?;
    Ok(records.into_iter().find(|record| record.deliverable.id == deliverable.id))
}

async fn require_owner(
    service: &Service,
    product: ProductId,
    owner: Option<PersonId>,
) -> Result<(), Failure> {
    let owners = store::deliverables::possible_owners(service.store(), product).await?;
    if owners.iter().any(|possible| Some(possible.person) == owner) {
        return Ok(());
    }
    Err(Violation::error("owner", Code::Deliverable(DeliverableCode::OwnerOutside)).into())
}

fn normal_form(form: &UpkeepForm) -> UpkeepForm {
    UpkeepForm { reason: normal(&form.reason), note: normal(&form.note), ..form.clone() }
}

async fn conflict(
    service: &Service,
    product: ProductId,
    deliverable: &Deliverable,
    wanted: &Upkeep,
) -> Result<Failure, Failure> {
    let Some(stored) = stored(service, product, deliverable).await? else { return Ok(Failure::NotFound) };
    let last = last_change(service, stored.id).await?;
    let fields = fields(wanted)
        .into_iter()
        .zip(fields(&stored.upkeep))
        .filter(|((_, yours), (_, theirs))| yours != theirs)
        .map(|((field, yours), (_, theirs))| ConflictField { field: field.to_owned(), yours, theirs })
        .collect();
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: last.0,
        changed_at: last.1,
        revision: stored.revision,
        fields,
    })))
}

async fn last_change(
    service: &Service,
    record: DeliverableRecordId,
) -> Result<(String, OffsetDateTime), Failure> {
    let last = store::deliverables::last_change(service.store(), record).await?;
    let last = last.ok_or(Failure::NotFound)?;
    Ok((last.by, last.at))
}

/// The fields as a form holds them, in its order.
fn fields(upkeep: &Upkeep) -> [(&'static str, String); 6] {
    let Upkeep { status, reason, owner, due, link, note } = upkeep;
    [
        ("status", status.key().to_owned()),
        ("reason", reason.as_ref().map(Reason::to_string).unwrap_or_default()),
        ("owner", owner.map(|owner| owner.to_string()).unwrap_or_default()),
        ("due", due.map(|due| due.to_string()).unwrap_or_default()),
        ("link", link.as_ref().map(Link::to_string).unwrap_or_default()),
        ("note", note.as_ref().map(Statement::to_string).unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn record(id: &str, status: Status, due: Option<Date>) -> DeliverableRecord {
        let deliverable = catalogue::deliverable(id).unwrap();
        DeliverableRecord {
            id: fresh::id(),
            deliverable,
            upkeep: Upkeep { status, due, ..Upkeep::untouched() },
            owner_name: None,
            revision: Revision::first(),
        }
    }

    fn held(held: Held) -> Basis {
        Basis { held, record: None, draft: None }
    }

    fn owed_ids(lines: &[Line]) -> usize {
        lines.iter().filter(|line| line.counts).count()
    }

    const TODAY: Date = date!(2026 - 11 - 22);

    #[test]
    fn without_an_approved_class_everything_of_class_c_is_owed_but_the_legacy_file() {
        let lines = lines(held(Held::Unclassified), &[], false, TODAY);
        assert_eq!((lines.len(), owed_ids(&lines)), (41, 40));
    }

    #[test]
    fn what_is_no_device_owes_nothing() {
        let lines = lines(held(Held::NotADevice), &[record("D05", Status::Draft, None)], true, TODAY);
        assert_eq!(owed_ids(&lines), 0);
    }

    #[test]
    fn the_legacy_file_is_owed_only_where_the_route_is_taken() {
        let written = [record("D04", Status::Draft, None)];
        for (taken, owed) in [(false, 27), (true, 28)] {
            let lines = lines(held(Held::Class(SafetyClass::A)), &written, taken, TODAY);
            assert_eq!(owed_ids(&lines), owed);
        }
    }

    #[test]
    fn the_approved_record_of_the_class_is_its_deliverable_unless_the_team_says_otherwise() {
        let basis = Basis { record: Some(fresh::id()), ..held(Held::Class(SafetyClass::B)) };
        let status = |records: &[DeliverableRecord]| {
            let lines = lines(basis, records, false, TODAY);
            let line = lines.iter().find(|line| line.deliverable().id == "D03").unwrap();
            assert!(line.record.is_some());
            (line.status(), line.is_gap())
        };
        assert_eq!(status(&[]), (Status::Approved, false));
        assert_eq!(status(&[record("D03", Status::Missing, None)]), (Status::Approved, false));
        assert_eq!(status(&[record("D03", Status::InReview, None)]), (Status::InReview, true));
        let others = lines(basis, &[], false, TODAY);
        assert_eq!(others.iter().filter(|line| line.status() == Status::Approved).count(), 1);
        let unclassified = lines(held(Held::Unclassified), &[], false, TODAY);
        assert!(unclassified.iter().all(|line| line.status() == Status::Missing));
    }

    #[test]
    fn only_what_is_owed_and_not_there_can_be_late() {
        let day = Some(date!(2026 - 11 - 21));
        let records = [
            record("D05", Status::Draft, day),
            record("D07", Status::Approved, day),
            record("D10", Status::Missing, day),
            record("D12", Status::InReview, Some(TODAY)),
        ];
        let lines = lines(held(Held::Class(SafetyClass::A)), &records, false, TODAY);
        let late: Vec<_> =
            lines.iter().filter(|line| line.is_late).map(|line| line.deliverable().id.as_str()).collect();
        assert_eq!(late, ["D05"]);
    }
}
