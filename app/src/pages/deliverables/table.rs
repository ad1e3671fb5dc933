//! The table of deliverables: three columns of bars, and what the team says about each.

use domain::deliverable::clauses::{printed, table};
use domain::deliverable::{Clause, Need as Asked, Owed};
use domain::ids::ProductId;
use domain::scheme::iec62304::SafetyClass;
use leptos::prelude::*;
use service::deliverables::{Line, PossibleOwner, Room};

use super::edit::EditRecord;
use super::view::View;
use crate::parts::time::day;
use crate::parts::{Badge, Column, DataTable, Empty, Icon, Need, NeedBar, Progress, ProgressMark, Shape};
use crate::words::deliverables::progress;

/// What every row needs to know.
#[derive(Clone)]
struct Setting {
    product: ProductId,
    view: View,
    class: SafetyClass,
    compared: Option<SafetyClass>,
    may_edit: bool,
    owners: Vec<PossibleOwner>,
}

impl Setting {
    fn of(
        product: ProductId,
        room: &Room,
        view: View,
        class: SafetyClass,
        compared: Option<SafetyClass>,
    ) -> Self {
        let owners = room.owners.clone();
        Self { product, view, class, compared, may_edit: room.may_edit, owners }
    }

    fn edits(&self, line: &Line) -> bool {
        self.may_edit && self.view.edit.as_deref() == Some(line.deliverable().id.as_str())
    }
}

/// Deliverables under the heading of their first clause.
#[component]
pub(super) fn ByClause(
    product: ProductId,
    room: Room,
    view: View,
    class: SafetyClass,
    compared: Option<SafetyClass>,
) -> impl IntoView {
    let setting = Setting::of(product, &room, view, class, compared);
    let groups: Vec<_> = table()
        .groups
        .iter()
        .filter_map(|group| {
            let mine = |line: &&Line| line.deliverable().group().place == group.place;
            let owed = room.lines.iter().filter(mine).filter(|line| line.counts).count();
            let approved =
                room.lines.iter().filter(mine).filter(|line| line.counts && is_approved(line)).count();
            let rows: Vec<_> = room
                .lines
                .iter()
                .filter(mine)
                .filter(|line| setting.view.shows(line) || setting.edits(line))
                .map(|line| view! { <Row line=line.clone() setting=setting.clone() /> })
                .collect();
            (!rows.is_empty()).then(|| {
                view! {
                    <tbody>
                        <tr role="row" class="group">
                            <th scope="rowgroup" role="rowheader" colspan="11">
                                {format!("{} {}", group.place, group.title)}
                                <span class="group-count">{format!("{approved} of {owed} approved")}</span>
                            </th>
                        </tr>
                        {rows}
                    </tbody>
                }
            })
        })
        .collect();
    if groups.is_empty() {
        return view! { <NothingFound /> }.into_any();
    }
    view! {
        <DataTable caption="Deliverables by clause" columns=columns(class, compared) class="table-compact deliverables table-blocks" grouped=true>
            {groups}
        </DataTable>
    }
    .into_any()
}

/// Deliverables by their names.
#[component]
pub(super) fn ByDocument(
    product: ProductId,
    room: Room,
    view: View,
    class: SafetyClass,
    compared: Option<SafetyClass>,
) -> impl IntoView {
    let setting = Setting::of(product, &room, view, class, compared);
    let mut lines: Vec<Line> =
        room.lines.into_iter().filter(|line| setting.view.shows(line) || setting.edits(line)).collect();
    lines.sort_by(|one, other| one.deliverable().name.cmp(&other.deliverable().name));
    if lines.is_empty() {
        return view! { <NothingFound /> }.into_any();
    }
    let rows: Vec<_> = lines.into_iter().map(|line| view! { <Row line setting=setting.clone() /> }).collect();
    view! {
        <DataTable caption="Deliverables by name" columns=columns(class, compared) class="table-compact deliverables table-blocks">
            {rows}
        </DataTable>
    }
    .into_any()
}

#[component]
fn NothingFound() -> impl IntoView {
    view! { <Empty title="No deliverable is in this view." words="Choose another filter above." /> }
}

fn columns(class: SafetyClass, compared: Option<SafetyClass>) -> Vec<Column> {
    let mut columns = vec![
        Column::new("No.").class("col-number"),
        Column::new("Deliverable").class("col-name"),
        Column::new("Clauses").class("col-clauses"),
    ];
    columns.extend(
        SafetyClass::ALL
            .map(|column| Column::new(column.letter()).class(class_of_column(column, class, compared))),
    );
    columns.extend([
        Column::new("Why it is or is not required").class("col-why"),
        Column::new("Status").class("col-status"),
        Column::new("Owner").class("col-owner"),
        Column::new("Due").class("col-due"),
        Column::new("Evidence").class("col-evidence"),
    ]);
    columns
}

/// The class of a cell in one of the three columns of bars.
pub(super) fn class_of_column(
    column: SafetyClass,
    class: SafetyClass,
    compared: Option<SafetyClass>,
) -> &'static str {
    if column == class {
        "col-class is-current"
    } else if Some(column) == compared {
        "col-class is-what-if"
    } else {
        "col-class"
    }
}

