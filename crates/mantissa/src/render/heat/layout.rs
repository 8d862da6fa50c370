//! How many panels stand side by side, and how large their cells are.

use super::matrix::Precision;
use crate::render::svg::Font;

/// By how much a font may be wider than expected.
const SLACK: f64 = 1.15;
/// The width of all panels together.
pub(super) const ROOM: f64 = 840.0;
/// Between panels.
pub(super) const GAP: f64 = 28.0;
/// Panels together are not higher.
const HIGHEST: f64 = 760.0;
/// Cells with numbers are this wide if that is enough.
const USUAL: f64 = 52.0;
/// Cells without numbers are squares of at most this.
const LARGEST: f64 = 36.0;

/// The width of a text in words, with room for wider fonts than Arial.
pub(super) fn wide(font: Font, text: &str) -> f64 {
    font.width(text) * SLACK
}

/// As much of a text as fits into `room`, on the same reckoning.
pub(super) fn cut(font: Font, text: &str, room: f64) -> String {
    font.cut(text, room / SLACK)
}

/// Panels of one size in rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    /// Panels of a row.
    pub(super) abreast: usize,
    pub(super) cell: (f64, f64),
    /// How the numbers in the cells are written, if they fit.
    pub(super) numbers: Option<Precision>,
}

/// What the panels need.
pub(super) struct Needs<'a> {
    pub(super) panels: usize,
    /// Rows and columns of each.
    pub(super) size: (usize, usize),
    /// The width of the cells for numbers written so.
    pub(super) cell: &'a dyn Fn(Precision) -> f64,
    /// The height of cells with numbers.
    pub(super) height: f64,
    /// What stands beside the panels of a row.
    pub(super) beside: f64,
    /// What stands above and below each row of panels.
    pub(super) around: f64,
    /// No panel is narrower.
    pub(super) least: f64,
}

impl Needs<'_> {
    /// With numbers if they fit, and then as many panels side by side as do; else with the largest
    /// cells.
    pub(super) fn layout(&self) -> Layout {
        let choices = [
            Precision::Each(4),
            Precision::Each(3),
            Precision::Together(3),
        ];
        let numbers = choices.into_iter().find_map(|precision| {
            let need = (self.cell)(precision);
            let fits = |abreast: &usize| {
                need <= self.width(*abreast) && self.height <= self.tall(*abreast)
            };
            let abreast = self.choices().find(fits)?;
            Some(Layout {
                abreast,
                cell: (need.max(USUAL).min(self.width(abreast)), self.height),
                numbers: Some(precision),
            })
        });
        numbers.unwrap_or_else(|| {
            let square = |abreast: usize| self.width(abreast).min(self.tall(abreast)).min(LARGEST);
            let first = self.choices().next().unwrap_or(1);
            let abreast = self.choices().fold(first, |best, other| {
                if square(other) > square(best) {
                    other
                } else {
                    best
                }
            });
            let side = square(abreast).max(1.0);
            let height = if self.size.0 == 1 { LARGEST } else { side };
            Layout {
                abreast,
                cell: (side, height),
                numbers: None,
            }
        })
    }

    /// How many panels may stand side by side, the most first: rows are full, but for one panel.
    /// Vectors stand one below another, so that their elements do.
    fn choices(&self) -> impl Iterator<Item = usize> + '_ {
        let fits = |abreast: &usize| {
            let missing = self.panels.next_multiple_of(*abreast) - self.panels;
            let least = *abreast as f64 * (self.least + GAP) - GAP + self.beside;
            let vectors = self.size.0 == 1 && self.size.1 > 3;
            *abreast <= self.panels && missing < 2 && least <= ROOM && !vectors
        };
        [4, 3, 2].into_iter().filter(fits).chain([1])
    }

    /// The widest that cells can be.
    fn width(&self, abreast: usize) -> f64 {
        let room = ROOM - (abreast - 1) as f64 * GAP - self.beside;
        (room / (abreast * self.size.1) as f64).floor()
    }

    /// The highest that cells can be.
    fn tall(&self, abreast: usize) -> f64 {
        let rows = self.panels.div_ceil(abreast) as f64;
        ((HIGHEST - rows * self.around) / (rows * self.size.0 as f64)).floor()
    }
}
