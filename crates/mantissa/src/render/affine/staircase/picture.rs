//! The staircase above, the sawtooth below, on one axis of x.

use super::Staircase;
use crate::dtype::DType;
use crate::render::affine::{WIDTH, hue, short};
use crate::render::figure::{px, px1};
use crate::render::number_line::axis::{Axis, fitting};
use crate::render::svg::{Font, line, text};
use crate::render::theme::{EXPONENT, FRACTION, INK, LOST, MUTED, PAPER, PLAIN, RULE};
use crate::render::{Figure, Lang};
use crate::text::general;
use maud::{Markup, html};

const LEFT: f64 = 92.0;
const RIGHT: f64 = 792.0;
/// The upper panel, and the lower one.
const TOP: f64 = 104.0;
const BASE: f64 = 392.0;
const ERRORS: f64 = 436.0;
const END: f64 = 564.0;
const HEIGHT: f64 = 606.0;
const SMALL: Font = Font::sans(12.0);
/// The least distance of labels one above the other.
const LINE: f64 = 15.0;

/// Where numbers lie in the two panels.
struct Plot {
    x: Axis,
    value: Axis,
    error: Axis,
    /// The largest error of a number that is not clipped.
    half: f64,
}

/// A part of the range where x is clipped to one value; the error is largest at `furthest`.
struct Beyond {
    from: f64,
    to: f64,
    value: f64,
    furthest: f64,
}

impl Staircase {
    pub(super) fn draw(&self, lang: Lang) -> Figure {
        let plot = self.plot();
        let (title, remark) = (self.title(lang), self.remark(lang));
        let big = Font::sans(19.0).bold();
        let body = html! {
            (text(20.0, 32.0, big, &big.cut(&title, WIDTH - 40.0)))
            (text(20.0, 56.0, Font::sans(14.0), &remark))
            (self.legend(lang))
            (self.clipped(&plot))
            (self.grid(&plot))
            (self.band(&plot))
            (self.marks(&plot, lang))
            (self.zero(&plot))
            (self.stairs(&plot))
            (self.teeth(&plot))
            (self.origin(&plot))
            (self.furthest(&plot, lang))
            (self.codes(&plot, lang))
            (text(LEFT, ERRORS - 12.0, Font::sans(13.0).fill(MUTED), &self.bound(lang)))
        };
        let label = format!("{title}: {remark}");
        Figure::new((WIDTH as u32, HEIGHT as u32), label, self.words(lang), body)
    }

    fn plot(&self) -> Plot {
        let values = &self.levels().values[self.shown.clone()];
        let (low, high) = (values[0], values[values.len() - 1]);
        let half = self.half();
        // With an axis of errors of its own it is one of several, and all show the range of x.
        let (low, high, margin) = match self.most {
            None => (low, high, ((high - low) / 6.0).max(half)),
            Some(_) => {
                let (low, high) = (low.min(self.from), high.max(self.to));
                (low, high, (high - low) / 16.0)
            }
        };
        let error = self.most.unwrap_or(1.5 * half).max(half);
        Plot {
            x: Axis {
                low: self.from,
                high: self.to,
                left: LEFT,
                right: RIGHT,
            },
            value: Axis {
                low: low - margin,
                high: high + margin,
                left: BASE,
                right: TOP,
            },
            error: Axis {
                low: -error,
                high: error,
                left: END,
                right: ERRORS,
            },
            half,
        }
    }

    /// The parts of the range below and above what is kept.
    fn beyond(&self) -> impl Iterator<Item = Beyond> {
        let (low, high) = self.levels().reach();
        let (first, last) = self.levels().range();
        let below = Beyond {
            from: self.from,
            to: low.min(self.to),
            value: first,
            furthest: self.from,
        };
        let above = Beyond {
            from: high.max(self.from),
            to: self.to,
            value: last,
            furthest: self.to,
        };
        [below, above]
            .into_iter()
            .filter(|part| part.from < part.to)
    }

