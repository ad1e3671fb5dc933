//! The people of the installation: all of them, and one of them with their roles.

use axum::Extension;
use domain::access::Role;
use domain::ids::PersonId;
use domain::revision::Revision;
use domain::text::{EmailAddress, Name};
use leptos::prelude::*;
use service::people::{Membership, Person, Product};

use super::At;
use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::{
    Actions, Badge, ButtonForm, Choosable, Column, DataTable, Disclosure, Field, Form, Hidden, PageHead,
    Section, Select, Shown, Time,
};
use crate::request::RequestContext;
use crate::words::people::{role as role_word, role_meaning};

/// `GET /people`: permission `ManagePeople`.
///
/// # Errors
/// Signed out, forbidden.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    let people = service::people::list(&context.service, context.actor()?).await;
    let people = people.map_err(|failure| context.face(failure))?;
    let count = people.iter().filter(|person| !person.demonstration).count();
    let lead = if count == 1 {
        "One person has an account.".to_owned()
    } else {
        format!("{count} people have an account.")
    };
    Ok(Document::new("People", Frame::site(SiteRoom::People), move || {
        view! {
            <PageHead title="People" lead />
            <div class="account-add">
                <Disclosure label="Add a person" form="add-person" open=count == 1><AddPerson /></Disclosure>
            </div>
            <PeopleTable people />
        }
    }))
}

#[component]
fn AddPerson() -> impl IntoView {
    view! {
        <Form action="/api/people/add" id="add-person" page="/people">
            <Field name="name" label="Name" max=Some(Name::LONGEST) required=true autocomplete="off" class="field-medium" hint="As it shall stand on records and on the trail." />
            <Field name="email" label="E-mail address" kind="email" max=Some(EmailAddress::LONGEST) required=true autocomplete="off" class="field-medium" hint="The person signs in with it. Hazel sends no mail: you get a link to hand over." />
            <Actions submit="Add the person" />
        </Form>
    }
}

#[component]
fn PeopleTable(people: Vec<Person>) -> impl IntoView {
    let columns = vec![
        Column::new("Name"),
        Column::new("E-mail address"),
        Column::new("State"),
        Column::new("Last here"),
    ];
    let rows: Vec<_> = people
        .into_iter()
        .map(|person| {
            let address = format!("/people/{}", person.person);
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader"><a href=address>{person.name.clone()}</a></th>
                    <td role="cell">{person.email.clone()}</td>
                    <td role="cell"><State person=person.clone() /></td>
                    <td role="cell" data-label="Last here">
                        {match person.last_seen_at {
                            Some(at) => view! { <Time at /> }.into_any(),
                            None => view! { <span class="quiet">"never"</span> }.into_any(),
                        }}
                    </td>
                </tr>
            }
        })
        .collect();
    view! { <DataTable caption="People" columns=columns class="table-blocks">{rows}</DataTable> }
}

/// What there is to know about an account, in small words.
#[component]
fn State(person: Person) -> impl IntoView {
    let words = [
        (person.demonstration, "can not sign in", false),
        (person.disabled_at.is_some() && !person.demonstration, "disabled", true),
        (person.site_administrator, "site administrator", false),
        (!person.has_password && person.disabled_at.is_none(), "no password yet", false),
    ];
    let badges: Vec<_> = words
        .into_iter()
        .filter(|(holds, _, _)| *holds)
        .map(|(_, word, strong)| view! { <li><Badge word strong /></li> })
        .collect();
    if badges.is_empty() {
        view! { <span class="quiet">"active"</span> }.into_any()
    } else {
        view! { <ul class="role-list">{badges}</ul> }.into_any()
    }
}

/// `GET /people/{person}`: permission `ManagePeople`.
///
/// # Errors
/// Signed out, forbidden, not found.
pub async fn person(Extension(context): Extension<RequestContext>, At(person): At<PersonId>) -> Page {
    let who = context.actor()?;
    let is_self = who.person() == person;
    let found = service::people::person(&context.service, who, person).await;
    let found = found.map_err(|failure| context.face(failure))?;
    let handover = context.handover.clone();
    let title = found.person.name.clone();
    Ok(Document::new(title.clone(), Frame::site(SiteRoom::People), move || {
        let crumbs = vec![("/people".to_owned(), "People".to_owned())];
        let person = found.person;
        let state = person.clone();
        let handover = handover.map(|address| view! { <Handover name=person.name.clone() address /> });
        view! {
            <PageHead title crumbs lead=person.email.clone()><State person=state /></PageHead>
            {handover}
            <Roles person=person.clone() roles=found.roles products=found.products />
            {if person.demonstration {
                view! { <OfDemonstration /> }.into_any()
            } else {
                view! {
                    <Description person=person.clone() />
                    <Account person is_self />
                }
                .into_any()
            }}
        }
    }))
}

/// A link that was just made. It is not stored anywhere, so it is shown this once.
#[component]
fn Handover(name: String, address: String) -> impl IntoView {
    let words = format!("Hand this link to {name}. It works once, within three days, and is shown only now.");
    view! {
        <Section title="Link to choose a password">
            <p>{words}</p>
            <p class="secret" id="handover">{address}</p>
        </Section>
    }
}

