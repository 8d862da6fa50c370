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
