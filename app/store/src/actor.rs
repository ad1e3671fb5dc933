//! Who acts, and what they were allowed: the types that make a write without an actor impossible.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use domain::access::{Permission, Role, SitePermission};
use domain::ids::{PersonId, ProductId, SessionId};
use time::OffsetDateTime;

use crate::accepted_forms::SentForm;

/// Where a request came from; part of every trail entry.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The identifier of the request, which is also in the log.
    pub request: String,
    /// The address of the client, where there is one.
    pub client: Option<IpAddr>,
}

/// A signed-in person, as the database knows them at this request.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) person: PersonId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) site_administrator: bool,
    pub(crate) roles: BTreeMap<ProductId, BTreeSet<Role>>,
    pub(crate) session: SessionId,
    pub(crate) reauthenticated_at: Option<OffsetDateTime>,
    pub(crate) workstation: Option<String>,
    pub(crate) token: Token,
    pub(crate) origin: Origin,
    pub(crate) form: Option<SentForm>,
}

/// A session token. Never printed.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) Arc<[u8]>);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person has no role in the product: for them it does not exist.
    NotFound,
    /// The person has a role, but none that carries the permission.
    Forbidden,
}

impl Actor {
    /// The person.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// The person's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address that the person signs in with.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Whether the person administers the installation.
    #[must_use]
    pub const fn is_site_administrator(&self) -> bool {
        self.site_administrator
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// When the password was last given, in this session.
    #[must_use]
    pub const fn reauthenticated_at(&self) -> Option<OffsetDateTime> {
        self.reauthenticated_at
    }

    /// The name of the workstation, where it was given.
    #[must_use]
    pub fn workstation(&self) -> Option<&str> {
        self.workstation.as_deref()
    }

    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The products in which the person has a role, each with the roles.
    #[must_use]
    pub const fn roles(&self) -> &BTreeMap<ProductId, BTreeSet<Role>> {
        &self.roles
    }

    /// Whether the person may; for showing or hiding a control. Writing needs [`Actor::require`].
    #[must_use]
    pub fn may(&self, permission: Permission, product: ProductId) -> bool {
        self.roles.get(&product).is_some_and(|roles| roles.iter().any(|role| role.allows(permission)))
    }

    /// The permission to do something in a product.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] without any role in the product, [`Refusal::Forbidden`] without the permission.
    pub fn require(&self, permission: Permission, product: ProductId) -> Result<Grant, Refusal> {
        match self.roles.get(&product) {
            None => Err(Refusal::NotFound),
            Some(_) if self.may(permission, product) => Ok(self.grant(Some(product))),
            Some(_) => Err(Refusal::Forbidden),
        }
    }

    /// The permission to do something in the installation.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] without it.
    pub fn require_site(&self, permission: SitePermission) -> Result<Grant, Refusal> {
        if permission.is_given(self.site_administrator) {
            Ok(self.grant(None))
        } else {
            Err(Refusal::Forbidden)
        }
    }

    /// The permission that everybody has over their own account and sessions.
    #[must_use]
    pub fn own_account(&self) -> Grant {
        self.grant(None)
    }

    /// The same person, sending this form: what they write from here on is written once under its key.
    #[must_use]
    pub fn sending(self, form: SentForm) -> Self {
        Self { form: Some(form), ..self }
    }

    fn grant(&self, product: Option<ProductId>) -> Grant {
        let authority = Authority::Session(self.token.clone());
        Grant { authority, origin: self.origin.clone(), product, form: self.form.clone() }
    }
}

/// A permission that was checked. Nothing is written without one.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) authority: Authority,
    pub(crate) origin: Origin,
    pub(crate) product: Option<ProductId>,
    pub(crate) form: Option<SentForm>,
}

impl Grant {
    /// The permission of a system actor; the database restricts each to its own actions.
    #[must_use]
    pub const fn system(actor: SystemActor, origin: Origin) -> Self {
        Self { authority: Authority::System(actor), origin, product: None, form: None }
    }

    /// The same for what is only noted beside a form: it may be noted again.
    pub(crate) fn beside_form(&self) -> Self {
        Self { form: None, ..self.clone() }
    }

    /// The product that it was given for.
    #[must_use]
    pub const fn product(&self) -> Option<ProductId> {
        self.product
    }
}

/// On whose behalf a transaction runs. The database checks it again.
#[derive(Clone, Debug)]
#[allow(private_interfaces, reason = "the token inside is nobody else's business")]
pub enum Authority {
    /// A live session, proved by its token.
    Session(Token),
    /// One of the few acts that no signed-in person does.
    System(SystemActor),
}

/// The acts that no signed-in person does. A closed list, here and in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemActor {
    /// Makes the first administrator.
    SetUp,
    /// Opens and ends sessions, resets passwords by link.
    SignIn,
    /// Acts for somebody with a shell on the server.
    CommandLine,
    /// Changes the schema.
    Migration,
    /// Writes the demonstration products.
    Demonstration,
}
