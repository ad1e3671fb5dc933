//! The viewer's own time beside every UTC time of the page.
//!
//! The page says UTC and is complete without this. Once the island wakes, each `<time>` gets the local time in its
//! title; a time of day in a table gets it as a second line as well. Times inside sentences stay as they are.

use leptos::prelude::*;

/// Wakes once for the whole page; draws nothing itself.
#[island]
pub fn LocalTime() -> impl IntoView {
    Effect::new(|_| localise());
    view! { <span hidden=true></span> }
}

#[cfg(feature = "hydrate")]
fn localise() {
    use wasm_bindgen::JsCast;
    let Ok(times) = document().query_selector_all("time[datetime]") else { return };
    let zone = zone();
    for place in 0..times.length() {
        let Some(element) = times.item(place).and_then(|node| node.dyn_into::<web_sys::Element>().ok())
        else {
            continue;
        };
        let Some(local) = element.get_attribute("datetime").and_then(|text| local(&text)) else { continue };
        let utc = element.get_attribute("title").unwrap_or_default();
        let _ = element.set_attribute("title", &format!("{utc} · {local} {zone}"));
        if element.class_list().contains("time-clock") {
            append(&element, &format!("{local} {zone}"));
        }
    }
}

#[cfg(not(feature = "hydrate"))]
fn localise() {}

/// The second line, behind the time itself.
#[cfg(feature = "hydrate")]
fn append(element: &web_sys::Element, words: &str) {
    let Ok(line) = document().create_element("span") else { return };
    line.set_class_name("time-local");
    line.set_text_content(Some(words));
    let _ = element.append_child(&line);
}

/// `2026-11-17 04:14:07` where the viewer is; none when the text is no time.
#[cfg(feature = "hydrate")]
fn local(utc: &str) -> Option<String> {
    let date = js_sys::Date::new(&utc.into());
    if date.get_time().is_nan() {
        return None;
    }
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = usize::try_from(date.get_month()).ok().and_then(|month| MONTHS.get(month).copied())?;
    Some(format!(
        "{} {month}, {:02}:{:02}:{:02}",
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    ))
}

/// The name of the viewer's zone, shortened to its city.
#[cfg(feature = "hydrate")]
fn zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let options = format.resolved_options();
    let name = js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string());
    let name = name.unwrap_or_else(|| "local".to_owned());
    name.rsplit('/').next().unwrap_or(&name).replace('_', " ")
}
