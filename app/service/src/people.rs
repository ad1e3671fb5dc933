//! The people of the installation: add, describe, disable, make administrator, hand out links.

use domain::ids::PersonId;
use domain::person::PersonCode;
use domain::revision::{Conflict, ConflictField, Revision};
use domain::text::{EmailAddress, Name, Parse as _};
use domain::violation::{Violation, Violations};
use store::credentials::{NewLink, Purpose};
pub use store::memberships::{Membership, Product};
pub use store::people::Person;
use store::{
    Action, Actor, Event, Grant, Origin, StoreError, SystemActor, credentials, memberships, people, sessions,
};

use crate::account::link_address;
use crate::typed::normal;
use crate::{Failure, Service, fresh};

use domain::access::SitePermission::ManagePeople;

/// How many hours a link to choose a password can be used.
pub const LINK_HOURS: i32 = 72;

/// Everybody. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission.
pub async fn list(service: &Service, who: &Actor) -> Result<Vec<Person>, Failure> {
    who.require_site(ManagePeople)?;
    Ok(people::list(service.store()).await?)
}

/// A person with what the page about them shows.
#[derive(Clone, Debug)]
pub struct Described {
    /// The person.
    pub person: Person,
    /// The person's roles in products.
    pub roles: Vec<Membership>,
    /// The products in which a role could be given. A site administrator sees their names and nothing else of them.
    pub products: Vec<Product>,
}

/// One person with their roles. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::NotFound`].
pub async fn person(service: &Service, who: &Actor, person: PersonId) -> Result<Described, Failure> {
    who.require_site(ManagePeople)?;
    let store = service.store();
    Ok(Described {
        person: people::load(store, person).await?,
        roles: memberships::of_person(store, person).await?,
        products: memberships::products(store).await?,
    })
}

/// A one-time link for a person, to be handed over by whoever asked for it.
#[derive(Clone, Debug)]
pub struct Handover {
    /// The person.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// The address of the page where the person chooses a password. Shown once, never stored.
    pub address: String,
}

/// Adds a person and makes the link by which they choose a password. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Rejected`] when something typed can not be taken.
pub async fn add(service: &Service, who: &Actor, name: &str, email: &str) -> Result<Handover, Failure> {
    let grant = who.require_site(ManagePeople)?;
    insert(service, &grant, Some(who.person()), name, email, false).await
}

/// Adds a person on behalf of somebody with a shell on the server.
///
/// # Errors
/// [`Failure::Rejected`] when something given can not be taken.
pub async fn add_by_command_line(
    service: &Service,
    origin: Origin,
    name: &str,
    email: &str,
    site_administrator: bool,
) -> Result<Handover, Failure> {
    let grant = Grant::system(SystemActor::CommandLine, origin);
    insert(service, &grant, None, name, email, site_administrator).await
}

async fn insert(
    service: &Service,
    grant: &Grant,
    made_by: Option<PersonId>,
    name: &str,
    email: &str,
    site_administrator: bool,
) -> Result<Handover, Failure> {
    let mut wrong = Violations::none();
    let name = wrong.take(Name::parse("name", &normal(name)));
    let email = wrong.take(EmailAddress::parse("email", &normal(email)));
    let (Some(name), Some(email)) = (name, email) else { return Err(wrong.into()) };
    let person: PersonId = fresh::id();
    let link = new_link(person, made_by, Purpose::FirstPassword);
    let handover = handover(service, person, &name, &link);
    service
        .store()
        .write(grant, Action("person.added"), None, move |tx| {
            Box::pin(async move {
                people::insert(tx, person, &name, &email, site_administrator).await?;
                credentials::make_link(tx, &link).await
            })
        })
        .await
        .map_err(refused)?;
    Ok(handover)
}

fn new_link(person: PersonId, made_by: Option<PersonId>, purpose: Purpose) -> NewLink {
    NewLink { link: fresh::id(), token: fresh::secret(), purpose, person, made_by, hours: LINK_HOURS }
}

fn handover(service: &Service, person: PersonId, name: &str, link: &NewLink) -> Handover {
    Handover { person, name: name.to_owned(), address: link_address(service, &link.token) }
}

fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Constraint(name) if name == "person_email_once" => {
            PersonCode::EmailTaken.at("email").into()
        }
        StoreError::Constraint(name) if name == "person_of_demonstration_stays" => {
            PersonCode::Demonstration.at("").into()
        }
        other => other.into(),
    }
}

/// Makes a link by which a person chooses a new password. Permission: `ManagePeople`. The person's password stays
/// good until the link is used, so that nobody is locked out by a link that never arrives.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Rejected`] for a disabled account.
pub async fn make_password_link(
    service: &Service,
    who: &Actor,
    person: PersonId,
) -> Result<Handover, Failure> {
    let grant = who.require_site(ManagePeople)?;
    let found = people::load(service.store(), person).await?;
    password_link(service, &grant, Some(who.person()), found).await
}

/// The same on behalf of somebody with a shell on the server, for when no administrator can sign in.
///
/// # Errors
/// [`Failure::NotFound`] when nobody has this address; [`Failure::Rejected`] for a disabled account.
pub async fn make_password_link_by_command_line(
    service: &Service,
    origin: Origin,
    email: &str,
) -> Result<Handover, Failure> {
    let credential = credentials::by_email(service.store(), &normal(email).trim().to_lowercase()).await?;
    let person = credential.ok_or(Failure::NotFound)?.person;
    let found = people::load(service.store(), person).await?;
    password_link(service, &Grant::system(SystemActor::CommandLine, origin), None, found).await
}

