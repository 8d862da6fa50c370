//! The picture of one target and of what shares it: the borders, code by code.

use super::words::exact;
use crate::mapping::Preimage;
use crate::render::svg::{Font, line, text};
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, MUTED, PLAIN};
use crate::render::{Figure, Lang};
use crate::text::grouped;
use crate::{DType, Value};
use maud::{Markup, html};

const WIDTH: f64 = 880.0;
const TOP: f64 = 108.0;
const BOTTOM: f64 = 204.0;
/// The middles of the columns: the number before, the first, the last, the number after.
const COLUMNS: [f64; 4] = [110.0, 300.0, 580.0, 770.0];

impl Preimage {
    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    pub(super) fn draw(&self, lang: Lang) -> Figure {
        let hue = match self.target.dtype() {
            DType::Int(_) => INTEGER,
            DType::Float(_) => FRACTION,
        };
        let title = self.title(lang);
        let ties = self.ties(lang);
        let drawn = self.ends.is_some() && !self.target.is_nan();
        let height = match (drawn, &ties) {
            (false, _) => 84.0,
            (true, None) => 262.0,
            (true, Some(_)) => 292.0,
        };
        let middle = (COLUMNS[1] + COLUMNS[2]) / 2.0;
        let body = html! {
            (text(20.0, 32.0, Font::sans(19.0).bold(), &title))
            @if drawn {
                (line((20.0, TOP), (WIDTH - 20.0, TOP), EXPONENT.line))
                (line((20.0, BOTTOM), (WIDTH - 20.0, BOTTOM), hue.line))
                (self.members(middle, lang))
                @for (x, next) in [COLUMNS[0], COLUMNS[3]].into_iter().zip(self.next) {
                    @if let Some((source, target)) = next {
                        (line((x, TOP), (x, BOTTOM), PLAIN.line))
                        (number((x, TOP), source, Side::Above, PLAIN))
                        (number((x, BOTTOM), target, Side::Below, PLAIN))
                    }
                }
                (number((middle, BOTTOM), self.target, Side::Below, hue))
                @if let Some(ties) = &ties {
                    (text(20.0, height - 16.0, Font::sans(14.0), ties))
                }
            } @else {
                (text(20.0, 60.0, Font::sans(13.0).fill(MUTED), &self.elsewhere(lang)))
            }
        };
        let size = (WIDTH as u32, height as u32);
        Figure::new(size, title, self.words(lang), body)
    }

    /// The numbers that share the target, from the first to the last, and the band to it.
    fn members(&self, x: f64, lang: Lang) -> Markup {
        let [_, from, to, _] = COLUMNS;
        let count = grouped(self.count);
        let values = match lang {
            Lang::En => format!("{count} values"),
            Lang::Zh => format!("{count} 个值"),
        };
        let ends = [(from, self.first()), (to, self.last())];
        html! {
            polygon points=(format!("{from},{TOP} {to},{TOP} {x},{BOTTOM}")) fill=(EXPONENT.fill) {}
            @for (x, end) in ends {
                @if let Some(value) = end {
                    (number((x, TOP), value, Side::Above, EXPONENT))
                }
            }
            (text(x, TOP + 34.0, Font::sans(14.0).bold().middle().fill(EXPONENT.line), &values))
        }
    }

    /// What is said when there is no run of numbers to draw.
    fn elsewhere(&self, lang: Lang) -> String {
        let (Some(first), Some(last)) = (self.first(), self.last()) else {
            return lang.pick("No value does.", "没有这样的值。").to_owned();
        };
        let (first, last) = (exact(first, 14), exact(last, 14));
        match lang {
            Lang::En => format!("From {first} to {last}, but for the numbers in range."),
            Lang::Zh => format!("从 {first} 到 {last}，范围内的数除外。"),
        }
    }
}

enum Side {
    Above,
    Below,
}

/// A number as a dot on a line, with its value and code above or below.
fn number((x, y): (f64, f64), value: Value, side: Side, hue: Hue) -> Markup {
    let (value_y, code_y) = match side {
        Side::Above => (y - 26.0, y - 11.0),
        Side::Below => (y + 22.0, y + 38.0),
    };
    html! {
        circle cx=(x) cy=(y) r="4.5" fill=(hue.line) {}
        (text(x, value_y, Font::sans(13.0).bold().middle().fill(hue.line), &exact(value, 14)))
        (text(x, code_y, Font::mono(12.0).middle().fill(MUTED), &value.hex()))
    }
}
