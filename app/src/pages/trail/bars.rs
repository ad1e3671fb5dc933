//! The time line: a bar a day, drawn to the largest; a day that has entries is a link to them.

use leptos::prelude::*;
use service::trail::Day;
use time::{Date, Duration};

use super::address::Asked;
use crate::parts::time::day;
use crate::words::grouped;

/// Of the drawing: the room for a day, a bar in it, and the highest bar.
const ROOM: i64 = 24;
const BAR: i64 = 19;
const HIGH: i64 = 40;

/// The bars of a period.
#[component]
pub fn Bars(days: Vec<Day>, period: (Date, Date), asked: Asked, base: String) -> impl IntoView {
    let (first, last) = period;
    let Some(most) = days.iter().max_by_key(|day| day.entries).copied() else {
        return ().into_any();
    };
    let span = (last - first).whole_days() + 1;
    let summary = format!("Entries a day. Most on {}: {}.", day(most.day), grouped(most.entries));
    let bars: Vec<_> = days
        .into_iter()
        .map(|shown| {
            let x = (shown.day - first).whole_days() * ROOM;
            let high = (shown.entries * HIGH / most.entries).max(2);
            let words = format!("{} on {}", entries(shown.entries), day(shown.day));
            let label = words.clone();
            let href = asked.address(&base, |wanted| {
                wanted.from = Some(shown.day);
                wanted.to = Some(shown.day);
                wanted.before = None;
            });
            view! {
                <a href=href aria-label=label>
                    <rect class="bar-room" x=x y="0" width=ROOM height=HIGH></rect>
                    <rect class="bar-day" x=x + 1 y=HIGH - high width=BAR height=high><title>{words}</title></rect>
                </a>
            }
        })
        .collect();
    let width = span * ROOM;
    let half = first + Duration::days(span / 2);
    view! {
        <figure class="per-day">
            <figcaption class="per-day-words">{summary}</figcaption>
            <svg class="bars" viewBox=format!("0 0 {width} {}", HIGH + 1) preserveAspectRatio="none" role="group" aria-label="Entries a day">
                {bars}
                <line class="bar-base" x1="0" x2=width y1=HIGH y2=HIGH></line>
            </svg>
            <p class="per-day-scale" aria-hidden="true">
                <span>{day(first)}</span>
                {(span > 6).then(|| view! { <span>{day(half)}</span> })}
                {(span > 1).then(|| view! { <span>{day(last)}</span> })}
            </p>
        </figure>
    }
    .into_any()
}

fn entries(count: i64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped(count)) }
}
