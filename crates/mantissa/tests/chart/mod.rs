//! Reading a chart back: its axes, and the numbers at its lines, areas and dots.
#![allow(dead_code, reason = "each test file uses a part of it")]

use crate::picture::{Text, keeps_to_the_contract, texts, texts_do_not_overlap};
use mantissa::prelude::*;
use roxmltree::Document;

const EXPONENT: (&str, &str) = ("#0072b2", "#d3e8f5");
pub const BLUE: &str = EXPONENT.0;
pub const BLUE_TINT: &str = EXPONENT.1;
pub const ORANGE: &str = "#a84700";
pub const ORANGE_TINT: &str = "#fbe0cf";
pub const GREEN: &str = "#00795a";
pub const PINK: &str = "#a83279";
pub const INK: &str = "#1f2933";
pub const MUTED: &str = "#5f6b7a";

/// From a pixel to a number, by the numbers written at an axis.
#[derive(Debug)]
pub struct Axis {
    /// Pixels and numbers of two ticks.
    ticks: [(f64, f64); 2],
    log: bool,
}

impl Axis {
    fn new(ticks: &[(f64, f64)]) -> Axis {
        let ticks = [ticks[0], ticks[ticks.len() - 1]];
        assert!(ticks[0].0 != ticks[1].0, "{ticks:?}");
        Axis { ticks, log: false }
    }

    pub fn log(self) -> Axis {
        Axis { log: true, ..self }
    }

    pub fn number(&self, pixel: f64) -> f64 {
        let [(a, x), (b, y)] = self.ticks;
        let part = (pixel - a) / (b - a);
        match self.log {
            true => (x.ln() + part * (y / x).ln()).exp(),
            false => x + part * (y - x),
        }
    }

    /// How much a pixel is; on a logarithmic axis, as a factor less one.
    pub fn pixel(&self) -> f64 {
        let [(a, x), (b, y)] = self.ticks;
        match self.log {
            true => ((y / x).ln() / (b - a)).abs(),
            false => ((y - x) / (b - a)).abs(),
        }
    }
}

/// The axis below the chart.
pub fn x_axis(svg: &str) -> Axis {
    let ticks: Vec<(f64, f64)> = muted(svg, "middle").map(|t| (t.x, number(&t))).collect();
    Axis::new(&ticks)
}

/// The axis on the left, of the part of the picture between two heights.
pub fn y_axis_within(svg: &str, from: f64, to: f64) -> Axis {
    let ticks = muted(svg, "end").filter(|t| t.y > from && t.y < to);
    // Numbers stand beside their lines: the baseline is 4 px lower.
    let ticks: Vec<(f64, f64)> = ticks.map(|t| (t.y - 4.0, number(&t))).collect();
    Axis::new(&ticks)
}

pub fn y_axis(svg: &str) -> Axis {
    y_axis_within(svg, 0.0, 1e9)
}

fn muted(svg: &str, anchor: &str) -> impl Iterator<Item = Text> {
    let looks = move |t: &Text| t.fill == MUTED && t.anchor == anchor && t.size == 12.0;
    texts(svg)
        .into_iter()
        .filter(looks)
        .filter(|t| !t.content.contains('→'))
}

/// `-1.5`, `20 000`, `5×10^{-7}`, `10^{3}`.
fn number(text: &Text) -> f64 {
    let plain = text.content.replace('\u{2009}', "");
    let (digits, power) = match plain.split_once("10^{") {
        Some((digits, power)) => (digits.trim_end_matches('×'), power.trim_end_matches('}')),
        None => (plain.as_str(), "0"),
    };
    let digits = match digits {
        "" => "1",
        "-" => "-1",
        other => other,
    };
    format!("{digits}e{power}").parse().expect(&plain)
}

/// The points of every path that is filled, or else drawn, in a colour.
pub fn paths(svg: &str, filled: bool, colour: &str) -> Vec<Vec<(f64, f64)>> {
    let document = Document::parse(svg).expect("well-formed XML");
    let attribute = if filled { "fill" } else { "stroke" };
    let nodes = document.descendants().filter(|n| n.has_tag_name("path"));
    nodes
        .filter(|n| n.attribute(attribute) == Some(colour))
        .map(|n| points(n.attribute("d").expect("d")))
        .collect()
}

/// The points of a path of M, L, H, V and z.
fn points(d: &str) -> Vec<(f64, f64)> {
    let starts = d.char_indices().filter(|(_, c)| c.is_ascii_alphabetic());
    let starts: Vec<usize> = starts.map(|(i, _)| i).chain([d.len()]).collect();
    let (mut x, mut y) = (0.0, 0.0);
    let mut points = Vec::new();
    for pair in starts.windows(2) {
        let (command, rest) = d[pair[0]..pair[1]].split_at(1);
        let numbers: Vec<f64> = rest.split(' ').filter_map(|n| n.parse().ok()).collect();
        match (command, numbers.as_slice()) {
            ("M" | "L", [a, b]) => (x, y) = (*a, *b),
            ("H", [a]) => x = *a,
            ("V", [b]) => y = *b,
            ("z", []) => continue,
            other => panic!("{other:?} in {d}"),
        }
        points.push((x, y));
    }
    points
}

/// The ends of every straight line element of a colour, but those of the legend.
pub fn lines_of(svg: &str, colour: &str) -> Vec<[(f64, f64); 2]> {
    let document = Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("line"));
    let lines = nodes
        .filter(|n| n.attribute("stroke") == Some(colour))
        .map(|n| {
            let at = |name: &str| {
                n.attribute(name)
                    .and_then(|v| v.parse().ok())
                    .expect("a number")
            };
            [(at("x1"), at("y1")), (at("x2"), at("y2"))]
        });
    lines.filter(|[_, (_, y)]| *y > 100.0).collect()
}

/// The middles of every filled circle of a colour, but those of the legend.
pub fn dots(svg: &str, fill: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(svg).expect("well-formed XML");
    let nodes = document.descendants().filter(|n| n.has_tag_name("circle"));
    let dots = nodes
        .filter(|n| n.attribute("fill") == Some(fill))
        .map(|n| {
            let at = |name: &str| {
                n.attribute(name)
                    .and_then(|v| v.parse().ok())
                    .expect("a number")
            };
            (at("cx"), at("cy"))
        });
    dots.filter(|(_, y)| *y > 100.0).collect()
}

/// The bins of a histogram: from, to, and how many, of its outline.
pub fn bins(outline: &[(f64, f64)], x: &Axis, y: &Axis) -> Vec<(f64, f64, f64)> {
    let tops = outline.windows(2).filter(|pair| pair[0].0 != pair[1].0);
    tops.map(|pair| {
        let count = y.number(pair[0].1);
        (x.number(pair[0].0), x.number(pair[1].0), count)
    })
    .collect()
}

/// Numbers that look normal, the same in every run: sums of four even ones.
pub fn bell(count: u64, scale: f64) -> Vec<f64> {
    let even = |n: u64| {
        let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ z >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (z >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let number = |n: u64| (0..4).map(|i| even(4 * n + i + 1)).sum::<f64>();
    (0..count).map(|n| scale * number(n)).collect()
}

pub fn good(figure: &Figure) {
    keeps_to_the_contract(figure.svg());
    texts_do_not_overlap(figure.svg());
}

pub fn contents(figure: &Figure) -> Vec<String> {
    texts(figure.svg())
        .into_iter()
        .map(|text| text.content)
        .collect()
}
