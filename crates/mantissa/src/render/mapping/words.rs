//! What is said about a mapping: its title, its rule, and the table that is its text form.

use super::{Mapping, Preimage};
use crate::dtype::DType;
use crate::mapping::places::{Source, length};
use crate::mapping::shares::Share;
use crate::render::Lang;
use crate::render::number_line::axis::numeral;
use crate::render::svg::table;
use crate::text::{general, grouped};
use crate::value::Value;

impl Mapping {
    /// `float32 → int8`.
    pub(super) fn title(&self, lang: Lang) -> String {
        format!("{} → {}", self.source_name(lang), self.rule.target)
    }

    /// What is mapped: a format's name, or that numbers are given.
    pub(super) fn source_name(&self, lang: Lang) -> String {
        match (&self.source, lang) {
            (Source::Format(dtype), _) => dtype.to_string(),
            (Source::Data(numbers), Lang::En) if numbers.len() == 1 => "1 number".into(),
            (Source::Data(numbers), Lang::En) => format!("{} numbers", numbers.len()),
            (Source::Data(numbers), Lang::Zh) => format!("{} 个数", numbers.len()),
        }
    }

    /// How many values onto how many, and by which rule.
    pub(super) fn rule_words(&self, lang: Lang) -> String {
        let sizes = self.sizes(lang);
        let (quotient, scale) = match self.rule.scale {
            1.0 => ("x", String::new()),
            scale => ("x / s", format!(", s = {}", general(scale, 6))),
        };
        let rule = match (self.rule.target, lang) {
            (DType::Int(_), _) => format!("round({quotient})"),
            (DType::Float(_), Lang::En) => format!("the value nearest to {quotient}"),
            (DType::Float(_), Lang::Zh) => format!("最接近 {quotient} 的值"),
        };
        let ends = match self.rule.target {
            DType::Int(format) => match lang {
                Lang::En => format!(", clamped to {} ... {}", format.min(), format.max()),
                Lang::Zh => format!("，截断到 {} ... {}", format.min(), format.max()),
            },
            DType::Float(_) => String::new(),
        };
        let ties = lang.pick("ties to even", "居中时取偶");
        match lang {
            Lang::En => format!("{sizes}:  x → {rule}{scale}, {ties}{ends}"),
            Lang::Zh => format!("{sizes}：x → {rule}{scale}，{ties}{ends}"),
        }
    }

    /// How many values onto how many; of too many to count, among how many of the target's.
    fn sizes(&self, lang: Lang) -> String {
        let count = grouped(self.count());
        let Some(targets) = self.target_count() else {
            let (range, target) = (grouped(length(&self.reached())), self.rule.target);
            return match lang {
                Lang::En => format!("{count} values into a range of {range} values of {target}"),
                Lang::Zh => format!("{count} 个值映射到 {target} 中 {range} 个值的范围"),
            };
        };
        let targets = grouped(targets);
        match lang {
            Lang::En if self.count() == 1 => format!("1 value onto {targets}"),
            Lang::En => format!("{count} values onto {targets}"),
            Lang::Zh => format!("{count} 个值映射到 {targets} 个值"),
        }
    }

    /// The text form: every target and who shares it; of many targets the ends, the middle and a
    /// sample.
    pub(super) fn words(&self, lang: Lang) -> String {
        let (shares, _) = self.shares();
        let heading = [
            lang.pick("target", "目标值"),
            lang.pick("code", "编码"),
            lang.pick("sources", "源值个数"),
            "%",
            lang.pick("from", "从"),
            lang.pick("to", "到"),
        ];
        let mut rows = vec![heading.map(String::from).to_vec()];
        let told = told(&shares, self.given());
        let mut previous: Option<usize> = None;
        for i in told {
            if !self.given() && previous.is_some_and(|previous| previous + 1 < i) {
                rows.push(vec!["...".into()]);
            }
            rows.push(self.row(&shares[i], lang));
            previous = Some(i);
        }
        let (below, above) = self.clipped();
        let clipped = match lang {
            Lang::En => format!("out of range: {below} below, {above} above"),
            Lang::Zh => format!("超出范围：下方 {below} 个，上方 {above} 个"),
        };
        format!(
            "{}\n{}\n{}\n{clipped}",
            self.title(lang).replace('→', "->"),
            self.rule_words(lang)
                .replace('→', "->")
                .replace('\u{2009}', ""),
            table(&rows),
        )
    }

    fn row(&self, share: &Share, lang: Lang) -> Vec<String> {
        let code = share.value.map_or(String::new(), |value| value.hex());
        let mut row = vec![
            share.name(lang),
            code,
            share.count().to_string(),
            self.percent(share.count()),
        ];
        if share.count() > 0 {
            let end = |place: &i128| numeral(self.source.value(*place));
            row.extend([end(share.run.start()), end(share.run.end())]);
        }
        row
    }

