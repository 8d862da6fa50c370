//! The targets of a mapping that are drawn, and who shares each.

use super::Mapping;
use super::places::{Source, at, length, search_near, span};
use super::preimage::{ABOVE, BELOW, Image};
use crate::dtype::DType;
use crate::value::Value;
use std::ops::RangeInclusive;

/// More targets than this cannot be told apart in a picture.
const MOST: u128 = 256;

/// More than this are not counted one by one.
const COUNTED: u128 = 1 << 17;

/// One target and the numbers that become it.
pub(crate) struct Share {
    /// Its place among the target's finite values, or [`BELOW`] or [`ABOVE`] them.
    pub(crate) place: i128,
    /// The value; `None` for numbers that the target has no value for.
    pub(crate) value: Option<Value>,
    /// The places of the numbers; empty if there are none.
    pub(crate) run: RangeInclusive<i128>,
}

impl Share {
    pub(crate) fn count(&self) -> u128 {
        length(&self.run)
    }

    /// Whether this is not one of the target's finite values.
    pub(crate) fn outside(&self) -> bool {
        self.place == BELOW || self.place == ABOVE
    }
}

/// Every how many of `count` things to draw so that at most `most` are drawn: a power of two.
pub(crate) fn sample(count: u128, most: u128) -> i128 {
    count.div_ceil(most).max(1).next_power_of_two() as i128
}

impl Mapping {
    /// Whether the sources are given numbers, not those of a format.
    pub(crate) fn given(&self) -> bool {
        matches!(self.source, Source::Data(_))
    }

    /// Whether all targets are drawn, not only those reached: the few of an integer format, unless
    /// the numbers are a window.
    pub(crate) fn shows_all(&self) -> bool {
        let few = length(&span(self.rule.target)) <= MOST;
        let whole = self.window == self.source.span();
        matches!(self.rule.target, DType::Int(_)) && few && whole
    }

    /// How many different values the numbers become; `None` if that takes too long to count.
    pub(crate) fn target_count(&self) -> Option<u128> {
        let most = length(&self.window).min(length(&self.reached()));
        (most <= COUNTED).then(|| self.count_targets())
    }

    /// The same, from run to run of numbers that share a target.
    fn count_targets(&self) -> u128 {
        let (mut next, end) = self.window.clone().into_inner();
        let mut run = 1; // most runs are about as long as the one before
        let mut images: Vec<Value> = Vec::new();
        while next <= end {
            let image = self.image_at(next);
            images.extend(image.value);
            let after = search_near(next..=end, next + run, |p| self.place_of(p) > image.place);
            (next, run) = (after, after - next);
        }
        // NaN may stand at both ends.
        let nans = images.iter().filter(|image| image.is_nan()).count();
        (images.len() - nans.saturating_sub(1)) as u128
    }

    fn image_at(&self, place: i128) -> Image {
        self.rule.image(self.source.value(place))
    }

    /// What the number at a place becomes, as a place.
    fn place_of(&self, place: i128) -> i128 {
        self.image_at(place).place
    }

    /// The places of the finite targets from the first that is reached to the last, or of all.
    /// Empty if none is reached.
    pub(crate) fn reached(&self) -> RangeInclusive<i128> {
        let all = span(self.rule.target);
        if self.shows_all() {
            return all;
        }
        let first = self.place_of(*self.window.start()).max(*all.start());
        let last = self.place_of(*self.window.end()).min(*all.end());
        first..=last
    }

    /// The targets to draw: all from the first reached to the last, or every `n`-th of them and the
    /// outermost; and `n`.
    pub(crate) fn shares(&self) -> (Vec<Share>, i128) {
        let reached = self.reached();
        let (first, last) = (*reached.start(), *reached.end());
        let step = sample(length(&reached), MOST);
        let mut places: Vec<i128> = if step == 1 {
            reached.collect()
        } else {
            let inner = (first / step - 1..=last / step + 1).map(|i| i * step);
            let inner = inner.filter(|place| first < *place && *place < last);
            [first].into_iter().chain(inner).chain([last]).collect()
        };
        if self.place_of(*self.window.start()) == BELOW {
            places.insert(0, BELOW);
        }
        if self.place_of(*self.window.end()) == ABOVE {
            places.push(ABOVE);
        }
        let shares = places.into_iter().map(|place| {
            let run = self.rule.run(&self.source, self.window.clone(), place);
            let value = match place {
                BELOW | ABOVE => self.image_at(*run.start()).value,
                _ => Some(at(self.rule.target, place)),
            };
            Share { place, value, run }
        });
        (shares.collect(), step)
    }
}
