//! Every sub-clause in force, which class owes it, and the deliverables that answer it.

use domain::deliverable::clauses::{group_of, table};
use domain::deliverable::{Clause, catalogue};
use domain::scheme::iec62304::SafetyClass;
use leptos::prelude::*;
use service::deliverables::{Line, Room};

use super::table::class_of_column;
use crate::parts::{Column, DataTable, Need, NeedBar, ProgressMark};
use crate::words::deliverables::{progress, status};

/// The sub-clauses, under their headings.
#[component]
pub(super) fn SubClauses(room: Room, class: SafetyClass, compared: Option<SafetyClass>) -> impl IntoView {
    let mut columns = vec![Column::new("Clause").class("col-number"), Column::new("What it asks")];
    columns.extend(
        SafetyClass::ALL
            .map(|column| Column::new(column.letter()).class(class_of_column(column, class, compared))),
    );
    columns.push(Column::new("Answered by"));
    let groups: Vec<_> = table()
        .groups
        .iter()
        .map(|group| {
            let rows: Vec<_> = table()
                .clauses
                .iter()
                .filter(|clause| clause.from_class().is_some())
                .filter(|clause| group_of(&clause.place).is_some_and(|of| of.place == group.place))
                .map(|clause| view! { <SubClause clause lines=room.lines.clone() legacy_route=room.legacy_route class compared /> })
                .collect();
            view! {
                <tbody>
                    <tr role="row" class="group"><th scope="rowgroup" role="rowheader" colspan="6">{format!("{} {}", group.place, group.title)}</th></tr>
                    {rows}
                </tbody>
            }
        })
        .collect();
    view! {
        <DataTable caption="Sub-clauses and the deliverables that answer them" columns class="table-compact deliverables table-blocks" grouped=true>
            {groups}
        </DataTable>
    }
}

#[component]
fn SubClause(
    clause: &'static Clause,
    lines: Vec<Line>,
    legacy_route: bool,
    class: SafetyClass,
    compared: Option<SafetyClass>,
) -> impl IntoView {
    let applies = clause.applies_to(class) && (clause.condition.is_none() || legacy_route);
    let bars: Vec<_> = SafetyClass::ALL
        .into_iter()
        .map(|column| {
            let need = if clause.applies_to(column) { Need::Required } else { Need::NotRequired };
            view! { <td role="cell" class=class_of_column(column, class, compared) data-label=column.letter()><NeedBar need /></td> }
        })
        .collect();
    let condition = clause.condition.map(|condition| view! { <small>{condition.sentence()}</small> });
    let answers: Vec<_> = catalogue::all()
        .iter()
        .filter(|deliverable| deliverable.clauses().any(|answered| answered.place == clause.place))
        .filter_map(|deliverable| lines.iter().find(|line| line.deliverable().id == deliverable.id))
        .map(|line| view! { <Answer line=line.clone() /> })
        .collect();
    let href = crate::parts::clause::clause_address(&clause.citation());
    view! {
        <tr role="row" class=(!applies).then_some("is-not-required")>
            <th scope="row" role="rowheader" class="col-number"><a class="clause" href=href>{clause.citation().place}</a></th>
            <td role="cell" class="col-name">{clause.title.clone()}{condition}</td>
            {bars}
            <td role="cell" class="col-answers">{answers}</td>
        </tr>
    }
}

#[component]
fn Answer(line: Line) -> impl IntoView {
    let deliverable = line.deliverable();
    let said = line.status();
    let mark = line.counts.then(|| view! { " "<ProgressMark progress=progress(said) word=status(said) /> });
    view! { <span class="answer">{format!("{} {}", deliverable.id, deliverable.name)}{mark}</span> }
}
