//! What a cell gives, and how it fails.

use crate::Draft;

#[test]
fn output_is_kept_in_order() {
    let (ran, executed) = Draft::new(&[
        "let third: f64 = 1.0 / 3.0;",
        // The two streams are two pipes, so what is printed at the same moment has no order.
        "println!(\"{third:.3}\"); std::thread::sleep(std::time::Duration::from_millis(400)); \
         eprintln!(\"aside\"); third * 3.0",
    ])
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    assert_eq!(executed.counts(), [Some(1), Some(2)]);
    assert_eq!(executed.outputs(0), [""; 0]);
    assert_eq!(
        executed.outputs(1),
        [
            r#"{"output_type":"stream","name":"stdout","text":["0.333\n"]}"#,
            r#"{"output_type":"stream","name":"stderr","text":["aside\n"]}"#,
            r#"{"output_type":"execute_result","execution_count":2,"data":{"text/plain":["1.0"]},"metadata":{}}"#,
        ]
    );
    // A line for each cell tells its number and its first line.
    assert!(ran.stdout.contains("1/2"), "{}", ran.stdout);
    assert!(ran.stdout.contains("let third: f64"), "{}", ran.stdout);
}

#[test]
fn a_panic_stops_with_its_cell_line_and_message() {
    let (ran, executed) = Draft::new(&[
        "let v: Vec<i32> = vec![1];",
        "let w = v.clone();\nw[0] + v[5]",
        "3",
    ])
    .run();
    assert!(!ran.ok);
    for part in [
        "cell 2: panic: index out of bounds: the len is 1 but the index is 5",
        "   2 | w[0] + v[5]",
        "panicked at line 2: w[0] + v[5]",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("backtrace"), "{}", ran.stderr);
    assert_eq!(executed.counts(), [Some(1), Some(2), None]);
}

#[test]
fn an_err_stops_with_its_text() {
    let (ran, executed) = Draft::new(&["let n: i32 = \"many\".parse()?;", "n"]).run();
    assert!(!ran.ok);
    let expected = "cell 1: error: invalid digit found in string";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert_eq!(executed.counts(), [Some(1), None]);
}

#[test]
fn a_compile_error_points_into_the_cell() {
    let (ran, executed) = Draft::new(&["// 数\nlet n: i32 = \"数\";", "n"]).run();
    assert!(!ran.ok);
    for part in [
        "cell 1: compile error: mismatched types",
        "[E0308] Error: mismatched types",
        "2 │ let n: i32 = \"数\";",
        "expected `i32`, found `&str`",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in\n{}", ran.stderr);
    }
    assert_eq!(executed.counts(), [Some(1), None]);
}

