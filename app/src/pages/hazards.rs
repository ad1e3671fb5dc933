//! The hazard register: who can be hurt, and what stops it.

mod address;
mod file;
mod row;
mod standing;

use axum::Extension;
use axum::extract::RawQuery;
use domain::finding::Level;
use domain::ids::ProductId;
use domain::risk::{Acceptance, shown_number};
use leptos::prelude::*;
use service::hazards::{Filter, Register, Sort};
use service::what_if::Standpoint;

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::islands::handed::hand;
use crate::islands::register::{RegisterKeys, Shown};
use crate::parts::{Empty, FilterBar, FilterForm, Key, PageHead, Pager, Shape, Sorted};
use crate::request::RequestContext;

pub use file::{csv, workbook};
pub use row::{ChainFields, EstimateFields, bands_in_words, level, severities, weight};
pub use standing::plate;

use address::{Asked, LONGEST};
use row::{EditedRow, ShownRow};
use standing::Standing;

/// `GET /products/{product}/hazards`: view the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Page {
    let who = context.actor()?;
    let frame = Frame::product(&context, product, Room::Hazards).await?;
    let asked = Asked::read(query.as_deref());
    let register = service::hazards::register(&context.service, who, product, &asked.wanted)
        .await
        .map_err(|failure| context.face(failure))?;
    let standpoint = service::what_if::standpoint(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    Ok(Document::new("Hazard register", frame, move || {
        view! { <RegisterPage product register standpoint asked /> }
    }))
}

#[component]
fn RegisterPage(
    product: ProductId,
    register: Register,
    standpoint: Standpoint,
    asked: Asked,
) -> impl IntoView {
    let base = format!("/products/{product}/hazards");
    let csv = asked.address(&format!("{base}.csv"), Asked::restart);
    let xlsx = asked.address(&format!("{base}.xlsx"), Asked::restart);
    let import = register.editable.then(|| format!("{base}/import"));
    let add = register.editable.then(|| format!("{base}/new"));
    let actions = view! {
        <a class="button" href=xlsx download="">"Excel"</a>
        <a class="button" href=csv download="">"CSV"</a>
        {import.map(|href| view! { <a class="button" href=href>"Import"</a> })}
        {add.map(|href| view! { <a class="button button-primary" href=href>"Add row"</a> })}
    }
    .into_any();
    let filters = filters(&register, &asked, &base);
    let empty = register.rows.is_empty();
    let editable = register.editable;
    let standing = register.implied.clone();
    let declarable = register.declarable;
    view! {
        <div class="page-full register">
            <PageHead title="Hazard register" actions />
            <Standing product implied=standing standpoint declarable />
            <div class="pad register-find">
                <div id="register-filters"><FilterBar filters label="Filter the register" /></div>
                <ByWords asked=asked.clone() base=base.clone() />
            </div>
            {if empty {
                view! { <div class="pad" id="register-rows"><NoRows asked=asked.clone() base=base.clone() editable /></div> }.into_any()
            } else {
                view! {
                    <Grid product register=register.clone() asked=asked.clone() base=base.clone() />
                    {editable.then(|| view! { {hand(Shown { product })}<RegisterKeys /> })}
                }.into_any()
            }}
            <Foot register asked base />
        </div>
    }
}

