//! Risk controls: adding, using again, changing, ending; and their verifications.

use domain::access::Permission;
use domain::control::{
    ControlDescription, ControlOption, Lowers, Outcome, Place, Verification, VerificationKind,
    VerificationResult,
};
use domain::hazard::HazardCode;
use domain::ids::{ProductId, RiskControlId};
use domain::item::{ItemCode, LETTERS};
use domain::revision::Revision;
use domain::risk::{read_number, shown_number};
use domain::text::{self, Line, Name, Reason, Statement, Title};
use domain::violation::{Code, Violation, Violations};
use store::risks::ControlUse;
use store::{Action, StoreError};
use time::{Date, OffsetDateTime};

use super::{Versions, only, reassess};
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// What a form says about a control and what it lowers for one risk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlForm {
    /// What it is.
    pub title: String,
    /// What it does.
    pub description: String,
    /// The kind.
    pub option: String,
    /// Why no earlier kind is practicable.
    pub lower_option_reason: String,
    /// Where it is implemented.
    pub place: String,
    /// The number of the software item; empty where none of the tree is named.
    pub item: String,
    /// Which item, system, procedure or section, in words.
    pub place_detail: String,
    /// `yes` when it stands outside the software system.
    pub external: String,
    /// The requirement.
    pub requirement: String,
    /// Who looks after it.
    pub owner: String,
    /// `yes` when it lowers P1.
    pub lowers_p1: String,
    /// `yes` when it lowers P2.
    pub lowers_p2: String,
    /// `yes` when it lowers the severity.
    pub lowers_severity: String,
}

impl ControlForm {
    fn parse(&self) -> Result<(ControlDescription, Lowers), Violations> {
        let mut wrong = Violations::none();
        let w = &mut wrong;
        let title = w.take(Title::parse("title", &normal(&self.title)));
        let description = w.take(text::optional::<Statement>("description", &normal(&self.description)));
        let option = w.take(ControlOption::parse("option", &self.option));
        let reason =
            w.take(text::optional::<Reason>("lower_option_reason", &normal(&self.lower_option_reason)));
        let place = w.take(Place::parse("place", &self.place));
        let item = w.take(item(&self.item));
        let detail = w.take(text::optional::<Line>("place_detail", &normal(&self.place_detail)));
        let requirement = w.take(text::optional::<Name>("requirement", &normal(&self.requirement)));
        let owner = w.take(text::optional::<Name>("owner", &normal(&self.owner)));
        let lowers = lowers(&self.lowers_p1, &self.lowers_p2, &self.lowers_severity, w);
        let (Some(title), Some(description), Some(option), Some(lower_option_reason)) =
            (title, description, option, reason)
        else {
            return Err(wrong);
        };
        let (Some(place), Some(item), Some(place_detail), Some(requirement), Some(owner)) =
            (place, item, detail, requirement, owner)
        else {
            return Err(wrong);
        };
        let external = self.external == "yes";
        let control = ControlDescription {
            title,
            description,
            option,
            lower_option_reason,
            place,
            item,
            place_detail,
            external,
            requirement,
            owner,
        };
        if let Err(found) = control.check() {
            wrong.0.extend(found.0);
        }
        wrong.into_result().map(|()| (control, lowers))
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of_use(control_use: &ControlUse) -> Self {
        let control = &control_use.control.description;
        let yes = |said: bool| if said { "yes".to_owned() } else { String::new() };
        let shown = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            title: control.title.to_string(),
            description: shown(control.description.as_deref()),
            option: control.option.name().to_owned(),
            lower_option_reason: shown(control.lower_option_reason.as_deref()),
            place: control.place.name().to_owned(),
            item: control.item.map(|item| shown_number(LETTERS, item)).unwrap_or_default(),
            place_detail: shown(control.place_detail.as_deref()),
            external: yes(control.external),
            requirement: shown(control.requirement.as_deref()),
            owner: shown(control.owner.as_deref()),
            lowers_p1: yes(control_use.lowers.p1),
            lowers_p2: yes(control_use.lowers.p2),
            lowers_severity: yes(control_use.lowers.severity),
        }
    }