#[component]
fn Roles(person: Person, roles: Vec<Membership>, products: Vec<Product>) -> impl IntoView {
    let is_empty = roles.is_empty();
    let back = format!("/people/{}", person.person);
    let rows: Vec<_> = roles
        .into_iter()
        .map(|role| {
            let word = role_word(role.role);
            let spoken = format!("End the role {word} in {}", role.product_name);
            let back = back.clone();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{role.product_name}</th>
                    <td role="cell">{word}<span class="role-meaning">{role_meaning(role.role)}</span></td>
                    <td role="cell" data-label="Since"><Time at=role.created_at shown=Shown::Day /></td>
                    <td role="cell">
                        <ButtonForm action="/api/members/end" label="End" class="button-small" spoken>
                            <Hidden name="membership" value=role.membership.to_string() />
                            <Hidden name="back" value=back />
                        </ButtonForm>
                    </td>
                </tr>
            }
        })
        .collect();
    let columns =
        vec![Column::new("Product"), Column::new("Role"), Column::new("Since"), Column::unlabelled("End it")];
    view! {
        <Section title="Roles" remark="Without a role in a product a person sees nothing of it.">
            {if is_empty {
                view! { <p class="quiet">"No role in any product yet."</p> }.into_any()
            } else {
                view! { <DataTable caption="Roles" columns=columns class="table-blocks">{rows}</DataTable> }.into_any()
            }}
            <GiveRole person products />
        </Section>
    }
}

#[component]
fn GiveRole(person: Person, products: Vec<Product>) -> impl IntoView {
    if products.is_empty() || person.disabled_at.is_some() {
        return ().into_any();
    }
    let options = products
        .into_iter()
        .map(|product| Choosable::new(product.product.to_string(), product.name))
        .collect();
    let back = format!("/people/{}", person.person);
    view! {
        <Form action="/api/members/give" id="give-role" class="form-inline">
            <Hidden name="person" value=person.person.to_string() />
            <Hidden name="back" value=back />
            <Select name="product" label="Product" none="Choose a product" options required=true />
            <Select name="role" label="Role" none="Choose a role" options=role_options() required=true />
            <Actions submit="Give the role" />
        </Form>
    }
    .into_any()
}

/// The roles, to choose from.
#[must_use]
pub fn role_options() -> Vec<Choosable> {
    Role::ALL.into_iter().map(|role| Choosable::new(role.name(), role_word(role))).collect()
}

/// What a name of the demonstration is, where others have their account.
#[component]
fn OfDemonstration() -> impl IntoView {
    view! {
        <Section title="Account">
            <p class="prose">
                "A made-up person. The records of the demonstration name them as author, reviewer or owner, so that the story can be followed; on the trail all of it is the demonstration's. There is no password and no way to sign in, and nobody can change that."
            </p>
        </Section>
    }
}

#[component]
fn Description(person: Person) -> impl IntoView {
    view! {
        <Section title="Name and address">
            <Form action="/api/people/describe" id="describe-person" revision=Some(person.revision)>
                <Hidden name="person" value=person.person.to_string() />
                <Field name="name" label="Name" value=person.name max=Some(Name::LONGEST) required=true autocomplete="off" class="field-medium" />
                <Field name="email" label="E-mail address" kind="email" value=person.email max=Some(EmailAddress::LONGEST) required=true autocomplete="off" class="field-medium" />
                <Actions submit="Save" />
            </Form>
        </Section>
    }
}

#[component]
fn Account(person: Person, is_self: bool) -> impl IntoView {
    let is_disabled = person.disabled_at.is_some();
    let (administrator, administrator_label) = if person.site_administrator {
        ("/api/people/unmake_administrator", "Take the administration away")
    } else {
        ("/api/people/make_administrator", "Make site administrator")
    };
    let (state, state_label, state_class) = if is_disabled {
        ("/api/people/enable", "Enable the account", "")
    } else {
        ("/api/people/disable", "Disable the account", "button-severe")
    };
    let revision = Some(person.revision);
    let link = (!is_disabled).then(|| {
        act(
            "/api/people/make_password_link",
            "Make a link to choose a password",
            "",
            &person,
            None,
            "The old password stays good until the link is used. Earlier links end.",
        )
    });
    let administration = act(
        administrator,
        administrator_label,
        "",
        &person,
        revision,
        "Adds people, gives roles in all products, sees the trail of the installation. Sees no product without a role in it.",
    );
    let meaning = if is_disabled {
        "Then the person can sign in again, with all roles as they were."
    } else {
        "Ends all sessions at once. Records and the trail keep the name."
    };
    let state = (!is_self).then(|| act(state, state_label, state_class, &person, revision, meaning));
    view! { <Section title="Account"><ul class="account-acts">{link}{administration}{state}</ul></Section> }
}

/// A button that acts on the person, and what it does.
fn act(
    action: &'static str,
    label: &'static str,
    class: &'static str,
    person: &Person,
    revision: Option<Revision>,
    meaning: &'static str,
) -> impl IntoView + use<> {
    let id = person.person.to_string();
    view! {
        <li>
            <ButtonForm action label class revision><Hidden name="person" value=id /></ButtonForm>
            <span>{meaning}</span>
        </li>
    }
}
