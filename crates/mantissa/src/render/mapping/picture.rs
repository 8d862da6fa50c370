//! The picture of a mapping: sources on top, targets below, what joins them, and the counts.

use crate::mapping::Mapping;
use crate::mapping::places::length;
use crate::mapping::preimage::{ABOVE, BELOW};
use crate::mapping::shares::Share;
use crate::render::figure::px1;
use crate::render::number_line::axis::Axis;
use crate::render::svg::{Font, text};
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, LOST, MUTED, PLAIN};
use crate::render::{Figure, Lang};
use crate::{DType, Value};
use maud::{Markup, html};
use std::ops::RangeInclusive;

pub(super) const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 480.0;
/// The two rails.
pub(super) const LEFT: f64 = 48.0;
pub(super) const RIGHT: f64 = 832.0;
pub(super) const TOP: f64 = 122.0;
pub(super) const BOTTOM: f64 = 300.0;
pub(super) const RAIL: f64 = 10.0;
/// More sources than this are not drawn one by one.
pub(super) const MOST: u128 = 300;
/// Room at the ends for what becomes no finite value.
const OUTSIDE: f64 = 48.0;

/// A target with its place in the picture.
pub(super) struct Target {
    pub(super) share: Share,
    pub(super) x: f64,
}

impl Mapping {
    /// The picture; with another heading and a line below it, if given.
    pub(in crate::render) fn draw(&self, other: Option<(&str, &str)>, lang: Lang) -> Figure {
        let (shares, step) = self.shares();
        let targets = self.targets(shares);
        let title = self.title(lang);
        let rule = self.rule_words(lang);
        let (heading, more) = other.unwrap_or((&title, ""));
        let height = HEIGHT + if more.is_empty() { 0.0 } else { 30.0 };
        let body = html! {
            (text(20.0, 32.0, Font::sans(19.0).bold(), heading))
            (text(20.0, 54.0, Font::sans(13.0).fill(MUTED), &rule))
            (self.joins(&targets))
            (self.source_rail(lang))
            (self.target_rail(&targets, step, lang))
            (self.wedges(&targets, lang))
            (self.bars(&targets, lang))
            @if !more.is_empty() {
                (text(20.0, height - 16.0, Font::sans(14.0), more))
            }
        };
        let size = (WIDTH as u32, height as u32);
        Figure::new(size, format!("{title}: {rule}"), self.words(lang), body)
    }

    pub(super) fn hue(&self) -> Hue {
        match self.rule.target {
            DType::Int(_) => INTEGER,
            DType::Float(_) => FRACTION,
        }
    }

    /// Where the targets stand: at their values, or, if everything is drawn evenly, in equal steps.
    fn targets(&self, shares: Vec<Share>) -> Vec<Target> {
        let has = |place: i128| shares.iter().any(|share| share.place == place);
        let room = |place| if has(place) { OUTSIDE } else { 0.0 };
        let axis = self.common_axis().unwrap_or_else(|| {
            let finite = || shares.iter().filter(|share| !share.outside());
            let number = |share: Option<&Share>| share.map_or(0.0, |s| self.target_number(s.place));
            Axis {
                low: number(finite().next()),
                high: number(finite().next_back()),
                left: LEFT + room(BELOW),
                right: RIGHT - room(ABOVE),
            }
        });
        let x = |share: &Share| match share.place {
            BELOW => LEFT,
            ABOVE => RIGHT,
            place => axis.x(self.target_number(place)),
        };
        let xs: Vec<f64> = shares.iter().map(x).collect();
        let targets = shares.into_iter().zip(xs);
        targets.map(|(share, x)| Target { share, x }).collect()
    }

    /// What a target's place is on the lower axis: its value in units of the upper one, or, in an
    /// even picture, the place itself.
    fn target_number(&self, place: i128) -> f64 {
        match self.evenly {
            true => place as f64,
            false => crate::mapping::places::at(self.rule.target, place).to_f64() * self.rule.scale,
        }
    }

    /// The axis of both rails, if sources and targets cover about the same range: bands then fall
    /// straight down.
    fn common_axis(&self) -> Option<Axis> {
        let (first, last) = self.reached().into_inner();
        if self.evenly || first > last {
            return None;
        }
        let value = |place: &i128| self.source.value(*place).to_f64();
        let sources = (value(self.window.start()), value(self.window.end()));
        let targets = (self.target_number(first), self.target_number(last));
        let (low, high) = (sources.0.min(targets.0), sources.1.max(targets.1));
        let shared = sources.1.min(targets.1) / 2.0 - sources.0.max(targets.0) / 2.0;
        let about_the_same = shared >= 0.4 * (high / 2.0 - low / 2.0);
        about_the_same.then_some(Axis {
            low,
            high,
            left: LEFT,
            right: RIGHT,
        })
    }

