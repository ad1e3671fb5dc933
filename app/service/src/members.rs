//! Members: who has which role in a product.

use std::collections::BTreeMap;

use domain::access::{Permission, Role, SitePermission};
use domain::ids::{MembershipId, PersonId, ProductId};
use domain::person::PersonCode;
use domain::text::TextCode;
use domain::violation::{Code, Violation};
pub use store::memberships::Membership;
use store::{Action, Actor, Grant, StoreError, memberships, people};

use crate::{Failure, Service, fresh};

/// A person with all their roles in one product.
#[derive(Clone, Debug)]
pub struct Member {
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Whether the account is disabled.
    pub is_disabled: bool,
    /// Whether the person is a name of the demonstration.
    pub is_of_demonstration: bool,
    /// The roles, in the order in which they were given.
    pub roles: Vec<Membership>,
}

/// Somebody who could be given a role.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
}

/// The people of a product with their roles. Permission: `ViewProduct`.
///
/// # Errors
/// [`Failure::NotFound`] without a role in the product.
pub async fn list(service: &Service, who: &Actor, product: ProductId) -> Result<Vec<Member>, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let mut members: BTreeMap<(String, PersonId), Member> = BTreeMap::new();
    for role in memberships::of_product(service.store(), product).await? {
        members
            .entry((role.person_name.to_lowercase(), role.person))
            .or_insert_with(|| Member {
                person: role.person,
                name: role.person_name.clone(),
                email: role.person_email.clone(),
                is_disabled: role.is_person_disabled,
                is_of_demonstration: role.is_person_of_demonstration,
                roles: Vec::new(),
            })
            .roles
            .push(role);
    }
    Ok(members.into_values().collect())
}

/// Everybody who could be given a role in the product. Permission: `ManageMembers`.
///
/// # Errors
/// [`Failure::NotFound`] without a role in the product, forbidden without the permission.
pub async fn candidates(
    service: &Service,
    who: &Actor,
    product: ProductId,
) -> Result<Vec<Candidate>, Failure> {
    who.require(Permission::ManageMembers, product)?;
    Ok(people::list(service.store())
        .await?
        .into_iter()
        .filter(|person| person.disabled_at.is_none())
        .map(|person| Candidate { person: person.person, name: person.name, email: person.email })
        .collect())
}

/// The permission to change roles in a product: the product's administrator has it, and the site administrator,
/// who may so give themself a role in a product that has lost its people. Either way it is on the trail.
fn grant(who: &Actor, product: ProductId) -> Result<Grant, Failure> {
    match who.require(Permission::ManageMembers, product) {
        Ok(grant) => Ok(grant),
        Err(refusal) => who.require_site(SitePermission::ManagePeople).map_err(|_| refusal.into()),
    }
}

/// A role that was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// The product.
    pub product: ProductId,
    /// The person's name.
    pub person_name: String,
    /// The role.
    pub role: Role,
}

/// Gives a person a role in a product. Permission: `ManageMembers`, or `ManagePeople`.
///
/// # Errors
/// [`Failure::Rejected`] when the person has the role already, is disabled or unknown.
pub async fn give(
    service: &Service,
    who: &Actor,
    product: &str,
    person: &str,
    role: &str,
) -> Result<Given, Failure> {
    let product: ProductId = chosen("product", product, |typed| typed.parse().ok())?;
    let grant = grant(who, product)?;
    let person: PersonId = chosen("person", person, |typed| typed.parse().ok())?;
    let role = chosen("role", role, Role::named)?;
    let found = people::load(service.store(), person).await.map_err(|error| match error {
        StoreError::NotFound => Violation::error("person", Code::Text(TextCode::NotAChoice)).into(),
        other => Failure::from(other),
    })?;
    if found.demonstration {
        return Err(PersonCode::Demonstration.at("person").into());
    }
    if found.disabled_at.is_some() {
        return Err(PersonCode::Disabled.at("person").into());
    }
    let membership: MembershipId = fresh::id();
    service
        .store()
        .write(&grant, Action("membership.given"), None, move |tx| {
            Box::pin(async move { memberships::give(tx, membership, product, person, role).await })
        })
        .await
        .map_err(|error| match error {
            StoreError::Constraint(name) if name == "membership_once" => {
                PersonCode::RoleGiven.at("role").into()
            }
            StoreError::Constraint(name) if name == "membership_product" => Failure::NotFound,
            other => other.into(),
        })?;
    Ok(Given { product, person_name: found.name, role })
}

fn chosen<T>(field: &str, typed: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Violation> {
    let code = if typed.is_empty() { TextCode::Missing } else { TextCode::NotAChoice };
    read(typed).ok_or_else(|| Violation::error(field, Code::Text(code)))
}

/// Ends a role. Permission: `ManageMembers` in its product, or `ManagePeople`.
///
/// # Errors
/// [`Failure::NotFound`] when there is no such role, or it has ended.
pub async fn end(service: &Service, who: &Actor, membership: MembershipId) -> Result<Membership, Failure> {
    let found = memberships::load(service.store(), membership).await?;
    let grant = grant(who, found.product)?;
    service
        .store()
        .write(&grant, Action("membership.ended"), None, move |tx| {
            Box::pin(async move { memberships::end(tx, membership).await })
        })
        .await
        .map_err(|error| match error {
            StoreError::Stale => Failure::NotFound,
            other => other.into(),
        })?;
    Ok(found)
}
