//! The ring of deliverables: one segment each, patterned by status, with the counts as a list beside it.

use std::f64::consts::PI;

use leptos::prelude::*;

use super::progress::{Progress, ProgressMark};

const ORDER: [Progress; 5] =
    [Progress::Approved, Progress::InReview, Progress::Draft, Progress::Stale, Progress::Missing];

/// A ring of counts by status. Order and patterns are fixed; statuses with no record are left out of the list.
#[component]
pub fn Ring(
    /// How many records each status has.
    counts: Vec<(Progress, usize)>,
    /// What is counted: "deliverables".
    #[prop(into)]
    of: String,
) -> impl IntoView {
    let count_of = |wanted: Progress| -> usize {
        counts.iter().filter(|(progress, _)| *progress == wanted).map(|(_, count)| count).sum()
    };
    let segments: Vec<Progress> =
        ORDER.into_iter().flat_map(|progress| std::iter::repeat_n(progress, count_of(progress))).collect();
    let total = segments.len();
    let approved = count_of(Progress::Approved);
    let paths: Vec<_> = segments
        .iter()
        .enumerate()
        .map(|(place, progress)| view! { <path class=segment_class(*progress) d=segment(place, total) /> })
        .collect();
    let list: Vec<_> = ORDER
        .into_iter()
        .filter(|progress| count_of(*progress) > 0)
        .map(|progress| {
            view! { <li><span class="ring-count">{count_of(progress)}</span><ProgressMark progress /></li> }
        })
        .collect();
    view! {
        <div class="ring">
            <svg class="ring-drawing" viewBox="0 0 160 160" width="160" height="160" role="img"
                aria-label=format!("{approved} of {total} {of} approved")>
                <defs>
                    <pattern id="ring-hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <path class="ring-hatch" d="M0 0V4" />
                    </pattern>
                    <pattern id="ring-hatch-warn" width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                        <path class="ring-hatch ring-hatch-warn" d="M0 0V3" />
                    </pattern>
                </defs>
                {paths}
                <text class="ring-figure" x="80" y="80" text-anchor="middle">{approved}</text>
                <text class="ring-under" x="80" y="98" text-anchor="middle">{format!("of {total}")}</text>
            </svg>
            <ul class="ring-list">{list}</ul>
        </div>
    }
}

const fn segment_class(progress: Progress) -> &'static str {
    match progress {
        Progress::Approved => "ring-approved",
        Progress::InReview => "ring-review",
        Progress::Draft => "ring-draft",
        Progress::Stale => "ring-stale",
        Progress::Missing | Progress::NotUsed => "ring-missing",
    }
}

/// The outline of segment `place` of `total`, clockwise from the top, with a gap after it.
fn segment(place: usize, total: usize) -> String {
    let turn = 2.0 * PI / f64::from(u32::try_from(total.max(1)).unwrap_or(u32::MAX));
    let gap = if total > 1 { (turn * 0.3).min(0.035) } else { 0.001 };
    let start = turn * f64::from(u32::try_from(place).unwrap_or(u32::MAX)) - PI / 2.0 + gap / 2.0;
    let end = start + turn - gap;
    let large = i32::from(end - start > PI);
    let at = |radius: f64, angle: f64| {
        format!("{:.2} {:.2}", 80.0 + radius * angle.cos(), 80.0 + radius * angle.sin())
    };
    format!(
        "M{} A78 78 0 {large} 1 {} L{} A54 54 0 {large} 0 {}Z",
        at(78.0, start),
        at(78.0, end),
        at(54.0, end),
        at(54.0, start)
    )
}
