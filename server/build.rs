//! Lists the migrations for `src/migrate.rs`, so that a new file is a new migration and nothing else.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo names the folder")).join("../migrations");
    let mut list = String::new();
    for set in ["cluster", "audit", "app"] {
        let folder = root.join(set);
        println!("cargo:rerun-if-changed={}", folder.display());
        let mut names: Vec<String> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".sql"))
            .collect();
        names.sort();
        writeln!(list, "pub(super) const {}: &[(&str, &str)] = &[", set.to_uppercase())
            .expect("memory takes it");
        for name in names {
            let path = fs::canonicalize(folder.join(&name))?;
            println!("cargo:rerun-if-changed={}", path.display());
            let stem = name.trim_end_matches(".sql");
            writeln!(list, "    ({stem:?}, include_str!({:?})),", path.display().to_string())
                .expect("memory takes it");
        }
        list.push_str("];\n");
    }
    let target = Path::new(&env::var("OUT_DIR").expect("cargo names the folder")).join("migrations.rs");
    fs::write(target, list)
}
