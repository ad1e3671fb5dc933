//! The head of a page and the sections below it: a rule, a word, a remark, a link to the room.

use leptos::prelude::*;

/// The head of a page: where it stands, its title, one line about it, and what can be done here.
#[component]
pub fn PageHead(
    /// The title, the page's only `<h1>`.
    #[prop(into)]
    title: String,
    /// The way here: address and word of each place above.
    #[prop(optional)]
    crumbs: Vec<(String, String)>,
    /// One line under the title.
    #[prop(optional, into)]
    lead: String,
    /// Buttons and links at the end edge: `actions=view! { … }.into_any()`.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// Marks and metadata under the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let last = crumbs.len();
    let crumbs: Vec<_> = crumbs
        .into_iter()
        .enumerate()
        .map(|(place, (href, word))| {
            view! { <li><a href=href>{word}</a>{(place + 1 < last).then_some(" / ")}</li> }
        })
        .collect();
    view! {
        <header class="head">
            <div class="head-words">
                {(!crumbs.is_empty()).then(|| view! { <nav class="crumbs" aria-label="Above this page"><ol>{crumbs}</ol></nav> })}
                <h1 class="title">{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
                {children.map(|children| view! { <div class="head-meta">{children()}</div> })}
            </div>
            {actions.map(|actions| view! { <div class="head-actions">{actions}</div> })}
        </header>
    }
}

/// A section: a rule, its title, an optional remark, and the link to the room at the end edge.
#[component]
pub fn Section(
    /// Its title.
    #[prop(into)]
    title: String,
    /// A quiet remark beside the title.
    #[prop(optional, into)]
    remark: String,
    /// The room: address and word.
    #[prop(optional_no_strip, into)]
    link: Option<(String, String)>,
    /// The id, so that links can lead here.
    #[prop(optional, into)]
    id: String,
    /// A class beside `section`.
    #[prop(optional, into)]
    class: String,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let id = (!id.is_empty()).then_some(id);
    view! {
        <section class=format!("section {class}") id=id>
            <div class="section-head">
                <h2 class="section-title">{title}</h2>
                {(!remark.is_empty()).then(|| view! { <p class="section-remark">{remark}</p> })}
                {link.map(|(href, word)| view! { <a class="section-link" href=href>{word}</a> })}
            </div>
            {children()}
        </section>
    }
}

/// A framed panel: only for instruments (live verdict, integrity).
#[component]
pub fn Panel(
    /// Its title.
    #[prop(into)]
    title: String,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel">
            <h2 class="panel-title">{title}</h2>
            {children()}
        </section>
    }
}

/// A quiet list of names and values. Children are [`Pair`]s.
#[component]
pub fn Pairs(
    /// The pairs.
    children: Children,
) -> impl IntoView {
    view! { <dl class="pairs">{children()}</dl> }
}

/// One name and its value.
#[component]
pub fn Pair(
    /// The name.
    #[prop(into)]
    name: String,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="pair">
            <dt>{name}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
