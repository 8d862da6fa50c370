//! Sliders: what their HTML holds, how they degrade, and their script under node.

use mantissa::prelude::*;
use std::process::Command;

const NASTY: &str = "</script><b>\"&'\\";

fn frames() -> Vec<(&'static str, Figure)> {
    let of = |x: f64| bits(FP16.nearest(x));
    vec![
        ("one", of(1.0)),
        (NASTY, of(-2.5)),
        ("third", of(1.0 / 3.0)),
    ]
}

fn html(slider: &Slider) -> String {
    slider.html().into_string()
}

/// The text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).expect(from);
    rest.split_once(to).expect(to).0
}

/// The JSON in the attribute.
fn data(html: &str) -> String {
    let escaped = between(html, "data-mantissa-slider=\"", "\"");
    let unescaped = escaped.replace("&lt;", "<").replace("&gt;", ">");
    unescaped.replace("&quot;", "\"").replace("&amp;", "&")
}

/// The address of a figure's image.
fn source(figure: &Figure) -> String {
    let html = figure.html().into_string();
    between(&html, "src=\"", "\"").to_owned()
}

#[test]
fn every_frame_is_in_the_page() {
    let html = html(&slider("x", frames()));
    for (_, figure) in frames() {
        assert!(data(&html).contains(&format!("\"{}\"", source(&figure))));
    }
    assert!(data(&html).contains(r#"["</script><b>\"&'\\","#));
}

#[test]
fn without_scripts_the_picture_and_a_note_remain() {
    let slider = slider("x", frames()).start(2);
    let (html, third) = (html(&slider), &frames()[2].1);
    assert_eq!(slider.figure(), third);
    let picture = third.html().into_string();
    assert!(html.find(&picture).unwrap() < html.find("<script>").unwrap());
    assert_eq!(html.matches("<img").count(), 1);
    assert!(html.contains("x: third. A still picture: the slider needs scripts"));
}

#[test]
fn it_is_alone_in_the_page_and_deterministic() {
    let page = html(&slider(NASTY, frames()));
    assert_eq!(page, html(&slider(NASTY, frames())));
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(!page.contains("<b>"));
    for absent in [
        " id=",
        "<style",
        "class=",
        "https://",
        "localStorage",
        "window.",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
    let script = between(&page, "<script>", "</script>");
    assert!(script.starts_with("(function () {\n\"use strict\";\n") && script.ends_with("})();"));
    assert!(script.len() < 2000, "{} bytes", script.len());
}

#[test]
fn the_text_lists_the_frames_and_shows_one() {
    let slider = slider("x", frames()).start(2);
    let third = frames()[2].1.text();
    assert_eq!(slider.text(), format!("x: one, {NASTY}, [third]\n{third}"));
    assert_eq!(format!("{slider:?}"), slider.text());
}

#[test]
fn the_script_moves_from_frame_to_frame() {
    let slider = slider("x", frames()).start(2);
    let html = html(&slider);
    let file = |name: &str, content: &str| {
        let path = format!("{}/slider_{name}", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&path, content).unwrap();
        path
    };
    let output = Command::new("node")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/slider/driver.js"
        ))
        .arg(file("script.js", between(&html, "<script>", "</script>")))
        .arg(file("data.json", &data(&html)))
        .output();
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: the slider's script needs node, which is not installed");
            return;
        }
        other => other.unwrap(),
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let shown = |at: usize| {
        let (name, figure) = &frames()[at];
        let html = figure.html().into_string();
        let (label, width) = (figure.label(), between(&html, "width=\"", "\""));
        let source = source(figure);
        format!("1\ttrue\tx\t0\t2\t1\t{at}\t{name}\t{name}\t{label}\t{width}\t{source}")
    };
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<&str> = said.lines().collect();
    let (said, keys) = said.split_at(3);
    // Every other key is the front end's: Ctrl+S saves, Escape leaves.
    assert_eq!(keys, ["ArrowLeft ArrowDown Home End PageUp PageDown", ""]);
    for (line, at) in said.iter().zip([2, 0, 2]) {
        // Without the picture in the message.
        let start = line.split("base64").next().unwrap();
        assert!(*line == shown(at), "{start} is not frame {at}");
    }
}

#[test]
#[should_panic(expected = "a slider moves over 1 to 40 pictures, not 41")]
fn no_films() {
    let _ = slider("x", (0..41).map(|i| (i.to_string(), frames().remove(0).1)));
}

#[test]
#[should_panic(expected = "1 to 40 pictures, not 0")]
fn no_slider_over_nothing() {
    let none: [(&str, Figure); 0] = [];
    let _ = slider("x", none);
}

#[test]
#[should_panic(expected = "and a slider has room for 2000000")]
fn no_page_of_megabytes() {
    let large = number_lines(vec![FP8_E4M3FN; 8]).figure();
    assert!(large.svg().len() > 38_000, "{}", large.svg().len());
    let _ = slider("x", (0..40).map(|i| (i.to_string(), large.clone())));
}

#[test]
#[should_panic(expected = "there is no picture 3: the slider's 3 pictures are 0 to 2")]
fn no_start_outside() {
    let _ = slider("x", frames()).start(3);
}
