//! The people of a product and their roles.

use axum::Extension;
use domain::access::{Permission, Role};
use domain::ids::ProductId;
use leptos::prelude::*;
use service::members::{Candidate, Member, Membership};

use super::At;
use super::people::role_options;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{
    Actions, Badge, ButtonForm, Choosable, Column, DataTable, Form, Hidden, PageHead, Section, Select,
};
use crate::request::RequestContext;
use crate::words::people::{role as role_word, role_meaning};

/// `GET /products/{product}/members`: view the product; giving and ending roles needs `ManageMembers`.
///
/// # Errors
/// Signed out, not found.
pub async fn show(Extension(context): Extension<RequestContext>, At(product): At<ProductId>) -> Page {
    let who = context.actor()?;
    let members = service::members::list(&context.service, who, product).await;
    let members = members.map_err(|failure| context.face(failure))?;
    let may_manage = who.may(Permission::ManageMembers, product);
    let candidates = if may_manage {
        let candidates = service::members::candidates(&context.service, who, product).await;
        candidates.map_err(|failure| context.face(failure))?
    } else {
        Vec::new()
    };
    let frame = Frame::product(&context, product, Room::Members).await?;
    Ok(Document::new("Members", frame, move || {
        view! {
            <PageHead title="Members" lead="Whoever has no role here sees nothing of this product." />
            <MemberTable members may_manage />
            {may_manage.then(|| view! { <GiveRole product candidates /> })}
            <Meanings />
        }
    }))
}

#[component]
fn MemberTable(members: Vec<Member>, may_manage: bool) -> impl IntoView {
    let columns = vec![Column::new("Name"), Column::new("E-mail address"), Column::new("Roles")];
    let rows: Vec<_> = members
        .into_iter()
        .map(|member| {
            let mark = account_mark(&member);
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">
                        {member.name}
                        {mark}
                    </th>
                    <td role="cell">{member.email}</td>
                    <td role="cell"><RoleList roles=member.roles may_manage /></td>
                </tr>
            }
        })
        .collect();
    view! { <DataTable caption="People of this product" columns=columns class="table-blocks">{rows}</DataTable> }
}

/// What there is to say about somebody who can not sign in.
fn account_mark(member: &Member) -> Option<AnyView> {
    if member.is_of_demonstration {
        Some(view! { " "<Badge word="can not sign in" /> }.into_any())
    } else {
        member.is_disabled.then(|| view! { " "<Badge word="disabled" strong=true /> }.into_any())
    }
}

#[component]
fn RoleList(roles: Vec<Membership>, may_manage: bool) -> impl IntoView {
    let roles: Vec<_> = roles
        .into_iter()
        .map(|role| {
            let word = role_word(role.role);
            let spoken = format!("End the role {word} of {}", role.person_name);
            view! {
                <li class="role">
                    <Badge word=word />
                    {may_manage
                        .then(|| {
                            view! {
                                <ButtonForm action="/api/members/end" label="End" class="button-link" spoken>
                                    <Hidden name="membership" value=role.membership.to_string() />
                                </ButtonForm>
                            }
                        })}
                </li>
            }
        })
        .collect();
    view! { <ul class="role-list">{roles}</ul> }
}

#[component]
fn GiveRole(product: ProductId, candidates: Vec<Candidate>) -> impl IntoView {
    let options = candidates
        .into_iter()
        .map(|person| Choosable::new(person.person.to_string(), format!("{}, {}", person.name, person.email)))
        .collect();
    view! {
        <Section title="Give a role" remark="A site administrator adds people who have no account yet.">
            <Form action="/api/members/give" id="give-role" class="form-inline">
                <Hidden name="product" value=product.to_string() />
                <Select name="person" label="Person" none="Choose a person" options required=true />
                <Select name="role" label="Role" none="Choose a role" options=role_options() required=true />
                <Actions submit="Give the role" />
            </Form>
        </Section>
    }
}

/// What each role may do.
#[component]
fn Meanings() -> impl IntoView {
    let roles: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| view! { <div class="pair"><dt>{role_word(role)}</dt><dd>{role_meaning(role)}</dd></div> })
        .collect();
    view! {
        <Section title="What the roles may do" remark="A person may hold several.">
            <dl class="pairs">{roles}</dl>
        </Section>
    }
}
