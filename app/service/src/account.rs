//! One's own account: setting up, signing in and out, sessions, passwords.
//!
//! Invariants: an unknown address and a wrong password get the same answer after the same work; a token exists in
//! the clear only in the answer that hands it out; every success and every refusal is on the trail.

use std::fmt::Write as _;

use domain::ids::{PersonId, SessionId};
use domain::person::PersonCode;
use domain::text::{EmailAddress, Name, Parse as _, TextCode, optional};
use domain::violation::{Code, Violation, Violations};
use secrecy::{ExposeSecret as _, SecretString};
use store::credentials::Link;
pub use store::credentials::Purpose;
pub use store::sessions::{Found, LiveSession};

use store::sessions::NewSession;
use store::{Action, Actor, Event, Grant, Origin, StoreError, SystemActor, credentials, people, sessions};

use crate::password::NewPassword;
use crate::throttle::{self, Bucket};
use crate::typed::normal;
use crate::{Failure, Service, fresh};

/// The secret of a session or of a link: 256 random bits.
pub type Token = [u8; 32];

/// A token as it stands in a cookie or a link.
#[must_use]
pub fn spelled(token: &Token) -> String {
    token.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The token behind its spelling; none when it can not be one.
#[must_use]
pub fn token(spelled: &str) -> Option<Token> {
    if spelled.len() != 64 || !spelled.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut token = [0; 32];
    for (byte, place) in token.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&spelled[place..place + 2], 16).ok()?;
    }
    Some(token)
}

/// Who is behind a session token.
///
/// # Errors
/// When the database does not answer.
pub async fn find(service: &Service, token: &Token, origin: Origin) -> Result<Found, Failure> {
    Ok(sessions::find(service.store(), token, origin).await?)
}

/// What the browser says about itself when somebody signs in.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// What its workstation was named on an earlier visit.
    pub workstation: Option<String>,
}

/// A session that was just opened.
pub struct Opened {
    /// The secret for the browser's cookie.
    pub token: Token,
    /// Whose session it is.
    pub actor: Actor,
}

/// Signs in. Anybody may try.
///
/// # Errors
/// [`Failure::Rejected`] when address and password do not belong together, [`Failure::TooMany`] after too many tries.
pub async fn sign_in(
    service: &Service,
    origin: &Origin,
    browser: Browser,
    email: &str,
    password: &SecretString,
) -> Result<Opened, Failure> {
    let mut wrong = Violations::none();
    if email.trim().is_empty() {
        wrong.push(Violation::error("email", Code::Text(TextCode::Missing)));
    }
    if password.expose_secret().is_empty() {
        wrong.push(Violation::error("password", Code::Text(TextCode::Missing)));
    }
    wrong.into_result()?;
    let tried = try_to_sign_in(service, origin, browser, email, password).await;
    service.tally().note(&tried);
    tried
}

async fn try_to_sign_in(
    service: &Service,
    origin: &Origin,
    browser: Browser,
    email: &str,
    password: &SecretString,
) -> Result<Opened, Failure> {
    let email: String = normal(email).trim().to_lowercase().chars().take(EmailAddress::LONGEST).collect();
    let tried = Tried::count(service, &email, origin).await?;
    let credential = credentials::by_email(service.store(), &email).await?;
    let able = credential.filter(|credential| !credential.is_disabled);
    let kept = able.as_ref().and_then(|credential| credential.password_hash.clone());
    let matches = service.hasher().verify(kept, password).await?;
    let Some(person) = able.filter(|_| matches).map(|credential| credential.person) else {
        note_refused_sign_in(service, origin, &email).await?;
        return Err(PersonCode::SignInRefused.at("email").into());
    };
    tried.was_good(service).await?;
    open(service, origin, browser, person, Action("session.signed_in")).await
}

async fn note_refused_sign_in(service: &Service, origin: &Origin, email: &str) -> Result<(), Failure> {
    // What was typed is kept only when it is somebody's address: it could be a password in the wrong field.
    let known = credentials::by_email(service.store(), email).await?.map(|credential| credential.person);
    let event = Event::new(Action("session.sign_in_refused"), "person");
    let event = match known {
        Some(person) => event.about(person.uuid()),
        None => event,
    };
    let event =
        event.saying(serde_json::json!({ "account": if known.is_some() { "known" } else { "unknown" } }));
    let grant = Grant::system(SystemActor::SignIn, origin.clone());
    Ok(service.store().event(&grant, event).await?)
}

