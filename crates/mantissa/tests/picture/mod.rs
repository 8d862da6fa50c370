//! Reading a picture back: its texts with their places and looks.
#![allow(dead_code, reason = "each test file uses a part of it")]

use mantissa::prelude::*;
use roxmltree::{Document, Node};

/// A format with the longest and nastiest name, and IEEE's bias.
pub fn hostile(exponent: u32, mantissa: u32, signed: bool, specials: Specials) -> FloatFormat {
    let bias = (1 << (exponent - 1)) - 1;
    let name = "<b>\"& as long as they go: 30";
    FloatFormat::new(name, exponent, mantissa, bias, signed, specials).unwrap()
}

/// One text of an SVG picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub x: f64,
    pub y: f64,
    /// The content; what is raised stands as `^{...}`.
    pub content: String,
    pub size: f64,
    pub fill: String,
    /// Whether it is set in the font of digits and codes.
    pub mono: bool,
    pub anchor: String,
}

/// One rectangle of an SVG picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub fill: String,
}

/// Every text, in the order of the source; spaces that do not break are ordinary ones here.
pub fn texts(svg: &str) -> Vec<Text> {
    let document = Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("text"));
    nodes
        .map(|node| Text {
            x: number(node, "x"),
            y: number(node, "y"),
            content: node.children().map(content).collect(),
            size: inherited(node, "font-size").parse().unwrap(),
            fill: inherited(node, "fill"),
            mono: inherited(node, "font-family").contains("Mono'"),
            anchor: inherited(node, "text-anchor"),
        })
        .collect()
}

/// Every rectangle but the background.
pub fn rects(svg: &str) -> Vec<Rect> {
    let document = Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("rect"));
    nodes
        .skip(1)
        .map(|node| Rect {
            x: number(node, "x"),
            y: number(node, "y"),
            width: number(node, "width"),
            height: number(node, "height"),
            fill: node.attribute("fill").unwrap_or_default().to_owned(),
        })
        .collect()
}

/// One path of an SVG picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub d: String,
    pub fill: String,
    pub stroke: String,
    pub width: String,
}

/// Every path, in the order of the source.
pub fn paths(svg: &str) -> Vec<Path> {
    let document = Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("path"));
    let attribute = |node: Node, name| node.attribute(name).unwrap_or_default().to_owned();
    nodes
        .map(|node| Path {
            d: attribute(node, "d"),
            fill: attribute(node, "fill"),
            stroke: attribute(node, "stroke"),
            width: attribute(node, "stroke-width"),
        })
        .collect()
}

impl Path {
    /// The corners (x, y) of each part, of absolute M, L, H, V and relative h, v.
    pub fn parts(&self) -> Vec<Vec<(f64, f64)>> {
        let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
        let (mut x, mut y) = (0.0, 0.0);
        for step in commands(&self.d) {
            let number =
                |i: usize| -> f64 { step[1..].split(' ').nth(i).unwrap().parse().unwrap() };
            match &step[..1] {
                "M" | "L" => (x, y) = (number(0), number(1)),
                "H" => x = number(0),
                "V" => y = number(0),
                "h" => x += number(0),
                "v" => y += number(0),
                "z" => continue,
                other => panic!("{other} in {}", self.d),
            }
            match &step[..1] {
                "M" => parts.push(vec![(x, y)]),
                _ => parts.last_mut().unwrap().push((x, y)),
            }
        }
        parts
    }
}

