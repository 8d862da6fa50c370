//! One number in several formats, the digits aligned by what they weigh.

mod digits;
mod grid;
mod words;

use super::figure::px;
use super::number_line::Formats;
use super::svg::{Font, columns, formula, formulas, line, pad, plain, text};
use super::theme::{FRACTION, INK, LOST, MUTED};
use super::{Figure, Lang};
use crate::dtype::DType;
use crate::real::{Parts, Real};
use digits::{Digits, Stored, places};
use grid::{Digit, Grid, Kind};
use maud::{Markup, html};
use words::{Row, given, row, spelled};

const WIDTH: f64 = 880.0;
const MARGIN: f64 = 20.0;
/// The height of a format's row, and of the digits in it.
const ROW: f64 = 62.0;
const TALL: f64 = 24.0;
/// Where the first row begins.
const TOP: f64 = 118.0;
/// Room for the formats' names.
const NAMES: f64 = 150.0;
const TITLE: Font = Font::sans(18.0).bold();
const NOTE: Font = Font::sans(12.5).fill(MUTED);
const NAME: Font = Font::sans(14.0).bold();
const DIGIT: Font = Font::mono(14.0);
const NUMBER: Font = Font::mono(13.0);

/// One number in several formats, one row each, with the binary digits aligned by what they weigh:
/// the significant digits that a format keeps are shaded, what it loses stands to the right of the
/// cut, digits that rounding changed are framed. Below, the value and the error, value - x, to six
/// significant digits.
///
/// Rounding is to the nearest, ties to even, with the format's own rule for overflow. At most 64
/// digits are shown, from the leading one of `x` on.
///
/// ```
/// use mantissa::prelude::*;
/// let text = compare(1.0 / 3.0, [FP64, FP32, FP16, BF16]).text();
/// assert!(text.contains("0.010101011|101010"));
/// assert!(text.contains("8 significant bits, = 0.333984375, error +0.000651042"));
/// ```
///
/// The formats are one, an array, slice or vector, or a tuple of floats and integers:
///
/// ```
/// use mantissa::prelude::*;
/// assert!(compare(0.1, (FP16, INT8)).text().contains("rounds to 0"));
/// ```
///
/// # Panics
/// If there is no format, or there are more than 16.
#[track_caller]
pub fn compare(x: impl Real, formats: impl Formats) -> Figure {
    let formats = formats.dtypes();
    assert!(
        (1..=16).contains(&formats.len()),
        "compare takes 1 to 16 formats, not {}: compare(1.0 / 3.0, [FP32, FP16, BF16])",
        formats.len()
    );
    draw(x.parts(), &formats, Lang::current())
}

fn draw(x: Parts, formats: &[DType], lang: Lang) -> Figure {
    let stored: Vec<Stored> = formats.iter().map(|dtype| Stored::new(x, *dtype)).collect();
    let mut rows: Vec<Row> = stored.iter().map(|stored| row(stored, x, lang)).collect();
    let grid = Digits::of(x).map(|digits| Grid::new(digits, places(&digits, &stored)));
    if let (Some(grid), false) = (&grid, rows.iter().any(|row| row.exact)) {
        rows.insert(0, given(x, grid.x, lang));
    }
    let title = match lang {
        Lang::En => format!("What is kept of {}", spelled(x)),
        Lang::Zh => format!("{} 在各格式中保留的位", spelled(x)),
    };
    let top = if grid.is_some() { TOP } else { 60.0 };
    let body = html! {
        (text(MARGIN, 36.0, TITLE, &title))
        @if let Some(grid) = &grid {
            (legend(lang))
            (grid.axis())
        }
        @for (i, row) in rows.iter().enumerate() {
            (draw_row(row, grid.as_ref(), top + i as f64 * ROW))
        }
    };
    let names = rows.iter().map(|row| columns(&row.name)).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| lines(row, grid.as_ref(), names))
        .collect();
    let range = grid
        .as_ref()
        .map(|grid| grid.range(lang))
        .unwrap_or_default();
    let spoken = rows
        .iter()
        .map(|row| format!("{}: {} {}", row.name, row.about, row.value));
    let spoken: Vec<String> = spoken.collect();
    Figure::new(
        (WIDTH as u32, (top + rows.len() as f64 * ROW) as u32),
        format!("{title}. {}", spoken.join("; ")),
        format!("{}\n{}", plain(&format!("{title}{range}")), lines.concat()),
        body,
    )
}

/// What shade, cut and frame mean.
fn legend(lang: Lang) -> Markup {
    let meanings = [
        lang.pick("kept: the significant bits", "保留的有效位"),
        lang.pick("cut: what is to the right is lost", "截断处，右边的位丢失"),
        lang.pick("changed by rounding", "因舍入而改变的位"),
    ];
    let starts = meanings.iter().scan(MARGIN, |next, meaning| {
        let start = *next;
        *next += 24.0 + NOTE.width(meaning) + 28.0;
        Some(start)
    });
    let y = 62.0;
    html! {
        @for (i, (x, meaning)) in starts.zip(meanings).enumerate() {
            @match i {
                0 => (shade((x, y - 12.0), (18.0, 16.0))),
                1 => (line((x + 9.0, y - 14.0), (x + 9.0, y + 6.0), LOST.line)),
                _ => (frame((x, y - 12.0), (18.0, 16.0))),
            }
            (text(x + 24.0, y, NOTE, meaning))
        }
    }
}

