//! The two rails of a mapping's picture, with their ticks and labels.

use super::picture::{BOTTOM, LEFT, MOST, RAIL, RIGHT, TOP, Target, WIDTH};
use crate::dtype::DType;
use crate::mapping::Mapping;
use crate::mapping::places::{Source, length, search, span};
use crate::mapping::shares::sample;
use crate::render::Lang;
use crate::render::figure::px1;
use crate::render::number_line::axis::{Label, fitting, numeral};
use crate::render::svg::{Font, heading, rail, text};
use crate::render::theme::{EXPONENT, LOST, PAPER};
use crate::text::{general, grouped};
use maud::{Markup, html};

/// More targets than this are ticks, fewer are dots.
pub(super) const DOTS: usize = 40;
const LABEL: Font = Font::sans(12.0).middle();
const BOUNDS: (f64, f64) = (8.0, WIDTH - 8.0);

impl Mapping {
    pub(super) fn source_rail(&self, lang: Lang) -> Markup {
        let (ticks, step) = self.source_ticks();
        let floats = matches!(self.source, Source::Format(DType::Float(_)));
        let how = match (self.evenly, step, lang) {
            (true, _, Lang::En) if floats => {
                "every value has the same room, so the axis is logarithmic".into()
            }
            (true, _, Lang::Zh) if floats => "每个值占同样的宽度，所以坐标是对数的".into(),
            (true, _, Lang::En) => "every value has the same room".into(),
            (true, _, Lang::Zh) => "每个值占同样的宽度".into(),
            (false, 1, Lang::En) => "values at their true positions".into(),
            (false, 1, Lang::Zh) => "按真实位置画出".into(),
            (false, _, Lang::En) => format!("every {step}th value, at its true position"),
            (false, _, Lang::Zh) => format!("按真实位置画出，每 {step} 个值画一个"),
        };
        html! {
            (heading(84.0, &self.source_name(lang), &how, EXPONENT))
            (rail((LEFT, RIGHT), (TOP, RAIL), EXPONENT))
            path d=(ticks) stroke=(EXPONENT.line) {}
            @for label in self.source_labels() {
                (text(label.x, TOP - 8.0, LABEL, &label.text))
            }
        }
    }

    /// Ticks on the upper rail: the values, or every so many of them; on an even rail the powers of
    /// ten.
    fn source_ticks(&self) -> (String, i128) {
        let tick = |x: f64| format!("M{} {}v{}", px1(x), px1(TOP), px1(RAIL));
        if self.evenly && self.count() > MOST {
            let powers = self.powers_of_ten();
            let step = powers.len() as i32 / 200 * 5; // fewer for float64
            let shown = powers
                .iter()
                .filter(|(_, exponent)| exponent % step.max(1) == 0);
            let ticks = shown.map(|(place, _)| tick(self.source_x(*place)));
            return (ticks.collect(), 1);
        }
        let step = sample(self.count(), MOST);
        let (first, last) = (*self.window.start(), *self.window.end());
        let places = (first.div_euclid(step)..=last.div_euclid(step)).map(|i| i * step);
        let places = places.filter(|place| self.window.contains(place));
        let ticks = places.map(|place| tick(self.source_x(place)));
        (ticks.collect(), step)
    }

    /// The powers of ten among the numbers, of both signs, from 1e-300 on: place and exponent.
    fn powers_of_ten(&self) -> Vec<(i128, i32)> {
        let value = |place: i128| self.source.value(place).to_f64();
        let (low, high) = (value(*self.window.start()), value(*self.window.end()));
        let mut powers = Vec::new();
        for exponent in -300..=308 {
            let power: f64 = format!("1e{exponent}").parse().expect("a number");
            for x in [-power, power] {
                if low < x && x < high {
                    let place = search(self.window.clone(), |p| value(p) >= x);
                    powers.push((place, exponent));
                }
            }
        }
        // Below the smallest positive number there is only zero.
        let zero = search(self.window.clone(), |p| value(p) >= 0.0);
        powers.retain(|(place, _)| place.abs_diff(zero) > 1);
        powers
    }

    /// Labels of the upper rail: the ends, zero, the ends of the target's range, then round
    /// numbers.
    fn source_labels(&self) -> Vec<Label> {
        let at = |place: i128| (self.source_x(place), numeral(self.source.value(place)));
        let (first, last) = (*self.window.start(), *self.window.end());
        let inside = self.inside();
        let mut labels = vec![at(first), at(last)];
        let zero = search(self.window.clone(), |p| self.source.value(p) >= 0.0);
        if zero <= last && self.source.value(zero) == 0.0 {
            labels.push((self.source_x(zero), "0".into()));
        }
        if self.clipped() != (0, 0) && !inside.is_empty() {
            labels.extend([at(*inside.start()), at(*inside.end())]);
        }
        if self.count() <= 40 {
            labels.extend((first..=last).map(at));
        } else if self.evenly {
            let mut powers = self.powers_of_ten();
            let step = [1, 2, 5, 10, 20, 50, 100];
            let step = step
                .into_iter()
                .find(|step| powers.len() <= 12 * step)
                .unwrap_or(100);
            powers.retain(|(_, exponent)| exponent % step as i32 == 0);
            powers.sort_by_key(|(_, exponent)| exponent.abs());
            let label = |(place, exponent): (i128, i32)| {
                let sign = if self.source.value(place) < 0.0 {
                    "-"
                } else {
                    ""
                };
                let power = if exponent == 0 {
                    "1".into()
                } else {
                    format!("1e{exponent}")
                };
                (self.source_x(place), format!("{sign}{power}"))
            };
            labels.extend(powers.into_iter().map(label));
        } else {
            let axis = self.source_axis();
            let ticks = axis.ticks(10).into_iter();
            labels.extend(ticks.map(|tick| (axis.x(tick), general(tick, 6))));
        }
        fitting(labels, LABEL, BOUNDS)
    }

