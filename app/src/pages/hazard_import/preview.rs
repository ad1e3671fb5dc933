//! What a file would change: cells with old and new, new rows, cells that both sides changed, what is refused.

use domain::ids::{ImportDraftId, ProductId};
use domain::import::column_letters;
use domain::risk::shown_number;
use domain::text::Reason;
use leptos::prelude::*;
use service::hazards::exchange::Preview;
use service::hazards::exchange::arrangement::{EXTRAS, Side};
use service::hazards::exchange::columns::Field as RowField;
use service::hazards::exchange::comparing::{Added, ChangedRow, Disputed, Fault};

use super::{Discard, crumbs, place};
use crate::parts::{
    Actions, Choice, Choosable, Column, DataTable, Empty, Filter, FilterBar, Form, Hidden, PageHead, Pager,
    Section, Shape, TextArea,
};
use crate::words;

/// How many rows or cells a page of the preview shows.
const PAGE: usize = 50;

/// What a page of the preview shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What is refused.
    Faults,
    /// Cells that both sides changed.
    Disputed,
    /// Cells that change.
    Changed,
    /// Rows that are new.
    Added,
}

impl View {
    const fn name(self) -> &'static str {
        match self {
            Self::Faults => "refused",
            Self::Disputed => "both",
            Self::Changed => "changed",
            Self::Added => "new",
        }
    }
}

/// What the address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    view: View,
    from: usize,
}

impl Asked {
    /// Reads the query of an address; without one, shows what needs a person first.
    pub fn read(query: Option<&str>, preview: &Preview) -> Self {
        let pairs = crate::request::pairs(query.unwrap_or_default());
        let value =
            |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let compared = &preview.compared;
        let first = if !compared.faults.is_empty() {
            View::Faults
        } else if compared.is_unsettled() {
            View::Disputed
        } else if !compared.changed.is_empty() {
            View::Changed
        } else {
            View::Added
        };
        let view = match value("show") {
            Some("refused") => View::Faults,
            Some("both") => View::Disputed,
            Some("changed") => View::Changed,
            Some("new") => View::Added,
            _ => first,
        };
        Self { view, from: value("from").and_then(|from| from.parse().ok()).unwrap_or(0) }
    }

    fn address(self, base: &str) -> String {
        if self.from == 0 {
            format!("{base}?show={}", self.view.name())
        } else {
            format!("{base}?show={}&from={}", self.view.name(), self.from)
        }
    }
}

#[component]
pub fn PreviewPage(
    product: ProductId,
    draft: ImportDraftId,
    preview: Preview,
    asked: Asked,
) -> impl IntoView {
    let base = format!("{}/{draft}", place(product));
    let mut crumbs = crumbs(product);
    crumbs.push((place(product), "Import".to_owned()));
    let lead = format!("{}: nothing is written yet.", preview.file_name);
    let columns = (!preview.arrangement.is_ours()).then(|| {
        view! { <a class="button" href=format!("{base}/columns")>"How it is read"</a> }
    });
    let actions = view! { {columns}<Discard product draft spoken="Throw away this file" /> }.into_any();
    let compared = &preview.compared;
    let filter = |view: View, word: &str, count: usize| {
        Filter::new(word, Asked { view, from: 0 }.address(&base)).count(count).current(asked.view == view)
    };
    let mut filters = vec![
        filter(View::Changed, "Cells that change", compared.changed_cells()),
        filter(View::Added, "New rows", compared.added.len()),
    ];
    if !compared.disputed.is_empty() || asked.view == View::Disputed {
        filters.push(
            filter(View::Disputed, "Changed on both sides", compared.disputed.len())
                .mark(Shape::Triangle, "is-warn"),
        );
    }
    if !compared.faults.is_empty() || asked.view == View::Faults {
        filters.push(filter(View::Faults, "Refused", compared.faults.len()).mark(Shape::Octagon, "is-block"));
    }
    let quiet = quiet_words(&preview);
    let list = match asked.view {
        View::Faults => {
            view! { <Faults faults=compared.faults.clone() asked base=base.clone() /> }.into_any()
        }
        View::Disputed => {
            view! { <Both product draft disputed=compared.disputed.clone() asked base=base.clone() /> }
                .into_any()
        }
        View::Changed => {
            view! { <Changes changed=compared.changed.clone() asked base=base.clone() /> }.into_any()
        }
        View::Added => {
            view! { <Additions added=compared.added.clone() asked base=base.clone() /> }.into_any()
        }
    };
    view! {
        <PageHead title="What the file would change" crumbs lead actions><span class="quiet">{quiet}</span></PageHead>
        <Confirm product draft preview />
        <Section title="In detail">
            <FilterBar filters label="Parts of the preview" />
            {list}
        </Section>
    }
}

