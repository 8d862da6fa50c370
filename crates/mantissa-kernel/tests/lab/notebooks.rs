//! What is committed is what the sources and the library give.

use crate::{Draft, lab, root};

#[test]
fn notebooks_are_in_sync_with_their_sources() {
    let ran = lab(root(), &["build", "--check", "--no-run"]);
    assert!(ran.ok, "{}", ran.stderr);
}

#[test]
fn notebooks_give_their_committed_outputs() {
    let ran = lab(root(), &["run", "--check"]);
    assert!(ran.ok, "{}\n{}", ran.stdout, ran.stderr);
}

#[test]
fn pictures_are_what_the_library_draws() {
    let ran = lab(root(), &["figures", "--check"]);
    assert!(ran.ok, "{}", ran.stderr);
}

#[test]
fn a_different_output_is_shown() {
    let draft = Draft::new(&["6 * 7"]);
    let (ran, executed) = draft.run();
    assert!(ran.ok, "{}", ran.stderr);
    let path = draft.path("executed.ipynb");
    let check = || lab(root(), &["run", "--check", path.to_str().unwrap()]);
    assert!(check().ok);
    let text = mantissa_kernel::notebook::to_text(&executed.0).unwrap();
    std::fs::write(&path, text.replace("\"42\"", "\"43\"")).unwrap();
    let ran = check();
    assert!(!ran.ok);
    for part in ["differs", "-       \"43\"", "+       \"42\""] {
        assert!(ran.stderr.contains(part), "no {part:?} in\n{}", ran.stderr);
    }
}
