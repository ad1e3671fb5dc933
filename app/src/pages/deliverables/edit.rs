//! The form about one deliverable.

use domain::deliverable::Status;
use domain::ids::ProductId;
use domain::text::{Link, Reason, Statement};
use leptos::prelude::*;
use service::deliverables::{Line, PossibleOwner};

use super::view::View;
use crate::parts::{Actions, Choosable, Field, Form, Hidden, Select, TextArea};
use crate::words::deliverables::status;

/// Status, owner, due date, link and note.
#[component]
pub(super) fn EditRecord(
    product: ProductId,
    line: Line,
    owners: Vec<PossibleOwner>,
    view: View,
) -> impl IntoView {
    let deliverable = line.deliverable();
    let upkeep = line.upkeep.clone();
    let rest = view.at_rest();
    let statuses = Status::ALL.map(|one| Choosable::new(one.key(), status(one))).to_vec();
    let people = possible(owners, &line);
    let text = |text: Option<String>| text.unwrap_or_default();
    view! {
        <div class="edit-record">
            <h2 class="section-title">{format!("{} {}", deliverable.id, deliverable.name)}</h2>
            <p class="quiet">{deliverable.about.clone()}</p>
            {line.record.is_some().then(|| view! {
                <p class="quiet">"The approved assessment is this record: while nothing else is said here than \"missing\", it counts as approved."</p>
            })}
            <Form action="/api/deliverables/set_record" id=format!("record-{}", deliverable.id) revision=Some(line.revision)>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="deliverable" value=deliverable.id.clone() />
                <Hidden name="view" value=rest.query() />
                <Select name="status" label="Status" options=statuses value=upkeep.status.key() required=true />
                <Select name="owner" label="Owner" options=people value=text(upkeep.owner.map(|owner| owner.to_string())) none="nobody yet" />
                <Field name="due" label="Due" kind="date" value=text(upkeep.due.map(|due| due.to_string())) />
                <Field name="link" label="Link" kind="url" max=Some(Link::LONGEST) value=text(upkeep.link.map(|link| link.to_string()))
                    hint="Where it is kept: https://…" class="field-wide" />
                <TextArea name="note" label="Note" max=Some(Statement::LONGEST) rows=2 value=text(upkeep.note.map(|note| note.to_string()))
                    hint="Its name and version in your own files, for example." class="field-wide" />
                <TextArea name="reason" label="Why it does not apply" max=Some(Reason::LONGEST) rows=2
                    value=text(upkeep.reason.map(|reason| reason.to_string())) hint="Only for the status \"not applicable\"." class="field-wide" />
                <Actions submit="Save"><a class="button" href=format!("{}#{}", rest.address(product), deliverable.id)>"Leave it"</a></Actions>
            </Form>
        </div>
    }
}

/// The members of the product; a present owner who is none any more stays choosable.
fn possible(owners: Vec<PossibleOwner>, line: &Line) -> Vec<Choosable> {
    let mut people: Vec<_> =
        owners.into_iter().map(|owner| Choosable::new(owner.person.to_string(), owner.name)).collect();
    if let (Some(owner), Some(name)) = (line.upkeep.owner, &line.owner_name)
        && !people.iter().any(|one| one.value == owner.to_string())
    {
        people.push(Choosable::new(owner.to_string(), format!("{name} (no role here any more)")));
    }
    people
}
