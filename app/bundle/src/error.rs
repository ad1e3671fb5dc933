//! What can stop a bundle, each with the way to mend it.

use std::path::PathBuf;

/// Why no site was made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file or folder could not be read or written.
    #[error("{path}: {cause}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A program could not be started.
    #[error("could not start `{program}`: {cause}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The browser program does not compile.
    #[error("the browser program does not compile; the compiler's words are above")]
    Compile,
    /// wasm-bindgen refused the module.
    #[error("wasm-bindgen refused the module: {0}")]
    Glue(String),
    /// A crate wants a package of npm in the browser.
    #[error(
        "a crate wants the npm package {0} in the browser, which this bundle does not ship: remove the crate"
    )]
    ForeignScript(String),
    /// There is no `wasm-opt`.
    #[error(
        "wasm-opt was not found: run `npm ci --prefix tests`, or point WASM_OPT at binaryen 117 or newer"
    )]
    NoShrinker,
    /// `wasm-opt` failed.
    #[error("wasm-opt failed; its words are above. It must be binaryen 117 or newer")]
    Shrink,
    /// The style sheet breaks the rules of [`crate::styles`].
    #[error("{0}")]
    Styles(String),
    /// The start script lost one of the names that are replaced.
    #[error("app/wasm/start.js does not import {0}")]
    StartScript(String),
    /// The module is too large.
    #[error(
        "the module weighs {size} bytes in brotli, the budget is {budget}: find out what came in before raising it"
    )]
    TooLarge {
        /// Measured.
        size: usize,
        /// Allowed.
        budget: usize,
    },
}

impl BundleError {
    /// Says which file an error of the system belongs to.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { path, cause }
    }
}