#[component]
fn Row(line: Line, setting: Setting) -> impl IntoView {
    let Setting { product, class, compared, .. } = setting;
    let deliverable = line.deliverable();
    let now = line.at(class);
    let bars: Vec<_> = SafetyClass::ALL
        .into_iter()
        .map(|column| {
            view! {
                <td role="cell" class=class_of_column(column, class, compared) data-label=column.letter()>
                    <NeedBar need=need(line.at(column).need) />
                </td>
            }
        })
        .collect();
    let row_class = (!line.counts).then_some("is-not-required");
    let edited = setting.edits(&line).then(|| {
        let Setting { product, view, owners, .. } = setting.clone();
        view! {
            <tr role="row" class="edit-row" id="edit">
                <td role="cell" colspan="11"><EditRecord product line=line.clone() owners view /></td>
            </tr>
        }
    });
    let selected = edited.is_some().then_some("true");
    view! {
        <tr role="row" id=deliverable.id.clone() class=row_class aria-selected=selected>
            <th scope="row" role="rowheader" class="col-number">{deliverable.id.clone()}</th>
            <td role="cell" class="col-name"><Name line=line.clone() class compared /></td>
            <td role="cell" class="col-clauses"><Places clauses=deliverable.clauses().collect() /></td>
            {bars}
            <td role="cell" class="col-why">{why(now)}</td>
            <td role="cell" class="col-status"><State line=line.clone() setting /></td>
            <td role="cell" class="col-owner" data-label="Owner">{line.owner_name.clone()}</td>
            <td role="cell" class="col-due" data-label="Due"><Due line=line.clone() /></td>
            <td role="cell" class="col-evidence" data-label="Evidence"><Evidence product line /></td>
        </tr>
        {edited}
    }
}

/// The name; struck where the compared class drops it, with what gets longer or shorter.
#[component]
fn Name(line: Line, class: SafetyClass, compared: Option<SafetyClass>) -> impl IntoView {
    let name = line.deliverable().name.clone();
    let about = line.deliverable().about.clone();
    let Some(other) = compared else {
        return view! { <span title=about>{name}</span> }.into_any();
    };
    let (now, then) = (line.at(class), line.at(other));
    let differing = |more: &Owed, less: &Owed| -> String {
        let places: Vec<String> = more
            .clauses
            .iter()
            .filter(|clause| !less.clauses.iter().any(|kept| kept.place == clause.place))
            .map(|clause| printed(&clause.place))
            .collect();
        places.join(", ")
    };
    match (now.need, then.need) {
        (Asked::NotRequired, Asked::NotRequired) => view! { <span title=about>{name}</span> }.into_any(),
        (Asked::NotRequired, _) => {
            view! { <span title=about>{name}</span>" "<Badge word=format!("class {other}: comes in") strong=true /> }.into_any()
        }
        (_, Asked::NotRequired) => {
            view! { <s title=about>{name}</s>" "<Badge word=format!("class {other}: drops") strong=true /> }.into_any()
        }
        _ if then.clauses.len() < now.clauses.len() => {
            let word = format!("class {other}: without {}", differing(now, then));
            view! { <span title=about>{name}</span>" "<Badge word /> }.into_any()
        }
        _ if then.clauses.len() > now.clauses.len() => {
            let word = format!("class {other}: also {}", differing(then, now));
            view! { <span title=about>{name}</span>" "<Badge word /> }.into_any()
        }
        _ => view! { <span title=about>{name}</span> }.into_any(),
    }
}

/// The clauses of a deliverable; neighbours are drawn together as a range.
#[component]
pub(super) fn Places(clauses: Vec<&'static Clause>) -> impl IntoView {
    let links: Vec<_> = ranges(&clauses)
        .into_iter()
        .map(|(first, last)| {
            let href = crate::parts::clause::clause_address(&first.citation());
            let words = if first.place == last.place {
                printed(&first.place)
            } else {
                format!("{}–{}", printed(&first.place), last_part(last))
            };
            view! { <a class="clause" href=href title=first.title.clone()>{words}</a>" " }
        })
        .collect();
    view! { <span class="clauses">{links}</span> }
}

/// `4.3.g` behind a dash is `g`; other places are written out.
fn last_part(clause: &Clause) -> String {
    match clause.place.rsplit_once('.') {
        Some((_, letter)) if letter.bytes().all(|byte| byte.is_ascii_lowercase()) => letter.to_owned(),
        _ => clause.place.clone(),
    }
}

