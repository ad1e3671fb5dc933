//! One's own account: sessions, password, workstation.

use axum::Extension;
use domain::ids::SessionId;
use domain::person::LONGEST_PASSWORD;
use domain::text::Name;
use leptos::prelude::*;
use service::Actor;
use service::account::LiveSession;

use super::set_up::NewPassword;
use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{
    Actions, Badge, ButtonForm, Column, DataTable, Field, Form, Hidden, PageHead, Pair, Pairs, Section, Time,
};
use crate::request::RequestContext;
use crate::words::people::browser;

/// `GET /account`: everybody for themselves.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    let who = context.actor()?.clone();
    let sessions = service::account::sessions(&context.service, &who).await;
    let sessions = sessions.map_err(|failure| context.face(failure))?;
    Ok(Document::new("Your account", Frame::site(SiteRoom::Account), move || {
        let actions = view! { <ButtonForm action="/api/account/sign_out" label="Sign out" /> }.into_any();
        let workstation = who.workstation().unwrap_or_default().to_owned();
        let current = who.session();
        view! {
            <PageHead title="Your account" actions=Some(actions) />
            <You who />
            <Workstation name=workstation />
            <Sessions sessions current />
            <Password />
        }
    }))
}

#[component]
fn You(who: Actor) -> impl IntoView {
    let (name, email) = (who.name().to_owned(), who.email().to_owned());
    let standing = if who.is_site_administrator() { "You administer it." } else { "You use it." };
    view! {
        <Section title="You">
            <Pairs>
                <Pair name="Name">{name}</Pair>
                <Pair name="E-mail address">{email}</Pair>
                <Pair name="Installation">{standing}</Pair>
            </Pairs>
            <p class="account-aside">"A site administrator can change your name and address."</p>
        </Section>
    }
}

#[component]
fn Workstation(name: String) -> impl IntoView {
    view! {
        <Section title="This workstation" id="workstation">
            <Form action="/api/account/name_workstation" id="workstation-form" page="/account">
                <Field
                    name="workstation"
                    label="Name of the place you work at"
                    value=name
                    max=Some(Name::LONGEST)
                    autocomplete="off"
                    class="field-medium"
                    hint="Such as cubicle 7. It stands beside what you do here on the trail, and this browser remembers it. Empty takes it away."
                />
                <Actions submit="Save the name" />
            </Form>
        </Section>
    }
}

#[component]
fn Sessions(sessions: Vec<LiveSession>, current: SessionId) -> impl IntoView {
    let several = sessions.len() > 1;
    let columns = vec![
        Column::new("Browser"),
        Column::new("From"),
        Column::new("Since"),
        Column::new("Last used"),
        Column::unlabelled("End it"),
    ];
    let rows: Vec<_> = sessions.into_iter().map(|session| view! { <SessionRow session current /> }).collect();
    view! {
        <Section title="Sessions" remark="They end after 30 minutes without use, and after 12 hours in any case.">
            <DataTable caption="Your sessions" columns=columns class="table-compact table-blocks">{rows}</DataTable>
            {several
                .then(|| {
                    view! {
                        <div class="actions">
                            <ButtonForm action="/api/account/revoke_other_sessions" label="End all other sessions" />
                        </div>
                    }
                })}
        </Section>
    }
}

#[component]
fn SessionRow(session: LiveSession, current: SessionId) -> impl IntoView {
    let is_current = session.session == current;
    let name = browser(session.user_agent.as_deref().unwrap_or_default());
    let from = match (session.workstation, session.client) {
        (Some(workstation), Some(client)) => format!("{workstation}, {client}"),
        (Some(workstation), None) => workstation,
        (None, Some(client)) => client.to_string(),
        (None, None) => "unknown".to_owned(),
    };
    let last = if is_current {
        view! { <Badge word="this session" /> }.into_any()
    } else {
        let spoken = format!("End the session in {name} from {from}");
        view! {
            <ButtonForm action="/api/account/revoke_session" label="End" class="button-small" spoken>
                <Hidden name="session" value=session.session.to_string() />
            </ButtonForm>
        }
        .into_any()
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" data-label="From">{from}</td>
            <td role="cell" data-label="Since"><Time at=session.created_at /></td>
            <td role="cell" data-label="Last used"><Time at=session.last_seen_at /></td>
            <td role="cell">{last}</td>
        </tr>
    }
}

#[component]
fn Password() -> impl IntoView {
    view! {
        <Section title="Password" id="password" remark="All your other sessions end when you change it.">
            <Form action="/api/account/change_password" id="change-password" page="/account">
                <Field name="current_password" label="Current password" kind="password" max=Some(LONGEST_PASSWORD) required=true autocomplete="current-password" class="field-medium" />
                <div class="account-passwords"><NewPassword /></div>
                <Actions submit="Change the password" />
            </Form>
        </Section>
    }
}