    pub(super) fn source_axis(&self) -> Axis {
        let value = |place: &i128| self.source.value(*place).to_f64();
        let (low, high) = match self.evenly {
            true => (0.0, self.count() as f64),
            false => (value(self.window.start()), value(self.window.end())),
        };
        self.common_axis().unwrap_or(Axis {
            low,
            high,
            left: LEFT,
            right: RIGHT,
        })
    }

    /// The pixels from the first to the last number of a run; in an even picture from the start of
    /// the first one's room to the end of the last one's.
    pub(super) fn edges(&self, run: &RangeInclusive<i128>) -> (f64, f64) {
        let axis = self.source_axis();
        if self.evenly {
            let start = axis.x((run.start() - self.window.start()) as f64);
            return (start, axis.x((run.end() + 1 - self.window.start()) as f64));
        }
        let x = |place: &i128| axis.x(self.source.value(*place).to_f64());
        (x(run.start()), x(run.end()))
    }

    /// The pixel of one number.
    pub(super) fn source_x(&self, place: i128) -> f64 {
        let (from, to) = self.edges(&(place..=place));
        (from + to) / 2.0
    }

    /// The bands from the sources to their targets, what is out of range in another colour, and
    /// lines: one for each source if there are few, else one for each narrow band.
    fn joins(&self, targets: &[Target]) -> Markup {
        let inside = self.inside();
        let few = self.count() <= MOST;
        let mut fills = [String::new(), String::new(), String::new()];
        let mut lines = [String::new(), String::new()];
        let shared = targets.iter().filter(|target| target.share.count() > 0);
        for (i, Target { share, x }) in shared.enumerate() {
            let lost = outside(&share.run, &inside).map(|part| (part, 2, 1));
            let kept = within(&share.run, &inside);
            for (run, fill, line) in lost.chain((!kept.is_empty()).then_some((kept, i % 2, 0))) {
                let edges = self.edges(&run);
                fills[fill] += &band(edges, *x);
                if few {
                    for place in run {
                        lines[line] += &join(self.source_x(place), *x);
                    }
                } else if edges.1 - edges.0 < 4.0 {
                    lines[line] += &join((edges.0 + edges.1) / 2.0, *x);
                }
            }
        }
        html! {
            @for (d, hue) in fills.iter().zip([EXPONENT, PLAIN, LOST]) {
                @if !d.is_empty() { path d=(d) fill=(hue.fill) {} }
            }
            @for (d, hue) in lines.iter().zip([EXPONENT, LOST]) {
                @if !d.is_empty() {
                    path d=(d) stroke=(hue.line) stroke-width="0.8" stroke-opacity="0.55"
                        fill="none" {}
                }
            }
        }
    }
}

impl Target {
    pub(super) fn is_hit(&self) -> bool {
        self.share.count() > 0
    }

    pub(super) fn is_zero(&self) -> bool {
        self.share.value.is_some_and(|value: Value| value == 0.0)
    }
}

/// The part of a run that is within a range.
pub(super) fn within(
    run: &RangeInclusive<i128>,
    range: &RangeInclusive<i128>,
) -> RangeInclusive<i128> {
    *run.start().max(range.start())..=*run.end().min(range.end())
}

/// The parts of a run below and above a range.
pub(super) fn outside(
    run: &RangeInclusive<i128>,
    range: &RangeInclusive<i128>,
) -> impl Iterator<Item = RangeInclusive<i128>> + use<> {
    let below = *run.start()..=*run.end().min(&(range.start() - 1));
    let above = *run.start().max(&(range.end() + 1))..=*run.end();
    [below, above].into_iter().filter(|part| length(part) > 0)
}

/// A triangle from a stretch of the upper rail to a point of the lower.
fn band((from, to): (f64, f64), x: f64) -> String {
    let (top, bottom) = (px1(TOP + RAIL), px1(BOTTOM));
    format!("M{} {top}H{}L{} {bottom}z", px1(from), px1(to), px1(x))
}

/// A line from the upper rail to the lower.
fn join(from: f64, to: f64) -> String {
    let (top, bottom) = (px1(TOP + RAIL), px1(BOTTOM));
    format!("M{} {top}L{} {bottom}", px1(from), px1(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_run() {
        assert_eq!(within(&(1..=9), &(3..=5)), 3..=5);
        let parts: Vec<_> = outside(&(1..=9), &(3..=5)).collect();
        assert_eq!(parts, [1..=2, 6..=9]);
        assert_eq!(outside(&(3..=5), &(1..=9)).count(), 0);
        let parts: Vec<_> = outside(&(1..=2), &(3..=5)).collect();
        assert_eq!(parts, [1..=2]);
    }
}
