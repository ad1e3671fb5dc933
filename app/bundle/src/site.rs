//! Places the files of the site: named after their content, compressed, and listed.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    BROTLI_BUDGET, BundleError, FILES_FOLDER,
    manifest::{Compressed, Entry, FORMAT, Manifest},
};

/// The file that says what a site was made from. Only this program reads it.
const MADE_FROM: &str = "made-from";

/// The digest of everything that a site is made from: files, whole folders, this program, and how it was asked.
///
/// # Errors
/// When a file can not be read.
pub fn inputs(sources: &[&Path], release: bool, reload: bool) -> Result<String, BundleError> {
    let mut digests = format!("release {release} reload {reload}\n");
    let program = std::env::current_exe().map_err(BundleError::file("bundle"))?;
    let mut open: Vec<PathBuf> = sources.iter().map(|source| (*source).to_owned()).chain([program]).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in fs::read_dir(&path).map_err(BundleError::file(&path))? {
                inside.push(entry.map_err(BundleError::file(&path))?.path());
            }
            inside.sort();
            open.extend(inside);
        } else {
            let content = fs::read(&path).map_err(BundleError::file(&path))?;
            digests.push_str(&format!("{} {}\n", digest(&content), path.display()));
        }
    }
    Ok(digest(digests.as_bytes()))
}

/// Whether the folder holds a finished site that was made from the same.
#[must_use]
pub fn is_made_from(folder: &Path, inputs: &str) -> bool {
    folder.join("manifest.json").exists()
        && fs::read_to_string(folder.join(MADE_FROM)).is_ok_and(|known| known == inputs)
}

/// A site in the making.
pub struct Site {
    folder: PathBuf,
    release: bool,
    files: BTreeMap<String, Entry>,
}

impl Site {
    /// Takes away what an earlier run left and starts anew.
    ///
    /// # Errors
    /// When the folder can not be emptied or made.
    pub fn start(folder: &Path, release: bool) -> Result<Self, BundleError> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(BundleError::file(folder))?;
        }
        let files = folder.join(FILES_FOLDER);
        fs::create_dir_all(&files).map_err(BundleError::file(&files))?;
        Ok(Self { folder: folder.to_owned(), release, files: BTreeMap::new() })
    }

    /// Writes one file and returns the name that it got.
    ///
    /// # Errors
    /// When a file can not be written.
    pub fn place(&mut self, name: &str, content: &[u8]) -> Result<String, BundleError> {
        let sha256 = digest(content);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let file = format!("{stem}.{}.{extension}", &sha256[..16]);
        self.write(&file, content)?;
        let brotli = self.place_smaller(&file, "br", content, &brotli(content, self.release))?;
        let gzip = self.place_smaller(&file, "gz", content, &gzip(content))?;
        let entry = Entry {
            file: file.clone(),
            media_type: media_type(extension).to_owned(),
            sha256,
            size: content.len(),
            brotli,
            gzip,
        };
        self.files.insert(name.to_owned(), entry);
        Ok(file)
    }

    /// Writes the manifest, and beside it what the site was made from; the site is complete.
    ///
    /// # Errors
    /// When the module is over the budget or the manifest can not be written.
    pub fn finish(self, inputs: &str) -> Result<Manifest, BundleError> {
        let heaviest = self
            .files
            .values()
            .filter(|entry| entry.media_type == "application/wasm")
            .filter_map(|entry| entry.brotli.as_ref());
        if let (true, Some(size)) = (self.release, heaviest.map(|compressed| compressed.size).max())
            && size > BROTLI_BUDGET
        {
            return Err(BundleError::TooLarge { size, budget: BROTLI_BUDGET });
        }
        let all: String = self.files.values().map(|entry| entry.sha256.as_str()).collect();
        let build = format!("{}-{}", env!("CARGO_PKG_VERSION"), &digest(all.as_bytes())[..12]);
        let profile = if self.release { "release" } else { "dev" }.to_owned();
        let manifest = Manifest { format: FORMAT, build, profile, files: self.files };
        let path = self.folder.join("manifest.json");
        let mut text =
            serde_json::to_string_pretty(&manifest).expect("a manifest holds only texts and numbers");
        text.push('\n');
        let made_from = self.folder.join(MADE_FROM);
        fs::write(&made_from, inputs).map_err(BundleError::file(&made_from))?;
        fs::write(&path, text).map_err(BundleError::file(&path))?;
        Ok(manifest)
    }

    fn place_smaller(
        &self,
        file: &str,
        ending: &str,
        plain: &[u8],
        packed: &[u8],
    ) -> Result<Option<Compressed>, BundleError> {
        if packed.len() >= plain.len() {
            return Ok(None);
        }
        self.write(&format!("{file}.{ending}"), packed)?;
        Ok(Some(Compressed { size: packed.len(), sha256: digest(packed) }))
    }

    fn write(&self, file: &str, content: &[u8]) -> Result<(), BundleError> {
        let path = self.folder.join(FILES_FOLDER).join(file);
        fs::write(&path, content).map_err(BundleError::file(path))
    }
}

fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn brotli(content: &[u8], release: bool) -> Vec<u8> {
    let quality = if release { 11 } else { 4 };
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, quality, 22);
    writer.write_all(content).expect("memory takes every byte");
    drop(writer);
    packed
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(9));
    writer.write_all(content).expect("memory takes every byte");
    writer.finish().expect("memory takes every byte")
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_gets_the_same_name_and_the_same_build() {
        let make = || {
            let folder = tempfile::tempdir().unwrap();
            let mut site = Site::start(folder.path(), true).unwrap();
            site.place("hazel.css", b"a { color: red }").unwrap();
            site.finish("inputs").unwrap()
        };
        assert_eq!(make(), make());
    }

    #[test]
    fn every_listed_form_lies_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::start(folder.path(), true).unwrap();
        let file = site.place("hazel.css", "a { color: red }\n".repeat(50).as_bytes()).unwrap();
        let manifest = site.finish("inputs").unwrap();
        let entry = &manifest.files["hazel.css"];
        let pkg = folder.path().join(FILES_FOLDER);
        assert_eq!(fs::read(pkg.join(&file)).unwrap().len(), entry.size);
        assert_eq!(
            fs::read(pkg.join(format!("{file}.br"))).unwrap().len(),
            entry.brotli.as_ref().unwrap().size
        );
        assert_eq!(
            fs::read(pkg.join(format!("{file}.gz"))).unwrap().len(),
            entry.gzip.as_ref().unwrap().size
        );
        assert!(folder.path().join("manifest.json").exists());
        assert!(is_made_from(folder.path(), "inputs") && !is_made_from(folder.path(), "others"));
    }

    #[test]
    fn a_module_above_the_budget_stops_a_release() {
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::start(folder.path(), true).unwrap();
        let mut noise = vec![0_u8; BROTLI_BUDGET + 80_000];
        let mut state = 1_u64;
        for byte in &mut noise {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = u8::try_from(state >> 56).unwrap() & 0xfe;
        }
        site.place("hazel.wasm", &noise).unwrap();
        assert!(matches!(site.finish("inputs"), Err(BundleError::TooLarge { .. })));
    }
}
