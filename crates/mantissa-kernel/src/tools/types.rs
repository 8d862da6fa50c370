//! Checking a cell, and noting the types of its variables.
//!
//! To keep a variable from one cell to the next the engine must name its type. It asks rust-analyzer, which
//! for that reads the standard library and every crate in use: ten seconds at the start of a session. The
//! compiler knows too, and checks a cell in 0.05 s. In the code that the engine wants checked, every
//! variable of the cell goes to a function, a line each; with numbers, the calls are found again in the
//! compiler's own form of the program (MIR), where every type stands in full:
//!
//! ```text
//! evcxr_variable_store(x);
//! evcxr_variable_store::<_, 0>(x);
//! _9 = evcxr_variable_store::<std::vec::Vec<f64>, 0>(move _10) -> [return: bb3, unwind: bb7];
//! ```

use super::{news, recipe};
use crate::seed::SESSION_VARIABLE;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, exit};

/// The engine's function for a variable that stays.
const STORE: &str = "evcxr_variable_store";

/// Where the source of a cell is, in the working directory.
const SOURCE: &str = "src/lib.rs";

/// The error for a value that is no longer there.
const USE_OF_MOVED: &str = "E0382";

/// The type of a variable that the cell itself gives away, or that it never comes to store. Its type may
/// stay open; but the engine wants one, and does not look into a macro.
pub const MOVED: &str = "mantissa_moved!()";

/// The type of a call that is always there, to see that types are where they are looked for.
const PROBE: &str = "u8";

/// Where a session's types are noted after a check: an object of names and types, `null` for a type that
/// has no name.
pub fn file(session: &Path) -> PathBuf {
    session.join("types.json")
}

/// Checks the cell in the working directory, and notes the types of its variables if there is no error.
pub(super) fn check(mut cargo: Command, words: &[&str]) -> Result<Infallible> {
    let session = PathBuf::from(env::var_os(SESSION_VARIABLE).context("no session")?);
    let mut recipe = recipe::current(words, &session)?;
    if recipe.is_none() {
        // Building what is to be checked tells how; what is wrong with it is told below.
        let build: Vec<&str> = words
            .iter()
            .map(|word| if *word == "check" { "build" } else { word })
            .collect();
        recipe::ask_cargo(&cargo, &build, &session, Stdio::null())?;
        recipe = recipe::current(words, &session)?;
    }
    let Some(recipe) = recipe else {
        exit(news::run(cargo.args(words), |_| {})?);
    };
    let mir = session.join("types.mir");
    let without_output: Vec<String> = recipe
        .into_iter()
        .map(|word| match word.starts_with("--emit=") {
            true => format!("--emit=mir={}", mir.display()),
            false => word,
        })
        .collect();
    let mut calls = Calls::of(&fs::read_to_string(SOURCE)?);
    loop {
        fs::write(SOURCE, calls.source())?;
        let output = recipe::compiler(&without_output, &session)
            .args(["-Zmir-opt-level=0", "-Ztrim-diagnostic-paths=false"])
            // MIR in text is no stable interface: what cannot be read is left out of the types.
            .env("RUSTC_BOOTSTRAP", "1")
            .output()?;
        if output.status.success() {
            let types = calls.types(&fs::read_to_string(&mir)?);
            fs::write(file(&session), serde_json::to_string(&types)?)?;
            exit(0);
        }
        if !calls.take_out_moved(&String::from_utf8_lossy(&output.stderr)) {
            break;
        }
    }
    // Once more, in the words for readers.
    let status = recipe::compiler(&without_output, &session).status()?;
    exit(if status.success() { 0 } else { 101 });
}

/// The code that is checked, with the calls that store variables.
struct Calls {
    lines: Vec<String>,
    /// The line of each call, and the variable.
    calls: Vec<(usize, String)>,
}

impl Calls {
    fn of(source: &str) -> Calls {
        let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
        let mut calls = Vec::new();
        for (index, line) in lines.iter_mut().enumerate() {
            if line.starts_with(&format!("fn {STORE}<")) {
                *line = format!("fn {STORE}<T: 'static, const N: usize>(_: T) {{}}");
            } else if let Some(name) = line
                .strip_prefix(STORE)
                .and_then(|rest| rest.strip_prefix('(')?.strip_suffix(");"))
            {
                let name = name.to_owned();
                *line = format!("{STORE}::<_, {}>({name});", calls.len());
                calls.push((index, name));
            }
        }
        Calls { lines, calls }
    }

    fn source(&self) -> String {
        let (lines, number) = (self.lines.join("\n"), self.calls.len());
        format!("{lines}\nfn mantissa_probe() {{ {STORE}::<{PROBE}, {number}>(0) }}\n")
    }

    /// Takes out the calls that have nothing to store, by what the compiler says; whether there were any.
    fn take_out_moved(&mut self, errors: &str) -> bool {
        let mut found = false;
        for error in errors.lines() {
            let Ok(error) = serde_json::from_str::<Value>(error) else {
                continue;
            };
            if error["code"]["code"] != USE_OF_MOVED {
                continue;
            }
            for span in error["spans"].as_array().into_iter().flatten() {
                let line = span["line_start"].as_u64().unwrap_or(0) as usize;
                let call = self.calls.iter().find(|(index, _)| index + 1 == line);
                if span["is_primary"] == true
                    && let Some((index, _)) = call
                {
                    self.lines[*index].clear();
                    found = true;
                }
            }
        }
        found
    }

