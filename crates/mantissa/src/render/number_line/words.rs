//! What is said about the values of a format, and the text form.

use super::axis::numeral;
use super::{NumberLine, finite};
use crate::dtype::DType;
use crate::render::Lang;
use crate::render::svg::table;
use crate::value::{Class, Value};

impl NumberLine {
    /// The text form: the numbers that describe each format, and the values of the small ones.
    pub(super) fn words(&self, lang: Lang) -> String {
        let heading = match lang {
            Lang::En => [
                "format",
                "values",
                "min",
                "max",
                "smallest",
                "subnormal",
                "inf",
                "nan",
            ],
            Lang::Zh => [
                "格式",
                "值的个数",
                "最小值",
                "最大值",
                "最小正数",
                "次正规数",
                "inf",
                "nan",
            ],
        };
        let mut rows = vec![heading.map(String::from).to_vec()];
        rows.extend(self.dtypes.iter().map(|dtype| row(*dtype)));
        let mut lines = vec![table(&rows)];
        for dtype in &self.dtypes {
            let values = self.shown(*dtype);
            let shown: Vec<String> = values.iter().map(|value| numeral(*value)).collect();
            if shown.len() <= 64 {
                lines.push(format!("{dtype}: {}", shown.join(" ")));
            }
        }
        lines.join("\n")
    }
}

fn row(dtype: DType) -> Vec<String> {
    let values = finite(dtype);
    let numeral = |value: Option<&Value>| value.map_or(String::new(), |value| numeral(*value));
    let subnormal = values.iter().filter(|v| v.class() == Class::Subnormal);
    let [infinite, nan] = asides(dtype);
    vec![
        dtype.to_string(),
        values.len().to_string(),
        numeral(values.first()),
        numeral(values.last()),
        numeral(values.iter().find(|value| **value > 0.0)),
        subnormal.count().to_string(),
        infinite.to_string(),
        nan.to_string(),
    ]
}

/// How many codes are infinite, and how many NaN.
fn asides(dtype: DType) -> [usize; 2] {
    let codes = 0..=u64::MAX >> (64 - dtype.bits());
    let count = |class: Class| {
        let of_class = codes
            .clone()
            .filter(|code| dtype.value(*code).class() == class);
        of_class.count()
    };
    [count(Class::Infinite), count(Class::Nan)]
}

/// How many values there are and between which bounds.
pub(super) fn summary(dtype: DType, shown: &[Value], lang: Lang) -> String {
    let all = finite(dtype).len();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return match lang {
            Lang::En => format!("{all} values, none here"),
            Lang::Zh => format!("{all} 个值，都不在此范围内"),
        };
    };
    let (first, last) = (numeral(*first), numeral(*last));
    match (shown.len() == all, lang) {
        (true, Lang::En) => format!("{all} values, {first} ... {last}"),
        (true, Lang::Zh) => format!("{all} 个值，{first} ... {last}"),
        (false, Lang::En) => format!("{} of {all} values, {first} ... {last}", shown.len()),
        (false, Lang::Zh) => format!("{all} 个值中的 {} 个，{first} ... {last}", shown.len()),
    }
}

/// What has no place on the line.
pub(super) fn beside(dtype: DType, lang: Lang) -> String {
    let [infinite, nan] = asides(dtype);
    let mut parts = Vec::new();
    match infinite {
        0 => {}
        1 => parts.push("inf".to_owned()),
        _ => parts.push("±inf".to_owned()),
    }
    match (nan, lang) {
        (0, _) => {}
        (n, Lang::En) => parts.push(format!("{n} NaN")),
        (n, Lang::Zh) => parts.push(format!("{n} 个 NaN")),
    }
    if parts.is_empty() {
        return lang
            .pick("every code is a number", "每个编码都是数")
            .to_owned();
    }
    match lang {
        Lang::En => format!("not on the line: {}", parts.join(", ")),
        Lang::Zh => format!("不在数轴上：{}", parts.join("，")),
    }
}
