//! A table with a caption, column heads that name their scope, and links that sort.

use leptos::prelude::*;

/// How a column is sorted at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sorted {
    /// Not by this column.
    #[default]
    No,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// One column head.
#[derive(Clone, Debug, Default)]
pub struct Column {
    label: String,
    class: &'static str,
    sort: Option<(String, Sorted)>,
    spoken_only: bool,
}

impl Column {
    /// A column with a word above it.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column whose word is only spoken: buttons, marks.
    pub fn unlabelled(label: impl Into<String>) -> Self {
        Self { spoken_only: true, ..Self::new(label) }
    }

    /// The class of the head cell: sets its width, `is-number` for numbers.
    #[must_use]
    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// A link that sorts by this column, and how it is sorted now.
    #[must_use]
    pub fn sort(self, href: impl Into<String>, sorted: Sorted) -> Self {
        Self { sort: Some((href.into(), sorted)), ..self }
    }
}

/// The frame of a table. Children are `<tr>`s, written inside one `<tbody>`; for several groups set
/// `grouped=true` and write the `<tbody>`s yourself.
#[component]
pub fn DataTable(
    /// What the table holds; spoken, not shown, unless `caption_shown`.
    #[prop(into)]
    caption: String,
    /// Show the caption.
    #[prop(optional)]
    caption_shown: bool,
    /// The heads.
    columns: Vec<Column>,
    /// A class beside `table`: `table-compact` 12 px, `table-grid` for the register.
    #[prop(optional, into)]
    class: String,
    /// Children bring their own `<tbody>`s.
    #[prop(optional)]
    grouped: bool,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let caption_class = if caption_shown { "caption" } else { "caption spoken" };
    let heads: Vec<_> = columns.into_iter().map(head).collect();
    let body = if grouped { children().into_any() } else { view! { <tbody>{children()}</tbody> }.into_any() };
    view! {
        <div class="table-frame" tabindex="0" role="region" aria-label=caption.clone()>
            <table class=format!("table {class}") role="table">
                <caption class=caption_class>{caption.clone()}</caption>
                <thead><tr>{heads}</tr></thead>
                {body}
            </table>
        </div>
    }
}

fn head(column: Column) -> impl IntoView {
    let words = if column.spoken_only {
        view! { <span class="spoken">{column.label}</span> }.into_any()
    } else {
        match column.sort {
            None => column.label.into_any(),
            Some((href, sorted)) => {
                let arrow = match sorted {
                    Sorted::No => "",
                    Sorted::Ascending => " ↑",
                    Sorted::Descending => " ↓",
                };
                let aria = match sorted {
                    Sorted::No => "none",
                    Sorted::Ascending => "ascending",
                    Sorted::Descending => "descending",
                };
                return view! {
                    <th scope="col" class=column.class aria-sort=aria>
                        <a class="sort" href=href>{column.label}<span aria-hidden="true">{arrow}</span></a>
                    </th>
                }
                .into_any();
            }
        }
    };
    view! { <th scope="col" class=column.class>{words}</th> }.into_any()
}
