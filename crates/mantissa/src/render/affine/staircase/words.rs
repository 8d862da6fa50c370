//! What is said about a staircase, and its text form.

use super::Staircase;
use crate::dtype::DType;
use crate::render::affine::short;
use crate::render::svg::table;
use crate::render::{Lang, names};

/// Of more steps than this the text has the first and the last.
const MOST: usize = 32;

impl Staircase {
    pub(super) fn title(&self, lang: Lang) -> String {
        let name = names::scheme(&self.scheme.name, lang);
        match lang {
            Lang::En => format!("The staircase of {name}"),
            Lang::Zh => format!("{name} 的阶梯函数"),
        }
    }

    /// Scale and zero point, and how many steps there are.
    pub(super) fn remark(&self, lang: Lang) -> String {
        let (count, all) = (self.shown.len(), self.levels().len());
        let parameters = self.scheme.parameters();
        match (count == all, lang) {
            (true, Lang::En) => format!("{parameters};   {all} steps"),
            (true, Lang::Zh) => format!("{parameters}；  {all} 级台阶"),
            (false, Lang::En) => format!("{parameters};   {count} of {all} steps"),
            (false, Lang::Zh) => format!("{parameters}；  {all} 级台阶中的 {count} 级"),
        }
    }

    /// How large the error is.
    pub(super) fn bound(&self, lang: Lang) -> String {
        let even = matches!(self.scheme.params.dtype(), DType::Int(_));
        let bound = match (even, lang) {
            (true, Lang::En) => "at most half a step, s/2, unless clipped",
            (true, Lang::Zh) => "不截断时不超过半步 s/2",
            (false, Lang::En) => "at most half the gap between neighbouring values, unless clipped",
            (false, Lang::Zh) => "不截断时不超过相邻值间隔的一半",
        };
        match lang {
            Lang::En => format!("error x' − x: {bound}"),
            Lang::Zh => format!("误差 x' − x：{bound}"),
        }
    }

    /// The text form: each step with its ends, code and value.
    pub(super) fn words(&self, lang: Lang) -> String {
        let heading = match lang {
            Lang::En => ["from", "to", "code", "x'"],
            Lang::Zh => ["从", "到", "编码", "x'"],
        };
        let row = |i: usize| {
            let (from, to, value) = self.step(i);
            [from, to, self.levels().codes[i], value]
                .map(short)
                .to_vec()
        };
        let mut rows = vec![heading.map(String::from).to_vec()];
        let (start, end) = (self.shown.start, self.shown.end);
        if self.shown.len() <= MOST {
            rows.extend(self.shown.clone().map(row));
        } else {
            rows.extend((start..start + MOST / 2).map(row));
            rows.push(vec!["...".to_owned()]);
            rows.extend((end - MOST / 2..end).map(row));
        }
        let bound = self.bound(lang).replace('−', "-");
        format!(
            "{}\n{}\n{bound}: {}\n{}",
            self.title(lang),
            self.remark(lang),
            short(self.half()),
            table(&rows)
        )
    }
}
