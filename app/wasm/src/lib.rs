//! The browser's entry: makes the islands of a page alive.

use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the page; the loader then calls each island by its name.
#[wasm_bindgen]
pub fn hydrate() {
    // Without a use of the crate the linker drops the islands with it.
    use app as _;
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