/// What does not change, in words.
fn quiet_words(preview: &Preview) -> String {
    let compared = &preview.compared;
    let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let mut said = Vec::new();
    if preview.arrangement.is_ours() {
        said.push(format!("{} as in the register", rows(compared.unchanged)));
    }
    if compared.left_alone > 0 {
        let cells = if compared.left_alone == 1 {
            "1 cell was".to_owned()
        } else {
            format!("{} cells were", compared.left_alone)
        };
        said.push(format!(
            "{cells} changed here by others and left alone in the file, and stay as they are here"
        ));
    }
    let spoken_of = compared.unchanged + compared.changed.len();
    let others = usize::try_from(preview.rows).unwrap_or_default().saturating_sub(spoken_of);
    if compared.faults.is_empty() && compared.disputed.is_empty() && others > 0 {
        let stay = if others == 1 { "stays" } else { "stay" };
        said.push(format!("{} of the register not in the file {stay} as they are", rows(others)));
    }
    if said.is_empty() { String::new() } else { format!("{}.", said.join("; ")) }
}

/// The reason and the button; or why there is none.
#[component]
fn Confirm(product: ProductId, draft: ImportDraftId, preview: Preview) -> impl IntoView {
    let compared = preview.compared;
    let count = |count: usize, one: &str, many: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    };
    if !compared.faults.is_empty() {
        let places = count(compared.faults.len(), "place is", "places are");
        return view! {
            <div class="summary is-block" role="status">
                <p class="summary-head">{format!("{places} refused, so nothing can be imported yet.")}</p>
                <p>"Mend them in the file and send it again: it is all or nothing."</p>
            </div>
        }
        .into_any();
    }
    if compared.is_unsettled() {
        let open = compared.disputed.iter().filter(|cell| cell.side.is_none()).count();
        let cells = count(open, "cell was", "cells were");
        return view! {
            <div class="summary is-warn" role="status">
                <p class="summary-head">{format!("{cells} changed in the file and in the register.")}</p>
                <p>"Choose which of the two stays; then the rest can be imported."</p>
            </div>
        }
        .into_any();
    }
    if compared.changes_nothing() {
        return view! {
            <Empty title="The file changes nothing" words="Every row is as it is in the register.">
                <a class="button" href=format!("/products/{product}/hazards")>"Open the register"</a>
            </Empty>
        }
        .into_any();
    }
    let mut parts = Vec::new();
    if !compared.added.is_empty() {
        parts.push(format!("add {}", count(compared.added.len(), "row", "rows")));
    }
    if !compared.changed.is_empty() {
        parts.push(format!(
            "change {} in {}",
            count(compared.changed_cells(), "cell", "cells"),
            count(compared.changed.len(), "row", "rows")
        ));
    }
    let what = parts.join(" and ");
    let rows = count(compared.added.len() + compared.changed.len(), "row", "rows");
    view! {
        <Section title=format!("This would {what}") remark="All of it or nothing, as one change. An analysis that was declared complete is open again.">
            <Form action="/api/hazards/take_in_import" id="take-in">
                <Hidden name="product" value=product.to_string() />
                <Hidden name="draft" value=draft.to_string() />
                <Hidden name="seen" value=compared.digest() />
                <TextArea name="reason" label="Why" max=Some(Reason::LONGEST) required=true rows=2 hint="It stands beside each of these changes on the trail." />
                <Actions submit=format!("Import {rows}") />
            </Form>
        </Section>
    }
    .into_any()
}

