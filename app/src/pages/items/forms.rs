//! The forms about items.

use domain::clause::{Citation, Document};
use domain::ids::ProductId;
use domain::item::{GroupClass, SoftwareItem};
use domain::revision::Revision;
use domain::scheme::iec62304::SafetyClass;
use domain::text::{Name, Reason, Statement};
use leptos::prelude::*;
use service::items::{ClassForm, GroupForm, Items};

use crate::parts::{
    Actions, Choice, Choosable, ClassPlate, Clause, Disclosure, Field, Form, Hidden, Plate, Select, TextArea,
};
use crate::words::items as words;

/// The places of the tree to choose from, indented by what they stand in; without one branch.
fn places(items: &Items, without: &[i32]) -> Vec<Choosable> {
    items
        .tree
        .items
        .iter()
        .filter(|placed| !without.contains(&placed.item.number))
        .map(|placed| {
            let number = placed.item.number;
            let indent = "\u{2003}".repeat(placed.depth);
            let shown = words::number(number);
            Choosable::new(shown.clone(), format!("{indent}{shown} {}", items.name(number)))
        })
        .collect()
}

const DIRECTLY: &str = "directly in the software system";

/// A new item.
#[component]
pub fn AddItem(
    /// The product.
    product: ProductId,
    /// The items that are there.
    items: Items,
    /// Where the form offers to put it.
    within: Option<i32>,
) -> impl IntoView {
    let options = places(&items, &[]);
    let value = within.map(words::number).unwrap_or_default();
    view! {
        <Form action="/api/items/add" id="add-item">
            <Hidden name="product" value=product.to_string() />
            <Field name="name" label="Name" max=Some(Name::LONGEST) required=true
                hint="As the team calls it: controls and sequences of events name it so." />
            <Select name="parent" label="Stands in" options value none=DIRECTLY />
            <TextArea name="description" label="What it does" max=Some(Statement::LONGEST) rows=2 />
            <Actions submit="Add the item" />
        </Form>
    }
}

/// The hidden fields that say which item a form is about.
#[component]
fn ItemOf(product: ProductId, number: i32) -> impl IntoView {
    view! {
        <Hidden name="product" value=product.to_string() />
        <Hidden name="item" value=words::number(number) />
    }
}

/// The class: inherited, or written with what carries it.
#[component]
pub fn ChangeClass(
    /// The product.
    product: ProductId,
    /// The item.
    record: SoftwareItem,
    /// The class of what holds it.
    above: SafetyClass,
) -> impl IntoView {
    let stored = ClassForm::of(&record.class);
    let options = vec![
        Choosable::new("inherited", format!("That of what holds it (now {above})")),
        Choosable::new("A", "Class A"),
        Choosable::new("B", "Class B"),
        Choosable::new("C", "Class C"),
    ];
    view! {
        <Disclosure label="Change the class" form="set-class">
            <Form action="/api/items/set_class" id="set-class" revision=Some(record.revision)>
                <ItemOf product number=record.number />
                <Choice name="class" label="Class of this item" options value=stored.class required=true />
                <TextArea name="segregation" label="Segregation rationale" value=stored.segregation max=Some(Statement::LONGEST) rows=4
                    hint="For a lower class than what holds it: what keeps this item from making the rest fail, such as a process, a processor or memory of its own." />
                <TextArea name="kept_effective" label="Where it is kept effective" value=stored.kept_effective max=Some(Statement::LONGEST) rows=2
                    hint="Inside class C: the chapter of the architecture that describes the segregation, and the test that shows it." />
                <Actions submit="Save the class" />
            </Form>
        </Disclosure>
    }
}

