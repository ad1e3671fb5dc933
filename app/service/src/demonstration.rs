//! The demonstration: five products to look at and to try things on.
//!
//! It is written by the same functions of the store as the records of people, in one transaction, in the name of the
//! system actor `demonstration`; its products and its two people are marked as what they are for ever. Its records
//! name the two as author and reviewer, because a register without names teaches nothing about review; on the trail
//! all of it is the system actor's, at the time of loading.

mod cast;
pub mod content;
mod features;
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

use cast::{Cast, Part};
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
    let Prepared { cast, products } = prepare(OffsetDateTime::now_utc().date())?;
    let count = products.len();
    let grant = Grant::system(SystemActor::Demonstration, origin);
    let written = service
        .store()
        .write(&grant, Action("demonstration.loaded"), None, move |tx| {
            Box::pin(async move {
                if store::demonstration::hold(tx).await? {
                    return Ok(false);
                }
                cast.write(tx).await?;
                for product in &products {
                    product.write(tx, &cast, person).await?;
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

/// The demonstration, parsed as forms are.
struct Prepared {
    cast: Cast,
    products: Vec<PreparedProduct>,
}

/// One of its products.
struct PreparedProduct {
    product: Product,
    questionnaire: Questionnaire,
    items: ItemTree,
    register: Register,
    features: Vec<features::Prepared>,
    deliverables: Vec<(&'static domain::deliverable::Deliverable, Upkeep)>,
}

/// Parses everything before anything is written.
fn prepare(today: Date) -> Result<Prepared, Failure> {
    let unreadable = |cause: serde_json::Error| Failure::Internal(Box::new(cause));
    let cast = Cast::prepare(&content::people().map_err(unreadable)?)?;
    let products = content::products().map_err(unreadable)?;
    let products = products
        .iter()
        .map(|product| prepare_product(product, &cast, today))
        .collect::<Result<_, Violations>>()?;
    Ok(Prepared { cast, products })
}

fn prepare_product(
    content: &content::Product,
    cast: &Cast,
    today: Date,
) -> Result<PreparedProduct, Violations> {
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
                reason: entry.reason.clone(),
                owner: entry.owner.map(|part| cast.id(part).to_string()).unwrap_or_default(),
                due: due.unwrap_or_default(),
                link: String::new(),
                note: entry.note.clone(),
            };
            Ok((deliverable, Upkeep::parse(&form)?))
        })
        .collect::<Result<_, Violations>>()?;
    let items = ItemTree::prepare(&product.profile.name)?;
    Ok(PreparedProduct {
        product,
        questionnaire: Questionnaire::prepare(content, cast)?,
        register: Register::prepare(content, &items)?,
        items,
        features: features::prepare(content)?,
        deliverables,
    })
}

impl PreparedProduct {
    async fn write(&self, tx: &mut WriteTx, cast: &Cast, person: Option<PersonId>) -> Result<(), StoreError> {
        let product: ProductId = self.product.id;
        store::products::insert(tx, &self.product).await?;
        if let Some(person) = person {
            for role in ROLES {
                store::products::give_role(tx, fresh::id(), product, person, role).await?;
            }
        }
        cast.join(tx, product).await?;
        self.questionnaire.write(tx, product, cast).await?;
        // Before the register, whose controls name them.
        self.items.write(tx, product).await?;
        self.register.write(tx, product, cast.id(Part::Author)).await?;
        for feature in &self.features {
            feature.write(tx, product, cast.id(Part::Author)).await?;
        }
        for (deliverable, upkeep) in &self.deliverables {
            store::deliverables::insert(tx, fresh::id(), product, deliverable, upkeep).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_passes_the_parsers_of_forms() {
        let prepared = prepare(time::macros::date!(2026 - 11 - 22)).unwrap().products;
        assert_eq!(prepared.len(), 5);
        let written: usize = prepared.iter().map(|product| product.deliverables.len()).sum();
        let said: usize = content::products().unwrap().iter().map(|product| product.deliverables.len()).sum();
        assert_eq!(written, said, "every deliverable is one of the catalogue");
    }
}
