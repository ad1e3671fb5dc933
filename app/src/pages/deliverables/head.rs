//! What stands above the list: the class it follows from, the filters, and what another class would change.

use domain::deliverable::{Status, clauses, size};
use domain::ids::ProductId;
use domain::scheme::iec62304::SafetyClass;
use leptos::prelude::*;
use service::deliverables::{Held, Line, Room, difference};

use super::view::{Arrangement, Shown, View};
use crate::parts::{ClassPlate, Filter, FilterBar, Need, NeedBar, PageHead, Plate};
use crate::words::deliverables::{progress, status};

/// The plate of a class.
pub(super) const fn plate(class: SafetyClass) -> Plate {
    match class {
        SafetyClass::A => Plate::SafetyA,
        SafetyClass::B => Plate::SafetyB,
        SafetyClass::C => Plate::SafetyC,
    }
}

/// Title, class and where it comes from.
#[component]
pub(super) fn Head(product: ProductId, room: Room, class: SafetyClass, title: String) -> impl IntoView {
    let size = size(class, room.legacy_route);
    let lead = format!(
        "IEC 62304, {}. {} of {} deliverables and {} sub-clauses apply. The standard asks for outcomes, not for \
         documents: each row says where yours is kept.",
        clauses::table().edition,
        size.deliverables,
        room.lines.len(),
        size.clauses,
    );
    let classification = format!("/products/{product}/classification");
    let basis = match room.basis.held {
        Held::Unclassified => view! {
            <span>"No class is approved yet, so class C applies. "<a href=classification>"Classify the product"</a></span>
        }
        .into_any(),
        Held::Class(_) | Held::NotADevice => view! { <a href=classification>"The approved class of record"</a> }.into_any(),
    };
    let preview = room.basis.draft.filter(|draft| *draft != class).map(|draft| {
        let href = View { compare: Some(draft), ..View::default() }.address(product);
        view! {
            <span>
                "A draft says " <ClassPlate plate=plate(draft) draft=true /> " "
                <a href=href>"Preview what it would ask"</a>
            </span>
        }
    });
    view! {
        <PageHead title lead>
            <ClassPlate plate=plate(class) />
            {basis}
            {preview}
        </PageHead>
    }
}

/// How the list is arranged, and what its bars mean.
#[component]
pub(super) fn Arrangements(product: ProductId, view: View) -> impl IntoView {
    let filters = [
        (Arrangement::Clause, "By clause"),
        (Arrangement::Document, "By document"),
        (Arrangement::SubClause, "Every sub-clause"),
        (Arrangement::Item, "By item"),
    ]
    .into_iter()
    .map(|(by, word)| {
        let href = View { by, ..view.at_rest() }.address(product);
        Filter::new(word, href).current(view.by == by)
    })
    .collect();
    view! {
        <div class="arrange">
            <FilterBar filters label="Arrange the list" />
            {(view.by != Arrangement::Item).then(|| view! {
                <div class="legend">
                    <NeedBar need=Need::Required labelled=true />
                    <NeedBar need=Need::Partly labelled=true />
                    <NeedBar need=Need::NotRequired labelled=true />
                </div>
            })}
        </div>
    }
}

/// Filters by status; only those that find something, and "all" and "gaps" always.
#[component]
pub(super) fn Filters(product: ProductId, lines: Vec<Line>, view: View) -> impl IntoView {
    let filter = |show: Shown, word: &str| {
        let wanted = View { show, ..view.at_rest() };
        let count = match show {
            Shown::All => lines.iter().filter(|line| line.counts).count(),
            _ => lines.iter().filter(|line| wanted.shows(line)).count(),
        };
        (count, Filter::new(word, wanted.address(product)).count(count).current(view.show == show))
    };
    let mut filters = vec![filter(Shown::All, "All owed").1];
    for with in Status::ALL.into_iter().rev() {
        let (count, found) = filter(Shown::With(with), status(with));
        if count > 0 || view.show == Shown::With(with) {
            let mark = progress(with);
            filters.push(found.mark(mark.shape(), mark.tone()));
        }
    }
    filters.push(filter(Shown::Gaps, "Gaps only").1);
    let (late, found) = filter(Shown::Late, "Late");
    if late > 0 || view.show == Shown::Late {
        filters.push(found);
    }
    view! { <FilterBar filters label="Filter by status" /> }
}

/// What another class would add or drop.
#[component]
pub(super) fn WhatIf(
    product: ProductId,
    view: View,
    class: SafetyClass,
    compared: Option<SafetyClass>,
    legacy_route: bool,
) -> impl IntoView {
    let switches: Vec<_> = SafetyClass::ALL
        .into_iter()
        .filter(|other| *other != class)
        .map(|other| {
            let on = compared == Some(other);
            let verb = if other > class { "add" } else { "drop" };
            let href = View { compare: (!on).then_some(other), ..view.at_rest() }.address(product);
            view! {
                <a class="switch" href=href aria-current=on.then_some("true")>{format!("What would class {other} {verb}?")}</a>
            }
        })
        .collect();
    view! {
        <div class="what-if">
            {switches}
            {compared.map(|other| view! { <Change from=class to=other legacy_route /> })}
        </div>
    }
}

#[component]
fn Change(from: SafetyClass, to: SafetyClass, legacy_route: bool) -> impl IntoView {
    let change = difference(from, to);
    let (now, then) = (size(from, legacy_route), size(to, legacy_route));
    let whole = if to > from { &change.appear } else { &change.drop };
    let part = if to > from { &change.grow } else { &change.shrink };
    let (comes, grows) = if to > from { ("more", "grow") } else { ("fewer", "get shorter") };
    let ids: Vec<&str> = whole.iter().map(|change| change.deliverable.id.as_str()).collect();
    let clauses = now.clauses.abs_diff(then.clauses);
    let larger = now.clauses.max(then.clauses);
    let same = now.deliverables.min(then.deliverables) - part.len();
    let against = if to > from {
        "A preview. It becomes owed when an assessment that gives this class is approved."
    } else {
        "A preview. Nothing is dropped before an assessment that gives the lower class is approved."
    };
    view! {
        <p class="what-if-words">
            <b>{format!("{} deliverables {comes}", whole.len())}</b>
            {format!(" ({}) and ", ids.join(", "))}
            <b>{format!("{clauses} of {larger} sub-clauses")}</b>
            {format!(". {} {grows}, {same} stay as they are.", part.len())}
        </p>
        <p class="what-if-against">{against}</p>
    }
}
