//! The entry of the browser program: `start.js` calls [`hydrate`] once, then each island's own export.
//!
//! Deliberately absent: everything else. What lives in the browser is in `app::islands`.

// Islands are exported by name; without this line the linker would drop the crate that holds them.
use app as _;

/// Takes the words of the rules, before [`hydrate`] on pages that need them.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn take_words(text: &str) {
    domain::words::give(text).expect("the words are of this build");
}

/// Makes the page ready for its islands.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    leptos::mount::hydrate_islands();
}
