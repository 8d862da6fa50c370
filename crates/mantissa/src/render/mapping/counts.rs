//! The counts in a mapping's picture: written into broad bands, and as bars.

use super::picture::{BOTTOM, LEFT, RAIL, RIGHT, TOP, Target, outside, within};
use super::rails::{DOTS, important, is_round};
use crate::mapping::Mapping;
use crate::mapping::places::length;
use crate::render::Lang;
use crate::render::figure::px1;
use crate::render::number_line::axis::{Label, fitting};
use crate::render::svg::{Font, formula, text};
use crate::render::theme::{EXPONENT, Hue, LOST, MUTED, RULE};
use crate::text::grouped;
use maud::{Markup, html};
use std::ops::RangeInclusive;

/// The bars.
const HIGH: f64 = 382.0;
const BASE: f64 = 446.0;
const NUMBER: Font = Font::sans(12.0).middle();

impl Mapping {
    /// What the broad bands of an even picture say: how many sources, their part of all, and what
    /// becomes of them.
    pub(super) fn wedges(&self, targets: &[Target], lang: Lang) -> Markup {
        let inside = self.inside();
        let mut said = Vec::new();
        for Target { share, x } in targets.iter().filter(|_| self.evenly) {
            let becomes = format!("→ {}", share.name(lang));
            let lost = lang.pick("out of range", "超出范围").to_owned();
            for part in outside(&share.run, &inside) {
                said.push((part, *x, vec![lost.clone(), becomes.clone()], LOST));
            }
            said.push((within(&share.run, &inside), *x, vec![becomes], EXPONENT));
        }
        html! {
            @for (run, x, becomes, hue) in said {
                (self.wedge(&run, x, becomes, hue, lang))
            }
        }
    }

    /// The words in one band, if they fit.
    fn wedge(
        &self,
        run: &RangeInclusive<i128>,
        x: f64,
        fate: Vec<String>,
        hue: Hue,
        lang: Lang,
    ) -> Markup {
        let count = grouped(length(run));
        let values = match lang {
            Lang::En => format!("{count} values"),
            Lang::Zh => format!("{count} 个值"),
        };
        let percent = format!("{} %", self.percent(length(run)));
        let first = [
            (20.0, Font::sans(13.0), values),
            (43.0, Font::sans(20.0).bold(), percent),
        ];
        let rest = fate.into_iter().zip([62.0, 80.0]);
        let rest = rest.map(|(line, y)| (y, Font::sans(13.0).bold(), line));
        let lines: Vec<(f64, Font, String)> = first.into_iter().chain(rest).collect();
        // The band narrows on its way to x: where the middle of each line may be.
        let (from, to) = self.edges(run);
        let middles = lines.iter().map(|(y, font, line)| {
            let down = y / (BOTTOM - TOP - RAIL);
            let half = font.width(line) / 2.0 + 4.0;
            (from + (x - from) * down + half, to + (x - to) * down - half)
        });
        let (low, high) = middles.fold((f64::MIN, f64::MAX), |(low, high), (from, to)| {
            (low.max(from), high.min(to))
        });
        html! {
            @if low <= high {
                @for (y, font, line) in &lines {
                    (text((low + high) / 2.0, TOP + RAIL + y, font.middle().fill(hue.line), line))
                }
            }
        }
    }

    /// How many sources each target has, as bars.
    pub(super) fn bars(&self, targets: &[Target], lang: Lang) -> Markup {
        let scale = BarScale::new(targets);
        let gaps = targets.windows(2).map(|pair| pair[1].x - pair[0].x);
        let width = (gaps.fold(f64::INFINITY, f64::min) * 0.7).clamp(1.5, 26.0);
        let bar = |t: &Target| {
            let (x, height) = (t.x - width / 2.0, scale.height(t.share.count()));
            format!(
                "M{} {}v{}h{}V{}z",
                px1(x),
                px1(BASE),
                px1(-height),
                px1(width),
                px1(BASE)
            )
        };
        let bars = targets.iter().filter(|t| t.is_hit()).map(bar);
        let shared = lang.pick(
            "how many values share each of them",
            "每个值各由多少个源值共享",
        );
        let how = match scale.floor {
            Some(_) => format!("{shared}{}", lang.pick(" (log scale)", "（对数刻度）")),
            None => shared.to_owned(),
        };
        html! {
            (text(20.0, BASE + 20.0, Font::sans(13.0).fill(MUTED), &how))
            @for exponent in scale.powers() {
                @let y = BASE - scale.height(10_u128.pow(exponent));
                (rule(y, RULE))
                (formula(LEFT - 18.0, y + 4.0, Font::sans(11.0).fill(MUTED).end(),
                    &format!("10^{{{exponent}}}")))
            }
            path d=(bars.collect::<String>()) fill=(self.hue().line) {}
            (rule(BASE, MUTED))
            @for label in count_labels(targets) {
                // Above every bar that it spans.
                @let half = NUMBER.width(&label.text) / 2.0;
                @let spanned = targets.iter().filter(|t| (t.x - label.x).abs() <= half + width);
                @let high = spanned.map(|t| scale.height(t.share.count())).fold(0.0, f64::max);
                (text(label.x, BASE - high - 5.0, NUMBER, &label.text))
            }
        }
    }
}

fn rule(y: f64, stroke: &str) -> Markup {
    html! {
        line x1=(px1(LEFT - 14.0)) y1=(px1(y)) x2=(px1(RIGHT + 14.0)) y2=(px1(y)) stroke=(stroke) {}
    }
}

/// How high bars are: linear, or logarithmic from a power of ten on.
struct BarScale {
    most: u128,
    floor: Option<u32>,
}

impl BarScale {
    fn new(targets: &[Target]) -> BarScale {
        let counts = || targets.iter().map(|t| t.share.count());
        let most = counts().max().unwrap_or(1).max(1);
        let least = counts().filter(|count| *count > 0).min().unwrap_or(1);
        BarScale {
            most,
            floor: (most > 100 * least).then(|| least.ilog10()),
        }
    }

    fn height(&self, count: u128) -> f64 {
        let Some(floor) = self.floor else {
            return count as f64 / self.most as f64 * (BASE - HIGH);
        };
        if count == 0 {
            return 0.0;
        }
        // The lowest power of ten is a quarter of a decade above the base.
        let above = |count: u128| (count as f64).log10() - f64::from(floor) + 0.25;
        above(count) / above(self.most) * (BASE - HIGH)
    }

    /// The powers of ten that have a line; not too many.
    fn powers(&self) -> Vec<u32> {
        let Some(floor) = self.floor else {
            return Vec::new();
        };
        let top = self.most.ilog10();
        let step = (top - floor) / 4 + 1;
        (floor..=top).step_by(step as usize).collect()
    }
}

/// Counts that have room: the important targets, the largest, then the round ones of many or all of
/// few.
fn count_labels(targets: &[Target]) -> Vec<Label> {
    let most = targets.iter().max_by_key(|t| t.share.count());
    let hits = targets.iter().filter(|t| t.is_hit());
    let few = hits.clone().count() <= DOTS;
    let more = hits.filter(|t| few || is_round(t));
    let ordered = important(targets).into_iter().chain(most).chain(more);
    let ordered = ordered.filter(|t| t.is_hit());
    let label = |t: &Target| (t.x, grouped(t.share.count()));
    fitting(ordered.map(label), NUMBER, (LEFT - 14.0, RIGHT + 28.0))
}
