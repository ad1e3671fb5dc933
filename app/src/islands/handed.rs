//! What the server hands to an island: the same value on both sides, so that both draw the same.
//!
//! The page draws [`hand`] before the island; the island asks for it with [`handed`]. Why not props: the island macro
//! reads props as JSON in the browser, and no other code there needs a reader of JSON (`domain::lines` says more).

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that is handed to an island. A page hands over each of them once at most.
pub trait Handed: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The id of the element that carries it, unlike any other of the page.
    const ID: &'static str;
}

/// Hands a value to the island that follows.
///
/// # Panics
/// When the value has no form as lines, which its first drawing shows.
#[cfg(feature = "ssr")]
pub fn hand<T: Handed>(value: T) -> leptos::prelude::AnyView {
    use leptos::prelude::*;
    let lines = domain::lines::write(&value).expect("what is handed over has a form as lines");
    provide_context(value);
    view! { <template id=T::ID data-handed=lines></template> }.into_any()
}

/// What was handed over.
///
/// # Panics
/// When nothing was.
#[cfg(not(feature = "hydrate"))]
#[must_use]
pub fn handed<T: Handed>() -> T {
    leptos::prelude::expect_context()
}

/// What was handed over.
///
/// # Panics
/// When nothing was, or by a server of another build; the island stays as the server drew it.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn handed<T: Handed>() -> T {
    let carrier = leptos::prelude::document().get_element_by_id(T::ID);
    let lines = carrier.and_then(|element| element.get_attribute("data-handed"));
    lines.and_then(|lines| domain::lines::read(&lines).ok()).expect("the page hands it over")
}
