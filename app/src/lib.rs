//! The product that people see: pages, parts, islands, and the operations they call.
//!
//! - **Pages are documents.** A page loads what it shows through `service` and answers a [`document::Document`];
//!   status and redirects are decided before anything is drawn. Pages exist on the server only.
//! - **Islands are alive.** The few parts that answer while a person types or presses keys are islands; they are
//!   compiled for both sides and are the only code that the browser loads, with the rules of `domain`.
//! - **Operations are server functions**, called by plain forms and by islands at the same address.
//!
//! Why not a client-side router: every page is a document with an address, a status and a title; loading it whole
//! costs a few milliseconds on an intranet, keeps the browser code small, makes script and no script the same
//! path, and leaves no page whose handlers are silently dead.
//!
//! Invariants: every page works without script; no inline styles or scripts; `<textarea>` is written in one place;
//! text of people is never markup. Features: `ssr` for the server, `hydrate` for the browser, never both.

#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "a component owns what it draws; the fields of a form are the arguments of its operation"
)]

pub mod api;
pub mod error;
pub mod islands;
pub mod parts;
pub mod words;

#[cfg(feature = "ssr")]
pub mod cookie;
#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod multipart;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod place;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