    fn fields(&self) -> [(&'static str, &str); 13] {
        [
            ("title", &self.title),
            ("description", &self.description),
            ("option", &self.option),
            ("lower_option_reason", &self.lower_option_reason),
            ("place", &self.place),
            ("item", &self.item),
            ("place_detail", &self.place_detail),
            ("external", &self.external),
            ("requirement", &self.requirement),
            ("owner", &self.owner),
            ("lowers_p1", &self.lowers_p1),
            ("lowers_p2", &self.lowers_p2),
            ("lowers_severity", &self.lowers_severity),
        ]
    }
}

/// The software item that a form names, by its number.
fn item(raw: &str) -> Result<Option<i32>, Violation> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    read_number(LETTERS, raw).map(Some).ok_or_else(no_such_item)
}

fn no_such_item() -> Violation {
    Violation::error("item", Code::Item(ItemCode::NoSuchItem))
}

/// An item that is not in use any more is told beside its field.
fn in_use<T>(written: Result<T, StoreError>) -> Result<T, Failure> {
    match written {
        Err(StoreError::Constraint(name)) if name == "risk_control_software_item" => {
            Err(no_such_item().into())
        }
        other => Ok(other?),
    }
}

fn lowers(p1: &str, p2: &str, severity: &str, wrong: &mut Violations) -> Lowers {
    let lowers = Lowers { p1: p1 == "yes", p2: p2 == "yes", severity: severity == "yes" };
    wrong.take(lowers.check()).unwrap_or_default()
}

/// The revision of a control as one risk sees it: it moves when the control or its use is written.
#[must_use]
pub const fn use_revision(control_use: &ControlUse) -> Revision {
    Revision(control_use.revision.0 + control_use.control.revision.0)
}

/// Adds a new control to a risk. Permission: edit hazards.
///
/// # Errors
/// Rejected with everything that is wrong with the form.
pub async fn add_control(
    service: &Service,
    who: &Actor,
    product: ProductId,
    risk: i32,
    form: &ControlForm,
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let (control, lowers) = form.parse()?;
    require_in_work(service, product).await?;
    let written = service
        .store()
        .write(&grant, Action("risk_control.added"), None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let record = live(store::risks::find_locked(tx, product, risk).await?)?;
                let number = super::put_control(tx, product, &record.risk, &control, lowers, &[]).await?;
                reassess(tx, product, &plan, &only(record.risk.id)).await?;
                let changed = format!("{} was added", shown_number("RC", number));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(number)
            })
        })
        .await;
    in_use(written)
}

fn live(record: store::risks::RiskRecord) -> Result<store::risks::RiskRecord, StoreError> {
    if record.withdrawn.is_some() { Err(StoreError::NotFound) } else { Ok(record) }
}

/// Uses a control that stands elsewhere for this risk too. Permission: edit hazards.
///
/// # Errors
/// Rejected when there is no such control, or when it is used here already.
pub async fn use_control(
    service: &Service,
    who: &Actor,
    product: ProductId,
    risk: i32,
    control: &str,
    [p1, p2, severity]: [&str; 3],
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let mut wrong = Violations::none();
    let lowers = lowers(p1, p2, severity, &mut wrong);
    let number = read_number("RC", control).ok_or_else(|| no_such_control("control"));
    let number = wrong.take(number);
    wrong.into_result()?;
    let number = number.unwrap_or_default();
    require_in_work(service, product).await?;
    let written = service
        .store()
        .write(&grant, Action("risk_control.used"), None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let record = live(store::risks::find_locked(tx, product, risk).await?)?;
                let control = match store::risk_controls::find_within(tx, product, number).await {
                    Err(StoreError::NotFound) => return Ok(None),
                    found => found?,
                };
                store::risk_controls::insert_use(tx, product, fresh::id(), record.risk.id, control, lowers)
                    .await?;
                reassess(tx, product, &plan, &only(record.risk.id)).await?;
                let changed =
                    format!("{} was used for {}", shown_number("RC", number), shown_number("R", risk));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(Some(number))
            })
        })
        .await;
    match written {
        Err(StoreError::Constraint(name)) if name == "risk_control_use_once" => {
            Err(Violation::error("control", Code::Hazard(HazardCode::ControlUsedAlready)).into())
        }
        other => other?.ok_or_else(|| no_such_control("control").into()),
    }
}