/// Opens a session; its token is handed out only when the sign-in is on the trail.
async fn open(
    service: &Service,
    origin: &Origin,
    browser: Browser,
    person: PersonId,
    action: Action,
) -> Result<Opened, Failure> {
    let new = NewSession {
        session: fresh::id(),
        token: fresh::secret(),
        person,
        client: origin.client,
        user_agent: browser
            .user_agent
            .map(|text| text.chars().filter(|c| !c.is_control()).take(400).collect()),
        workstation: browser
            .workstation
            .and_then(|name| Name::parse("workstation", &name).ok())
            .map(String::from),
    };
    sessions::open(service.store(), &new).await?;
    let actor = sessions::actor(service.store(), &new.token, origin.clone()).await?;
    let event = Event::new(action, "session").about(new.session.uuid());
    service.store().event(&actor.own_account(), event).await?;
    Ok(Opened { token: new.token, actor })
}

/// A try that was counted as a failure before it was looked at.
struct Tried {
    buckets: Vec<Bucket>,
}

impl Tried {
    async fn count(service: &Service, email: &str, origin: &Origin) -> Result<Self, Failure> {
        let store = service.store();
        let is_known_network = match origin.client {
            Some(client) => sessions::is_known_network(store, email, client).await?,
            None => false,
        };
        let tried = Self { buckets: throttle::buckets(email, origin.client, is_known_network) };
        let wait = store::throttles::wait(store, &tried.keys()).await?;
        if wait > 0 {
            return Err(Failure::TooMany { retry_after: u64::try_from(wait).unwrap_or(1) });
        }
        for bucket in &tried.buckets {
            if !store::throttles::count(store, &bucket.key, &bucket.ladder.0).await? {
                return Err(Failure::TooMany { retry_after: 1 });
            }
        }
        Ok(tried)
    }

    fn keys(&self) -> Vec<[u8; 32]> {
        self.buckets.iter().map(|bucket| bucket.key).collect()
    }

    async fn was_good(&self, service: &Service) -> Result<(), Failure> {
        Ok(store::throttles::give_back(service.store(), &self.keys()).await?)
    }
}

/// Signs out: ends the session. Everybody for themselves.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(service: &Service, who: &Actor) -> Result<(), Failure> {
    end_session(service, who, who.session(), Action("session.signed_out")).await
}

/// The live sessions of the person. Everybody for themselves.
///
/// # Errors
/// When the database does not answer.
pub async fn sessions(service: &Service, who: &Actor) -> Result<Vec<LiveSession>, Failure> {
    Ok(sessions::of_person(service.store(), who.person()).await?)
}

/// Ends one of the person's own sessions. Everybody for themselves.
///
/// # Errors
/// [`Failure::NotFound`] when the person has no such session.
pub async fn revoke_session(service: &Service, who: &Actor, session: SessionId) -> Result<(), Failure> {
    end_session(service, who, session, Action("session.revoked")).await
}

async fn end_session(
    service: &Service,
    who: &Actor,
    session: SessionId,
    action: Action,
) -> Result<(), Failure> {
    let person = who.person();
    service
        .store()
        .write(&who.own_account(), action, None, move |tx| {
            Box::pin(async move {
                tx.event(&Event::new(action, "session").about(session.uuid())).await?;
                sessions::revoke(tx, person, session).await
            })
        })
        .await?;
    Ok(())
}

/// Ends all of the person's own sessions but the current one; answers how many. Everybody for themselves.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke_other_sessions(service: &Service, who: &Actor) -> Result<u64, Failure> {
    let (person, session) = (who.person(), who.session());
    let action = Action("session.others_revoked");
    Ok(service
        .store()
        .write(&who.own_account(), action, None, move |tx| {
            Box::pin(async move {
                let ended = sessions::revoke_all(tx, person, Some(session)).await?;
                let said = serde_json::json!({ "sessions": ended });
                tx.event(&Event::new(action, "person").about(person.uuid()).saying(said)).await?;
                Ok(ended)
            })
        })
        .await?)
}

/// Names the workstation of this session, or takes the name away; answers the name. Everybody for themselves.
///
/// # Errors
/// [`Failure::Rejected`] when the name does not fit.
pub async fn name_workstation(
    service: &Service,
    who: &Actor,
    workstation: &str,
) -> Result<Option<Name>, Failure> {
    let name: Option<Name> = optional("workstation", &normal(workstation))?;
    let (session, stored) = (who.session(), name.clone());
    let action = Action("session.workstation_named");
    service
        .store()
        .write(&who.own_account(), action, None, move |tx| {
            Box::pin(async move {
                let stored = stored.as_deref();
                let said = serde_json::json!({ "workstation": stored });
                tx.event(&Event::new(action, "session").about(session.uuid()).saying(said)).await?;
                sessions::name_workstation(tx, session, stored).await
            })
        })
        .await?;
    Ok(name)
}