/// Name and description, the place, and the way out.
#[component]
pub fn ChangeItem(
    /// The product.
    product: ProductId,
    /// The item.
    record: SoftwareItem,
    /// All items.
    items: Items,
) -> impl IntoView {
    let number = record.number;
    let revision = Some(record.revision);
    let options = places(&items, &items.tree.branch(number));
    let parent = record.parent.map(words::number).unwrap_or_default();
    let description = record.description.description.map(|text| text.to_string()).unwrap_or_default();
    view! {
        <div class="actions item-actions">
            <Disclosure label="Rename or describe" form="describe">
                <Form action="/api/items/describe" id="describe" revision>
                    <ItemOf product number />
                    <Field name="name" label="Name" value=record.description.name.to_string() max=Some(Name::LONGEST) required=true />
                    <TextArea name="description" label="What it does" value=description max=Some(Statement::LONGEST) rows=3 />
                    <Actions submit="Save the item" />
                </Form>
            </Disclosure>
            <Disclosure label="Move" form="move">
                <Form action="/api/items/move" id="move" revision>
                    <ItemOf product number />
                    <Select name="parent" label="Stands in" options value=parent none=DIRECTLY hint="What stands in this item moves with it." />
                    <Actions submit="Move the item" />
                </Form>
            </Disclosure>
            <Disclosure label="Withdraw" form="withdraw" class="disclosure-severe">
                <Form action="/api/items/withdraw" id="withdraw" revision>
                    <ItemOf product number />
                    <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) required=true rows=2 hint="It stays with the item, which stays readable." />
                    <Actions submit="Withdraw the item" severe=true />
                </Form>
            </Disclosure>
        </div>
    }
}

/// The class of work that is done for a group of items as a whole (4.3 f).
#[component]
pub fn GroupWork(
    /// The product.
    product: ProductId,
    /// The item that holds the group; none for the whole system.
    item: Option<i32>,
    /// The revision of what the group's class is written on.
    revision: Revision,
    /// The highest class in the group.
    highest: SafetyClass,
    /// The class that governs.
    class: SafetyClass,
    /// What is written.
    group: Option<GroupClass>,
    /// Whether the person may change it.
    editable: bool,
) -> impl IntoView {
    let words = if class < highest {
        "Work that is done for these items together follows this class, by the rationale below."
    } else {
        "Work that is done for these items together, such as their integration, follows the highest class among them."
    };
    let unused = group.as_ref().is_some_and(|group| group.class >= highest);
    let rationale = group.as_ref().map(|group| group.rationale.to_string());
    view! {
        <p><ClassPlate plate=Plate::of_class(class) /> " " {words} " " <Clause citation=Citation::new(Document::Iec62304, "4.3 f") /></p>
        {rationale.map(|text| view! { <p class="typed">"Because: "{text}</p> })}
        {unused.then(|| view! { <p class="quiet">"The written class is not lower than the highest any more, so the highest governs."</p> })}
        {(editable && highest > SafetyClass::A).then(|| view! { <ChangeGroup product item revision highest group /> })}
    }
}

#[component]
fn ChangeGroup(
    product: ProductId,
    item: Option<i32>,
    revision: Revision,
    highest: SafetyClass,
    group: Option<GroupClass>,
) -> impl IntoView {
    let stored = GroupForm::of(group.as_ref());
    let lower = SafetyClass::ALL.into_iter().filter(|class| *class < highest);
    let options = lower.map(|class| Choosable::new(class.letter(), format!("Class {class}"))).collect();
    let item = item.map(words::number).unwrap_or_default();
    view! {
        <Disclosure label="Class this work lower" form="set-group" class="disclosure-quiet no-print">
            <Form action="/api/items/set_group" id="set-group" revision=Some(revision)>
                <Hidden name="product" value=product.to_string() />
                <Hidden name="item" value=item />
                <Select name="group_class" label="Class of the work" options value=stored.group_class none="the highest in the group" />
                <TextArea name="group_rationale" label="Rationale" value=stored.group_rationale max=Some(Statement::LONGEST) rows=3
                    hint="As it stands in the risk management file." />
                <Actions submit="Save the class of the work" />
            </Form>
        </Disclosure>
    }
}
