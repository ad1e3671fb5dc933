//! Commands that change who may enter, and what there is to see: for somebody with a shell on the server.

use app::words;
use domain::violation::Violation;
use service::{Failure, Service, demonstration, people};
use store::credentials;

use super::origin;
use crate::config::Settings;
use crate::database;
use crate::problem::Problem;
use crate::startup;

/// `hazel user add`.
pub(super) async fn add(
    settings: &Settings,
    name: &str,
    email: &str,
    administrator: bool,
) -> Result<(), Problem> {
    let handover = with_service(settings, async |service| {
        people::add_by_command_line(service, origin(), name, email, administrator).await
    })
    .await?;
    println!("{} was added. This link lets them choose a password, once:", handover.name);
    println!("  {}", handover.address);
    Ok(())
}

/// `hazel user link`.
pub(super) async fn link(settings: &Settings, email: &str) -> Result<(), Problem> {
    let handover = with_service(settings, async |service| {
        people::make_password_link_by_command_line(service, origin(), email).await
    })
    .await?;
    println!("This link lets {} choose a new password, once:", handover.name);
    println!("  {}", handover.address);
    Ok(())
}

/// `hazel demo load`.
pub(super) async fn load_demonstration(settings: &Settings, email: Option<&str>) -> Result<(), Problem> {
    let loaded = with_service(settings, async |service| {
        let person = match email {
            Some(email) => {
                let found = credentials::by_email(service.store(), email.trim()).await?;
                Some(found.ok_or(Failure::NotFound)?.person)
            }
            None => None,
        };
        demonstration::load_for(service, person, origin()).await
    })
    .await?;
    println!("{loaded} demonstration products were loaded.");
    if email.is_none() {
        println!(
            "Nobody has a role in them yet; --for with somebody's address gives that person the roles to try them."
        );
    }
    Ok(())
}

/// Does something on the database, and gives a failure a sentence.
async fn with_service<T>(
    settings: &Settings,
    act: impl AsyncFnOnce(&Service) -> Result<T, Failure>,
) -> Result<T, Problem> {
    let opened = database::open_for_command(settings).await?;
    let service = startup::service_on(&opened, settings.address(settings.listen));
    let done = act(&service).await;
    opened.close().await;
    done.map_err(problem)
}

fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::Rejected(violations) => {
            let told = |violation: &Violation| match violation.field.as_str() {
                "" => words::sentence(violation),
                field => format!("{field}: {}", words::sentence(violation)),
            };
            let sentences: Vec<String> = violations.0.iter().map(told).collect();
            Problem::usage(sentences.join(" "))
        }
        Failure::NotFound => Problem::usage("There is no such person."),
        Failure::Unavailable => Problem::failed("The database does not answer."),
        Failure::Full => Problem::failed("The disk of the database is full."),
        Failure::Internal(cause) => Problem::failed("The database refused.").because(cause),
        other => Problem::failed("This can not be done.").because(format!("{other:?}")),
    }
}
