//! Answers that are remembered.

use super::SESSION;
use crate::project::ROOT_VARIABLE;
use crate::seed::{SESSION_VARIABLE, Seed};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What a tool said.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    stdout: String,
    stderr: String,
    code: i32,
}

/// Whether a command only asks, and of nothing but the library's dependencies.
pub(super) fn is_question(words: &[&str]) -> bool {
    let asks = words.iter().any(|word| {
        matches!(
            *word,
            "metadata" | "locate-project" | "config" | "--version" | "--print" | "-vV"
        )
    });
    asks && !words.contains(&"-") && is_ours(&cell())
}

/// The manifest of cells. Questions are often about the workspace around it.
pub(super) fn cell() -> PathBuf {
    let session = PathBuf::from(env::var_os(SESSION_VARIABLE).unwrap_or_default());
    session.join("ctx/Cargo.toml")
}

/// Whether the manifest of a cell has no dependency but the library: others may change without our
/// noticing.
pub(super) fn is_ours(manifest: &Path) -> bool {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    let dependencies = text
        .split_once("[dependencies]")
        .map_or("", |(_, rest)| rest);
    dependencies
        .lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with("mantissa = { path ="))
}

/// Gives the remembered answer, or asks and remembers.
pub(super) fn answer(mut tool: Command, words: &[&str]) -> Result<Infallible> {
    let session = env::var(SESSION_VARIABLE).unwrap_or_default();
    let root = PathBuf::from(env::var_os(ROOT_VARIABLE).unwrap_or_default());
    let folder = root.join("target/lab/answers");
    let file = folder
        .join(key(&tool, words, &session, &root))
        .with_extension("json");
    let known = fs::read_to_string(&file).ok();
    if let Some(answer) = known.and_then(|text| serde_json::from_str(&text).ok()) {
        give(answer, &session);
    }
    let output = tool.args(words).output()?;
    let mut stdout = String::from_utf8(output.stdout)?;
    if words.contains(&"metadata") && words.contains(&"--filter-platform") {
        stdout = for_types(&stdout, shows_dependencies()).unwrap_or(stdout);
    }
    let forget = |text: &str| text.replace(&session, SESSION);
    let answer = Answer {
        stdout: forget(&stdout),
        stderr: forget(&String::from_utf8_lossy(&output.stderr)),
        code: output.status.code().unwrap_or(1),
    };
    // An answer that is not remembered is asked for again.
    let new = file.with_extension(std::process::id().to_string());
    let _ = fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&new, serde_json::to_string(&answer)?))
        .and_then(|()| fs::rename(&new, &file));
    give(answer, &session)
}

/// Whether the analyser is to read dependencies yet.
fn shows_dependencies() -> bool {
    let session = env::var_os(SESSION_VARIABLE).unwrap_or_default();
    Seed::are_sources_shown(Path::new(&session))
}

fn give(answer: Answer, session: &str) -> ! {
    print!("{}", answer.stdout.replace(SESSION, session));
    eprint!("{}", answer.stderr.replace(SESSION, session));
    exit(answer.code)
}

