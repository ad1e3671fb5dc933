//! The `[[workspace.metadata.leptos]]` block is for people who use cargo-leptos: it must say what this program does.

use std::path::Path;

use cargo_metadata::MetadataCommand;

#[test]
fn the_block_for_cargo_leptos_agrees_with_the_program() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let block = &metadata.workspace_metadata["leptos"][0];
    let text = |key: &str| block[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("output-name"), bundle::OUTPUT_NAME);
    assert_eq!(text("lib-package"), bundle::WASM_PACKAGE);
    assert_eq!(text("lib-profile-release"), bundle::RELEASE_PROFILE);
    assert_eq!(text("site-root"), bundle::SITE_FOLDER);
    assert_eq!(text("site-pkg-dir"), bundle::FILES_FOLDER);
    assert_eq!(text("style-file"), bundle::STYLE_SHEET);
    assert_eq!(text("bin-package"), "server");
    assert_eq!(text("bin-target"), "hazel");
    assert_eq!(block["hash-files"].as_bool(), Some(true));
    assert!(metadata.packages.iter().any(|package| package.name.as_str() == bundle::WASM_PACKAGE));
}
