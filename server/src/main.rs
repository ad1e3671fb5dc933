//! hazel
fn main() {}