/// The filters, as words with counts.
fn filters(register: &Register, asked: &Asked, base: &str) -> Vec<crate::parts::Filter> {
    let counts = &register.counts;
    let left = |acceptance: Option<Acceptance>| {
        let found = counts.left_by_evaluation.iter().find(|(evaluation, _)| *evaluation == acceptance);
        found.map_or(0, |(_, count)| *count)
    };
    let filter = |word: &str, filter: Filter, count: i64| {
        let href = asked.address(base, |asked| {
            asked.wanted.filter = filter;
            asked.restart();
        });
        let shown = crate::parts::Filter::new(word, href).current(asked.wanted.filter == filter);
        // The counts are those of the whole register.
        match usize::try_from(count) {
            Ok(count) if !asked.looks_for_words() => shown.count(count),
            _ => shown,
        }
    };
    let mut filters = vec![
        filter("All rows", Filter::All, counts.rows()),
        filter(
            "Unacceptable after",
            Filter::Left(Some(Acceptance::Unacceptable)),
            left(Some(Acceptance::Unacceptable)),
        )
        .mark(Shape::Square, "is-block"),
        filter("Reduce after", Filter::Left(Some(Acceptance::Reduce)), left(Some(Acceptance::Reduce)))
            .mark(Shape::Diamond, "is-warn"),
        filter(
            "Acceptable after",
            Filter::Left(Some(Acceptance::Acceptable)),
            left(Some(Acceptance::Acceptable)),
        )
        .mark(Shape::Ring, "is-ok"),
    ];
    if left(None) > 0 || asked.wanted.filter == Filter::Left(None) {
        filters.push(filter("Not estimated", Filter::Left(None), left(None)).mark(Shape::Dashed, "is-ink"));
    }
    filters.push(
        filter("Blocks release", Filter::With(Level::Blocks), counts.rows_with_blocks)
            .mark(Shape::Octagon, "is-block"),
    );
    filters.push(
        filter("Warns", Filter::With(Level::Warns), counts.rows_with_warnings)
            .mark(Shape::Triangle, "is-warn"),
    );
    if counts.withdrawn > 0 || asked.wanted.filter == Filter::Withdrawn {
        filters.push(filter("Withdrawn", Filter::Withdrawn, counts.withdrawn));
    }
    if let Some(words) = asked.special_filter() {
        let href = asked.address(base, |_| {});
        filters.push(crate::parts::Filter::new(words, href).current(true));
    }
    filters
}

/// Looks for rows by words, within the filter that is chosen.
#[component]
fn ByWords(asked: Asked, base: String) -> impl IntoView {
    let without = |base: &str| {
        asked.address(base, |asked| {
            asked.wanted.words.clear();
            asked.restart();
        })
    };
    let rest: Vec<_> = without("")
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| view! { <input type="hidden" name=name.to_owned() value=value.to_owned() /> })
        .collect();
    let everything = asked
        .looks_for_words()
        .then(|| view! { <a class="register-all" href=without(&base)>"Without these words"</a> });
    view! {
        <FilterForm action=base submit="Find">
            {rest}
            <label class="spoken" for="filter-words">"Words that a row holds"</label>
            <input class="input" id="filter-words" name="words" type="search" placeholder="Words that a row holds"
                value=asked.wanted.words.clone() maxlength=LONGEST.to_string() autocomplete="off" />
        </FilterForm>
        {everything}
    }
}