/// The part of a list that a page shows, and the links to the others.
fn page_of<T>(list: Vec<T>, asked: Asked, base: &str, what: &str) -> (Vec<T>, AnyView) {
    let total = list.len();
    let from = asked.from.min(total.saturating_sub(1) / PAGE * PAGE);
    let shown: Vec<T> = list.into_iter().skip(from).take(PAGE).collect();
    let words = format!("{what} {} to {} of {total}", from + 1, from + shown.len());
    let previous = (from > 0).then(|| Asked { from: from.saturating_sub(PAGE), ..asked }.address(base));
    let next = (from + PAGE < total).then(|| Asked { from: from + PAGE, ..asked }.address(base));
    let pager = (total > PAGE).then(|| view! { <Pager shown=words previous next /> });
    (shown, pager.into_any())
}

/// The name of a field, as the file heads it.
fn head(field: &str) -> String {
    let extra = EXTRAS.iter().find(|(name, ..)| *name == field).map(|(_, head, ..)| *head);
    let head = RowField::named(field).map(|field| field.head).or(extra);
    head.map_or_else(|| words::field_name(field), str::to_owned)
}

/// A value as a person reads it.
fn said(value: &str) -> AnyView {
    if value.is_empty() {
        return view! { <span class="quiet">"empty"</span> }.into_any();
    }
    view! { <span class="typed">{value.to_owned()}</span> }.into_any()
}

#[component]
fn Changes(changed: Vec<ChangedRow>, asked: Asked, base: String) -> impl IntoView {
    if changed.is_empty() {
        return view! { <p class="quiet">"No cell of a row that is there changes."</p> }.into_any();
    }
    let cells: Vec<_> = changed
        .into_iter()
        .flat_map(|row| row.cells.into_iter().map(move |cell| (row.row, row.number, cell)))
        .collect();
    let (cells, pager) = page_of(cells, asked, &base, "Cells");
    let rows: Vec<_> = cells
        .into_iter()
        .map(|(row, number, cell)| {
            let shared = match cell.shared {
                0 => String::new(),
                1 => "Stands in one more row, and changes there too.".to_owned(),
                rows => format!("Stands in {rows} more rows, and changes there too."),
            };
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" class="fit">{shown_number("R", number)}<small>{format!("row {row}")}</small></th>
                    <td role="cell" data-label="Column">{head(cell.field)}{(!shared.is_empty()).then(|| view! { <small>{shared}</small> })}</td>
                    <td role="cell" data-label="In the register">{said(&cell.old)}</td>
                    <td role="cell" data-label="In the file">{said(&cell.new)}</td>
                </tr>
            }
        })
        .collect();
    let columns = ["Risk", "Column", "In the register", "In the file"].map(Column::new).to_vec();
    view! { <DataTable caption="Cells that change" columns class="table-blocks">{rows}</DataTable>{pager} }
        .into_any()
}

#[component]
fn Additions(added: Vec<Added>, asked: Asked, base: String) -> impl IntoView {
    if added.is_empty() {
        return view! { <p class="quiet">"No row is new."</p> }.into_any();
    }
    let (added, pager) = page_of(added, asked, &base, "New rows");
    let rows: Vec<_> = added
        .into_iter()
        .map(|Added { row, new, controls }| {
            let initial = &new.estimates.initial;
            let severity = initial.severity.map(|severity| format!("S{}", severity.level()));
            let likelihood = initial.likelihood.of_harm().map(domain::risk::Probability::shown);
            let risk: Vec<String> = severity.into_iter().chain(likelihood).collect();
            let controls: Vec<String> =
                controls.into_iter().map(|control| control.title.to_string()).collect();
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" class="fit">{format!("Row {row}")}</th>
                    <td role="cell" data-label="Hazard">{said(&new.hazard)}</td>
                    <td role="cell" data-label="Sequence of events">{said(&new.events)}</td>
                    <td role="cell" data-label="Hazardous situation">{said(&new.situation)}</td>
                    <td role="cell" data-label="Harm">{said(&new.harm)}</td>
                    <td role="cell" data-label="Before control">{said(&risk.join(", "))}</td>
                    <td role="cell" data-label="Controls">{said(&controls.join("\n"))}</td>
                </tr>
            }
        })
        .collect();
    let columns = [
        "In the file",
        "Hazard",
        "Sequence of events",
        "Hazardous situation",
        "Harm",
        "Before control",
        "Controls",
    ]
    .map(Column::new)
    .to_vec();
    view! { <DataTable caption="Rows that are new" columns class="table-blocks">{rows}</DataTable>{pager} }
        .into_any()
}

