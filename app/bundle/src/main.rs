//! `bundle`: see the crate's documentation for what it makes and what it promises.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use bundle::{
    BundleError, OUTPUT_NAME, SITE_FOLDER, STYLE_SHEET, WORDS, glue, manifest::Manifest, site, site::Site,
    styles,
};
use clap::Parser;
use domain::words::Words;

/// Makes the files that the browser loads.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Optimised, shrunk, within the size budget: what is shipped.
    #[arg(long)]
    release: bool,
    /// Adds a few lines that reload the page when the server comes back (for `./dev watch`; never with --release).
    #[arg(long, conflicts_with = "release")]
    reload: bool,
    /// Where the site goes.
    #[arg(long, default_value = SITE_FOLDER)]
    site: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match make(&arguments) {
        Ok(manifest) => {
            match manifest {
                Some(manifest) => report(&manifest),
                None => eprintln!("bundle: nothing has changed"),
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bundle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(arguments: &Arguments) -> Result<Option<Manifest>, BundleError> {
    let root = root();
    let raw = glue::compile(&root, arguments.release)?;
    let folder = root.join(&arguments.site);
    let inputs = site::inputs(
        &[&raw, &root.join("app/wasm"), &root.join("style")],
        arguments.release,
        arguments.reload,
    )?;
    if site::is_made_from(&folder, &inputs) {
        return Ok(None);
    }
    let since = Instant::now();
    let mut glue = glue::bind(&raw)?;
    eprintln!("bundle: glue written in {:.1} s", since.elapsed().as_secs_f32());
    if arguments.release {
        let since = Instant::now();
        glue.module = glue::shrink(&root, &glue.module)?;
        eprintln!("bundle: module shrunk in {:.1} s", since.elapsed().as_secs_f32());
    }
    let sheet = styles::join(&root.join(STYLE_SHEET))?;

    let mut site = Site::start(&folder, arguments.release)?;
    site.place(&format!("{OUTPUT_NAME}.css"), sheet.as_bytes())?;
    let module = site.place(&format!("{OUTPUT_NAME}.wasm"), &glue.module)?;
    for (number, (place, text)) in glue.snippets.iter().enumerate() {
        let file = site.place(&format!("snippet{number}.js"), text.as_bytes())?;
        glue.script = glue.script.replace(place, &format!("./{file}"));
    }
    let script = site.place(&format!("{OUTPUT_NAME}.js"), glue.script.as_bytes())?;
    let words = site.place(WORDS, Words::for_the_browser().as_bytes())?;
    let start = start_script(&root, &module, &script, &words, arguments.reload)?;
    site.place("start.js", start.as_bytes())?;
    place_static_files(&mut site, &root.join("style/static"))?;
    site.finish(&inputs).map(Some)
}

/// The hand-written loader with the three plain names replaced by those of this build.
fn start_script(
    root: &Path,
    module: &str,
    script: &str,
    words: &str,
    reload: bool,
) -> Result<String, BundleError> {
    let path = root.join("app/wasm/start.js");
    let mut text = fs::read_to_string(&path).map_err(BundleError::file(&path))?;
    for (plain, named) in [
        (format!("\"./{OUTPUT_NAME}.js\""), script),
        (format!("\"./{OUTPUT_NAME}.wasm\""), module),
        (format!("\"./{WORDS}\""), words),
    ] {
        if !text.contains(&plain) {
            return Err(BundleError::StartScript(plain));
        }
        text = text.replace(&plain, &format!("\"./{named}\""));
    }
    if reload {
        let path = root.join("app/wasm/reload.js");
        text.push_str(&fs::read_to_string(&path).map_err(BundleError::file(&path))?);
    }
    Ok(text)
}

/// Icons and the like, served as they are under a name with their digest.
fn place_static_files(site: &mut Site, folder: &Path) -> Result<(), BundleError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(BundleError::file(folder))? {
        paths.push(entry.map_err(BundleError::file(folder))?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        site.place(&name, &fs::read(&path).map_err(BundleError::file(&path))?)?;
    }
    Ok(())
}

fn report(manifest: &Manifest) {
    for entry in manifest.files.values() {
        let brotli = entry.brotli.as_ref().map_or(entry.size, |compressed| compressed.size);
        eprintln!("bundle: {:<32} {:>9} bytes, {brotli:>8} in brotli", entry.file, entry.size);
    }
    eprintln!("bundle: build {} ({})", manifest.build, manifest.profile);
}

/// The workspace: two folders above this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
