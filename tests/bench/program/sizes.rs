//! The browser's program on the wire.

use bench::installation::Problem;
use serde_json::Value;

use crate::Asked;
use crate::report::{Goal, Report, number};

/// Adds up the compressed files of WASM and JavaScript.
///
/// # Errors
/// When the bundle is not there.
pub fn measure(asked: &Asked, report: &mut Report) -> Result<(), Problem> {
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(asked.site.join("manifest.json"))?)?;
    let files = manifest["files"].as_object().ok_or("the manifest lists no files")?;
    let (mut code, mut style) = (0.0, 0.0);
    for entry in files.values() {
        let name = entry["file"].as_str().unwrap_or_default();
        let compressed = asked.site.join("pkg").join(format!("{name}.br"));
        let Ok(found) = std::fs::metadata(compressed) else { continue };
        let kilobytes = f64::from(u32::try_from(found.len())?) / 1000.0;
        match name.rsplit('.').next() {
            Some("wasm" | "js") => code += kilobytes,
            Some("css") => style += kilobytes,
            _ => {}
        }
    }
    let words = format!("{} kB; style sheet {} kB", number(code), number(style));
    report.add("size", "WASM and JavaScript, brotli", code, "kB", Some(Goal::AtMost(250.0)), words);
    Ok(())
}
