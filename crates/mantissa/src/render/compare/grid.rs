//! The digits in their columns.

use super::digits::Digits;
use super::words::Row;
use super::{MARGIN, NAMES, TOP, WIDTH};
use crate::render::Lang;
use crate::render::bits::fields::power_of_two;
use crate::render::svg::{Font, formulas, line};
use crate::render::theme::{MUTED, RULE};
use maud::{Markup, html};

/// The widest a digit's cell is.
const WIDEST: f64 = 22.0;
/// Room for the point.
const POINT: f64 = 8.0;

const WEIGHT: Font = Font::sans(12.0).fill(MUTED).middle();

/// The columns: one for each place from `top` down to `low`.
pub(super) struct Grid {
    pub(super) x: Digits,
    pub(super) top: i32,
    pub(super) low: i32,
    pub(super) cell: f64,
}

impl Grid {
    pub(super) fn new(x: Digits, (top, low): (i32, i32)) -> Grid {
        let room = WIDTH - 2.0 * MARGIN - NAMES - 24.0 - POINT;
        let cell = (room / f64::from(top - low + 1) * 100.0).floor() / 100.0;
        let cell = cell.min(WIDEST);
        Grid { x, top, low, cell }
    }

    /// The left edge of a place's column.
    pub(super) fn left(&self, place: i32) -> f64 {
        let point = if self.has_point() && place < 0 {
            POINT
        } else {
            0.0
        };
        MARGIN + NAMES + 12.0 + f64::from(self.top - place) * self.cell + point
    }

    /// The right edge of a place's column.
    pub(super) fn right(&self, place: i32) -> f64 {
        self.left(place) + self.cell
    }

    /// Where the point stands, if between two columns.
    pub(super) fn point(&self) -> Option<f64> {
        self.has_point().then(|| self.left(-1) - POINT / 2.0)
    }

    /// The weights above the columns, as many as there is room for.
    pub(super) fn axis(&self) -> Markup {
        let widest = (self.low..=self.top).map(|place| WEIGHT.width(&power_of_two("", place)));
        let room = widest.fold(0.0, f64::max) + 8.0;
        let step = [1, 2, 4, 8, 16]
            .into_iter()
            .find(|step| f64::from(*step) * self.cell >= room);
        let step = step.unwrap_or(32);
        let shown: Vec<i32> = (self.low..=self.top)
            .filter(|place| place % step == 0 || self.low == self.top)
            .collect();
        let middle = |place: i32| self.left(place) + self.cell / 2.0;
        html! {
            (formulas(WEIGHT, shown.iter().map(|&p| (middle(p), TOP - 14.0, power_of_two("", p)))))
            @for place in &shown {
                (line((middle(*place), TOP - 9.0), (middle(*place), TOP - 4.0), RULE))
            }
        }
    }

    fn has_point(&self) -> bool {
        self.top >= 0 && self.low < 0
    }

    /// The digits of a row as text, with the point, and `|` where the format cuts.
    pub(super) fn written(&self, row: &Row) -> String {
        let mut out = String::from(if self.x.negative { "-" } else { "" });
        let mut lost = false;
        for digit in self.digits(row) {
            if digit.kind == Kind::Lost && !lost {
                out.push('|');
                lost = true;
            }
            if digit.place == -1 && self.has_point() {
                out.push('.');
            }
            out.push(if digit.one { '1' } else { '0' });
        }
        out
    }

    /// Which places the digits are, for the text form.
    pub(super) fn range(&self, lang: Lang) -> String {
        let (top, low) = (power_of_two("", self.top), power_of_two("", self.low));
        match lang {
            Lang::En => format!(" (digits from {top} to {low}, cut at |)"),
            Lang::Zh => format!("（从 {top} 到 {low} 的各位，| 处截断）"),
        }
    }

    /// The digits of a row.
    pub(super) fn digits(&self, row: &Row) -> Vec<Digit> {
        let visible = row.digits.filter(|(digits, _)| digits.top() <= self.top);
        let places = (self.low..=self.top).rev();
        let digit = |place: i32| {
            let given = self.x.at(place);
            let (one, kind) = match visible {
                Some((digits, last)) if place >= last => {
                    let leading = place > digits.top();
                    let kind = if leading { Kind::Leading } else { Kind::Kept };
                    (digits.at(place), kind)
                }
                _ if place > self.x.top() => (given, Kind::Leading),
                _ => (given, Kind::Lost),
            };
            let changed = kind != Kind::Lost && one != given;
            Digit {
                place,
                one,
                kind,
                changed,
            }
        };
        places
            .map(digit)
            .filter(|d| d.kind != Kind::Lost || d.place >= self.x.low())
            .collect()
    }
}

/// One digit of a row.
pub(super) struct Digit {
    pub(super) place: i32,
    pub(super) one: bool,
    pub(super) kind: Kind,
    /// Whether x has the other digit here.
    pub(super) changed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A zero before the first significant digit.
    Leading,
    /// A significant digit that the format keeps.
    Kept,
    /// A digit of x that the format has no room for.
    Lost,
}
