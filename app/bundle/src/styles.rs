//! Joins the style sheets into one file, in the order that `style/hazel.css` gives.
//!
//! That file holds comments, `@layer` statements and lines of the form `@import "tokens.css" layer(tokens);`.
//! Each import becomes a `@layer` block with the file's text. The files of `style/pages/` need no line: they follow,
//! sorted by name, in the layer `pages`. The sheet stays plain CSS that a browser could load as it is.

use std::{fs, path::Path};

use crate::BundleError;

/// The layer of the files in `style/pages/`.
const PAGES_LAYER: &str = "pages";

/// The text of the one style sheet that the browser loads.
///
/// # Errors
/// When a file is missing, an import has another form, or a sheet is written but never imported.
pub fn join(sheet: &Path) -> Result<String, BundleError> {
    let folder = sheet.parent().unwrap_or(Path::new("."));
    let text = fs::read_to_string(sheet).map_err(BundleError::file(sheet))?;
    let mut joined = String::new();
    let mut imported = Vec::new();
    for line in text.lines() {
        if !line.trim_start().starts_with("@import") {
            joined.push_str(line);
            joined.push('\n');
            continue;
        }
        let (name, layer) = parse_import(line).ok_or_else(|| {
            BundleError::Styles(format!(
                "{}: write `@import \"name.css\" layer(name);`, not `{line}`",
                sheet.display()
            ))
        })?;
        append(&mut joined, &folder.join(name), layer)?;
        imported.push(name.to_owned());
    }
    for name in sheets_in(folder)? {
        if Some(name.as_str()) != sheet.file_name().and_then(|n| n.to_str()) && !imported.contains(&name) {
            return Err(BundleError::Styles(format!(
                "style/{name} is never imported: add a line to {}",
                sheet.display()
            )));
        }
    }
    let pages = folder.join("pages");
    if pages.is_dir() {
        for name in sheets_in(&pages)? {
            append(&mut joined, &pages.join(name), PAGES_LAYER)?;
        }
    }
    Ok(joined)
}

/// `@import "name.css" layer(name);` → name and layer.
fn parse_import(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim().strip_prefix("@import")?.trim_start().strip_prefix('"')?;
    let (name, rest) = rest.split_once('"')?;
    let layer = rest.trim().strip_prefix("layer(")?.strip_suffix(");")?;
    (!name.is_empty() && !layer.is_empty()).then_some((name, layer))
}

fn append(joined: &mut String, file: &Path, layer: &str) -> Result<(), BundleError> {
    let text = fs::read_to_string(file).map_err(BundleError::file(file))?;
    if text.contains("@import") {
        return Err(BundleError::Styles(format!("{}: only style/hazel.css imports", file.display())));
    }
    joined.push_str("@layer ");
    joined.push_str(layer);
    joined.push_str(" {\n");
    joined.push_str(text.trim_end());
    joined.push_str("\n}\n");
    Ok(())
}

fn sheets_in(folder: &Path) -> Result<Vec<String>, BundleError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(BundleError::file(folder))? {
        let name = entry.map_err(BundleError::file(folder))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".css") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pages")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn sheets_follow_in_the_order_of_the_imports_and_pages_come_last() {
        let folder = folder(&[
            (
                "hazel.css",
                "@layer tokens, parts, pages;\n@import \"tokens.css\" layer(tokens);\n@import \"parts.css\" layer(parts);\n",
            ),
            ("parts.css", "b { top: 0 }\n"),
            ("tokens.css", "a { top: 0 }\n"),
            ("pages/trail.css", "d { top: 0 }"),
            ("pages/items.css", "c { top: 0 }"),
        ]);
        assert_eq!(
            join(&folder.path().join("hazel.css")).unwrap(),
            "@layer tokens, parts, pages;\n@layer tokens {\na { top: 0 }\n}\n@layer parts {\nb { top: 0 }\n}\n\
             @layer pages {\nc { top: 0 }\n}\n@layer pages {\nd { top: 0 }\n}\n"
        );
    }

    #[test]
    fn a_sheet_that_nobody_imports_is_named() {
        let folder = folder(&[("hazel.css", "@layer a;\n"), ("lost.css", "")]);
        assert!(join(&folder.path().join("hazel.css")).unwrap_err().to_string().contains("lost.css"));
    }

    #[test]
    fn an_import_without_a_layer_is_refused() {
        let folder = folder(&[("hazel.css", "@import \"a.css\";\n"), ("a.css", "")]);
        assert!(join(&folder.path().join("hazel.css")).is_err());
    }
}
