//! One panel: cells in colour, numbers in them, and lines between groups.

use crate::render::figure::px;
use crate::render::svg::{Font, formulas};
use crate::render::theme::{INK, PAPER, RULE};
use maud::{Markup, html};

/// Cells that are narrower or lower have no lines between them.
const FINE: f64 = 14.0;

/// Where the cells of a matrix are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Board {
    /// The upper left corner.
    pub(super) at: (f64, f64),
    pub(super) cell: (f64, f64),
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Board {
    pub(super) fn width(&self) -> f64 {
        self.columns as f64 * self.cell.0
    }

    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * self.cell.1
    }

    fn is_fine(&self) -> bool {
        self.cell.0 < FINE || self.cell.1 < FINE
    }

    /// The upper left corner of a cell.
    pub(super) fn corner(&self, i: usize) -> (f64, f64) {
        let (row, column) = (i / self.columns, i % self.columns);
        (
            self.at.0 + column as f64 * self.cell.0,
            self.at.1 + row as f64 * self.cell.1,
        )
    }

    /// The cells filled, `paints[colours[i]]` the i-th. In the units of the cells, so that a run of
    /// one colour takes a few bytes.
    pub(super) fn fill(&self, colours: &[usize], paints: &[String]) -> Markup {
        let mut runs = vec![String::new(); paints.len()];
        for (row, colours) in colours.chunks(self.columns).enumerate() {
            let mut column = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                runs[run[0]] += &format!("M{column} {row}h{}", run.len());
                column += run.len();
            }
        }
        let (x, y) = (px(self.at.0), px(self.at.1 + self.cell.1 / 2.0));
        let (width, height) = (px(self.cell.0), px(self.cell.1));
        html! {
            g transform=(format!("translate({x} {y}) scale({width} {height})")) fill="none" {
                @for (d, paint) in runs.iter().zip(paints) {
                    @if !d.is_empty() && paint != PAPER { path d=(d) stroke=(paint) {} }
                }
            }
        }
    }

    /// Light lines between the cells if these are large, and a frame.
    pub(super) fn lines(&self) -> Markup {
        let fine = self.is_fine();
        let places = |count: usize| (0..=count).filter(move |i| !fine || *i == 0 || *i == count);
        let (x, y) = self.at;
        let down = places(self.columns).map(|i| {
            let x = x + i as f64 * self.cell.0;
            format!("M{} {}v{}", px(x), px(y), px(self.height()))
        });
        let across = places(self.rows).map(|i| {
            let y = y + i as f64 * self.cell.1;
            format!("M{} {}h{}", px(x), px(y), px(self.width()))
        });
        let d: String = down.chain(across).collect();
        html! { path d=(d) stroke=(RULE) fill="none" {} }
    }

    /// A text in the middle of each cell, its baseline `down` from the top; `light` ones in the
    /// paper's colour.
    pub(super) fn numbers(
        &self,
        texts: &[String],
        font: Font,
        down: f64,
        light: impl Fn(usize) -> bool,
    ) -> Markup {
        let of = |wanted: bool| {
            let chosen = texts
                .iter()
                .enumerate()
                .filter(|(i, _)| light(*i) == wanted);
            let placed = chosen.map(|(i, text)| {
                let (x, y) = self.corner(i);
                (x + self.cell.0 / 2.0, y + down, text.clone())
            });
            placed.collect::<Vec<_>>()
        };
        html! {
            (formulas(font.middle(), of(false)))
            (formulas(font.middle().fill(PAPER), of(true)))
        }
    }

    /// Dark lines where one group meets another, and around the whole.
    pub(super) fn borders(&self, groups: &[usize]) -> Markup {
        let (rows, columns) = (self.rows, self.columns);
        let group = |row: usize, column: usize| groups[row * columns + column];
        let mut d = String::new();
        for column in 0..=columns {
            let parts = |row: &usize| {
                column == 0 || column == columns || group(*row, column - 1) != group(*row, column)
            };
            for (from, length) in runs(rows, parts) {
                let (x, y) = self.place(from, column);
                d += &format!("M{x} {y}v{}", px(length as f64 * self.cell.1));
            }
        }
        for row in 0..=rows {
            let parts = |column: &usize| {
                row == 0 || row == rows || group(row - 1, *column) != group(row, *column)
            };
            for (from, length) in runs(columns, parts) {
                let (x, y) = self.place(row, from);
                d += &format!("M{x} {y}h{}", px(length as f64 * self.cell.0));
            }
        }
        let width = if self.is_fine() { "1" } else { "1.5" };
        html! {
            path d=(d) stroke=(INK) stroke-width=(width) stroke-linecap="square" fill="none" {}
        }
    }

    /// The point where a row and a column begin.
    fn place(&self, row: usize, column: usize) -> (String, String) {
        (
            px(self.at.0 + column as f64 * self.cell.0),
            px(self.at.1 + row as f64 * self.cell.1),
        )
    }
}

/// The runs of numbers below `count` for which something holds: where each begins, its length.
fn runs(count: usize, holds: impl Fn(&usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for i in (0..count).filter(holds) {
        match runs.last_mut() {
            Some((from, length)) if *from + *length == i => *length += 1,
            _ => runs.push((i, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers() {
        assert_eq!(runs(7, |i| *i != 2 && *i != 5), [(0, 2), (3, 2), (6, 1)]);
        assert_eq!(runs(3, |_| false), []);
    }

    #[test]
    fn borders_part_the_groups() {
        let board = Board {
            at: (10.0, 20.0),
            cell: (5.0, 4.0),
            rows: 2,
            columns: 2,
        };
        let lines = |groups: &[usize]| board.borders(groups).into_string();
        assert!(lines(&[0, 0, 1, 1]).contains("M10 24h10"));
        assert!(!lines(&[0, 0, 1, 1]).contains("M15"));
        assert!(lines(&[0, 1, 0, 1]).contains("M15 20v8"));
        assert!(lines(&[0, 1, 1, 1]).contains("M15 20v4"));
    }
}
