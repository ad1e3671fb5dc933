//! Times: UTC in one fixed form; the local-time island adds the viewer's own time beside it.

use leptos::prelude::*;
use time::{Date, OffsetDateTime, UtcOffset};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `17 Nov 2026`.
#[must_use]
pub fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), MONTHS[usize::from(u8::from(date.month())) - 1], date.year())
}

/// `17 Nov 2026, 03:14:07`, in UTC.
#[must_use]
pub fn instant(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}, {}", day(at.date()), clock(at))
}

/// `03:14:07`, in UTC.
#[must_use]
pub fn clock(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `2026-11-17T03:14:07Z`, for the `datetime` attribute.
#[must_use]
pub fn machine(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// How much of a time is shown; the whole always stands in the title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Date, time and the word UTC.
    #[default]
    Full,
    /// Only the day.
    Day,
    /// Only the time of day: the day stands above it in a group row.
    Clock,
}

/// `<Time at=changed_at />`, `shown=Shown::Day` for a day. With script the viewer's time is put below or into the title.
#[component]
pub fn Time(
    /// The instant.
    at: OffsetDateTime,
    /// How much of it.
    #[prop(optional)]
    shown: Shown,
) -> impl IntoView {
    let words = match shown {
        Shown::Full => format!("{} UTC", instant(at)),
        Shown::Day => day(at.to_offset(UtcOffset::UTC).date()),
        Shown::Clock => clock(at),
    };
    let class = match shown {
        Shown::Full => "time time-full",
        Shown::Day => "time time-day",
        Shown::Clock => "time time-clock",
    };
    view! { <time class=class datetime=machine(at) title=format!("{} UTC", instant(at))>{words}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_whatever_its_offset() {
        let at = time::macros::datetime!(2026-11-17 04:14:07 +1);
        assert_eq!(instant(at), "17 Nov 2026, 03:14:07");
        assert_eq!(machine(at), "2026-11-17T03:14:07Z");
    }
}
