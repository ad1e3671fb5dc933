//! Shared parts of pages, on native elements.