/// The commands of a path: each a letter and its numbers.
fn commands(d: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = d
        .match_indices(char::is_alphabetic)
        .map(|(i, _)| i)
        .collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([d.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| &d[start..end])
}

/// What every text says.
pub fn contents(svg: &str) -> Vec<String> {
    texts(svg).into_iter().map(|text| text.content).collect()
}

/// Width and height of the picture.
pub fn size(svg: &str) -> (f64, f64) {
    let document = Document::parse(svg).expect("well-formed XML");
    let root = document.root_element();
    (number(root, "width"), number(root, "height"))
}

/// What every picture keeps to: well-formed, small, labelled, nothing outside, no text under 11 px.
pub fn keeps_to_the_contract(svg: &str) {
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    let document = Document::parse(svg).expect("well-formed XML");
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    assert!(
        root.attribute("aria-label")
            .is_some_and(|label| label.len() > 5)
    );
    for forbidden in ["style", "script"] {
        assert!(!document.descendants().any(|n| n.has_tag_name(forbidden)));
    }
    for forbidden in ["id", "class"] {
        assert!(!document.descendants().any(|n| n.has_attribute(forbidden)));
    }
    let (width, height) = size(svg);
    let view_box = format!("0 0 {width} {height}");
    assert_eq!(root.attribute("viewBox"), Some(view_box.as_str()));
    assert!(width <= 880.0, "{width} wide");
    for rect in rects(svg) {
        assert!(rect.x >= 0.0 && rect.x + rect.width <= width, "{rect:?}");
        assert!(rect.y >= 0.0 && rect.y + rect.height <= height, "{rect:?}");
    }
    for text in texts(svg) {
        let (text, start, end) = span(text);
        assert!(start >= 0.0 && end <= width, "{text:?} in {width}");
        assert!(text.y > 0.0 && text.y < height, "{text:?} in {height}");
    }
    for node in document.descendants() {
        if let Some(size) = node.attribute("font-size") {
            assert!(size.parse::<f64>().unwrap() >= 11.0, "{node:?}");
        }
    }
}

/// No two texts lie on each other.
pub fn texts_do_not_overlap(svg: &str) {
    let spans: Vec<(Text, f64, f64)> = texts(svg).into_iter().map(span).collect();
    for (i, (a, a_start, a_end)) in spans.iter().enumerate() {
        for (b, b_start, b_end) in &spans[i + 1..] {
            let apart = a_end <= b_start || b_end <= a_start;
            let lines = (a.y - b.y).abs() >= 0.72 * a.size.min(b.size); // the height of a capital
            assert!(apart || lines, "{a:?}\nlies on\n{b:?}");
        }
    }
}

/// A text with its left and right end, about.
fn span(text: Text) -> (Text, f64, f64) {
    let letter = text.size * if text.mono { 0.6 } else { 0.5 };
    let plain = text.content.replace("^{", "").replace('}', "");
    let widths = plain.chars().map(|c| match c {
        '\u{2009}' => 0.2 * text.size,
        '\u{2e80}'.. => text.size,
        _ => letter,
    });
    let length: f64 = widths.sum();
    let start = match text.anchor.as_str() {
        "middle" => text.x - length / 2.0,
        "end" => text.x - length,
        _ => text.x,
    };
    (text, start, start + length)
}

/// The test `pictures_keep_to_the_contract` of a file: its pictures do, no texts in them lie on each
/// other, they are the same every time, and all that in Chinese too.
pub fn all_keep_to_the_contract(pictures: impl Fn() -> Vec<Figure>) {
    let all = pictures();
    for figure in &all {
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
    }
    assert!(all == pictures(), "the pictures differ from time to time");
    if Lang::current() == Lang::En {
        passes_in_chinese("pictures_keep_to_the_contract");
    }
}

/// The tests of this file whose name holds `name` pass in a notebook in Chinese too. The language is
/// the process's, so it takes another process.
pub fn passes_in_chinese(name: &str) {
    let tests = std::env::current_exe().expect("the tests are running");
    let output = std::process::Command::new(tests)
        .arg(name)
        .env("MANTISSA_LANG", "zh")
        .output()
        .expect("the tests can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(
        !said.contains("running 0 tests"),
        "no test is called {name}"
    );
}

/// The source with a line for each element, for snapshots.
pub fn lines(svg: &str) -> String {
    svg.replace("><", ">\n<")
}

fn content(node: Node) -> String {
    let text: String = node
        .descendants()
        .filter_map(|n| n.text().filter(|_| n.is_text()))
        .collect();
    let text = text.replace('\u{a0}', " ");
    match node.attribute("dy").map(|dy| dy.parse::<f64>().unwrap()) {
        Some(dy) if dy < 0.0 => format!("^{{{text}}}"),
        _ => text,
    }
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name)
        .and_then(|v| v.parse().ok())
        .unwrap_or(0.0)
}

fn inherited(node: Node, name: &str) -> String {
    let value = node.ancestors().find_map(|n| n.attribute(name));
    value.unwrap_or_default().to_owned()
}