    /// The types of the variables by name, as they can be written, or nothing where they have no name.
    fn types(&self, mir: &str) -> BTreeMap<&str, Option<String>> {
        if stored(mir, self.calls.len()) != Some(PROBE) {
            return BTreeMap::new();
        }
        let calls = self.calls.iter().enumerate();
        let types = calls.map(|(number, (_, name))| {
            // There is no call if it was taken out, or if the cell ends before it.
            let written = stored(mir, number).map_or(Some(MOVED.to_owned()), written);
            (name.as_str(), written)
        });
        types.collect()
    }
}

/// The type with which the store is called.
fn stored(mir: &str, number: usize) -> Option<&str> {
    let (begin, end) = (format!("{STORE}::<"), format!(", {number}>("));
    mir.lines().find_map(|line| {
        let (_, rest) = line.split_once(&begin)?;
        Some(rest.split_once(&end)?.0)
    })
}

/// A type as it can be written in code, if it can. Closures have no name; a function has the type of its
/// pointers; what lives on in a variable is not borrowed from another.
fn written(mir: &str) -> Option<String> {
    let mut mir = mir;
    if let Some((pointer, function)) = mir.split_once(" {")
        && pointer.contains("fn(")
        && function.ends_with('}')
    {
        mir = pointer;
    }
    if mir.contains(['{', '@']) || mir.contains("impl ") {
        return None;
    }
    let mut text = String::new();
    let mut rest = mir.chars().peekable();
    while let Some(c) = rest.next() {
        text.push(c);
        if c == '&' && rest.peek() != Some(&'\'') {
            text += "'static ";
        }
    }
    let mut text = text.replace("'_", "'static");
    // As everybody writes them.
    for (long, short) in [
        ("std::vec::Vec<", "Vec<"),
        ("std::boxed::Box<", "Box<"),
        ("std::option::Option<", "Option<"),
        ("std::string::String", "String"),
    ] {
        text = text.replace(long, short);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn evcxr_variable_store<T: 'static>(_: T) {}\nasync fn evcxr_analysis_wrapper() {\n\
                          let v = vec![1.0];\nlet w = v;\nevcxr_variable_store(v);\n\
                          evcxr_variable_store(w);\n}";

    #[test]
    fn calls_are_numbered_and_lines_stay() {
        let calls = Calls::of(SOURCE);
        let source = calls.source();
        let lines: Vec<&str> = source.lines().collect();
        assert_eq!(lines.len(), SOURCE.lines().count() + 1, "and the probe");
        assert_eq!(
            lines[0],
            "fn evcxr_variable_store<T: 'static, const N: usize>(_: T) {}"
        );
        assert_eq!(lines[4], "evcxr_variable_store::<_, 0>(v);");
        assert_eq!(lines[5], "evcxr_variable_store::<_, 1>(w);");
    }

    #[test]
    fn a_variable_that_was_given_away_is_not_stored() {
        let mut calls = Calls::of(SOURCE);
        let error = |line: usize, code: &str| {
            serde_json::json!({
                "code": { "code": code },
                "spans": [{ "line_start": line, "is_primary": true }],
            })
            .to_string()
        };
        assert!(
            !calls.take_out_moved(&error(3, USE_OF_MOVED)),
            "the cell's own"
        );
        assert!(!calls.take_out_moved(&error(5, "E0308")));
        assert!(calls.take_out_moved(&error(5, USE_OF_MOVED)));
        assert_eq!(calls.source().lines().nth(4), Some(""));
        let mir = "  _9 = evcxr_variable_store::<std::vec::Vec<f64>, 1>(move _10) -> [return: bb3];\n\
                   _0 = evcxr_variable_store::<u8, 2>(const 0_u8) -> bb1;";
        let types = calls.types(mir);
        assert_eq!(types["v"].as_deref(), Some(MOVED));
        assert_eq!(types["w"].as_deref(), Some("Vec<f64>"));
    }

    #[test]
    fn a_type_without_a_name_is_told_from_one_that_was_not_found() {
        let calls = Calls::of(SOURCE);
        let closure =
            "_1 = evcxr_variable_store::<{closure@ctx/src/lib.rs:3:9: 3:17}, 0>(move _2) -> [];";
        let probe = "_0 = evcxr_variable_store::<u8, 2>(const 0_u8) -> bb1;";
        let types = calls.types(&format!("{closure}\n{probe}"));
        assert_eq!(types["v"], None);
        assert_eq!(types["w"].as_deref(), Some(MOVED));
        assert!(
            calls.types(closure).is_empty(),
            "not the form that is known"
        );
    }

    #[test]
    fn types_are_written_as_in_code() {
        for (mir, code) in [
            ("i32", "i32"),
            ("&str", "&'static str"),
            ("&mut &[f64]", "&'static mut &'static [f64]"),
            (
                "std::boxed::Box<dyn for<'a> std::ops::Fn(&'a str) -> f64>",
                "Box<dyn for<'a> std::ops::Fn(&'a str) -> f64>",
            ),
            (
                "std::borrow::Cow<'_, str>",
                "std::borrow::Cow<'static, str>",
            ),
            ("fn(f64) -> f64 {half}", "fn(f64) -> f64"),
            ("fn(f64) -> f64", "fn(f64) -> f64"),
        ] {
            assert_eq!(written(mir).as_deref(), Some(code));
        }
        for mir in [
            "{closure@ctx/src/lib.rs:19:9: 19:17}",
            "std::iter::Map<std::slice::Iter<'_, f64>, {closure@ctx/src/lib.rs:27:25: 27:28}>",
            "impl std::iter::Iterator<Item = f64>",
            "{async block@ctx/src/lib.rs:28:11: 28:16}",
        ] {
            assert_eq!(written(mir), None);
        }
    }
}
