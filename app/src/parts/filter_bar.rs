//! Filters as words with counts; the current one is underlined. And the form for filters that need typing.

use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// One filter: a link that is a view.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    label: String,
    href: String,
    count: Option<usize>,
    current: bool,
    mark: Option<(Shape, &'static str)>,
}

impl Filter {
    /// A word and the address of its view.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), ..Self::default() }
    }

    /// How many rows it shows.
    #[must_use]
    pub fn count(self, count: usize) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Whether this is the view that is shown.
    #[must_use]
    pub fn current(self, current: bool) -> Self {
        Self { current, ..self }
    }

    /// A shape before the word, with its colour class: `is-ok`, `is-warn`, `is-block`, `is-ink`.
    #[must_use]
    pub fn mark(self, shape: Shape, tone: &'static str) -> Self {
        Self { mark: Some((shape, tone)), ..self }
    }
}

/// A line of filters.
#[component]
pub fn FilterBar(
    /// The filters, "all" first.
    filters: Vec<Filter>,
    /// What they filter, for readers.
    #[prop(default = "Filter the list")]
    label: &'static str,
) -> impl IntoView {
    let links: Vec<_> = filters
        .into_iter()
        .map(|filter| {
            let current = filter.current.then_some("true");
            view! {
                <a class="filter" href=filter.href aria-current=current>
                    {filter.mark.map(|(shape, tone)| view! { <span class=format!("filter-mark {tone}")><Icon shape /></span> })}
                    <span>{filter.label}</span>
                    {filter.count.map(|count| view! { " "<span class="filter-count">{count}</span> })}
                </a>
            }
        })
        .collect();
    view! { <nav class="filters" aria-label=label>{links}</nav> }
}

/// Filters that need typing or choosing: a GET form in one line, so that the address holds them. Children are
/// fields and hidden inputs.
#[component]
pub fn FilterForm(
    /// The page.
    #[prop(into)]
    action: String,
    /// The word on its button.
    #[prop(default = "Show")]
    submit: &'static str,
    /// Fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form class="form form-inline filter-form" method="get" action=action role="search">
            {children()}
            <div class="actions"><button type="submit" class="button">{submit}</button></div>
        </form>
    }
}