fn no_such_control(field: &str) -> Violation {
    Violation::error(field, Code::Hazard(HazardCode::NoSuchNumber))
}

/// The use of a control for a risk, by both numbers.
async fn find_use(
    service: &Service,
    product: ProductId,
    risk: i32,
    control: i32,
) -> Result<ControlUse, Failure> {
    let record = store::risks::find(service.store(), product, risk).await?;
    record.uses.into_iter().find(|control_use| control_use.control.number == control).ok_or(Failure::NotFound)
}

/// Changes a control, and what it lowers for this risk. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else was faster.
pub async fn edit_control(
    service: &Service,
    who: &Actor,
    product: ProductId,
    risk: i32,
    control: i32,
    seen: Revision,
    form: &ControlForm,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let (description, lowers) = form.parse()?;
    require_in_work(service, product).await?;
    let stored = find_use(service, product, risk, control).await?;
    if use_revision(&stored) != seen {
        return Err(control_conflict(service, product, &stored, form).await?);
    }
    let kept = stored.clone();
    let written = service
        .store()
        .write(&grant, Action("risk_control.edited"), None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let id = stored.control.id;
                if stored.control.description != description {
                    store::risk_controls::update(tx, product, id, stored.control.revision, &description)
                        .await?;
                } else if stored.lowers == lowers {
                    return Ok(());
                }
                store::risk_controls::update_use(tx, stored.id, lowers).await?;
                let risks = store::risks::ids_within(tx, product, Some(id)).await?;
                reassess(tx, product, &plan, &risks).await?;
                let changed = format!("{} was changed", shown_number("RC", control));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(())
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let stored = find_use(service, product, risk, control).await.unwrap_or(kept);
            Err(control_conflict(service, product, &stored, form).await?)
        }
        other => in_use(other),
    }
}

async fn control_conflict(
    service: &Service,
    product: ProductId,
    stored: &ControlUse,
    form: &ControlForm,
) -> Result<Failure, Failure> {
    let theirs = ControlForm::of_use(stored);
    let mut versions = Versions::new();
    for ((name, yours), (_, theirs)) in form.fields().into_iter().zip(theirs.fields()) {
        versions.compare(name, Some(yours), theirs);
    }
    let records = [stored.control.id.uuid(), stored.id];
    versions.conflict(service, product, &records, use_revision(stored)).await
}

/// Ends the use of a control for a risk, with a reason. A control that is used nowhere else is withdrawn with it.
/// Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason; stale when somebody changed it first.
pub async fn end_use(
    service: &Service,
    who: &Actor,
    product: ProductId,
    risk: i32,
    control: i32,
    seen: Revision,
    reason: &str,
) -> Result<(), Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    require_in_work(service, product).await?;
    let stored = find_use(service, product, risk, control).await?;
    let unchanged = ControlForm::of_use(&stored);
    if use_revision(&stored) != seen {
        return Err(control_conflict(service, product, &stored, &unchanged).await?);
    }
    let said = reason.to_string();
    let kept = stored.clone();
    let written = service
        .store()
        .write(&grant, Action("risk_control.use_ended"), Some(&said), move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let record = store::risks::find_locked(tx, product, risk).await?;
                store::risk_controls::end_use(tx, stored.id, stored.revision, &reason).await?;
                store::risk_controls::withdraw_if_unused(tx, stored.control.id, &reason).await?;
                reassess(tx, product, &plan, &only(record.risk.id)).await?;
                let changed =
                    format!("{} no longer controls {}", shown_number("RC", control), shown_number("R", risk));
                store::declarations::reopen(tx, product, &changed).await?;
                Ok(())
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(control_conflict(service, product, &kept, &unchanged).await?),
        other => Ok(other?),
    }
}

/// What a form says about a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerificationForm {
    /// `open`, `passed` or `failed`.
    pub outcome: String,
    /// How it is or was done.
    pub method: String,
    /// The report's number, or a link.
    pub evidence: String,
    /// The day, as year-month-day.
    pub performed_on: String,
    /// Who did it.
    pub performed_by: String,
}

