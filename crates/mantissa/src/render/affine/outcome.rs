//! What becomes of some numbers under a scheme.

use super::code_rail::CodeRail;
use super::schemes::Fitted;
use super::{distinct, hue, short};
use crate::metrics::errors;
use crate::render::Lang;
use crate::render::theme::Hue;
use crate::text::general;
use ndarray::ArrayD;

/// One scheme and what becomes of the numbers.
pub(super) struct Outcome {
    pub(super) scheme: Fitted,
    /// The numbers drawn, with code and value.
    pub(super) drawn: Vec<[f64; 3]>,
    /// The different codes of all numbers, in order.
    pub(super) hits: Vec<f64>,
    pub(super) clipped: usize,
    pub(super) mse: f64,
}

impl Outcome {
    #[track_caller]
    pub(super) fn new(scheme: Fitted, x: &ArrayD<f32>, shown: &[f64]) -> Outcome {
        let (codes, values) = scheme.quantize(x);
        Outcome {
            drawn: scheme.each(shown),
            hits: distinct(codes),
            clipped: scheme.clipped(x),
            mse: errors(x, values).mse,
            scheme,
        }
    }

    pub(super) fn hue(&self) -> Hue {
        hue(self.scheme.params.dtype())
    }

    /// What the codes stand for.
    pub(super) fn cover(&self, lang: Lang) -> String {
        let levels = &self.scheme.levels;
        let (low, high) = levels.range();
        let (first, last) = levels.ends();
        let [low, high, first, last] = [low, high, first, last].map(short);
        match lang {
            Lang::En => format!("codes {first} ... {last} stand for {low} ... {high}"),
            Lang::Zh => format!("编码 {first} ... {last} 表示 {low} ... {high}"),
        }
    }

    /// The smallest and the largest code that the numbers take.
    pub(super) fn taken(&self) -> (f64, f64) {
        (self.hits[0], self.hits[self.hits.len() - 1])
    }

    /// How many codes lie from the smallest to the largest that the numbers take.
    pub(super) fn spread(&self) -> usize {
        let (from, to) = self.taken();
        self.scheme.levels.index(to) - self.scheme.levels.index(from) + 1
    }

    /// How many codes the numbers take.
    pub(super) fn used(&self, lang: Lang) -> String {
        let (from, to) = self.taken();
        let (from, to, spread) = (short(from), short(to), self.spread());
        let (hits, all) = (self.hits.len(), self.scheme.levels.len());
        match (lang, hits) {
            (Lang::En, 1) => format!("1 code taken of {all}: {from}"),
            (Lang::En, _) => format!(
                "{hits} codes taken, from {from} to {to}: a stretch of {spread} of the {all} codes"
            ),
            (Lang::Zh, 1) => format!("{all} 个编码中只用到 1 个：{from}"),
            (Lang::Zh, _) => {
                format!("用到 {hits} 个编码，从 {from} 到 {to}，跨 {all} 个编码中的 {spread} 个")
            }
        }
    }

    /// `MSE 0.0002716`.
    pub(super) fn error(&self) -> String {
        format!("MSE {}", general(self.mse, 4))
    }

    pub(super) fn clipped_words(&self, lang: Lang) -> String {
        match lang {
            Lang::En => format!("{} clipped", self.clipped),
            Lang::Zh => format!("{} 个被截断", self.clipped),
        }
    }

    /// The code of the zero point, if it is one of those used.
    pub(super) fn zero(&self) -> Option<f64> {
        let levels = &self.scheme.levels;
        levels.has_zero().then_some(levels.zero_point)
    }

    /// Labels for the codes, the most important first: the zero point, a code left out, the ends, then the other codes.
    pub(super) fn code_labels(&self, codes: &CodeRail, lang: Lang) -> Vec<(f64, String)> {
        let levels = &self.scheme.levels;
        let zero = self
            .zero()
            .map(|z| (codes.x(z), format!("z = {}", short(z))));
        let unused = levels.unused.map(|code| {
            let words = lang.pick("unused", "未用");
            (codes.x(code), format!("{} {words}", short(code)))
        });
        let (first, last) = levels.ends();
        let hits = &self.hits;
        let taken = [hits[0], hits[hits.len() - 1]]
            .into_iter()
            .chain([first, last]);
        let drawn = self.drawn.iter().map(|[_, code, _]| *code);
        let others = taken.chain(drawn).map(|code| (codes.x(code), short(code)));
        zero.into_iter().chain(unused).chain(others).collect()
    }
}