    /// Where x is clipped.
    fn clipped(&self, plot: &Plot) -> Markup {
        html! {
            @for Beyond { from, to, .. } in self.beyond() {
                @let (left, right) = (plot.x.x(from), plot.x.x(to));
                @for (top, base) in [(TOP, BASE), (ERRORS, END)] {
                    rect x=(px1(left)) y=(px(top)) width=(px1(right - left)) height=(px(base - top))
                        fill=(LOST.fill) {}
                }
            }
        }
    }

    /// How large the error becomes where x is clipped, if there is room to say it.
    fn furthest(&self, plot: &Plot, lang: Lang) -> Markup {
        let font = SMALL.bold().fill(LOST.line).middle();
        let label = |part: Beyond| {
            let error = part.value - part.furthest;
            let (to, y) = match error > 0.0 {
                true => (lang.pick("up to", "升到"), END - 10.0),
                false => (lang.pick("down to", "降到"), ERRORS + 18.0),
            };
            let (left, right) = (plot.x.x(part.from), plot.x.x(part.to));
            (
                (left + right) / 2.0,
                y,
                right - left,
                format!("{to} {}", short(error)),
            )
        };
        html! {
            @for (x, y, room, words) in self.beyond().map(label) {
                @if font.width(&words) + 8.0 <= room {
                    (text(x, y, font, &words))
                }
            }
        }
    }

    /// What the line and the colour mean.
    fn legend(&self, lang: Lang) -> Markup {
        let diagonal = lang.pick("dashed: x' = x", "虚线：x' = x");
        let x = WIDTH - 20.0 - SMALL.width(diagonal) - 16.0;
        let clipped = lang.pick("clipped", "被截断");
        html! {
            (text(WIDTH - 20.0, 56.0, SMALL.fill(MUTED).end(), diagonal))
            @if self.beyond().next().is_some() {
                (text(x, 56.0, SMALL.fill(MUTED).end(), clipped))
                rect x=(px1(x - SMALL.width(clipped) - 20.0)) y="46" width="14" height="11"
                    fill=(LOST.fill) stroke=(LOST.line) {}
            }
        }
    }

    /// Axes with round numbers, and a light line for each.
    fn grid(&self, plot: &Plot) -> Markup {
        let muted = SMALL.fill(MUTED);
        let xs = plot.x.ticks(8).into_iter().map(|x| (plot.x.x(x), short(x)));
        let ys = plot
            .value
            .ticks(7)
            .into_iter()
            .map(|y| (plot.value.x(y), short(y)));
        html! {
            @for label in fitting(xs, SMALL, (8.0, RIGHT + 30.0)) {
                @for (top, base) in [(TOP, BASE), (ERRORS, END)] {
                    line x1=(px1(label.at)) y1=(px(top)) x2=(px1(label.at)) y2=(px(base)) stroke=(RULE) {}
                }
                (text(label.x, END + 18.0, muted.middle(), &label.text))
            }
            (text(RIGHT, END + 34.0, SMALL.bold().end(), "x"))
            @for (y, number) in ys {
                line x1=(px(LEFT)) y1=(px1(y)) x2=(px(RIGHT)) y2=(px1(y)) stroke=(RULE) {}
                (text(LEFT - 8.0, y + 4.0, muted.end(), &number))
            }
            (text(LEFT - 8.0, TOP - 12.0, SMALL.bold().end(), "x'"))
            (self.halves(plot))
            (text(LEFT - 8.0, plot.error.x(0.0) + 4.0, muted.end(), "0"))
        }
    }

