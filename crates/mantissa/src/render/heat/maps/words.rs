//! What is said about heat maps, and their text form.

use super::Maps;
use crate::render::cards::parameter;
use crate::render::heat::labels::{about, labelled};
use crate::render::heat::matrix::number;
use crate::render::svg::plain;
use crate::render::{Lang, names};

impl Maps {
    /// The scheme; bits and errors; who shares a scale.
    pub(super) fn words(&self, lang: Lang) -> [String; 3] {
        let summary = &self.summary;
        let scheme = names::scheme(&summary.scheme, lang);
        let bits = number(summary.bits_per_weight(), 5);
        let [mse, most] = [self.errors.mse, self.errors.max_abs].map(|x| number(x, 5));
        let shape = &summary.shape;
        let at = lang.pick(" at ", "，位于 ");
        let place = match shape.len() {
            _ if self.errors.max_abs == 0.0 => String::new(),
            2 => format!(
                "{at}[{}, {}]",
                self.worst / self.columns(),
                self.worst % self.columns()
            ),
            1 => format!("{at}[{}]", self.worst),
            _ => String::new(),
        };
        let shared = names::granularity(&summary.granularity, lang);
        let scales = match &self.groups {
            Some(groups) => vec![about(groups, lang)],
            None => {
                let known = summary.parameters.iter().filter(|p| !p.values.is_empty());
                known.map(|p| parameter(p, lang)).collect()
            }
        };
        let colon = lang.pick("granularity: ", "粒度：");
        let scales: Vec<String> = [format!("{colon}{shared}")]
            .into_iter()
            .chain(scales)
            .collect();
        let scales = scales.join(lang.pick("; ", "；"));
        match lang {
            Lang::En => [
                format!("{scheme}: quantized and dequantized"),
                format!(
                    "shape {shape:?}, {bits} bits per weight; mean squared error {mse}, \
                     largest error {most}{place}"
                ),
                scales,
            ],
            Lang::Zh => [
                format!("{scheme}：量化与反量化"),
                format!(
                    "形状 {shape:?}，每个权重 {bits} 位；均方误差 {mse}，最大误差 {most}{place}"
                ),
                scales,
            ],
        }
    }

    pub(super) fn text(&self, lang: Lang) -> String {
        let mut lines: Vec<String> = self.words(lang).iter().map(|line| plain(line)).collect();
        lines.extend(
            self.groups
                .iter()
                .flat_map(|groups| labelled(groups, self.columns())),
        );
        for panel in &self.panels {
            let head = panel.head(&self.summary, lang);
            lines.push(match panel.matrix.listed() {
                Some(numbers) => format!("{head}\n{numbers}"),
                None => {
                    let (low, high) = panel.matrix.ends();
                    plain(&format!(
                        "{head}: {} ... {}",
                        number(low, 5),
                        number(high, 5)
                    ))
                }
            });
        }
        lines.join("\n")
    }
}
