//! What the colours of a scale mean.

use super::board::Board;
use super::colour::Scale;
use super::matrix::number;
use crate::render::svg::{Font, text};
use crate::render::theme::MUTED;
use maud::{Markup, html};

const NAME: Font = Font::sans(12.0).fill(MUTED);

/// The colours of a scale with the numbers at its ends, and 0 between them.
pub(super) fn bar((x, y): (f64, f64), name: &str, scale: &Scale) -> Markup {
    let levels = scale.levels();
    let paints: Vec<String> = levels.clone().map(|level| scale.colour(level)).collect();
    let (width, count) = (180.0, paints.len());
    let board = Board {
        at: (x, y + 18.0),
        cell: (width / count as f64, 12.0),
        rows: 1,
        columns: count,
    };
    let font = Font::mono(11.0).fill(MUTED);
    let colours: Vec<usize> = (0..count).collect();
    html! {
        (text(x, y + 12.0, NAME, name))
        (board.fill(&colours, &paints))
        (board.lines())
        @if count == 1 {
            (text(x, y + 44.0, font, &number(scale.high, 4)))
        } @else {
            (text(x, y + 44.0, font, &number(scale.low, 4)))
            @if *levels.start() < 0 { (text(x + width / 2.0, y + 44.0, font.middle(), "0")) }
            (text(x + width, y + 44.0, font.end(), &number(scale.high, 4)))
        }
    }
}