#[component]
fn NoRows(asked: Asked, base: String, editable: bool) -> impl IntoView {
    if asked.looks_for_words() {
        let words = format!(
            "No row here holds “{}” in its hazard, sequence of events, situation, harm or controls.",
            asked.wanted.words
        );
        return view! {
            <Empty title="No row holds these words" words>
                <a class="button" href=base>"Show all rows"</a>
            </Empty>
        }
        .into_any();
    }
    if asked.wanted.filter != Filter::All {
        return view! {
            <Empty title="No row fits" words="No row of this register fits this filter.">
                <a class="button" href=base>"Show all rows"</a>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty
            title="No hazard is written down yet"
            words="A row says how somebody can come to harm: a hazard, the events that lead on, the situation in which \
                   people are exposed, and the harm. An empty register proves nothing: it implies a class only once \
                   a person has declared the analysis complete."
        >
            {editable.then(|| view! { <a class="button button-primary" href=format!("{base}/new")>"Add the first row"</a> })}
        </Empty>
    }
    .into_any()
}

/// The table. Roles are written out, because on a phone each row becomes a block and the browser would drop them.
#[component]
fn Grid(product: ProductId, register: Register, asked: Asked, base: String) -> impl IntoView {
    let head = |sort: Sort, word: &'static str, class: &'static str| {
        let sorted = asked.wanted.sort == sort && asked.is_sortable();
        let direction = match (sorted, sort) {
            (false, _) => Sorted::No,
            (true, Sort::Number) => Sorted::Ascending,
            (true, Sort::Initial | Sort::Left) => Sorted::Descending,
        };
        let href = asked.address(&base, |asked| {
            asked.wanted.sort = sort;
            asked.restart();
        });
        sortable(word, class, href, direction, asked.is_sortable())
    };
    let plan = register.plan.plan.clone();
    let editable = register.editable;
    let rows: Vec<_> = register
        .rows
        .into_iter()
        .map(|row| {
            if editable && asked.edited == Some(row.record.risk.number) {
                view! { <EditedRow product row plan=plan.clone() asked=asked.clone() base=base.clone() /> }
                    .into_any()
            } else {
                view! { <ShownRow row editable asked=asked.clone() base=base.clone() /> }.into_any()
            }
        })
        .collect();
    view! {
        <div class="table-frame" tabindex="0" role="region" aria-label="Hazard register" id="register-rows">
            <table class="table register-grid" role="table">
                <caption class="caption spoken">"Risks: how each comes about, before and after control"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {head(Sort::Number, "ID", "col-id")}
                        <th scope="col" role="columnheader" class="col-hazard">"Hazard"</th>
                        <th scope="col" role="columnheader" class="col-sequence">"Foreseeable sequence of events"</th>
                        <th scope="col" role="columnheader" class="col-situation">"Hazardous situation"</th>
                        <th scope="col" role="columnheader" class="col-harm">"Harm"</th>
                        {head(Sort::Initial, "Before control", "col-before")}
                        <th scope="col" role="columnheader" class="col-controls">"Risk controls"</th>
                        {head(Sort::Left, "After control", "col-after")}
                        <th scope="col" role="columnheader" class="col-finding">"Findings"</th>
                        <th scope="col" role="columnheader" class="col-status"><span class="spoken">"Change"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn sortable(
    word: &'static str,
    class: &'static str,
    href: String,
    direction: Sorted,
    sortable: bool,
) -> impl IntoView {
    let (aria, arrow) = match direction {
        Sorted::No => ("none", ""),
        Sorted::Ascending => ("ascending", " ↑"),
        Sorted::Descending => ("descending", " ↓"),
    };
    let inside = if sortable {
        view! { <a class="sort" href=href>{word}<span aria-hidden="true">{arrow}</span></a> }.into_any()
    } else {
        word.into_any()
    };
    view! { <th scope="col" role="columnheader" class=class aria-sort=aria>{inside}</th> }
}

#[component]
fn Foot(register: Register, asked: Asked, base: String) -> impl IntoView {
    let shown = match (register.rows.first(), register.rows.last()) {
        (Some(first), Some(last)) => {
            let (first, last) = (first.record.risk.number, last.record.risk.number);
            let count = register.rows.len();
            let total = register.counts.rows();
            let rows = if count == 1 { "row" } else { "rows" };
            if asked.looks_for_words() {
                let (first, last) = (shown_number("R", first), shown_number("R", last));
                format!("{count} {rows} with “{}”, {first} to {last}", asked.wanted.words)
            } else if asked.wanted.sort == Sort::Number {
                format!(
                    "{count} {rows}, {} to {}, of {total}",
                    shown_number("R", first),
                    shown_number("R", last)
                )
            } else {
                format!("{count} {rows} of {total}")
            }
        }
        _ => "No rows".to_owned(),
    };
    let next = register.next.map(|place| asked.address(&base, |asked| asked.begin_after(place)));
    let first = asked.is_further_on().then(|| asked.address(&base, Asked::restart));
    let plan = &register.plan;
    let criteria = format!("Criteria {} of the risk plan; P per {}", plan.version, plan.plan.unit);
    let plan_page = format!("{}/risk-plan", base.trim_end_matches("/hazards"));
    let keys = register.editable;
    view! {
        <div class="register-foot" id="register-foot">
            <Pager shown previous=first previous_word="First rows" next next_word="Next rows" />
            <a href=plan_page>{criteria}</a>
            {keys.then(|| view! {
                <span class="register-keys">
                    <Key name="↑" /><Key name="↓" />" move " <Key name="Enter" />" edit " <Key name="Esc" />" leave"
                </span>
            })}
        </div>
    }
}