    /// What the error is at most, at both ends of the band; beside it if the band is too narrow.
    fn halves(&self, plot: &Plot) -> Markup {
        let muted = SMALL.fill(MUTED);
        let at = |error: f64| plot.error.x(error) + 4.0;
        let even = matches!(self.scheme.params.dtype(), DType::Int(_));
        let wide = at(0.0) - at(plot.half) >= LINE;
        html! {
            @if wide {
                @for (error, sign) in [(plot.half, "+"), (-plot.half, "−")] {
                    (text(LEFT - 8.0, at(error), muted.end(), &short(error)))
                    @if even {
                        (text(RIGHT + 8.0, at(error), muted, &format!("{sign}s/2")))
                    }
                }
            } @else {
                @for end in [plot.error.high, plot.error.low] {
                    (text(LEFT - 8.0, at(end), muted.end(), &short(end)))
                }
                @let name = if even { "±s/2 = " } else { "±" };
                (text(RIGHT + 8.0, at(0.0), muted, &format!("{name}{}", general(plot.half, 3))))
            }
        }
    }

    /// Half the gaps, up and down: how large the error can be.
    fn band(&self, plot: &Plot) -> Markup {
        let rect = |(from, to, half): &(f64, f64, f64)| {
            let x = |number: f64| plot.x.x(number.clamp(self.from, self.to));
            let (top, base) = (plot.error.x(*half), plot.error.x(-half));
            format!(
                "M{} {}H{}V{}H{}z",
                px1(x(*from)),
                px1(top),
                px1(x(*to)),
                px1(base),
                px1(x(*from))
            )
        };
        let gaps = self.half_gaps();
        html! {
            path d=(gaps.iter().map(rect).collect::<String>()) fill=(FRACTION.fill) {}
            (line((LEFT, plot.error.x(0.0)), (RIGHT, plot.error.x(0.0)), PLAIN.line))
        }
    }

    /// The diagonal, and the ends of the range with their codes.
    fn marks(&self, plot: &Plot, lang: Lang) -> Markup {
        let (low, high) = (plot.value.low.max(self.from), plot.value.high.min(self.to));
        let (first, last) = self.levels().range();
        let (first_code, last_code) = self.levels().ends();
        let ends = [(last, last_code), (first, first_code)];
        let ends = ends
            .into_iter()
            .filter(|(value, _)| (self.from..=self.to).contains(value));
        let labels = ends.map(|(value, code)| {
            let words = lang.pick("code", "编码");
            (
                plot.x.x(value),
                format!("{} ({words} {})", short(value), short(code)),
            )
        });
        html! {
            @if low < high {
                line x1=(px1(plot.x.x(low))) y1=(px1(plot.value.x(low))) x2=(px1(plot.x.x(high)))
                    y2=(px1(plot.value.x(high))) stroke=(MUTED) stroke-dasharray="5 4" {}
            }
            @for label in fitting(labels, SMALL, (LEFT + 16.0, RIGHT)) {
                @for (top, base) in [(TOP - 6.0, BASE), (ERRORS, END)] {
                    line x1=(px1(label.at)) y1=(px(top)) x2=(px1(label.at)) y2=(px(base))
                        stroke=(EXPONENT.line) stroke-dasharray="2 3" {}
                }
                (text(label.x, TOP - 12.0, SMALL.fill(EXPONENT.line).middle(), &label.text))
            }
        }
    }

    fn stairs(&self, plot: &Plot) -> Markup {
        let (x, y) = (
            |x: f64| px1(plot.x.x(x)),
            |value: f64| px1(plot.value.x(value)),
        );
        let (low, high) = self.kept();
        let mut path = String::new();
        for i in self.shown.clone() {
            let (from, to, value) = self.step(i);
            if path.is_empty() {
                path = format!("M{} {}", x(from.max(low)), y(value));
            } else {
                path += &format!("V{}", y(value));
            }
            path += &format!("H{}", x(to.min(high)));
        }
        let flat = self
            .beyond()
            .map(|part| format!("M{} {}H{}", x(part.from), y(part.value), x(part.to)));
        html! {
            @for d in flat {
                path d=(d) stroke=(LOST.line) stroke-width="2.5" {}
            }
            @if low < high {
                path d=(path) stroke=(hue(self.scheme.params.dtype()).line) stroke-width="2" fill="none" {}
            }
        }
    }