/// Asks for the password again, for what must not be done by whoever finds an open browser. Everybody for themselves.
/// `field` is the form field that the password was typed into.
///
/// # Errors
/// [`Failure::Rejected`] when it is wrong, [`Failure::TooMany`] after too many tries.
pub async fn reauthenticate(
    service: &Service,
    who: &Actor,
    field: &str,
    password: &SecretString,
) -> Result<Actor, Failure> {
    check_password(service, who, field, password).await?;
    let session = who.session();
    let action = Action("session.reauthenticated");
    service
        .store()
        .write(&who.own_account(), action, None, move |tx| {
            Box::pin(async move {
                tx.event(&Event::new(action, "session").about(session.uuid())).await?;
                sessions::note_reauthentication(tx, session).await
            })
        })
        .await?;
    Ok(sessions::refreshed(service.store(), who).await?)
}

/// Checks a person's own password; a wrong one is counted and put on the trail.
async fn check_password(
    service: &Service,
    who: &Actor,
    field: &str,
    password: &SecretString,
) -> Result<(), Failure> {
    if password.expose_secret().is_empty() {
        return Err(Violation::error(field, Code::Text(TextCode::Missing)).into());
    }
    let tried = Tried::count(service, who.email(), who.origin()).await?;
    let kept = credentials::by_email(service.store(), who.email())
        .await?
        .and_then(|credential| credential.password_hash);
    if !service.hasher().verify(kept, password).await? {
        let event =
            Event::new(Action("session.reauthentication_refused"), "session").about(who.session().uuid());
        service.store().event(&who.own_account(), event).await?;
        return Err(PersonCode::PasswordWrong.at(field).into());
    }
    tried.was_good(service).await
}

/// Changes one's own password and ends all other sessions. Everybody for themselves.
///
/// # Errors
/// [`Failure::Rejected`] when the current password is wrong or the new one is not taken.
pub async fn change_password(
    service: &Service,
    who: &Actor,
    current: &SecretString,
    new: &SecretString,
    again: &SecretString,
) -> Result<(), Failure> {
    let new_password = typed_twice(new, again, &[who.name(), who.email()])?;
    if new.expose_secret() == current.expose_secret() {
        return Err(PersonCode::PasswordUnchanged.at("password").into());
    }
    check_password(service, who, "current_password", current).await?;
    let hash = service.hasher().hash(&new_password).await?;
    let (person, session) = (who.person(), who.session());
    let action = Action("password.changed");
    service
        .store()
        .write(&who.own_account(), action, None, move |tx| {
            Box::pin(async move {
                tx.event(&Event::new(action, "person").about(person.uuid())).await?;
                credentials::put(tx, person, &hash).await?;
                credentials::retire_links(tx, person).await?;
                sessions::revoke_all(tx, person, Some(session)).await?;
                Ok(())
            })
        })
        .await?;
    Ok(())
}

fn typed_twice(
    password: &SecretString,
    again: &SecretString,
    personal: &[&str],
) -> Result<NewPassword, Violation> {
    let new = NewPassword::parse("password", password.expose_secret(), personal)?;
    if password.expose_secret() != again.expose_secret() {
        return Err(PersonCode::PasswordsDiffer.at("password_again"));
    }
    Ok(new)
}

/// What a one-time link opens. Anybody who has it.
///
/// # Errors
/// [`Failure::NotFound`] when the link was used, replaced, or has expired.
pub async fn link(service: &Service, spelled: &str) -> Result<Link, Failure> {
    let token = token(spelled).ok_or(Failure::NotFound)?;
    let link = credentials::link(service.store(), &token).await?.ok_or(Failure::NotFound)?;
    // Somebody may have been made administrator at the command line since this link was printed.
    if link.purpose == Purpose::SetUp && people::is_administered(service.store()).await? {
        return Err(Failure::NotFound);
    }
    Ok(link)
}

async fn usable_link(service: &Service, spelled: &str) -> Result<Link, Failure> {
    link(service, spelled).await.map_err(|failure| match failure {
        Failure::NotFound => PersonCode::LinkSpent.at("").into(),
        other => other,
    })
}

fn spent_meanwhile(error: StoreError) -> Failure {
    match error {
        StoreError::Stale => PersonCode::LinkSpent.at("").into(),
        other => other.into(),
    }
}

/// What is typed to make the first administrator.
pub struct SetUp<'typed> {
    /// The secret of the set-up link.
    pub token: &'typed str,
    /// The administrator's name.
    pub name: &'typed str,
    /// The address to sign in with.
    pub email: &'typed str,
    /// The password.
    pub password: &'typed SecretString,
    /// The password again.
    pub again: &'typed SecretString,
}

