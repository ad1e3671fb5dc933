//! http

