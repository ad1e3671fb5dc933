//! The rule packs: which are in force and since when, what they were written from, what changed, and every rule with
//! its citation and its caveat. Drafts stand apart: they can be tried, and give no verdict of record.

use axum::Extension;
use domain::scheme::draft::{Draft, draft, drafts};
use domain::scheme::{Change, Pack, Question, ResultWords, RuleWords, packs};
use leptos::prelude::*;

use super::At;
use crate::document::{Document, Frame, Page, SiteRoom};
use crate::error::AppError;
use crate::parts::{Badge, Clauses, Column, DataTable, PageHead, Pair, Pairs, Section};
use crate::request::RequestContext;

/// `GET /packs`: every signed-in person.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    context.actor()?;
    Ok(Document::new("Rule packs", Frame::site(SiteRoom::Packs), || {
        let lead = "What the questionnaire decides by. Each pack is one scheme, written from one text, with its \
                    questions, rules and caveats. An approved record keeps its pack, its answers and its text for ever.";
        let actions = view! { <a class="button" href="/packs/rerun">"Run records again"</a> }.into_any();
        view! {
            <PageHead title="Rule packs" lead actions />
            <InForce />
            <Drafts />
        }
    }))
}

/// `GET /packs/{pack}`: every signed-in person.
///
/// # Errors
/// Signed out; not found without such a pack.
pub async fn one(Extension(context): Extension<RequestContext>, At(id): At<String>) -> Page {
    context.actor()?;
    let frame = Frame::site(SiteRoom::Packs);
    if let Some(pack) = packs().iter().find(|pack| pack.id == id) {
        return Ok(Document::new(pack.title.clone(), frame, move || view! { <OnePack pack /> }));
    }
    let draft = draft(&id).ok_or(AppError::NotFound)?;
    Ok(Document::new(draft.title.clone(), frame, move || view! { <OneDraft draft /> }))
}