/// Makes the first administrator and signs them in. Whoever has the set-up link, once.
///
/// # Errors
/// [`Failure::Rejected`] when the link is spent or something typed can not be taken.
pub async fn set_up(
    service: &Service,
    origin: &Origin,
    browser: Browser,
    typed: SetUp<'_>,
) -> Result<Opened, Failure> {
    let link = usable_link(service, typed.token).await?;
    if link.purpose != Purpose::SetUp {
        return Err(PersonCode::LinkSpent.at("").into());
    }
    let mut wrong = Violations::none();
    let name = wrong.take(Name::parse("name", &normal(typed.name)));
    let email = wrong.take(EmailAddress::parse("email", &normal(typed.email)));
    let password = wrong.take(typed_twice(typed.password, typed.again, &[typed.name, typed.email]));
    let (Some(name), Some(email), Some(password)) = (name, email, password) else {
        return Err(wrong.into());
    };
    let hash = service.hasher().hash(&password).await?;
    let person: PersonId = fresh::id();
    let grant = Grant::system(SystemActor::SetUp, origin.clone());
    service
        .store()
        .write(&grant, Action("person.administrator_set_up"), None, move |tx| {
            Box::pin(async move {
                credentials::spend(tx, link.link).await?;
                people::insert(tx, person, &name, &email, true).await?;
                credentials::put(tx, person, &hash).await
            })
        })
        .await
        .map_err(spent_meanwhile)?;
    open(service, origin, browser, person, Action("session.signed_in")).await
}

/// Chooses a password by a one-time link and signs in. Whoever has the link, once.
///
/// # Errors
/// [`Failure::Rejected`] when the link is spent or the password is not taken.
pub async fn choose_password(
    service: &Service,
    origin: &Origin,
    browser: Browser,
    token: &str,
    password: &SecretString,
    again: &SecretString,
) -> Result<Opened, Failure> {
    let link = usable_link(service, token).await?;
    let Some(whose) = link.person else { return Err(PersonCode::LinkSpent.at("").into()) };
    let password = typed_twice(password, again, &[&whose.name, &whose.email])?;
    let hash = service.hasher().hash(&password).await?;
    let person = whose.person;
    let action = match link.purpose {
        Purpose::Reset => Action("password.reset"),
        Purpose::FirstPassword | Purpose::SetUp => Action("password.chosen"),
    };
    let grant = Grant::system(SystemActor::SignIn, origin.clone());
    service
        .store()
        .write(&grant, action, None, move |tx| {
            Box::pin(async move {
                credentials::spend(tx, link.link).await?;
                credentials::put(tx, person, &hash).await?;
                sessions::revoke_all(tx, person, None).await?;
                tx.event(&Event::new(action, "person").about(person.uuid())).await
            })
        })
        .await
        .map_err(spent_meanwhile)?;
    open(service, origin, browser, person, Action("session.signed_in")).await
}

/// Whether anybody administers the installation. Anybody may ask: the page to sign in says where to begin.
///
/// # Errors
/// When the database does not answer.
pub async fn is_set_up(service: &Service) -> Result<bool, Failure> {
    Ok(people::is_administered(service.store()).await?)
}

/// The address of the page that makes the first administrator, with a new secret in it; earlier ones no longer work.
/// None when somebody administers the installation already. For the program's start.
///
/// # Errors
/// When the database does not answer.
pub async fn set_up_address(service: &Service) -> Result<Option<String>, Failure> {
    if people::is_administered(service.store()).await? {
        return Ok(None);
    }
    let token = fresh::secret();
    credentials::replace_set_up_link(service.store(), fresh::id(), &token).await?;
    Ok(Some(link_address(service, &token)))
}

/// The address of the page that a one-time link opens.
pub(crate) fn link_address(service: &Service, token: &Token) -> String {
    format!("{}/setup/{}", service.settings().public_url, spelled(token))
}

/// Puts on the trail that somebody asked for what their roles do not give. Never fails what it is about: the refusal
/// stands in any case, and a failure is logged.
pub async fn note_denied(service: &Service, who: &Actor, address: &str) {
    let place: String = address.split('?').next().unwrap_or_default().chars().take(300).collect();
    let event = Event::new(Action("access.denied"), "person")
        .about(who.person().uuid())
        .saying(serde_json::json!({ "address": place }));
    if let Err(error) = service.store().event(&who.own_account(), event).await {
        tracing::error!(cause = ?error, "a denied access could not be put on the trail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_spelling_and_nothing_else_is_one() {
        let secret = fresh::secret();
        assert_eq!(token(&spelled(&secret)), Some(secret));
        for bad in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert_eq!(token(bad), None, "{bad}");
        }
    }
}
