//! The demonstration: five products to look at and to try things on.
//!
//! It is written by the same functions of the store as the records of people, in one transaction, in the name of the
//! system actor `demonstration`; its products are marked as what they are for ever. Nobody approves anything in it:
//! that is left to the people who look at it.

pub mod content;
mod items;
mod questionnaire;
mod register;

use domain::access::{Role, SitePermission};
use domain::deliverable::record::UpkeepForm;
use domain::deliverable::{Upkeep, catalogue};
use domain::ids::{PersonId, ProductId};
use domain::product::{Product, ProductCode};
use domain::revision::Revision;
use domain::violation::{Code, Violation, Violations};
use store::{Action, Actor, Event, Grant, Origin, StoreError, SystemActor, WriteTx};
use time::{Date, Duration, OffsetDateTime};

use items::ItemTree;
use questionnaire::Questionnaire;
use register::Register;

use crate::{Failure, Service, fresh};

/// What the person who loads the demonstration becomes in its products: everything that lets them try all of it.
const ROLES: [Role; 3] = [Role::ProductAdministrator, Role::Author, Role::Reviewer];

/// Loads the demonstration and gives the person who asked the roles to try it. Permission: load the demonstration.
///
/// # Errors
/// Forbidden; rejected when it was loaded before, or when a product in work has the name of one of its products.
pub async fn load(service: &Service, who: &Actor) -> Result<usize, Failure> {
    let grant = who.require_site(SitePermission::LoadDemonstration)?;
    let loaded = load_for(service, Some(who.person()), who.origin().clone()).await?;
    service.store().event(&grant, Event::new(Action("demonstration.asked_for"), "demonstration")).await?;
    Ok(loaded)
}

/// Loads the demonstration for somebody with a shell on the server, and gives `person` the roles to try it.
///
/// # Errors
/// Rejected when it was loaded before, or when a product in work has the name of one of its products.
pub async fn load_for(service: &Service, person: Option<PersonId>, origin: Origin) -> Result<usize, Failure> {
    let products = prepare(OffsetDateTime::now_utc().date())?;
    let count = products.len();
    let grant = Grant::system(SystemActor::Demonstration, origin);
    let written = service
        .store()
        .write(&grant, Action("demonstration.loaded"), None, move |tx| {
            Box::pin(async move {
                if store::demonstration::hold(tx).await? {
                    return Ok(false);
                }
                for product in &products {
                    write_product(tx, product, person).await?;
                }
                Ok(true)
            })
        })
        .await;
    match written {
        Ok(true) => Ok(count),
        Ok(false) => Err(Violation::error("", Code::Product(ProductCode::DemonstrationLoaded)).into()),
        Err(StoreError::Constraint(name)) if name == "product_name_once" => {
            Err(Violation::error("", Code::Product(ProductCode::NameTaken)).into())
        }
        Err(other) => Err(other.into()),
    }
}

/// A product of the demonstration, parsed as forms are.
struct Prepared {
    product: Product,
    questionnaire: Questionnaire,
    items: ItemTree,
    register: Register,
    deliverables: Vec<(&'static domain::deliverable::Deliverable, Upkeep)>,
}

/// Parses everything before anything is written.
fn prepare(today: Date) -> Result<Vec<Prepared>, Failure> {
    let products = content::products().map_err(|cause| Failure::Internal(Box::new(cause)))?;
    products.iter().map(|product| Ok(prepare_product(product, today)?)).collect()
}

fn prepare_product(content: &content::Product, today: Date) -> Result<Prepared, Violations> {
    let product = Product {
        id: fresh::id(),
        profile: content.profile()?,
        demonstration: true,
        archived: None,
        revision: Revision::first(),
    };
    let deliverables = content
        .deliverables
        .iter()
        .filter_map(|entry| catalogue::deliverable(&entry.id).map(|deliverable| (deliverable, entry)))
        .map(|(deliverable, entry)| {
            let due = entry.due_in_days.map(|days| (today + Duration::days(days)).to_string());
            let form = UpkeepForm {
                status: entry.status.clone(),
                due: due.unwrap_or_default(),
                note: entry.note.clone(),
                ..UpkeepForm::default()
            };
            Ok((deliverable, Upkeep::parse(&form)?))
        })
        .collect::<Result<_, Violations>>()?;
    let items = ItemTree::prepare(&product.profile.name)?;
    Ok(Prepared {
        product,
        questionnaire: Questionnaire::prepare(content)?,
        register: Register::prepare(content, &items)?,
        items,
        deliverables,
    })
}

async fn write_product(
    tx: &mut WriteTx,
    prepared: &Prepared,
    person: Option<PersonId>,
) -> Result<(), StoreError> {
    let product: ProductId = prepared.product.id;
    store::products::insert(tx, &prepared.product).await?;
    if let Some(person) = person {
        for role in ROLES {
            store::products::give_role(tx, fresh::id(), product, person, role).await?;
        }
    }
    prepared.questionnaire.write(tx, product).await?;
    // Before the register, whose controls name them.
    prepared.items.write(tx, product).await?;
    prepared.register.write(tx, product).await?;
    for (deliverable, upkeep) in &prepared.deliverables {
        store::deliverables::insert(tx, fresh::id(), product, deliverable, upkeep).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_passes_the_parsers_of_forms() {
        let prepared = prepare(time::macros::date!(2026 - 11 - 22)).unwrap();
        assert_eq!(prepared.len(), 5);
        let written: usize = prepared.iter().map(|product| product.deliverables.len()).sum();
        let said: usize = content::products().unwrap().iter().map(|product| product.deliverables.len()).sum();
        assert_eq!(written, said, "every deliverable is one of the catalogue");
    }
}