impl VerificationForm {
    fn parse(&self) -> Result<VerificationResult, Violations> {
        let mut wrong = Violations::none();
        let outcome = wrong.take(Outcome::parse("outcome", &self.outcome));
        let method = wrong.take(Statement::parse("method", &normal(&self.method)));
        let evidence = wrong.take(text::optional::<Line>("evidence", &normal(&self.evidence)));
        let performed_on = wrong.take(day("performed_on", &self.performed_on));
        let performed_by = wrong.take(text::optional::<Name>("performed_by", &normal(&self.performed_by)));
        let (Some(outcome), Some(method), Some(evidence), Some(performed_on), Some(performed_by)) =
            (outcome, method, evidence, performed_on, performed_by)
        else {
            return Err(wrong);
        };
        let result = VerificationResult { outcome, method, evidence, performed_on, performed_by };
        if let Err(found) = result.check(OffsetDateTime::now_utc().date()) {
            wrong.0.extend(found.0);
        }
        wrong.into_result().map(|()| result)
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of_result(result: &VerificationResult) -> Self {
        Self {
            outcome: result.outcome.name().to_owned(),
            method: result.method.to_string(),
            evidence: result.evidence.as_deref().unwrap_or_default().to_owned(),
            performed_on: result.performed_on.map(|day| day.to_string()).unwrap_or_default(),
            performed_by: result.performed_by.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

fn day(field: &str, raw: &str) -> Result<Option<Date>, Violation> {
    if raw.trim().is_empty() { Ok(None) } else { text::date(field, raw).map(Some) }
}

/// Records a verification of a control. The one that stood before stays on file as followed by this one.
/// `seen` is the number of the one that the person saw, 0 for none. Permission: edit hazards.
///
/// # Errors
/// Rejected; stale with both versions, when somebody else recorded one in the meantime.
#[expect(clippy::too_many_arguments, reason = "an operation names what it is about")]
pub async fn record_verification(
    service: &Service,
    who: &Actor,
    product: ProductId,
    risk: i32,
    control: i32,
    kind: &str,
    seen: Revision,
    form: &VerificationForm,
) -> Result<i32, Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let kind = VerificationKind::named(kind).ok_or(Failure::NotFound)?;
    let result = form.parse()?;
    require_in_work(service, product).await?;
    let stored = find_use(service, product, risk, control).await?;
    let standing = stored.verification(kind).cloned();
    let id = stored.control.id;
    if standing.as_ref().map_or(0, |standing| standing.number) != seen.0 {
        return Err(verification_conflict(service, product, id, kind, form).await?);
    }
    let written = service
        .store()
        .write(&grant, Action("verification.recorded"), None, move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold(tx, product).await?.plan;
                let verification = Verification {
                    id: fresh::id(),
                    number: 0,
                    control: id,
                    kind,
                    result,
                    revision: Revision::first(),
                };
                let replaced = standing.map(|standing| (standing.id, standing.revision));
                let number =
                    store::risk_controls::record_verification(tx, product, &verification, replaced).await?;
                let risks = store::risks::ids_within(tx, product, Some(id)).await?;
                reassess(tx, product, &plan, &risks).await?;
                Ok(number)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(verification_conflict(service, product, id, kind, form).await?),
        other => Ok(other?),
    }
}

async fn verification_conflict(
    service: &Service,
    product: ProductId,
    control: RiskControlId,
    kind: VerificationKind,
    form: &VerificationForm,
) -> Result<Failure, Failure> {
    let stored = store::risk_controls::standing_verification(service.store(), control, kind).await?;
    let theirs =
        stored.as_ref().map(|stored| VerificationForm::of_result(&stored.result)).unwrap_or_default();
    let mut versions = Versions::new();
    versions.compare("outcome", Some(&form.outcome), &theirs.outcome);
    versions.compare("method", Some(&form.method), &theirs.method);
    versions.compare("evidence", Some(&form.evidence), &theirs.evidence);
    versions.compare("performed_on", Some(&form.performed_on), &theirs.performed_on);
    versions.compare("performed_by", Some(&form.performed_by), &theirs.performed_by);
    let records: Vec<_> = stored.iter().map(|stored| stored.id.uuid()).collect();
    let revision = Revision(stored.map_or(0, |stored| stored.number));
    versions.conflict(service, product, &records, revision).await
}