    /// A part of all numbers in percent, with one decimal.
    pub(in crate::render) fn percent(&self, count: u128) -> String {
        let percent = count as f64 / self.count() as f64 * 100.0;
        match count {
            1.. if percent < 0.05 => "< 0.1".to_owned(),
            _ => format!("{percent:.1}"),
        }
    }
}

impl Share {
    /// The value, or that there is none.
    pub(super) fn name(&self, lang: Lang) -> String {
        match self.value {
            Some(value) => numeral(value),
            None => lang.pick("none", "无").to_owned(),
        }
    }
}

/// All digits of a value if there are at most `most`, else as many as tell it from others.
pub(super) fn exact(value: Value, most: usize) -> String {
    match value.decimal() {
        digits if digits.len() <= most => digits,
        _ => numeral(value),
    }
}

/// Which of many targets the text tells: all up to 40; else, of given numbers, those that they
/// become, and of a format those at the ends and around zero.
fn told(shares: &[Share], given: bool) -> Vec<usize> {
    let last = shares.len() - 1;
    let zero = shares.partition_point(|share| share.place < 0);
    let shown = |i: usize| match given {
        true => shares[i].count() > 0,
        false => i < 3 || i > last - 3 || i.abs_diff(zero) < 4,
    };
    (0..=last).filter(|i| last < 40 || shown(*i)).collect()
}

impl Preimage {
    /// `65 537 values of float32 become bfloat16 1`.
    pub(super) fn title(&self, lang: Lang) -> String {
        let (count, source) = (grouped(self.count), self.source);
        let (target, value) = (self.target.dtype(), exact(self.target, 14));
        match lang {
            Lang::En if self.count == 1 => format!("1 value of {source} becomes {target} {value}"),
            Lang::En => format!("{count} values of {source} become {target} {value}"),
            Lang::Zh => format!("{count} 个 {source} 值都变成 {target} 的 {value}"),
        }
    }

    /// The text form.
    pub(super) fn words(&self, lang: Lang) -> String {
        let title = self.title(lang).replace('\u{2009}', "");
        let row = |name: &str, source: Value, target: Value| {
            let target = vec![target.hex(), numeral(target)];
            [
                vec![
                    name.to_owned(),
                    source.hex(),
                    exact(source, 40),
                    "->".into(),
                ],
                target,
            ]
            .concat()
        };
        let names = match lang {
            Lang::En => ["before", "first", "last", "after"],
            Lang::Zh => ["之前", "第一个", "最后一个", "之后"],
        };
        let [before, after] = self.next;
        let first = self.first().map(|value| (value, self.target));
        let last = self.last().map(|value| (value, self.target));
        let rows: Vec<Vec<String>> = [before, first, last, after]
            .into_iter()
            .zip(names)
            .filter_map(|(end, name)| end.map(|(source, target)| row(name, source, target)))
            .collect();
        format!("{title}\n{}", table(&rows)).trim_end().to_owned()
    }

    /// What becomes of the numbers halfway to the neighbours, if there are such.
    pub(super) fn ties(&self, lang: Lang) -> Option<String> {
        let halfway = |inside: Option<Value>, beyond: Option<(Value, Value)>| {
            let (outside, neighbour) = beyond?;
            let middle = self.target.to_f64() / 2.0 + neighbour.to_f64() / 2.0;
            [inside?, outside].into_iter().find(|x| *x == middle)
        };
        let [before, after] = self.next;
        let ties = [halfway(self.first(), before), halfway(self.last(), after)];
        let ties: Vec<String> = ties.into_iter().flatten().map(|x| exact(x, 24)).collect();
        if ties.is_empty() {
            return None;
        }
        let code = self.target.hex();
        Some(match (self.target.code() & 1, lang) {
            (0, Lang::En) => {
                let ties = ties.join(" and ");
                format!("Halfway to a neighbour: {ties}; the even code {code} wins.")
            }
            (_, Lang::En) => {
                let ties = ties.join(" and ");
                format!(
                    "Halfway to a neighbour: {ties}; the neighbour's even code wins, {code} is odd."
                )
            }
            (0, Lang::Zh) => {
                let ties = ties.join("、");
                format!("恰好居中的数 {ties} 归偶数编码 {code}。")
            }
            (_, Lang::Zh) => {
                let ties = ties.join("、");
                format!("恰好居中的数 {ties} 归相邻的偶数编码，{code} 是奇数。")
            }
        })
    }
}