/// Runs of clauses that follow each other under the same heading: first and last of each.
fn ranges(clauses: &[&'static Clause]) -> Vec<(&'static Clause, &'static Clause)> {
    let place_in_table =
        |clause: &Clause| table().clauses.iter().position(|other| other.place == clause.place);
    let parent = |clause: &'static Clause| clause.place.rsplit_once('.').map(|(parent, _)| parent);
    let mut ranges: Vec<(&Clause, &Clause)> = Vec::new();
    for clause in clauses.iter().copied() {
        match ranges.last_mut() {
            Some((_, last))
                if parent(last) == parent(clause)
                    && place_in_table(clause) == place_in_table(last).map(|place| place + 1) =>
            {
                *last = clause;
            }
            _ => ranges.push((clause, clause)),
        }
    }
    ranges
}

/// Why the class asks for it, for a part of it, or not for it.
fn why(owed: &Owed) -> String {
    let differs = &owed.deliverable.differs;
    match owed.need {
        _ if owed.deliverable.condition.is_some() => owed.why(),
        Asked::Required => differs.clone(),
        Asked::Partly => {
            let missing: Vec<String> = owed
                .deliverable
                .clauses()
                .filter(|clause| !clause.applies_to(owed.class))
                .map(|clause| printed(&clause.place))
                .collect();
            format!("At class {} without {}. {differs}", owed.class, missing.join(", "))
        }
        Asked::NotRequired => owed.why(),
    }
}

/// The status, as a link to the form for those who may change it.
#[component]
fn State(line: Line, setting: Setting) -> impl IntoView {
    let said = line.status();
    let untouched = line.revision.0 == 0;
    let mark = if line.counts {
        view! { <ProgressMark progress=progress(said) word=crate::words::deliverables::status(said) /> }
            .into_any()
    } else if untouched {
        let word = if line.deliverable().condition.is_some() { "not used" } else { "not required" };
        view! { <ProgressMark progress=Progress::NotUsed word /> }.into_any()
    } else {
        view! { <ProgressMark progress=Progress::NotUsed word=format!("not required, {}", crate::words::deliverables::status(said)) /> }
            .into_any()
    };
    let reason = line.upkeep.reason.as_ref().map(|reason| view! { <small>{reason.to_string()}</small> });
    let by_record =
        (line.counts && line.is_its_record()).then(|| view! { " "<small>"by its record"</small> });
    if line.deliverable().condition.is_some() && !line.counts {
        // Whether it is owed is decided by the three questions, not here.
        let href = format!("/products/{}/legacy", setting.product);
        return view! { {mark}" "<a class="quiet no-print" href=href>"Is it legacy software?"</a> }
            .into_any();
    }
    let edit = setting.may_edit.then(|| {
        let id = line.deliverable().id.clone();
        let view = View { edit: Some(id.clone()), ..setting.view };
        let spoken = format!("Change {id} {}", line.deliverable().name);
        view! { " "<a class="quiet no-print" href=format!("{}#edit", view.address(setting.product)) aria-label=spoken>"Change"</a> }
    });
    view! { {mark}{edit}{by_record}{reason} }.into_any()
}

#[component]
fn Due(line: Line) -> impl IntoView {
    let shown = line.upkeep.due.map(day);
    if line.is_late {
        view! { <span class="mark is-warn"><Icon shape=Shape::Clock />{shown}<span class="spoken">" late"</span></span> }
            .into_any()
    } else {
        shown.into_any()
    }
}

/// The link to where it lies, and the note. A record that is kept here comes first.
#[component]
fn Evidence(product: ProductId, line: Line) -> impl IntoView {
    let record = line.record.map(|record| {
        let href = format!("/products/{product}/classification/{record}/review");
        view! { <a href=href>"The approved assessment"</a>" " }
    });
    let link = line.upkeep.link.as_ref().map(|link| {
        let shown = link.as_str().trim_start_matches("https://").trim_start_matches("http://");
        let short: String = shown.chars().take(40).collect();
        let cut = if short.len() < shown.len() { "…" } else { "" };
        view! { <a href=link.as_str().to_owned() rel="noreferrer">{format!("{short}{cut}")}</a>" " }
    });
    let note =
        line.upkeep.note.as_ref().map(|note| view! { <span class="prewrap">{note.to_string()}</span> });
    view! { {record}{link}{note} }
}

/// The bar of a need.
pub(super) const fn need(asked: Asked) -> Need {
    match asked {
        Asked::Required => Need::Required,
        Asked::Partly => Need::Partly,
        Asked::NotRequired => Need::NotRequired,
    }
}

fn is_approved(line: &Line) -> bool {
    line.status() == domain::deliverable::Status::Approved
}

#[cfg(test)]
mod tests {
    use domain::deliverable::catalogue::deliverable;

    use super::*;

    fn words(id: &str) -> Vec<String> {
        let clauses: Vec<_> = deliverable(id).unwrap().clauses().collect();
        ranges(&clauses).into_iter().map(|(first, last)| format!("{}–{}", first.place, last.place)).collect()
    }

    #[test]
    fn neighbours_under_one_heading_are_drawn_together() {
        assert_eq!(words("D05"), ["5.1.1–5.1.12"]);
        assert_eq!(words("D03"), ["4.3.a–4.3.a", "4.3.c–4.3.g"]);
        assert_eq!(words("D12"), ["5.2.1–5.2.3", "5.2.5–5.2.5", "7.2.2–7.2.2"]);
    }
}