#[test]
fn a_cell_that_fails_changes_no_variable() {
    let (ran, executed) = Draft::new(&[
        "let mut kept = vec![41];",
        "kept.push(1); let moved = kept; panic!(\"on purpose\")",
        "kept",
        "println!(\"about to end\"); kept.clear(); std::process::exit(3)",
        "kept.clear(); \"many\".parse::<i32>()?;",
        "kept.len()",
    ])
    .may_fail(1)
    .may_fail(3)
    .may_fail(4)
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    assert!(executed.outputs(1)[0].contains(r#""evalue":"on purpose""#));
    assert!(executed.outputs(2)[0].contains(r#""text/plain":["[41]"]"#));
    // What was printed before the end is not lost, and the end is told.
    assert!(executed.outputs(3)[0].contains("about to end"));
    assert!(executed.outputs(3)[1].contains("exit status: 3"));
    assert!(executed.outputs(4)[0].contains("invalid digit"));
    assert!(executed.outputs(5)[0].contains(r#""text/plain":["1"]"#));
}

#[test]
fn every_display_is_one_in_its_place() {
    let library = crate::root().join("crates/mantissa");
    let (ran, executed) = Draft::new(&[
        &format!(":dep mantissa = {{ path = {library:?} }}\nuse mantissa::prelude::*;"),
        "show(&finfo(BF16)); print!(\"between\"); show(&finfo(FP16)); bits(BF16.nearest(1.0))",
    ])
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    let kinds: Vec<String> = executed
        .outputs(1)
        .iter()
        .map(|output| output.split('"').nth(3).unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        kinds,
        ["display_data", "stream", "display_data", "execute_result"]
    );
}

#[test]
fn variables_have_the_types_that_the_compiler_infers() {
    let (ran, executed) = Draft::new(&[
        "let (mut n, word) = (1, \"x\"); n += 1;\nlet Some(half) = Some(0.5) else { panic!() };",
        "(n, word, half)",
        // Given away, so not kept: a vector, an iterator whose type has no name.
        "let v = vec![1, 2]; let w = v;\nlet twice = w.iter().map(|x| 2 * x); let t: Vec<_> = twice.collect();",
        "(&w, &t)",
        "v",
        "fn double(x: f64) -> f64 { 2.0 * x }\nlet f = double; let cow = std::borrow::Cow::Borrowed(\"y\");\n\
         let boxed: Box<dyn Fn(&str) -> usize> = Box::new(|s| s.len());",
        "let n: f64 = \"3\".parse()?; let s = n; let d = f(s); boxed(&cow) as f64 + d",
        ":vars",
        // The cell never comes to keep them.
        "let lost: Vec<_> = t.iter().copied().collect(); panic!(\"on purpose\")",
        "let closure = |x: f64| x;",
        "let r = &t;",
        "let t = t.len();\nlet t = t + 1;",
        "t",
        "let (W, [first, ..]) = (0.5, [1, 2]); let B = 2;",
        "W + f64::from(first + B)",
    ])
    .may_fail(4)
    .may_fail(8)
    .may_fail(9)
    .may_fail(10)
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    for (cell, part) in [
        (1, r#"["(2, \"x\", 0.5)"]"#),
        (3, r#"["([1, 2], [2, 4])"]"#),
        (4, "cannot find value `v`"),
        (6, r#"["7.0"]"#),
        (7, "cow: std::borrow::Cow<'static, str>"),
        (7, "f: fn(f64) -> f64"),
        (7, "t: Vec<i32>"),
        (8, r#""evalue":"on purpose""#),
        (9, "`closure` cannot be kept"),
        (10, "non-static lifetime"),
        (12, r#"["3"]"#),
        (14, r#"["3.5"]"#),
    ] {
        let outputs = executed.outputs(cell).concat();
        assert!(outputs.contains(part), "no {part:?} in {outputs}");
    }
}

#[test]
fn a_cell_that_asks_where_nobody_can_answer_is_stopped() {
    let (ran, executed) = Draft::new(&[
        "let mut line = String::from(\"before\");",
        "line.clear(); loop { std::io::stdin().read_line(&mut line)?; }",
        "line",
        // What a cell starts has nothing to read.
        "std::process::Command::new(\"cat\").status()?.success()",
    ])
    .may_fail(1)
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    assert!(executed.outputs(1)[0].contains("the cell asks for input, and nobody can be asked"));
    assert!(executed.outputs(2)[0].contains("before"));
    assert!(executed.outputs(3)[0].contains("true"));
}

#[test]
fn an_update_replaces_what_was_shown_in_whichever_cell() {
    let library = crate::root().join("crates/mantissa");
    let (ran, executed) = Draft::new(&[
        &format!(":dep mantissa = {{ path = {library:?} }}\nuse mantissa::prelude::*;"),
        "let mut place = Place::new(); place.show(\"one\"); println!(\"text\"); place.show(\"two\");",
        "let mut other = Place::new(); other.show(\"mine\"); place.show(\"three\");",
    ])
    .run();
    assert!(ran.ok, "{}", ran.stderr);
    let (first, second) = (executed.outputs(1), executed.outputs(2));
    assert_eq!((first.len(), second.len()), (2, 1), "{first:?} {second:?}");
    assert!(
        first[0].contains("three") && !first[0].contains("one"),
        "{first:?}"
    );
    assert!(
        first[1].contains("text") && second[0].contains("mine"),
        "{first:?} {second:?}"
    );
}

#[test]
fn a_file_keeps_nothing_of_waiting() {
    let slow = crate::talk::slow(4);
    let path = slow.path();
    let (ran, executed) =
        Draft::new(&[&format!(":dep slow = {{ path = {path:?} }}\nslow::ANSWER")]).run();
    assert!(ran.ok, "{}", ran.stderr);
    let outputs = executed.outputs(0);
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    assert!(outputs[0].contains(r#""text/plain":["42"]"#));
}

#[test]
fn the_analyser_leaves_the_optimization_level_alone() {
    let manifest = "std::fs::read_to_string(std::env::var(\"EVCXR_TMPDIR\")? + \"/Cargo.toml\")?";
    let level = format!(
        "{manifest}.lines().find(|line| line.starts_with(\"opt-level\")).unwrap().to_owned()"
    );
    let (ran, executed) = Draft::new(&[":opt 2", ":doc String", &level]).run();
    assert!(ran.ok, "{}", ran.stderr);
    let shown = executed.outputs(2).concat();
    assert!(shown.contains("opt-level = 2 # analysed"), "{shown}");
}
