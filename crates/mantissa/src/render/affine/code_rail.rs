//! The codes of a scheme in a row: one rail of a picture.

use super::levels::Levels;
use super::{LEFT, RIGHT, WIDTH};
use crate::render::figure::px1;
use crate::render::number_line::axis::{Axis, Label, fitting};
use crate::render::svg::{Font, text};
use crate::render::theme::{Hue, MUTED, PAPER};
use maud::{Markup, html};

/// Height of a rail.
pub(super) const HIGH: f64 = 12.0;
/// Narrower cells than this have no borders.
const BORDERED: f64 = 2.5;

/// Codes at their places as numbers, each a cell as wide as what is rounded to it.
pub(super) struct CodeRail<'a> {
    levels: &'a Levels,
    axis: Axis,
    hue: Hue,
}

impl CodeRail<'_> {
    pub(super) fn new(levels: &Levels, hue: Hue) -> CodeRail<'_> {
        let first = levels.unused.map_or(levels.cell(0).0, |code| code - 0.5);
        let axis = Axis {
            low: first,
            high: levels.cell(levels.len() - 1).1,
            left: LEFT,
            right: RIGHT,
        };
        CodeRail { levels, axis, hue }
    }

    /// The pixel of a code.
    pub(super) fn x(&self, code: f64) -> f64 {
        self.axis.x(code)
    }

    /// The pixels between which the cells from one code to another lie.
    pub(super) fn span(&self, (from, to): (f64, f64)) -> (f64, f64) {
        let cell = |code: f64| self.levels.cell(self.levels.index(code));
        (self.x(cell(from).0), self.x(cell(to).1))
    }

    /// The rail with its upper edge at `y`; the cells of `hits` are full.
    pub(super) fn draw(&self, y: f64, hits: &[f64]) -> Markup {
        let (left, right) = self.span(self.levels.ends());
        let cells = (1..self.levels.len()).map(|i| {
            let (from, to) = self.levels.cell(i);
            (self.x(from), self.x(to))
        });
        let borders: String = cells
            .filter(|(from, to)| to - from >= BORDERED)
            .map(|(from, _)| format!("M{} {}v{HIGH}", px1(from), px1(y)))
            .collect();
        html! {
            rect x=(px1(left)) y=(px1(y)) width=(px1(right - left)) height=(HIGH)
                fill=(self.hue.fill) stroke=(self.hue.line) {}
            @if self.levels.unused.is_some() {
                rect x=(px1(LEFT)) y=(px1(y)) width=(px1(left - LEFT)) height=(HIGH) fill=(PAPER)
                    stroke=(MUTED) stroke-dasharray="2 1.5" {}
            }
            @if !borders.is_empty() {
                path d=(borders) stroke=(self.hue.line) stroke-width="0.6" stroke-opacity="0.6" {}
            }
            path d=(self.full(y + HIGH / 2.0, hits)) stroke=(self.hue.line) stroke-width=(HIGH) {}
        }
    }

    /// The full cells as thick lines, those that touch each other in one.
    fn full(&self, y: f64, hits: &[f64]) -> String {
        let mut lines: Vec<(f64, f64)> = Vec::new();
        for code in hits {
            let (from, to) = self.span((*code, *code));
            let half = (to - from - 1.0).max(2.0) / 2.0;
            let (from, to) = ((from + to) / 2.0 - half, (from + to) / 2.0 + half);
            match lines.last_mut() {
                Some(last) if last.1 >= from => last.1 = to,
                _ => lines.push((from, to)),
            }
        }
        let lines = lines.into_iter();
        lines
            .map(|(from, to)| format!("M{} {}h{}", px1(from), px1(y), px1(to - from)))
            .collect()
    }
}

/// The labels below a rail that have room: the zero point bold, a code left out in grey.
pub(super) fn code_labels(y: f64, labels: Vec<(f64, String)>) -> Markup {
    let font = Font::sans(12.0).middle();
    let style = |label: &Label| match label.text.as_bytes() {
        [b'z', ..] => font.bold(),
        [.., last] if !last.is_ascii_digit() => font.fill(MUTED),
        _ => font,
    };
    html! {
        @for label in fitting(labels, font.bold(), (8.0, WIDTH - 8.0)) {
            (text(label.x, y, style(&label), &label.text))
        }
    }
}
