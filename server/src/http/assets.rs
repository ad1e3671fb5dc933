//! The browser's files: read, checked and kept in memory when the server starts.
//!
//! The manifest beside them lists every file with its digest. The server does not start when a
//! file is missing or differs, because a page whose script does not load looks alive and is dead.
//! Names hold the digest, so a browser may keep a file for ever.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::error::AppError;
use app::request::Assets;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// The format of the manifest that this server reads.
const FORMAT: u32 = 1;
const FOREVER: &str = "public, max-age=31536000, immutable";

/// All files, by name.
#[derive(Debug, Clone, Default)]
pub struct Site {
    files: Arc<HashMap<String, File>>,
    assets: Arc<Assets>,
}

#[derive(Debug)]
struct File {
    media_type: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    format: u32,
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    file: String,
    media_type: String,
    sha256: String,
    brotli: Option<Compressed>,
    gzip: Option<Compressed>,
}

#[derive(Debug, Deserialize)]
struct Compressed {
    sha256: String,
}

impl Site {
    /// Reads the site of a folder, or of the usual places where none is given.
    ///
    /// # Errors
    /// When there is none, or manifest and files disagree.
    pub fn read(given: Option<&Path>) -> Result<Self, Problem> {
        let folder = match given {
            Some(folder) => folder.to_owned(),
            None => usual_folder().ok_or_else(|| {
                Problem::configuration(
                    "The browser's files are missing: they belong in a folder named site beside the program \
                     (./dev build makes them), or name their folder with --site-dir.",
                )
            })?,
        };
        Self::read_folder(&folder)
    }

    fn read_folder(folder: &Path) -> Result<Self, Problem> {
        let unfit = |what: String| {
            Problem::configuration(format!(
                "The browser's files in {} are not complete: {what} Build them again with ./dev build.",
                folder.display()
            ))
        };
        let path = folder.join("manifest.json");
        let text = std::fs::read_to_string(&path)
            .map_err(|cause| unfit("manifest.json can not be read.".to_owned()).because(cause))?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|cause| unfit("manifest.json can not be understood.".to_owned()).because(cause))?;
        if manifest.format != FORMAT {
            return Err(unfit(format!("their list has format {}, not {FORMAT}.", manifest.format)));
        }
        let read = |name: &str, sha256: &str| {
            let is_plain_name = !name.contains(['/', '\\']) && !name.starts_with('.');
            let content = std::fs::read(folder.join("pkg").join(name)).ok().filter(|_| is_plain_name);
            let content = content.ok_or_else(|| unfit(format!("{name} is missing.")))?;
            if hexadecimal(&Sha256::digest(&content)) == sha256.to_ascii_lowercase() {
                Ok(Bytes::from(content))
            } else {
                Err(unfit(format!("{name} is not the file that the list names.")))
            }
        };
        let mut files = HashMap::new();
        for entry in manifest.files.values() {
            let packed = |ending: &str, form: &Option<Compressed>| match form {
                Some(form) => read(&format!("{}.{ending}", entry.file), &form.sha256).map(Some),
                None => Ok(None),
            };
            let file = File {
                media_type: HeaderValue::from_str(&entry.media_type)
                    .map_err(|_| unfit(format!("{} has no media type.", entry.file)))?,
                plain: read(&entry.file, &entry.sha256)?,
                brotli: packed("br", &entry.brotli)?,
                gzip: packed("gz", &entry.gzip)?,
            };
            files.insert(entry.file.clone(), file);
        }
        let address = |name: &str| match manifest.files.get(name) {
            Some(entry) => Ok(format!("/pkg/{}", entry.file)),
            None => Err(unfit(format!("{name} is not in the list."))),
        };
        let assets = Assets { style: address("hazel.css")?, script: address("start.js")? };
        Ok(Self { files: Arc::new(files), assets: Arc::new(assets) })
    }

    /// The addresses that pages name.
    pub fn assets(&self) -> Arc<Assets> {
        Arc::clone(&self.assets)
    }
}

/// Beside the program, as it is shipped; or one folder up, where cargo puts a program in
/// `target/debug` and the bundle writes `target/site`.
fn usual_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let beside = program.parent()?;
    [beside.join("site"), beside.parent()?.join("site")]
        .into_iter()
        .find(|folder| folder.join("manifest.json").is_file())
}

/// `GET /pkg/{file}`.
pub async fn serve(State(site): State<Site>, UrlPath(name): UrlPath<String>, asked: HeaderMap) -> Response {
    let Some(file) = site.files.get(&name) else {
        return AppError::NotFound.into_response();
    };
    let accepts = |coding: &str| {
        asked
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| accepts_coding(value, coding))
    };
    let (content, coding) = match (&file.brotli, &file.gzip) {
        (Some(content), _) if accepts("br") => (content, Some("br")),
        (_, Some(content)) if accepts("gzip") => (content, Some("gzip")),
        _ => (&file.plain, None),
    };
    let mut response = Response::new(Body::from(content.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, file.media_type.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Whether a list such as `gzip, br;q=0.5` has the coding, and not with a weight of zero.
fn accepts_coding(list: &str, coding: &str) -> bool {
    list.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        named && !refused
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let kept = tempfile::tempdir().unwrap();
        let folder = kept.path();
        std::fs::create_dir_all(folder.join("pkg")).unwrap();
        let mut files = serde_json::Map::new();
        for (name, text) in [("hazel.css", "a{}"), ("start.js", "1")] {
            std::fs::write(folder.join("pkg").join(name), text).unwrap();
            let entry = serde_json::json!({
                "file": name, "media_type": "text/css", "size": text.len(),
                "sha256": hexadecimal(&Sha256::digest(text)),
            });
            files.insert(name.to_owned(), entry);
        }
        let manifest = serde_json::json!({"format": 1, "build": "b", "profile": "dev", "files": files});
        std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
        kept
    }

    #[test]
    fn a_site_whose_files_agree_with_its_list_is_taken() {
        let folder = folder();
        let site = Site::read_folder(folder.path()).unwrap();
        assert_eq!(site.assets().style, "/pkg/hazel.css");
    }

    #[test]
    fn a_changed_or_missing_file_is_refused_by_name() {
        let kept = folder();
        let changed = kept.path();
        std::fs::write(changed.join("pkg/start.js"), "2").unwrap();
        let problem = Site::read_folder(changed).unwrap_err().to_string();
        assert!(problem.contains("start.js is not the file"), "{problem}");
        std::fs::remove_file(changed.join("pkg/hazel.css")).unwrap();
        let problem = Site::read_folder(changed).unwrap_err().to_string();
        assert!(problem.contains("hazel.css is missing"), "{problem}");
    }

    #[test]
    fn codings_are_taken_only_when_wanted() {
        let table = [
            ("gzip, deflate, br", "br", true),
            ("gzip;q=1.0, br;q=0", "br", false),
            ("gzip", "br", false),
            ("BR", "br", true),
            ("br;q=0.001", "br", true),
        ];
        for (list, coding, expected) in table {
            assert_eq!(accepts_coding(list, coding), expected, "{list}");
        }
    }
}