async fn password_link(
    service: &Service,
    grant: &Grant,
    made_by: Option<PersonId>,
    found: Person,
) -> Result<Handover, Failure> {
    if found.demonstration {
        return Err(PersonCode::Demonstration.at("").into());
    }
    if found.disabled_at.is_some() {
        return Err(PersonCode::Disabled.at("").into());
    }
    let purpose = if found.has_password { Purpose::Reset } else { Purpose::FirstPassword };
    let link = new_link(found.person, made_by, purpose);
    let handover = handover(service, found.person, &found.name, &link);
    let action = Action("password.link_made");
    service
        .store()
        .write(grant, action, None, move |tx| {
            Box::pin(async move {
                tx.event(&Event::new(action, "person").about(found.person.uuid())).await?;
                credentials::make_link(tx, &link).await
            })
        })
        .await?;
    Ok(handover)
}

/// Changes a person's name and address. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Rejected`]; [`Failure::Stale`] when somebody else was first.
pub async fn describe(
    service: &Service,
    who: &Actor,
    person: PersonId,
    revision: Revision,
    name: &str,
    email: &str,
) -> Result<(), Failure> {
    let grant = who.require_site(ManagePeople)?;
    let mut wrong = Violations::none();
    let name = wrong.take(Name::parse("name", &normal(name)));
    let email = wrong.take(EmailAddress::parse("email", &normal(email)));
    let (Some(name), Some(email)) = (name, email) else { return Err(wrong.into()) };
    let yours = [("name", name.to_string()), ("email", email.to_string())];
    let written = service
        .store()
        .write(&grant, Action("person.described"), None, move |tx| {
            Box::pin(async move { people::describe(tx, person, revision, &name, &email).await })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(conflict(service, person, &yours).await?),
        other => other.map_err(refused),
    }
}

/// Both versions of a person that somebody else changed first.
async fn conflict(service: &Service, person: PersonId, yours: &[(&str, String)]) -> Result<Failure, Failure> {
    let stored = people::load(service.store(), person).await?;
    let last = people::last_change(service.store(), person).await?;
    let theirs = |field: &str| if field == "name" { stored.name.clone() } else { stored.email.clone() };
    let fields = yours
        .iter()
        .map(|(field, yours)| ConflictField {
            field: (*field).to_owned(),
            yours: yours.clone(),
            theirs: theirs(field),
        })
        .filter(|field| field.yours != field.theirs)
        .collect();
    Ok(Failure::Stale(Box::new(Conflict {
        changed_by: last.by,
        changed_at: last.at,
        revision: stored.revision,
        fields,
    })))
}

/// Disables an account and ends its sessions at once. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Rejected`] for one's own account and the last administrator.
pub async fn disable(
    service: &Service,
    who: &Actor,
    person: PersonId,
    revision: Revision,
) -> Result<(), Failure> {
    let grant = who.require_site(ManagePeople)?;
    if person == who.person() {
        return Err(PersonCode::OwnAccount.at("").into());
    }
    let written = service
        .store()
        .write(&grant, Action("person.disabled"), None, move |tx| {
            Box::pin(async move {
                if people::lock_administrators(tx).await? == [person] {
                    return Ok(Err(PersonCode::LastAdministrator.at("")));
                }
                people::set_disabled(tx, person, revision, true).await?;
                sessions::revoke_all(tx, person, None).await?;
                credentials::retire_links(tx, person).await?;
                Ok(Ok(()))
            })
        })
        .await;
    settled(service, person, written).await
}

/// Enables an account again. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Stale`] when somebody else was first.
pub async fn enable(
    service: &Service,
    who: &Actor,
    person: PersonId,
    revision: Revision,
) -> Result<(), Failure> {
    let grant = who.require_site(ManagePeople)?;
    let written = service
        .store()
        .write(&grant, Action("person.enabled"), None, move |tx| {
            Box::pin(async move { people::set_disabled(tx, person, revision, false).await.map(Ok) })
        })
        .await;
    settled(service, person, written).await
}

/// Makes somebody a site administrator, or takes that away. Permission: `ManagePeople`.
///
/// # Errors
/// Forbidden without the permission; [`Failure::Rejected`] for the last administrator.
pub async fn set_administrator(
    service: &Service,
    who: &Actor,
    person: PersonId,
    revision: Revision,
    site_administrator: bool,
) -> Result<(), Failure> {
    let grant = who.require_site(ManagePeople)?;
    let action =
        Action(if site_administrator { "person.administrator_made" } else { "person.administrator_unmade" });
    let written = service
        .store()
        .write(&grant, action, None, move |tx| {
            Box::pin(async move {
                if !site_administrator && people::lock_administrators(tx).await? == [person] {
                    return Ok(Err(PersonCode::LastAdministrator.at("")));
                }
                people::set_administrator(tx, person, revision, site_administrator).await?;
                Ok(Ok(()))
            })
        })
        .await;
    settled(service, person, written).await
}

async fn settled(
    service: &Service,
    person: PersonId,
    written: Result<Result<(), Violation>, StoreError>,
) -> Result<(), Failure> {
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(violation)) => Err(violation.into()),
        Err(StoreError::Stale) => Err(conflict(service, person, &[]).await?),
        Err(other) => Err(refused(other)),
    }
}
