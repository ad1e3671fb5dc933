//! What each software item owes by its own class, and what governs work for several of them (4.3 f).

use domain::clause::{Citation, Document};
use domain::deliverable::clauses::{count, owed_at, table};
use domain::deliverable::{Clause, Difference, catalogue};
use domain::ids::ProductId;
use domain::item::Placed;
use domain::scheme::iec62304::SafetyClass;
use leptos::prelude::*;
use service::items::Items;

use super::table::Places;
use crate::pages::items::{from_words, item_page};
use crate::parts::{ClassPlate, Clause as Cited, Column, DataTable, Empty, Plate};
use crate::words::items as words;

/// One line a part: the system, then its items.
#[component]
pub(super) fn ByItem(product: ProductId, items: Items, legacy_route: bool) -> impl IntoView {
    if items.records.is_empty() {
        let room = format!("/products/{product}/items");
        return view! {
            <Empty
                title="No software item is named yet."
                words="Without items the whole software is one part and owes what its class asks for. Name its items to see what each owes."
            >
                <a class="button" href=room>"Name the items"</a>
            </Empty>
        }
        .into_any();
    }
    let columns = vec![
        Column::new("Part").class("col-item"),
        Column::new("Class").class("fit"),
        Column::new("Sub-clauses").class("col-count"),
        Column::new("Not owed, which the system owes").class("col-less"),
        Column::new("Work for all that it holds").class("col-group"),
    ];
    let whole = items.tree.class;
    let mixed = items.tree.is_mixed();
    let rows: Vec<_> = items
        .tree
        .items
        .iter()
        .map(|placed| {
            let name = items.name(placed.item.number).to_owned();
            view! { <Part product placed=placed.clone() name whole legacy_route /> }
        })
        .collect();
    let note = if mixed {
        "An item that is segregated owes what its own class asks for; any other has the class of what holds it. Work \
         for several items together follows the highest class among them, unless a rationale for less is written."
    } else {
        "Every item has the class of the system, so each owes what the system owes."
    };
    let present: Vec<SafetyClass> = SafetyClass::ALL
        .into_iter()
        .filter(|class| *class == whole || items.tree.items.iter().any(|placed| placed.class == *class))
        .collect();
    let group = items.group_class();
    view! {
        <p class="prose by-item-note">{note} " " <Cited citation=Citation::new(Document::Iec62304, "4.3 f") /></p>
        <DataTable caption="What each software item owes" columns class="tree-table by-item table-blocks">
            <tr role="row">
                <th scope="row" role="rowheader" class="col-item">"The software system"</th>
                <td role="cell" class="fit"><ClassPlate plate=Plate::of_class(whole) /></td>
                <td role="cell" class="col-count" data-label="Sub-clauses">{counted(whole, whole)}</td>
                <td role="cell" class="col-less"></td>
                <td role="cell" class="col-group" data-label="Work for all that it holds"><Group highest=whole class=group /></td>
            </tr>
            {rows}
        </DataTable>
        {present.into_iter().map(|class| view! { <AtClass class legacy_route /> }).collect::<Vec<_>>()}
    }
    .into_any()
}

fn counted(class: SafetyClass, whole: SafetyClass) -> String {
    let (own, of) = (count(class), count(whole));
    if own == of { own.to_string() } else { format!("{own} of {of}") }
}

#[component]
fn Part(
    product: ProductId,
    placed: Placed,
    name: String,
    whole: SafetyClass,
    legacy_route: bool,
) -> impl IntoView {
    let shown = words::number(placed.item.number);
    let id = shown.clone();
    let indent = format!("col-item tree-{}", placed.depth + 1);
    let less = less(whole, placed.class, legacy_route);
    let group =
        (placed.children > 0).then(|| view! { <Group highest=placed.class class=placed.group_class() /> });
    view! {
        <tr role="row" id=id>
            <th scope="row" role="rowheader" class=indent>
                <a href=item_page(product, placed.item.number)>{name}</a>
                <small><span class="code">{shown}</span> " " {from_words(&placed)}</small>
            </th>
            <td role="cell" class="fit"><ClassPlate plate=Plate::of_class(placed.class) /></td>
            <td role="cell" class="col-count" data-label="Sub-clauses">
                <a href=format!("#class-{}", placed.class)>{counted(placed.class, whole)}</a>
            </td>
            <td role="cell" class="col-less" data-label="Not owed, which the system owes">
                {(!less.is_empty()).then(|| view! { <Places clauses=less /> <Without from=whole to=placed.class /> })}
            </td>
            <td role="cell" class="col-group" data-label="Work for all that it holds">{group}</td>
        </tr>
    }
}