#[component]
fn Faults(faults: Vec<Fault>, asked: Asked, base: String) -> impl IntoView {
    if faults.is_empty() {
        return view! { <p class="quiet">"Nothing is refused."</p> }.into_any();
    }
    let (faults, pager) = page_of(faults, asked, &base, "Places");
    let rows: Vec<_> = faults
        .into_iter()
        .map(|fault| {
            let at = fault.column.map_or_else(
                || format!("Row {}", fault.row),
                |column| format!("Row {}, column {}", fault.row, column_letters(column)),
            );
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader" class="fit">{at}</th>
                    <td role="cell" data-label="Holds">{head(&fault.violation.field)}</td>
                    <td role="cell" data-label="In the file">{said(&fault.text)}</td>
                    <td role="cell" data-label="Why">{words::sentence(&fault.violation)}</td>
                </tr>
            }
        })
        .collect();
    let columns = ["Where", "Holds", "In the file", "Why"].map(Column::new).to_vec();
    view! { <DataTable caption="What is refused" columns class="table-blocks">{rows}</DataTable>{pager} }
        .into_any()
}

/// Cells that both sides changed: each with its two texts and the choice between them.
#[component]
fn Both(
    product: ProductId,
    draft: ImportDraftId,
    disputed: Vec<Disputed>,
    asked: Asked,
    base: String,
) -> impl IntoView {
    if disputed.is_empty() {
        return view! { <p class="quiet">"No cell was changed on both sides."</p> }.into_any();
    }
    let total = disputed.len();
    let (cells, pager) = page_of(disputed, asked, &base, "Cells");
    let cells: Vec<_> = cells
        .into_iter()
        .enumerate()
        .map(|(place, cell)| {
            let shown = |text: &str| if text.is_empty() { "(empty)".to_owned() } else { text.to_owned() };
            let options = vec![
                Choosable::new(Side::File.name(), "Take the file’s").with_hint(shown(&cell.file)),
                Choosable::new(Side::Register.name(), "Keep the register’s").with_hint(shown(&cell.register)),
            ];
            let label = format!(
                "{}, {} (row {} of the file)",
                shown_number("R", cell.number),
                head(cell.field),
                cell.row
            );
            let value = cell.side.map(Side::name).unwrap_or_default();
            view! {
                <Hidden name=format!("cell_{place}") value=cell.key />
                <Choice name=format!("side_{place}") label options value />
            }
        })
        .collect();
    let all = vec![
        Choosable::new("", "As chosen above"),
        Choosable::new(Side::File.name(), format!("Take the file’s in all {total}")),
        Choosable::new(Side::Register.name(), format!("Keep the register’s in all {total}")),
    ];
    view! {
        <Form action="/api/hazards/settle_import" id="settle" class="form-wide">
            <Hidden name="product" value=product.to_string() />
            <Hidden name="draft" value=draft.to_string() />
            <p class="quiet">"Each of these was changed in the register since the file was made, and in the file, too."</p>
            {cells}
            {(total > 1).then(|| view! { <Choice name="all" label="Or at once" options=all value="" /> })}
            <Actions submit="Keep these choices" />
        </Form>
        {pager}
    }
    .into_any()
}