/// The ground of the significant bits.
fn shade((x, y): (f64, f64), (width, height): (f64, f64)) -> Markup {
    html! {
        rect x=(px(x)) y=(px(y)) width=(px(width)) height=(px(height)) rx="4"
            fill=(FRACTION.fill) stroke=(FRACTION.line) {}
    }
}

/// The frame of a bit that rounding changed.
fn frame((x, y): (f64, f64), (width, height): (f64, f64)) -> Markup {
    html! {
        rect x=(px(x)) y=(px(y)) width=(px(width)) height=(px(height)) rx="3"
            fill="none" stroke=(LOST.line) stroke-width="2" {}
    }
}

fn draw_row(row: &Row, grid: Option<&Grid>, y: f64) -> Markup {
    let left = grid.map_or(MARGIN + NAMES + 12.0, |grid| grid.left(grid.top));
    let below = y + TALL + 19.0;
    let value_y = if grid.is_some() { below } else { y + 17.0 };
    let value = NUMBER.cut(&row.value, WIDTH - MARGIN - left);
    let note_at = left + NUMBER.width(&value) + 14.0;
    let loud = if row.exact { MUTED } else { LOST.line };
    html! {
        (text(MARGIN, y + 17.0, NAME, &NAME.cut(&row.name, NAMES)))
        (text(MARGIN, below, NOTE, &row.about))
        @if let Some(grid) = grid {
            (draw_digits(row, grid, y))
        }
        (text(left, value_y, NUMBER.bold(), &value))
        (formula(note_at, value_y, NOTE.fill(loud), &row.note))
    }
}

fn draw_digits(row: &Row, grid: &Grid, y: f64) -> Markup {
    let digits = grid.digits(row);
    let baseline = y + TALL / 2.0 + 5.0;
    let font = DIGIT.middle();
    let of = |kind: Kind| {
        let digits = digits.iter().filter(move |digit| digit.kind == kind);
        digits.map(move |digit| {
            let x = grid.left(digit.place) + grid.cell / 2.0;
            (x, baseline, if digit.one { "1" } else { "0" }.to_owned())
        })
    };
    let span = |run: &[Digit], draw: fn((f64, f64), (f64, f64)) -> Markup| {
        let (first, last) = (run[0].place, run[run.len() - 1].place);
        draw(
            (grid.left(first), y),
            (grid.right(last) - grid.left(first), TALL),
        )
    };
    let runs = |of: fn(&Digit) -> bool| {
        let runs = digits.chunk_by(move |a, b| of(a) == of(b));
        runs.filter(move |run| of(&run[0]))
    };
    html! {
        @if !row.given {
            @for run in runs(|digit| digit.kind == Kind::Kept) { (span(run, shade)) }
        }
        (formulas(font.fill(MUTED), of(Kind::Leading)))
        (formulas(font.fill(INK).bold(), of(Kind::Kept)))
        (formulas(font.fill(LOST.line), of(Kind::Lost)))
        @for run in runs(|digit| digit.changed) { (span(run, frame)) }
        @for run in runs(|digit| digit.kind == Kind::Lost) {
            @let x = grid.left(run[0].place);
            (line((x, y - 5.0), (x, y + TALL + 5.0), LOST.line))
        }
        @if let Some(x) = grid.point() {
            (text(x, baseline, font.fill(INK).bold(), "."))
        }
        @if grid.x.negative {
            (text(grid.left(grid.top) - 7.0, baseline, font.fill(INK), "−"))
        }
    }
}

/// A row as text: the digits, then the words below them.
fn lines(row: &Row, grid: Option<&Grid>, names: usize) -> String {
    let words = [&row.about, &row.value, &row.note].map(|word| plain(word));
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let (name, indent) = (pad(&row.name, names), " ".repeat(names));
    let words = words.join(", ");
    match grid {
        Some(grid) => format!("{name}  {}\n{indent}  {words}\n", grid.written(row)),
        None => format!("{name}  {words}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{BF16, FP16, FP32};
    use crate::render::Render;

    #[test]
    fn labels_in_chinese() {
        let formats = [FP32, FP16, BF16].map(DType::from);
        let figure = draw((1.0_f64 / 3.0).parts(), &formats, Lang::Zh);
        for label in [
            "11 位有效位",
            "8 位有效位",
            "误差 +0.000651042",
            "因舍入而改变的位",
            "给定的数",
        ] {
            assert!(figure.svg().contains(label), "{label}");
        }
        let text = draw(1e6.parts(), &[FP16.into()], Lang::Zh).text();
        assert!(text.contains("上溢, = inf, 最大只能到 65504"), "{text}");
        let text = draw(1e-9.parts(), &[FP16.into()], Lang::Zh).text();
        assert!(text.contains("最小的正数是 2^-24"), "{text}");
    }
}
