//! The tree as a table: each item below what holds it, with its class, why, and what carries it.

use domain::ids::ProductId;
use domain::item::{Placed, SoftwareItem};
use leptos::prelude::*;
use service::deliverables::Held;
use service::items::{Implemented, Items};

use super::item_page;
use crate::parts::{ClassPlate, Column, DataTable, Plate};
use crate::words::items as words;

/// The items of the system, the system first.
#[component]
pub(super) fn TreeTable(
    /// The product.
    product: ProductId,
    /// The items.
    items: Items,
    /// The name of the software system.
    system: String,
) -> impl IntoView {
    let columns = vec![
        Column::new("Item").class("col-item"),
        Column::new("Class").class("fit"),
        Column::new("Where it comes from").class("col-from"),
        Column::new("Segregation").class("col-segregation"),
        Column::new("Controls in it").class("col-controls"),
    ];
    let owes = items.held.class().is_some();
    let system_class = owes.then(|| view! { <ClassPlate plate=Plate::of_class(items.tree.class) /> });
    let source = if !owes {
        "no class is owed"
    } else if items.tree.class > items.tree.of_record {
        "raised by an item inside it"
    } else if items.held == Held::Unclassified {
        "class C, until a class is approved"
    } else {
        "the class of record"
    };
    let rows: Vec<_> = items
        .tree
        .items
        .iter()
        .filter_map(|placed| {
            let record = items.records.get(&placed.item.number)?.clone();
            let controls: Vec<Implemented> = items.implemented_in(placed.item.number).cloned().collect();
            Some(view! { <Row product placed=placed.clone() record controls owes /> })
        })
        .collect();
    view! {
        <DataTable caption="Software items, each below what holds it" columns class="tree-table table-blocks">
            <tr role="row">
                <th scope="row" role="rowheader" class="col-item">{system}<small>"the software system"</small></th>
                <td role="cell" class="fit">{system_class}</td>
                <td role="cell" class="col-from">{source}</td>
                <td role="cell" class="col-segregation"></td>
                <td role="cell" class="col-controls"></td>
            </tr>
            {rows}
        </DataTable>
    }
}

#[component]
fn Row(
    product: ProductId,
    placed: Placed,
    record: SoftwareItem,
    controls: Vec<Implemented>,
    owes: bool,
) -> impl IntoView {
    let shown = words::number(record.number);
    let id = shown.clone();
    let inside = match record.parent {
        None => "directly in the software system".to_owned(),
        Some(parent) => format!("inside {}", words::number(parent)),
    };
    let indent = format!("col-item tree-{}", placed.depth + 1);
    let controls: Vec<_> = controls
        .into_iter()
        .map(|one| {
            let code = domain::risk::shown_number("RC", one.here.control);
            let href = format!("/products/{product}/hazards?control={code}");
            view! { <a class="code" href=href title=one.title>{code}</a>" " }
        })
        .collect();
    // A class is drawn where one is owed; elsewhere only what somebody wrote.
    let class = if owes { Some(placed.class) } else { placed.item.own };
    view! {
        <tr role="row" id=id>
            <th scope="row" role="rowheader" class=indent>
                <a href=item_page(product, record.number)>{record.description.name.to_string()}</a>
                <small><span class="code">{shown}</span><span class="spoken">", "{inside}</span></small>
            </th>
            <td role="cell" class="fit">{class.map(|class| view! { <ClassPlate plate=Plate::of_class(class) /> })}</td>
            <td role="cell" class="col-from" data-label="Where it comes from">{owes.then(|| from_words(&placed))}</td>
            <td role="cell" class="col-segregation" data-label="Segregation"><Segregation record /></td>
            <td role="cell" class="col-controls" data-label="Controls in it">{controls}</td>
        </tr>
    }
}

/// Where the class comes from, with what is written on the item where that is something else.
pub fn from_words(placed: &Placed) -> String {
    let ground = words::ground(placed.ground);
    match placed.item.own {
        Some(own) if own != placed.class => format!("{ground} (it says {own})"),
        Some(_) if placed.is_lower() => format!("{ground}, segregated"),
        _ => ground.to_owned(),
    }
}

#[component]
fn Segregation(record: SoftwareItem) -> impl IntoView {
    let kept =
        record.class.kept_effective.map(|kept| view! { <small>"kept effective: "{kept.to_string()}</small> });
    view! { {record.class.segregation.map(|text| text.to_string())}{kept} }
}