#[component]
fn InForce() -> impl IntoView {
    let rows = packs()
        .iter()
        .map(|pack| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/packs/{}", pack.id)>{pack.short_title.clone()}</a></th>
                    <td>{pack.edition.clone()}</td>
                    <td>{period(pack)}</td>
                    <td class="clause">{pack.edition_name()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::new("Verdict"),
        Column::new("Written from"),
        Column::new("In force"),
        Column::new("Pack"),
    ];
    view! {
        <Section title="In force" remark="these give verdicts">
            <DataTable caption="The rule packs in force" columns>{rows}</DataTable>
        </Section>
    }
}

fn period(pack: &Pack) -> String {
    match &pack.in_force_until {
        Some(until) => format!("{} to {until}", pack.in_force_since),
        None => format!("since {}", pack.in_force_since),
    }
}

#[component]
fn Drafts() -> impl IntoView {
    let rows = drafts()
        .iter()
        .map(|draft| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/packs/{}", draft.id)>{draft.title.clone()}</a>" "<Badge word="draft" />
                    </th>
                    <td>{draft.standing.clone()}</td>
                    <td><a href=format!("/packs/rerun?under={}", draft.id)>"Try it on the records"</a></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::new("Draft"), Column::new("Where it stands"), Column::unlabelled("Try")];
    view! {
        <Section title="Drafts" remark="never used for a verdict of record">
            <DataTable caption="The drafts" columns>{rows}</DataTable>
        </Section>
    }
}

fn crumbs() -> Vec<(String, String)> {
    vec![("/packs".to_owned(), "Rule packs".to_owned())]
}

#[component]
fn OnePack(pack: &'static Pack) -> impl IntoView {
    let lead = format!("{}, written from {}.", pack.short_title, pack.edition);
    let rules = pack.rules.iter().chain(&pack.comparison);
    view! {
        <PageHead title=pack.title.clone() crumbs=crumbs() lead />
        <Pairs>
            <Pair name="Pack">{pack.edition_name()}</Pair>
            <Pair name="In force">{period(pack)}</Pair>
        </Pairs>
        <Sources sources=&pack.sources />
        {rules_section(rules.collect())}
        <Questions questions=&pack.questions />
        <Results results=&pack.results />
        <Changes changes=&pack.changelog />
    }
}

#[component]
fn OneDraft(draft: &'static Draft) -> impl IntoView {
    let lead = draft.standing.clone();
    let actions = view! {
        <a class="button" href=format!("/packs/rerun?under={}", draft.id)>"Try it on the records"</a>
    }
    .into_any();
    let not_carried = draft.not_carried.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
    let replaces = packs().iter().find(|pack| pack.id == draft.replaces);
    view! {
        <PageHead title=draft.title.clone() crumbs=crumbs() lead actions>
            <Badge word="draft" />
            <span class="quiet">"never used for a verdict of record"</span>
        </PageHead>
        <Pairs>
            <Pair name="Pack">{draft.edition_name()}</Pair>
            <Pair name="Written from">{draft.edition.clone()}</Pair>
            <Pair name="Proposed">{draft.proposed.clone()}</Pair>
            {replaces
                .map(|pack| {
                    view! {
                        <Pair name="Would replace">
                            <a href=format!("/packs/{}", pack.id)>{pack.edition_name()}</a>
                        </Pair>
                    }
                })}
        </Pairs>
        <Section title="Not carried" remark="what is not known of it, or not asked">
            <ul class="pack-list">{not_carried}</ul>
        </Section>
        <Sources sources=&draft.sources />
        {rules_section(draft.rules.iter().collect())}
        <Results results=&draft.results />
        <Changes changes=&draft.changelog />
    }
}

#[component]
fn Sources(sources: &'static [String]) -> impl IntoView {
    let sources = sources.iter().map(|source| view! { <li>{source.clone()}</li> }).collect_view();
    view! { <Section title="Sources"><ul class="pack-list">{sources}</ul></Section> }
}

fn rules_section(rules: Vec<&'static RuleWords>) -> impl IntoView {
    (!rules.is_empty()).then(|| {
        let count = rules.len();
        let rules = rules
            .into_iter()
            .map(|rule| {
                view! {
                    <div class="pair">
                        <dt class="clause">{rule.id.clone()}</dt>
                        <dd>
                            <p>{rule.sentence.clone()}" "<Clauses citations=rule.citations.clone() /></p>
                            {rule.caveat.clone().map(|caveat| view! { <p class="quiet">"Not certain: "{caveat}</p> })}
                        </dd>
                    </div>
                }
            })
            .collect_view();
        let remark = if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") };
        view! { <Section title="Rules" remark><dl class="pairs pack-rules">{rules}</dl></Section> }
    })
}

#[component]
fn Questions(questions: &'static [Question]) -> impl IntoView {
    let count = questions.len();
    let rows = questions
        .iter()
        .map(|question| {
            let answers = question
                .options
                .iter()
                .map(|option| {
                    view! { <li><strong>{format!("{}: ", option.words)}</strong>{option.leads.clone()}</li> }
                })
                .collect_view();
            view! {
                <div class="pair">
                    <dt class="clause">{question.term.clone()}</dt>
                    <dd>
                        <p>{question.ask.clone()}" "<Clauses citations=question.citations.clone() /></p>
                        <ul class="quiet">{answers}</ul>
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <Section title="Questions" remark=format!("{count} asked here; each fact is asked once for all packs")>
            <dl class="pairs pack-rules">{rows}</dl>
        </Section>
    }
}

#[component]
fn Results(results: &'static [ResultWords]) -> impl IntoView {
    let rows = results
        .iter()
        .map(|result| {
            view! {
                <div class="pair">
                    <dt>{result.title.clone()}</dt>
                    <dd>{result.sentence.clone()}" "<Clauses citations=result.citations.clone() /></dd>
                </div>
            }
        })
        .collect_view();
    view! { <Section title="What can come out"><dl class="pairs pack-rules">{rows}</dl></Section> }
}

#[component]
fn Changes(changes: &'static [Change]) -> impl IntoView {
    let rows = changes
        .iter()
        .map(|change| {
            view! {
                <div class="pair">
                    <dt><span class="clause">{change.version.clone()}</span>" "<span class="quiet">{change.date.clone()}</span></dt>
                    <dd>{change.words.clone()}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <Section title="Changes"><dl class="pairs pack-rules">{rows}</dl></Section> }
}