    pub(super) fn target_rail(&self, targets: &[Target], step: i128, lang: Lang) -> Markup {
        let hue = self.hue();
        let finite = || targets.iter().filter(|t| !t.share.outside());
        let ends = || finite().map(|t| t.x);
        let from = ends().fold(RIGHT, f64::min);
        let to = ends().fold(LEFT, f64::max);
        let dots = targets.len() <= DOTS;
        let tick = |t: &Target| format!("M{} {}v{}", px1(t.x), px1(BOTTOM), px1(RAIL));
        let ticks = finite().filter(|t| t.is_hit()).map(tick);
        html! {
            @if from <= to {
                (rail((from, to), (BOTTOM, RAIL), hue))
            }
            @if !dots {
                path d=(ticks.collect::<String>()) stroke=(hue.line) {}
            }
            @for t in targets.iter().filter(|t| dots || t.share.outside()) {
                @let hue = if t.share.outside() { LOST } else { hue };
                circle cx=(px1(t.x)) cy=(px1(BOTTOM + RAIL / 2.0)) r="4" stroke=(hue.line)
                    fill=(if t.is_hit() { hue.line } else { PAPER }) {}
            }
            @for label in target_labels(targets, lang) {
                (text(label.x, BOTTOM + RAIL + 17.0, LABEL, &label.text))
            }
            (heading(BOTTOM + RAIL + 42.0, self.rule.target.name(), &self.target_words(step, lang),
                hue))
        }
    }

    /// How many targets, and how they lie.
    fn target_words(&self, step: i128, lang: Lang) -> String {
        let all = length(&span(self.rule.target));
        // Of a sample, those that it is taken from.
        let counted = if step == 1 { self.target_count() } else { None };
        let count = counted.unwrap_or_else(|| length(&self.reached()));
        let some = (self.given() || self.shows_all()) && count < all;
        let (all, count) = (grouped(all), grouped(count));
        let count = match (some, lang) {
            (true, Lang::En) => format!("{count} of {all} values used"),
            (true, Lang::Zh) => format!("{all} 个值中用到 {count} 个"),
            (false, Lang::En) => format!("{count} values"),
            (false, Lang::Zh) => format!("{count} 个值"),
        };
        let how = match (self.rule.target, self.evenly, lang) {
            (DType::Int(_), _, Lang::En) => "evenly spaced",
            (DType::Int(_), _, Lang::Zh) => "等间距",
            (DType::Float(_), true, Lang::En) => "each with the same room",
            (DType::Float(_), true, Lang::Zh) => "各占同样的宽度",
            (DType::Float(_), false, Lang::En) => "at their true positions",
            (DType::Float(_), false, Lang::Zh) => "按真实位置画出",
        };
        match (step, lang) {
            (1, Lang::En) => format!("{count}, {how}"),
            (1, Lang::Zh) => format!("{count}，{how}"),
            (_, Lang::En) => format!("{count}, {how}, every {step}th drawn"),
            (_, Lang::Zh) => format!("{count}，{how}，每 {step} 个画一个"),
        }
    }
}

/// Names of the targets that have room: the important ones, then, if they are few, all that are
/// hit, else round ones.
fn target_labels(targets: &[Target], lang: Lang) -> Vec<Label> {
    let hits = targets.iter().filter(|t| t.is_hit());
    let few = targets.len() <= DOTS || hits.clone().count() <= DOTS;
    let more = targets
        .iter()
        .filter(|t| if few { t.is_hit() } else { is_round(t) });
    let rest = targets.iter().filter(|_| targets.len() <= DOTS);
    let ordered = important(targets).into_iter().chain(more).chain(rest);
    let label = |t: &Target| (t.x, t.share.name(lang));
    fitting(ordered.map(label), LABEL, BOUNDS)
}

/// The ends, also those of the finite values, and zero.
pub(super) fn important(targets: &[Target]) -> Vec<&Target> {
    let finite = || targets.iter().filter(|t| !t.share.outside());
    let ends = [
        targets.first(),
        targets.last(),
        finite().next(),
        finite().next_back(),
    ];
    let zero = targets.iter().find(|t| t.is_zero());
    ends.into_iter().flatten().chain(zero).collect()
}

/// Whether a target is worth a label among many: multiples of 32, every fourth power of two.
pub(super) fn is_round(target: &Target) -> bool {
    match target.share.value {
        Some(value) if value.is_finite() => match value.dtype() {
            DType::Int(_) => target.share.place % 32 == 0,
            DType::Float(_) => value.fraction() == 0 && value.exponent() % 4 == 0,
        },
        _ => false,
    }
}
