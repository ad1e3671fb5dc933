//! The table of entries, under a heading for each day.

use leptos::prelude::*;
use service::trail::{Entry, Story};
use time::{Date, UtcOffset};

use super::address::Asked;
use crate::parts::{Column, DataTable, Shown, Time};
use crate::words::grouped;
use crate::words::trail::{self as words, Change};

/// How many fields of a new record are shown before the rest folds away.
const FIRST_FIELDS: usize = 3;

/// The entries of a page.
#[component]
pub fn Entries(story: Story, asked: Asked, base: String, site: bool) -> impl IntoView {
    let columns = vec![
        Column::new("Time, UTC").class("when"),
        Column::new("Who, proved by").class("who"),
        Column::new("Action").class("deed"),
        Column::new("What, old → new").class("what"),
        Column::new("Place").class("place"),
        Column::new("Entry").class("entry"),
    ];
    let story = StoredValue::new(story);
    let days: Vec<(Date, Vec<usize>)> = story.with_value(|story| by_day(&story.entries));
    let days: Vec<_> = days
        .into_iter()
        .map(|(day, numbers)| {
            let acts = story.with_value(|story| by_act(&story.entries, &numbers));
            let rows: Vec<_> = numbers
                .into_iter()
                .zip(acts)
                .map(|(place, act)| {
                    let asked = asked.clone();
                    let base = base.clone();
                    story.with_value(|story| row(&story.entries[place], story, act, &asked, &base, site))
                })
                .collect();
            view! {
                <tbody>
                    <tr class="group"><th colspan="6" scope="rowgroup">{weekday(day)}</th></tr>
                    {rows}
                </tbody>
            }
        })
        .collect();
    view! { <DataTable caption="Entries of the trail, newest first" columns class="trail-table table-blocks" grouped=true>{days}</DataTable> }
}

/// The places of the entries, day by day, as they come.
fn by_day(entries: &[Entry]) -> Vec<(Date, Vec<usize>)> {
    let mut days: Vec<(Date, Vec<usize>)> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let day = entry.at.to_offset(UtcOffset::UTC).date();
        match days.last_mut() {
            Some((last, places)) if *last == day => places.push(place),
            _ => days.push((day, vec![place])),
        }
    }
    days
}

/// Where an entry stands among those of one act: saving one form can change several records, each of which has its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InAct {
    /// The first of so many that follow each other.
    First(usize),
    /// One of those after it.
    Further,
}

/// The entries of a day, act by act.
fn by_act(entries: &[Entry], places: &[usize]) -> Vec<InAct> {
    let same = |one: &usize, other: &usize| {
        let (one, other) = (&entries[*one], &entries[*other]);
        (&one.request, &one.action, one.actor) == (&other.request, &other.action, other.actor)
    };
    let acts = places.chunk_by(same);
    acts.flat_map(|act| {
        std::iter::once(InAct::First(act.len())).chain(act.iter().skip(1).map(|_| InAct::Further))
    })
    .collect()
}

fn weekday(day: Date) -> String {
    format!("{} {} {} {}", day.weekday(), day.day(), day.month(), day.year())
}

fn row(
    entry: &Entry,
    story: &Story,
    act: InAct,
    asked: &Asked,
    base: &str,
    site: bool,
) -> impl IntoView + use<> {
    let author = words::author(entry);
    let class = match (author.system, act) {
        (false, InAct::First(_)) => None,
        (true, InAct::First(_)) => Some("is-rule"),
        (false, InAct::Further) => Some("same-act"),
        (true, InAct::Further) => Some("is-rule same-act"),
    };
    let together = match act {
        InAct::First(entries) if entries > 1 => {
            Some(view! { <small>{format!("one act, {entries} entries")}</small> })
        }
        _ => None,
    };
    let at = entry.at;
    let history = entry.record.map(|record| {
        let href = asked.address(base, |wanted| {
            wanted.record = Some(record);
            wanted.before = None;
        });
        let revision = entry.version.map_or_else(|| "this record".to_owned(), |version| format!("revision {version}"));
        view! { <small><a class="quiet" href=href title="Only entries about this record">{revision}</a></small> }
    });
    let id = format!("entry-{}", entry.number);
    // An empty text would be drawn as a blank; an empty cell falls away on a phone.
    let place = entry.workstation.clone();
    let client = entry.client.clone().filter(|_| site);
    let reason = entry.reason.clone();
    view! {
        <tr class=class id=id.clone()>
            <td class="when" data-label="Time"><Time at shown=Shown::Clock /></td>
            <td class="who" data-label="Who">{author.name}<small>{author.proof}</small></td>
            <td class="deed" data-label="Action">{words::deed(&entry.action)}{together}</td>
            <td class="what" data-label="What">
                {about(entry, story)}
                {site.then(|| within(entry, story))}
                {fields(entry, story)}
                {reason.map(|reason| view! { <p class="because"><span>"Because "</span>{reason}</p> })}
            </td>
            <td class="place" data-label="Place">{place}{client.map(|client| view! { <small>{client}</small> })}</td>
            <td class="entry" data-label="Entry"><a class="entry-number" href=format!("#{id}")>{grouped(entry.number)}</a>{history}</td>
        </tr>
    }
}

/// The product that an entry belongs to, on the trail of the installation.
fn within(entry: &Entry, story: &Story) -> Option<impl IntoView + use<>> {
    let product = entry.product.filter(|product| entry.record != Some(*product))?;
    let known = story.known.get(&product)?;
    let href = format!("/products/{product}/trail");
    Some(
        view! { <span class="within">"in "<a class="quiet" href=href>{words::record_name(known)}</a></span> },
    )
}

/// The record that an entry is about: its kind, its name, and what became of it.
pub fn about(entry: &Entry, story: &Story) -> Option<impl IntoView + use<>> {
    let known = story.known.get(&entry.record?)?;
    let name = words::record_name(known);
    let kind = words::kind(&known.kind);
    let named = name != kind;
    let link = match words::record_page(known) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    };
    let change = words::change(entry);
    Some(view! {
        <span class="record">{named.then(|| view! { <span class="change-field">{kind}" "</span> })}{link}{(!change.is_empty()).then(|| format!(" {change}"))}</span>
    })
}

/// The fields of an entry. All that changed; of a new record the first, the rest folded away.
pub fn fields(entry: &Entry, story: &Story) -> impl IntoView + use<> {
    let mut all = words::changes(entry, story);
    let folded = if entry.old_body.is_none() && all.len() > FIRST_FIELDS + 1 {
        all.split_off(FIRST_FIELDS)
    } else {
        Vec::new()
    };
    let rest = (!folded.is_empty()).then(|| {
        let count = folded.len();
        let lines: Vec<_> = folded.into_iter().map(line).collect();
        view! { <details class="fold"><summary>{format!("{count} more fields")}</summary>{lines}</details> }
    });
    let lines: Vec<_> = all.into_iter().map(line).collect();
    view! { {lines}{rest} }
}

fn line(change: Change) -> impl IntoView {
    let Change { field, old, new } = change;
    let old = old.map(|old| view! { <del><span class="spoken">"from "</span>{old}</del>" → " });
    view! { <span class="change"><span class="change-field">{field}": "</span>{old}<strong>{new}</strong></span> }
}
