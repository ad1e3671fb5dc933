//! Hazel over HTTP, from outside: one module an area.

mod demonstration;
mod forms_as_browsers_read_them;
mod serving;
mod trail_refusals;