    /// The error: down from +half to -half along each step; beyond the range as far as it fits.
    fn teeth(&self, plot: &Plot) -> Markup {
        let point =
            |x: f64, value: f64| format!("{} {}", px1(plot.x.x(x)), px1(plot.error.x(value - x)));
        let (low, high) = self.kept();
        let teeth = self.shown.clone().map(|i| {
            let (from, to, value) = self.step(i);
            (from.max(low), to.min(high), value)
        });
        let teeth = teeth.filter(|(from, to, _)| from < to);
        let teeth = teeth.enumerate().map(|(i, (from, to, value))| {
            let start = if i == 0 { "M" } else { "L" };
            format!("{start}{}L{}", point(from, value), point(to, value))
        });
        let beyond = self.beyond().filter_map(
            |Beyond {
                 from,
                 to,
                 value,
                 furthest,
             }| {
                let (from, to) = match furthest == from {
                    true => (from.max(value - plot.error.high), to),
                    false => (from, to.min(value - plot.error.low)),
                };
                (from < to).then(|| format!("M{}L{}", point(from, value), point(to, value)))
            },
        );
        html! {
            @for d in beyond {
                path d=(d) stroke=(LOST.line) stroke-width="1.8" {}
            }
            @if low < high {
            path d=(teeth.collect::<String>()) stroke=(EXPONENT.line) stroke-width="1.3" fill="none" {}
            }
        }
    }

    /// From 0 down to x and right to its code, if it is in view.
    fn zero(&self, plot: &Plot) -> Markup {
        let (x, y) = (plot.x.x(0.0), plot.value.x(0.0));
        html! {
            @if self.shows_zero() {
                path d=(format!("M{} {BASE}V{}H{RIGHT}", px1(x), px1(y))) stroke=(INK) fill="none" {}
            }
        }
    }

    fn origin(&self, plot: &Plot) -> Markup {
        let (x, y) = (plot.x.x(0.0), plot.value.x(0.0));
        html! {
            @if self.shows_zero() {
                circle cx=(px1(x)) cy=(px1(y)) r="4.5" fill=(PAPER) stroke=(INK) stroke-width="2" {}
            }
        }
    }

    fn shows_zero(&self) -> bool {
        self.levels().has_zero() && (self.from..=self.to).contains(&0.0)
    }

    /// The codes on the right: that of zero, the ends of those shown, then the others, all of few or
    /// round ones.
    fn codes(&self, plot: &Plot, lang: Lang) -> Markup {
        let levels = self.levels();
        let codes = &levels.codes[self.shown.clone()];
        let ends = [codes[0], codes[codes.len() - 1]];
        let zero = self.shows_zero().then_some(levels.zero_point);
        let few = codes.len() <= 16;
        let axis = Axis {
            low: ends[0],
            high: ends[1],
            left: 0.0,
            right: 0.0,
        };
        let others = if few { codes.to_vec() } else { axis.ticks(12) };
        let mut placed: Vec<(f64, f64)> = Vec::new();
        for code in zero.into_iter().chain(ends).chain(others) {
            let index = levels.index(code);
            let exact = levels.codes.get(index) == Some(&code);
            let y = levels
                .values
                .get(index)
                .map_or(0.0, |value| plot.value.x(*value));
            if exact && placed.iter().all(|(_, other)| (y - other).abs() >= LINE) {
                placed.push((code, y));
            }
        }
        html! {
            (text(RIGHT + 8.0, TOP - 12.0, SMALL.bold(), lang.pick("code", "编码")))
            @for (code, y) in placed {
                @if zero == Some(code) {
                    (text(RIGHT + 8.0, y + 4.0, SMALL.bold(), &format!("z = {}", short(code))))
                } @else {
                    (text(RIGHT + 8.0, y + 4.0, SMALL, &short(code)))
                }
            }
        }
    }
}
