//! The twelve-pixel shapes. A shape never stands alone: the word beside it carries the meaning,
//! so each is hidden from assistive technology.

use leptos::prelude::*;

/// One shape of the visual language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Acceptable risk, draft record: an empty circle.
    Ring,
    /// Risk to reduce: a diamond, half filled.
    Diamond,
    /// Unacceptable risk: a filled square.
    Square,
    /// Blocks release: a filled octagon with a bar.
    Octagon,
    /// Warns: an outlined triangle with a mark.
    Triangle,
    /// Right, passed.
    Tick,
    /// Missing record: a dashed circle.
    Dashed,
    /// In review: a circle, half filled.
    Half,
    /// Approved: a filled circle with a tick.
    Done,
    /// Stale, late, lapsed: a clock.
    Clock,
    /// Not used, does not count.
    Dash,
    /// Opens downwards.
    Chevron,
}

/// Draws a [`Shape`] in the current text colour.
#[component]
pub fn Icon(
    /// Which shape.
    shape: Shape,
) -> impl IntoView {
    let inner = match shape {
        Shape::Ring => {
            view! { <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.5" /> }
                .into_any()
        }
        Shape::Diamond => view! {
            <path d="M6 1 11 6 6 11 1 6Z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" />
            <path d="M6 1 1 6 6 11Z" fill="currentColor" />
        }
        .into_any(),
        Shape::Square => view! { <path d="M1.5 1.5h9v9h-9z" fill="currentColor" /> }.into_any(),
        Shape::Octagon => view! {
            <path d="M3.7.5h4.6l3.2 3.2v4.6l-3.2 3.2H3.7L.5 8.3V3.7Z" fill="currentColor" />
            <path d="M3 6h6" class="icon-hole" stroke-width="1.8" />
        }
        .into_any(),
        Shape::Triangle => view! {
            <path d="M6 1.2 11.2 10.6H.8Z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" />
            <path d="M6 4.6v2.8M6 8.5v1.1" stroke="currentColor" stroke-width="1.2" />
        }
        .into_any(),
        Shape::Tick => {
            view! { <path d="m1.5 6.5 3 3 6-7" fill="none" stroke="currentColor" stroke-width="1.8" /> }
                .into_any()
        }
        Shape::Dashed => view! {
            <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2 1.6" />
        }
        .into_any(),
        Shape::Half => view! {
            <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.4" />
            <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2Z" fill="currentColor" />
        }
        .into_any(),
        Shape::Done => view! {
            <circle cx="6" cy="6" r="5.4" fill="currentColor" />
            <path d="m3.2 6.2 2 2 3.6-4.1" fill="none" class="icon-hole" stroke-width="1.5" />
        }
        .into_any(),
        Shape::Clock => view! {
            <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" stroke-width="1.3" />
            <path d="M6 3.2V6l2 1.4" fill="none" stroke="currentColor" stroke-width="1.2" />
        }
        .into_any(),
        Shape::Dash => {
            view! { <path d="M3 6h6" stroke="currentColor" stroke-width="1.5" /> }.into_any()
        }
        Shape::Chevron => {
            view! { <path d="m2.5 4.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentColor" stroke-width="1.5" /> }
                .into_any()
        }
    };
    view! {
        <svg class="icon" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
            {inner}
        </svg>
    }
}
