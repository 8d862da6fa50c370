//! A code as a row of bit cells, with the names of the fields above and the weights of the bits
//! below.

use super::fields::{Field, Part};
use crate::render::Lang;
use crate::render::svg::{Font, cell, formula, formulas, line};
use crate::render::theme::{INK, PAPER};
use maud::{Markup, html};

/// Space between two fields.
const GAP: f64 = 7.0;
/// Space for the names above the first row.
const NAMES: f64 = 26.0;
/// Space for one line of weights.
const WEIGHTS: f64 = 19.0;

const NAME: Font = Font::sans(13.0).bold();
const WEIGHT: Font = Font::sans(12.5).middle();

/// How large a strip is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip {
    /// Width and height of a cell.
    cell: (f64, f64),
    /// Cells in a row; a wider code takes several rows.
    row: usize,
    /// Whether integers' weights are written out in digits below the powers.
    digits: bool,
}

/// The part of a field that stands in one row.
struct Run<'a> {
    field: &'a Field,
    /// Its first bit within the field.
    from: usize,
    len: usize,
    x: f64,
    y: f64,
}

impl Strip {
    /// As large as fits into `width`, in rows of at most 32 cells.
    pub(crate) fn fit(bits: u32, width: f64) -> Strip {
        let row = bits.div_ceil(bits.div_ceil(32));
        let cell = ((width - 2.0 * GAP) * 4.0 / f64::from(row)).floor() / 4.0;
        let cell = cell.min(56.0);
        Strip {
            cell: (cell, (cell + 6.0).min(38.0)),
            row: row as usize,
            digits: bits <= 16,
        }
    }

    /// Every row of up to 32 cells, each as large as given.
    pub(crate) fn fixed(width: f64, height: f64) -> Strip {
        Strip {
            cell: (width, height),
            row: 32,
            digits: false,
        }
    }

    /// Width and height of the cells and their weights, and of the names where those are wider.
    pub(crate) fn size(&self, fields: &[Field], lang: Lang) -> (f64, f64) {
        let runs = self.runs(fields, (0.0, 0.0));
        let cells = runs.iter().map(|run| self.right(run));
        let names = self.names(&runs, lang);
        let names = names.iter().map(|(x, name, _)| x + NAME.width(name));
        let width = cells.chain(names).fold(0.0, f64::max);
        let last = runs.last().map_or(0.0, |run| run.y);
        (width, last + self.pitch(fields))
    }

    /// Draws the strip with its top left corner at `at`.
    pub(crate) fn draw(&self, fields: &[Field], at: (f64, f64), lang: Lang) -> Markup {
        let runs = self.runs(fields, at);
        html! {
            @for (x, name, part) in self.names(&runs, lang) {
                (formula(x, at.1 + 14.0, NAME.fill(part.hue().line), &name))
            }
            @for run in &runs {
                (self.cells(run))
                (self.weights(run))
            }
        }
    }

    fn pitch(&self, fields: &[Field]) -> f64 {
        let written_out = self.digits && fields.iter().any(|f| f.integer_weight(0).is_some());
        self.cell.1 + WEIGHTS * if written_out { 2.0 } else { 1.0 } + 12.0
    }

    fn right(&self, run: &Run) -> f64 {
        run.x + run.len as f64 * self.cell.0
    }

    /// Breaks the fields into rows.
    fn runs<'a>(&self, fields: &'a [Field], (left, top): (f64, f64)) -> Vec<Run<'a>> {
        let mut runs: Vec<Run> = Vec::new();
        let (mut x, mut y, mut free) = (left, top + NAMES, self.row);
        for field in fields {
            let mut from = 0;
            while from < field.bits.len() {
                if free == 0 {
                    (x, free) = (left, self.row);
                    y += self.pitch(fields);
                }
                let len = free.min(field.bits.len() - from);
                runs.push(Run {
                    field,
                    from,
                    len,
                    x,
                    y,
                });
                x += len as f64 * self.cell.0 + GAP;
                from += len;
                free -= len;
            }
        }
        runs
    }

    /// Where each field's name stands: over its middle, or as far right as the one before demands.
    fn names(&self, runs: &[Run], lang: Lang) -> Vec<(f64, String, Part)> {
        let mut free = f64::NEG_INFINITY;
        let firsts = runs.iter().filter(|run| run.from == 0);
        firsts
            .map(|run| {
                let name = name(run.field, lang);
                let middle = (run.x + self.right(run)) / 2.0;
                let width = NAME.width(&name);
                let start = (middle - width / 2.0).max(free).max(runs[0].x);
                free = start + width + 8.0;
                (start, name, run.field.part)
            })
            .collect()
    }

    fn cells(&self, run: &Run) -> Markup {
        let (width, height) = self.cell;
        let hue = run.field.part.hue();
        let size = (width * 0.62).min(17.0);
        let digits: Vec<(f64, bool)> = run.field.bits[run.from..run.from + run.len]
            .bytes()
            .enumerate()
            .map(|(i, digit)| (run.x + i as f64 * width, digit == b'1'))
            .collect();
        let of = |one: bool| {
            let digits = digits.iter().filter(move |(_, is_one)| *is_one == one);
            digits.map(move |(x, _)| {
                let text = if one { "1" } else { "0" };
                (
                    x + width / 2.0,
                    run.y + height / 2.0 + size * 0.36,
                    text.to_owned(),
                )
            })
        };
        let font = Font::mono(size).middle();
        html! {
            (line((run.x + 0.5, run.y - 5.0), (self.right(run) - 0.5, run.y - 5.0), hue.line))
            @for (x, one) in &digits {
                (cell((*x, run.y), self.cell, hue, *one))
            }
            (formulas(font.fill(INK), of(false)))
            (formulas(font.fill(PAPER).bold(), of(true)))
        }
    }

    /// The weights of a run's bits, as many as do not touch: the last one always, and from there
    /// to the left those with room.
    fn weights(&self, run: &Run) -> Markup {
        let y = run.y + self.cell.1 + WEIGHTS - 2.0;
        let powers = self.legible(run, |i| Some(run.field.weight(i)));
        let written = self.legible(run, |i| run.field.integer_weight(i).filter(|_| self.digits));
        let ink = WEIGHT.fill(run.field.part.hue().line);
        html! {
            (formulas(ink, powers.into_iter().map(|(x, text)| (x, y, text))))
            @if !written.is_empty() {
                (formulas(ink, written.into_iter().map(|(x, text)| (x, y + WEIGHTS - 2.0, text))))
            }
        }
    }

    fn legible(&self, run: &Run, label: impl Fn(usize) -> Option<String>) -> Vec<(f64, String)> {
        let mut free = f64::INFINITY;
        let mut shown = Vec::new();
        for i in (0..run.len).rev() {
            let Some(text) = label(run.from + i) else {
                continue;
            };
            let middle = run.x + (i as f64 + 0.5) * self.cell.0;
            let half = WEIGHT.width(&text) / 2.0;
            if middle + half <= free {
                free = middle - half - 4.0;
                shown.push((middle, text));
            }
        }
        shown.reverse();
        shown
    }
}

/// `exponent, 8 bits`; a sign is always one bit.
fn name(field: &Field, lang: Lang) -> String {
    let name = field.part.name(lang);
    match (field.part, lang, field.bits.len()) {
        (Part::Sign | Part::Top, ..) => name.to_owned(),
        (_, Lang::En, 1) => format!("{name}, 1 bit"),
        (_, Lang::En, n) => format!("{name}, {n} bits"),
        (_, Lang::Zh, n) => format!("{name} {n} 位"),
    }
}