/// The sub-clauses that the system owes and the item does not.
fn less(whole: SafetyClass, class: SafetyClass, legacy_route: bool) -> Vec<&'static Clause> {
    owed_at(whole)
        .filter(|clause| clause.condition.is_none() || legacy_route)
        .filter(|clause| !clause.applies_to(class))
        .collect()
}

/// The deliverables that an item of the lower class does without, and those that are shorter for it.
#[component]
fn Without(from: SafetyClass, to: SafetyClass) -> impl IntoView {
    let difference = Difference::between(from, to);
    let ids = |changes: &[domain::deliverable::Change]| -> String {
        changes.iter().map(|change| change.deliverable.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (drop, shrink) = (ids(&difference.drop), ids(&difference.shrink));
    view! {
        {(!drop.is_empty()).then(|| view! { <small>{format!("Does without {drop}.")}</small> })}
        {(!shrink.is_empty()).then(|| view! { <small>{format!("Shorter: {shrink}.")}</small> })}
    }
}

#[component]
fn Group(highest: SafetyClass, class: SafetyClass) -> impl IntoView {
    let words = if class < highest { "by the rationale written" } else { "the highest in it" };
    view! { <ClassPlate plate=Plate::of_class(class) /> " " {words} }
}

/// Every sub-clause that a part of this class owes, with the deliverables that answer it.
#[component]
fn AtClass(class: SafetyClass, legacy_route: bool) -> impl IntoView {
    let groups: Vec<_> = table()
        .groups
        .iter()
        .filter_map(|group| {
            let owed: Vec<_> = owed_at(class)
                .filter(|clause| clause.condition.is_none() || legacy_route)
                .filter(|clause| domain::deliverable::clauses::group_of(&clause.place).is_some_and(|of| of.place == group.place))
                .map(|clause| view! { <OwedClause clause /> })
                .collect();
            (!owed.is_empty()).then(|| view! { <h3 class="owed-group">{format!("{} {}", group.place, group.title)}</h3> <ul class="owed-list">{owed}</ul> })
        })
        .collect();
    view! {
        <details class="owed-at" id=format!("class-{class}")>
            <summary>{format!("Every sub-clause that a part of class {class} owes")}</summary>
            {groups}
        </details>
    }
}

#[component]
fn OwedClause(clause: &'static Clause) -> impl IntoView {
    let answered: Vec<&str> = catalogue::all()
        .iter()
        .filter(|deliverable| deliverable.clauses().any(|one| one.place == clause.place))
        .map(|deliverable| deliverable.id.as_str())
        .collect();
    view! {
        <li><Cited citation=clause.citation() short=true /> " " {clause.title.clone()} " " <span class="quiet">{answered.join(", ")}</span></li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lighter_item_owes_less_and_the_difference_is_named() {
        let places = |whole, class| -> Vec<&str> {
            less(whole, class, false).iter().map(|clause| clause.place.as_str()).collect()
        };
        assert_eq!(
            places(SafetyClass::C, SafetyClass::B),
            ["5.1.4", "5.3.5", "5.4.2", "5.4.3", "5.4.4", "5.5.4"]
        );
        assert_eq!(places(SafetyClass::C, SafetyClass::A).len(), 95 - 54);
        assert!(places(SafetyClass::B, SafetyClass::B).is_empty());
        assert_eq!(counted(SafetyClass::B, SafetyClass::C), "89 of 95");
        assert_eq!(counted(SafetyClass::C, SafetyClass::C), "95");
    }
}
