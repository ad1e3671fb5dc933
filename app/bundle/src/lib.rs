//! Makes the files that the browser loads: the one path to a site that is tested, shipped and run.
//!
//! In order: compile `app/wasm` for the browser, let wasm-bindgen (linked in, locked with everything else)
//! write the glue, shrink the module with `wasm-opt`, write the words of the rules, join the style sheets, compress,
//! name every file after its content and write `manifest.json`.
//!
//! # Invariants
//!
//! * The tool and the crate `wasm-bindgen` come from one lock file, so they can not disagree.
//! * A release site is never made without `wasm-opt`, and never above the [size budget](BROTLI_BUDGET).
//! * The same inputs give the same bytes and the same names; nothing in the site holds a time or a path.
//! * The manifest is written last. A site without one is unfinished, and the server refuses it.
//!
//! # Deliberately absent
//!
//! No network, no plug-ins, no CSS preprocessor, no code splitting, no watching: `./dev watch` calls this program again.
//!
//! # The manifest
//!
//! `target/site/manifest.json`, format 1:
//!
//! ```json
//! {
//!   "format": 1,
//!   "build": "0.1.0-5f0c1d2e3a4b",
//!   "profile": "release",
//!   "files": {
//!     "hazel.css": {
//!       "file": "hazel.9c1f0a7be2d4c3b5.css",
//!       "media_type": "text/css; charset=utf-8",
//!       "sha256": "64 hexadecimal digits of the plain file",
//!       "size": 48211,
//!       "brotli": { "size": 9120, "sha256": "..." },
//!       "gzip": { "size": 10877, "sha256": "..." }
//!     }
//!   }
//! }
//! ```
//!
//! Files lie in `target/site/pkg/`: the plain one under `file`, the compressed ones under `file` + `.br` and `file` + `.gz`.
//! Either compressed form is left out where it would not be smaller. A page needs the logical names `hazel.css`
//! and `start.js`; it may preload `hazel.js` and `hazel.wasm`. `build` names this set of files.

pub mod error;
pub mod glue;
pub mod manifest;
pub mod site;
pub mod styles;

pub use error::BundleError;

/// The stem of the files that make up the browser program.
pub const OUTPUT_NAME: &str = "hazel";
/// The crate that is compiled for the browser.
pub const WASM_PACKAGE: &str = "wasm";
/// The profile in which that crate is compiled for release.
pub const RELEASE_PROFILE: &str = "wasm-release";
/// The target of the browser program.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The folder of the site, from the root of the workspace.
pub const SITE_FOLDER: &str = "target/site";
/// The folder of the files inside the site, and their place in addresses.
pub const FILES_FOLDER: &str = "pkg";
/// The words of the rules, which pages with questions load beside the program.
pub const WORDS: &str = "words.txt";
/// The style sheet that names all others.
pub const STYLE_SHEET: &str = "style/hazel.css";
/// The most that the compressed module may weigh, in bytes.
pub const BROTLI_BUDGET: usize = 250_000;
