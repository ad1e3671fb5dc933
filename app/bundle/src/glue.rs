//! From Rust to the two files that a browser runs: the module and the script that loads it.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{BundleError, OUTPUT_NAME, RELEASE_PROFILE, WASM_PACKAGE, WASM_TARGET};

/// What `wasm-opt` may use: what every browser since 2023 knows, and nothing newer.
/// (`--all-features` makes modules that Chromium 156 does not load.)
const SHRINK: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The module and its script.
pub struct Glue {
    /// The JavaScript module with one function per export.
    pub script: String,
    /// The WebAssembly module.
    pub module: Vec<u8>,
    /// Small scripts that crates bring along: the place from which `script` imports each, and its text.
    pub snippets: BTreeMap<String, String>,
}

/// Compiles the browser program and returns the path of the raw module.
///
/// # Errors
/// When cargo can not be started or the program does not compile.
pub fn compile(root: &Path, release: bool) -> Result<PathBuf, BundleError> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let profile = if release { RELEASE_PROFILE } else { "dev" };
    let status = Command::new(&cargo)
        .current_dir(root)
        .args([
            "build",
            "--locked",
            "--lib",
            "--package",
            WASM_PACKAGE,
            "--target",
            WASM_TARGET,
            "--profile",
            profile,
        ])
        .status()
        .map_err(|cause| BundleError::Start { program: cargo, cause })?;
    if !status.success() {
        return Err(BundleError::Compile);
    }
    let folder = if release { RELEASE_PROFILE } else { "debug" };
    Ok(build_folder(root).join(WASM_TARGET).join(folder).join(format!("{WASM_PACKAGE}.wasm")))
}

/// Writes the glue for a raw module, in process.
///
/// # Errors
/// When wasm-bindgen refuses the module, or a crate wants a package of npm.
pub fn bind(raw: &Path) -> Result<Glue, BundleError> {
    let refuse = |cause: &dyn std::fmt::Display| BundleError::Glue(cause.to_string());
    let mut bindgen = Bindgen::new();
    bindgen.web(true).map_err(|cause| refuse(&cause))?;
    let mut output = bindgen
        .input_path(raw)
        .out_name(OUTPUT_NAME)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate_output()
        .map_err(|cause| refuse(&format!("{cause:#}")))?;
    if let Some(name) = output.npm_dependencies().keys().next() {
        return Err(BundleError::ForeignScript(name.clone()));
    }
    let mut snippets = BTreeMap::new();
    for (path, text) in output.local_modules() {
        snippets.insert(format!("./snippets/{path}"), text.clone());
    }
    for (folder, texts) in output.snippets() {
        for (number, text) in texts.iter().enumerate() {
            snippets.insert(format!("./snippets/{folder}/inline{number}.js"), text.clone());
        }
    }
    Ok(Glue { script: output.js().to_owned(), module: output.wasm_mut().emit_wasm(), snippets })
}

/// Shrinks a module with `wasm-opt`: the one of `WASM_OPT`, or of the npm package in `tests/`.
///
/// # Errors
/// When there is none, or it fails.
pub fn shrink(root: &Path, module: &[u8]) -> Result<Vec<u8>, BundleError> {
    let program = find_shrinker(root).ok_or(BundleError::NoShrinker)?;
    let folder = build_folder(root).join("bundle");
    fs::create_dir_all(&folder).map_err(BundleError::file(&folder))?;
    let (before, after) = (folder.join("before.wasm"), folder.join("after.wasm"));
    fs::write(&before, module).map_err(BundleError::file(&before))?;
    let status = Command::new(&program)
        .args(SHRINK)
        .arg(&before)
        .arg("-o")
        .arg(&after)
        .status()
        .map_err(|cause| BundleError::Start { program: program.display().to_string(), cause })?;
    if !status.success() {
        return Err(BundleError::Shrink);
    }
    fs::read(&after).map_err(BundleError::file(&after))
}

fn find_shrinker(root: &Path) -> Option<PathBuf> {
    let named = env::var_os("WASM_OPT").map(PathBuf::from);
    let installed = root.join("tests/node_modules/.bin/wasm-opt");
    named.or_else(|| installed.exists().then_some(installed))
}

fn build_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}
