//! The route for legacy software (IEC 62304 clause 4.4): three answers open it, a decision takes it.

use domain::access::Permission;
use domain::clause::{Citation, Document};
use domain::deliverable::DeliverableCode;
use domain::deliverable::legacy::{LegacyAnswer, LegacyAnswers, LegacyRoute};
use domain::ids::ProductId;
use domain::revision::Revision;
use domain::text::Reason;
use domain::violation::{Code, Violation, Violations};
pub use store::legacy_routes::LegacyRecord;
use store::{Action, StoreError};

use crate::hazards::Versions;
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

/// What is on record about the route, and whether this person may change it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What is on record; none while nobody has answered the questions.
    pub record: Option<LegacyRecord>,
    /// What the software system is held to.
    pub held: crate::deliverables::Held,
    /// Whether the person may change it.
    pub editable: bool,
}

/// What a form says about the three questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswersForm {
    /// Whether it was legally placed on the market.
    pub placed: String,
    /// Whether it is still marketed.
    pub marketed: String,
    /// Whether evidence of conformity is lacking.
    pub evidence_lacking: String,
    /// What the answers rest on.
    pub basis: String,
}

impl AnswersForm {
    fn parse(&self) -> Result<(LegacyAnswers, Reason), Violations> {
        let mut wrong = Violations::none();
        let placed = wrong.take(LegacyAnswer::parse("placed", &self.placed));
        let marketed = wrong.take(LegacyAnswer::parse("marketed", &self.marketed));
        let lacking = wrong.take(LegacyAnswer::parse("evidence_lacking", &self.evidence_lacking));
        let basis = wrong.take(Reason::parse("basis", &normal(&self.basis)));
        match (placed, marketed, lacking, basis) {
            (Some(placed), Some(marketed), Some(evidence_lacking), Some(basis)) => {
                Ok((LegacyAnswers { placed, marketed, evidence_lacking }, basis))
            }
            _ => Err(wrong),
        }
    }

    /// What is stored, in the same fields.
    #[must_use]
    pub fn of(route: &LegacyRoute) -> Self {
        Self {
            placed: route.answers.placed.name().to_owned(),
            marketed: route.answers.marketed.name().to_owned(),
            evidence_lacking: route.answers.evidence_lacking.name().to_owned(),
            basis: route.basis.to_string(),
        }
    }

    fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("placed", &self.placed),
            ("marketed", &self.marketed),
            ("evidence_lacking", &self.evidence_lacking),
            ("basis", &self.basis),
        ]
    }
}

/// What is on record about the route. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn standing(service: &Service, who: &Actor, product: ProductId) -> Result<Standing, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(Standing {
        record: store::legacy_routes::of_product(service.store(), product).await?,
        held: crate::deliverables::basis(service, who, product).await?.held,
        editable: who.may(Permission::EditDeliverables, product),
    })
}

/// Answers the three questions. Answers that do not open the route end it. Permission: edit deliverables.
///
/// # Errors
/// Rejected with everything that is wrong with the form; stale with both versions.
pub async fn answer(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    form: &AnswersForm,
) -> Result<LegacyRoute, Failure> {
    who.require(Permission::EditDeliverables, product)?;
    let (answers, basis) = form.parse()?;
    let stored = store::legacy_routes::of_product(service.store(), product).await?;
    let before = stored.and_then(|stored| stored.route.taken_because);
    let taken_because = before.filter(|_| answers.open_the_route());
    let route = LegacyRoute { answers, basis, taken_because };
    write(service, who, product, seen, route, Action("legacy_route.answered"), &form.fields()).await
}

/// Takes the route, with the reason why. Permission: edit deliverables.
///
/// # Errors
/// Rejected without a reason, or where the answers do not open the route; stale when somebody was faster.
pub async fn take(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    reason: &str,
) -> Result<LegacyRoute, Failure> {
    who.require(Permission::EditDeliverables, product)?;
    let said = Reason::parse("reason", &normal(reason))?;
    let stored = store::legacy_routes::of_product(service.store(), product).await?;
    let Some(stored) = stored.filter(|stored| stored.route.answers.open_the_route()) else {
        return Err(Violation::error("", Code::Deliverable(DeliverableCode::RouteClosed))
            .resting_on(Citation::new(Document::Iec62304, "4.4.1"))
            .into());
    };
    let route = LegacyRoute { taken_because: Some(said), ..stored.route };
    write(service, who, product, seen, route, Action("legacy_route.taken"), &[]).await
}

/// Leaves the route: everything is owed as for new software. Permission: edit deliverables.
///
/// # Errors
/// Rejected without a reason; not found where it is not taken; stale when somebody was faster.
pub async fn leave(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    reason: &str,
) -> Result<LegacyRoute, Failure> {
    who.require(Permission::EditDeliverables, product)?;
    let said = Reason::parse("reason", &normal(reason))?;
    let stored = store::legacy_routes::of_product(service.store(), product).await?;
    let stored = stored.filter(|stored| stored.route.is_taken()).ok_or(Failure::NotFound)?;
    let route = LegacyRoute { taken_because: None, ..stored.route };
    write_because(service, who, product, seen, route, Action("legacy_route.left"), Some(said), &[]).await
}

async fn write(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    route: LegacyRoute,
    action: Action,
    typed: &[(&str, &str)],
) -> Result<LegacyRoute, Failure> {
    write_because(service, who, product, seen, route, action, None, typed).await
}

#[expect(clippy::too_many_arguments, reason = "an operation names what it is about")]
async fn write_because(
    service: &Service,
    who: &Actor,
    product: ProductId,
    seen: Revision,
    route: LegacyRoute,
    action: Action,
    reason: Option<Reason>,
    typed: &[(&str, &str)],
) -> Result<LegacyRoute, Failure> {
    let grant = who.require(Permission::EditDeliverables, product)?;
    require_in_work(service, product).await?;
    let wanted = route.clone();
    let written = service
        .store()
        .write(&grant, action, reason.as_deref(), move |tx| {
            Box::pin(
                async move { store::legacy_routes::write(tx, product, fresh::id(), seen, &wanted).await },
            )
        })
        .await;
    match written {
        Err(StoreError::Stale) => {
            let stored = store::legacy_routes::of_product(service.store(), product).await?;
            let stored = stored.ok_or(Failure::NotFound)?;
            let theirs = AnswersForm::of(&stored.route);
            let mut versions = Versions::new();
            for (field, yours) in typed {
                if let Some((_, theirs)) = theirs.fields().iter().find(|(name, _)| name == field) {
                    versions.compare(field, Some(*yours), theirs);
                }
            }
            Err(versions.conflict(service, product, &[stored.id.uuid()], stored.revision).await?)
        }
        other => other.map(|()| route).map_err(Failure::from),
    }
}
