//! The files that are read and written, in a checkout that has nothing but notebooks.

use crate::{Ran, lab, root};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A checkout with one source.
fn checkout(source: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        ("crates/mantissa-kernel/Cargo.toml", ""),
        ("notebooks/src/01_test.md", source),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn build(checkout: &TempDir, arguments: &[&str]) -> Ran {
    lab(
        checkout.path(),
        &[&["build", "--no-run"], arguments].concat(),
    )
}

const SOURCE: &str =
    "::: zh\n# 数\n:::\n::: en\n# Numbers\n:::\n\n```rust\n//zh 一\n//en one\n1\n```\n";

#[test]
fn a_source_becomes_a_notebook_in_each_language() {
    let checkout = checkout(SOURCE);
    let ran = build(&checkout, &[]);
    assert!(ran.ok, "{}", ran.stderr);
    let read = |path: &str| fs::read_to_string(checkout.path().join(path)).unwrap();
    let expected = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "cell-01",
   "metadata": {},
   "source": [
    "# Numbers"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "cell-02",
   "metadata": {},
   "outputs": [],
   "source": [
    "// one\n",
    "1"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Rust (mantissa)",
   "language": "rust",
   "name": "mantissa"
  },
  "language_info": {
   "codemirror_mode": "rust",
   "file_extension": ".rs",
   "mimetype": "text/x-rustsrc",
   "name": "rust",
   "pygments_lexer": "rust"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;
    assert_eq!(read("notebooks/en/01_test.ipynb"), expected);
    let chinese = expected.replace("Numbers", "数").replace("one", "一");
    assert_eq!(read("notebooks/zh/01_test.ipynb"), chinese);
    assert!(build(&checkout, &["--check"]).ok);
}

#[test]
fn a_notebook_that_differs_from_its_source_is_shown() {
    let checkout = checkout(SOURCE);
    assert!(build(&checkout, &[]).ok);
    let path = checkout.path().join("notebooks/src/01_test.md");
    fs::write(path, SOURCE.replace("Numbers", "All numbers")).unwrap();
    let ran = build(&checkout, &["--check"]);
    assert!(!ran.ok);
    for part in [
        "notebooks/en/01_test.ipynb differs",
        "-    \"# Numbers\"",
        "+    \"# All numbers\"",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("notebooks/zh"), "{}", ran.stderr);
}

#[test]
fn outputs_stay_until_the_code_before_them_changes() {
    let checkout = checkout(&format!("{SOURCE}\n```rust\n2\n```\n"));
    assert!(build(&checkout, &[]).ok);
    let path = checkout.path().join("notebooks/en/01_test.ipynb");
    let executed = fs::read_to_string(&path).unwrap();
    let executed = executed.replace("\"execution_count\": null", "\"execution_count\": 7");
    fs::write(&path, &executed).unwrap();
    assert!(build(&checkout, &[]).ok);
    assert_eq!(fs::read_to_string(&path).unwrap(), executed);
    let source = checkout.path().join("notebooks/src/01_test.md");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("\n2\n", "\n3\n")).unwrap();
    assert!(build(&checkout, &[]).ok);
    let rebuilt = fs::read_to_string(&path).unwrap();
    assert_eq!(rebuilt.matches("\"execution_count\": 7").count(), 1);
    assert_eq!(rebuilt.matches("\"execution_count\": null").count(), 1);
}

#[test]
fn a_bad_source_is_named_with_its_line() {
    let ran = build(&checkout("::: zh\nx\n:::\n\nstray\n"), &[]);
    assert!(!ran.ok);
    let expected = "error: notebooks/src/01_test.md, line 5: \"stray\" is outside a cell";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn a_notebook_without_a_source_is_named() {
    let checkout = checkout(SOURCE);
    assert!(build(&checkout, &[]).ok);
    let zh = checkout.path().join("notebooks/zh");
    fs::copy(zh.join("01_test.ipynb"), zh.join("02_old.ipynb")).unwrap();
    let ran = build(&checkout, &["--check"]);
    assert!(!ran.ok);
    let expected = "notebooks/zh/02_old.ipynb has no source";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn a_wrong_path_is_answered_with_near_ones() {
    let checkout = checkout(SOURCE);
    assert!(build(&checkout, &[]).ok);
    let ran = lab(checkout.path(), &["run", "notebooks/en/01_tset.ipynb"]);
    assert!(!ran.ok);
    let expected = "there is no notebook notebooks/en/01_tset.ipynb; there is \
                    notebooks/en/01_test.ipynb, notebooks/zh/01_test.ipynb";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn a_seed_is_compiled_once() {
    let prepare = || {
        let project = mantissa_kernel::project::Project::around(root()).unwrap();
        mantissa_kernel::seed::Seed::prepare(&project).unwrap();
        let mut files = Vec::new();
        libraries(&project.lab().join("seed"), &mut files);
        files
    };
    let first = prepare();
    assert!(!first.is_empty());
    assert!(first == prepare(), "compiled again");
}

/// Compiled libraries below a folder, with their times.
fn libraries(folder: &Path, found: &mut Vec<(PathBuf, std::time::SystemTime)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            libraries(&path, found);
        } else if path.extension().is_some_and(|end| end == "rlib") {
            found.push((path, entry.metadata().unwrap().modified().unwrap()));
        }
    }
    found.sort();
}

#[test]
fn the_engine_is_compiled_once() {
    let tree = |of: &[&str]| -> std::collections::BTreeSet<String> {
        let output = std::process::Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--prefix=none", "--format={p} {f}"])
            .args(of)
            .current_dir(root())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| line.replace(" (proc-macro)", ""));
        lines.map(|line| line.replace(" (*)", "")).collect()
    };
    let lab = tree(&["--package=mantissa-kernel", "--edges=normal,build"]);
    let test = tree(&["--workspace", "--edges=normal,build,dev"]);
    assert!(lab.iter().any(|line| line.starts_with("evcxr ")));
    let again: Vec<_> = lab.difference(&test).collect();
    assert!(
        again.is_empty(),
        "other features for `cargo test`: {again:?}"
    );
}