/// A hash of all that an answer depends on: the tool, the question, manifests, locks.
fn key(tool: &Command, words: &[&str], session: &str, root: &Path) -> String {
    let program = Path::new(tool.get_program());
    let mut files = vec![
        PathBuf::from(session).join("Cargo.toml"),
        PathBuf::from(session).join("Cargo.lock.of"),
        root.join("Cargo.toml"),
        root.join("crates/mantissa/Cargo.toml"),
    ];
    files.push(cell());
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap_or_default());
    // A toolchain that was updated has another date.
    let date = fs::metadata(program).and_then(|file| file.modified());
    let about = [
        program.display().to_string(),
        format!("{date:?}"),
        format!("{:?}", env::var_os("RUSTFLAGS")),
        words.join("\0"),
        shows_dependencies().to_string(),
    ];
    let mut hash = Sha256::new();
    for text in about.into_iter().chain(texts) {
        hash.update(text.replace(session, SESSION));
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

/// What the analyser needs of cargo's answer to infer types: not what builds, tests or macros depend on, and
/// before it is needed, no dependency at all.
fn for_types(metadata: &str, with_dependencies: bool) -> Option<String> {
    let mut metadata: Value = serde_json::from_str(metadata).ok()?;
    let is_macro = |package: &Value| {
        let targets = package["targets"].as_array().into_iter().flatten();
        targets
            .flat_map(|target| target["kind"].as_array().into_iter().flatten())
            .any(|kind| kind == "proc-macro")
    };
    let packages = metadata["packages"].as_array()?;
    let macros: HashSet<String> = packages
        .iter()
        .filter(|package| is_macro(package))
        .filter_map(|package| package["id"].as_str().map(str::to_owned))
        .collect();
    let mut reached: HashSet<String> = HashSet::new();
    let mut next: Vec<String> = strings(&metadata["workspace_members"]);
    let nodes = metadata["resolve"]["nodes"].as_array_mut()?;
    for node in nodes.iter_mut() {
        let is_macro = node["id"].as_str().is_some_and(|id| macros.contains(id));
        let deps = node["deps"].as_array_mut()?;
        deps.retain(|dep| {
            let kinds = dep["dep_kinds"].as_array();
            with_dependencies
                && !is_macro
                && kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
        });
        node["dependencies"] = deps.iter().map(|dep| dep["pkg"].clone()).collect();
    }
    let edges: HashMap<String, Vec<String>> = nodes
        .iter()
        .filter_map(|node| {
            Some((
                node["id"].as_str()?.to_owned(),
                strings(&node["dependencies"]),
            ))
        })
        .collect();
    while let Some(id) = next.pop() {
        if reached.insert(id.clone()) {
            next.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    let is_reached = |value: &Value| value["id"].as_str().is_some_and(|id| reached.contains(id));
    metadata["resolve"]["nodes"]
        .as_array_mut()?
        .retain(is_reached);
    metadata["packages"].as_array_mut()?.retain(is_reached);
    serde_json::to_string(&metadata).ok()
}

fn strings(values: &Value) -> Vec<String> {
    let values = values.as_array().into_iter().flatten();
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_macros_and_builds_need_is_left_out() {
        let package = |id: &str, kind: &str| json!({ "id": id, "targets": [{ "kind": [kind] }] });
        let dep = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("ctx", "cdylib"), package("lib", "lib"), package("mac", "proc-macro"),
                package("syn", "lib"), package("cc", "lib")],
            "workspace_members": ["ctx"],
            "resolve": { "nodes": [
                { "id": "ctx", "deps": [dep("lib", Value::Null)] },
                { "id": "lib", "deps": [dep("mac", Value::Null), dep("cc", json!("build"))] },
                { "id": "mac", "deps": [dep("syn", Value::Null)] },
                { "id": "syn", "deps": [] },
                { "id": "cc", "deps": [] },
            ]},
        });
        let left: Value =
            serde_json::from_str(&for_types(&metadata.to_string(), true).unwrap()).unwrap();
        let ids = |left: &Value| {
            let packages = left["packages"].as_array().unwrap().iter();
            packages
                .map(|p| p["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&left), ["ctx", "lib", "mac"]);
        assert_eq!(left["resolve"]["nodes"][1]["dependencies"], json!(["mac"]));
        let none: Value =
            serde_json::from_str(&for_types(&metadata.to_string(), false).unwrap()).unwrap();
        assert_eq!(ids(&none), ["ctx"]);
    }

    #[test]
    fn questions_are_told_from_work() {
        for words in [
            &["metadata", "--format-version", "1"][..],
            &["-vV"],
            &["--print", "sysroot"],
        ] {
            assert!(is_question(words), "{words:?}");
        }
        // Cargo gives the compiler code to look at on standard input.
        for words in [
            &["build"][..],
            &["-", "--print", "cfg"],
            &["check", "--target", "x"],
        ] {
            assert!(!is_question(words), "{words:?}");
        }
    }
}
