//! What the explorer says, in the language of the notebook. Names in braces are filled in by the
//! script.

use crate::dtype::DType;
use crate::render::Lang;
use crate::render::bits::fields::layout;

/// Every text that the script shows, by the name it uses.
pub(super) fn words(dtype: DType, lang: Lang) -> Vec<(&'static str, String)> {
    let texts = [
        ("bit", "bit {place}, {field}", "第 {place} 位，{field}"),
        ("hexadecimal", "Hexadecimal", "十六进制"),
        ("decimal", "Decimal", "十进制"),
        (
            "hint",
            "Click a bit, or edit the hexadecimal or the decimal; 1/3, inf and nan are understood.",
            "点击任意一位，或修改十六进制、十进制；也可以输入 1/3、inf、nan。",
        ),
        ("previous", "previous", "上一个值"),
        ("next", "next", "下一个值"),
        ("none", "none", "无"),
        ("value", "Value", "精确值"),
        ("class", "Class", "类别"),
        ("bias", "bias", "偏置"),
        ("formula", "Formula", "公式"),
        ("ulp", "ulp", "ulp（间距）"),
        ("class_zero", "zero", "零"),
        (
            "class_subnormal",
            "subnormal: no hidden 1",
            "次正规数：没有隐含的 1",
        ),
        ("class_normal", "normal", "正规数"),
        ("class_infinite", "infinity", "无穷大"),
        ("class_nan", "NaN, not a number", "NaN，不是数"),
        (
            "nan_top_exponent",
            "exponent all ones, fraction not zero: NaN",
            "指数位全为 1，小数位不为 0：NaN",
        ),
        ("nan_all_ones", "all ones: NaN", "全为 1：NaN"),
        (
            "nan_negative_zero",
            "the code that would be −0: NaN",
            "本应是 −0 的编码：NaN",
        ),
        (
            "infinite_at",
            "set aside for infinity, just above the largest number",
            "紧接在最大数之后的编码，留给无穷大",
        ),
        (
            "exact",
            "Exact: the format holds this number.",
            "精确：该格式正好能表示这个数。",
        ),
        (
            "above",
            "Rounded to the nearest, {ulps} ulp above what you typed.",
            "舍入到最近的值，比输入的数大 {ulps} ulp。",
        ),
        (
            "below",
            "Rounded to the nearest, {ulps} ulp below what you typed.",
            "舍入到最近的值，比输入的数小 {ulps} ulp。",
        ),
        (
            "by_rule",
            "Outside the format's range; its rule gives {result}.",
            "超出该格式的范围；按它的规则得到 {result}。",
        ),
        (
            "not_a_number",
            "{value} is not a number: type a decimal such as -0.5 or 6.1e-5, a fraction such as \
             1/3, inf or nan",
            "{value} 不是数：请输入十进制数（如 -0.5、6.1e-5）、分数（如 1/3）、inf 或 nan",
        ),
        (
            "not_finite",
            "{value} is not a number that the integer format {format} can hold",
            "整数格式 {format} 不能表示 {value}",
        ),
        (
            "out_of_range",
            "{value} does not fit {format}, which holds {min} to {max}",
            "{value} 超出 {format} 的范围：{min} 到 {max}",
        ),
        (
            "negative",
            "{value} is below zero and {format} is unsigned: it holds {min} to {max}",
            "{value} 小于零，而 {format} 没有符号位，范围是 {min} 到 {max}",
        ),
        (
            "no_nan",
            "{format} has no NaN: every one of its codes is a number",
            "{format} 没有 NaN：每个编码都是数",
        ),
        (
            "not_hex",
            "{value} is not hexadecimal: type digits 0 to 9 and a to f",
            "{value} 不是十六进制数：只能用 0 到 9 和 a 到 f",
        ),
        (
            "too_wide",
            "{value} has more than the {bits} bits of {format}",
            "{value} 超过了 {format} 的 {bits} 位",
        ),
    ];
    let mut words: Vec<_> = texts
        .into_iter()
        .map(|(key, en, zh)| (key, lang.pick(en, zh).to_owned()))
        .collect();
    words.push(("summary", summary(dtype, lang)));
    let label = lang.pick("Bit explorer of ", "位浏览器：");
    words.push(("label", format!("{label}{dtype}")));
    words
}

/// The fields of a format in a line: `16 bits: 1 sign, 5 exponent, 10 fraction; bias 15`.
fn summary(dtype: DType, lang: Lang) -> String {
    let fields: Vec<String> = layout(dtype)
        .into_iter()
        .map(|(part, size, _)| match lang {
            Lang::En => format!("{size} {}", part.name(lang)),
            Lang::Zh => format!("{size} 个{}", part.name(lang)),
        })
        .collect();
    let bits = dtype.bits();
    let mut text = match lang {
        Lang::En => format!("{bits} bits: {}", fields.join(", ")),
        Lang::Zh => format!("{bits} 位：{}", fields.join("、")),
    };
    if let DType::Float(format) = dtype {
        text += &match lang {
            Lang::En => format!("; bias {}", format.bias()),
            Lang::Zh => format!("；偏置 {}", format.bias()),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    fn keys(lang: Lang) -> Vec<&'static str> {
        words(FP16.into(), lang)
            .into_iter()
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn the_script_finds_every_word() {
        let script = concat!(
            include_str!("codec.js"),
            include_str!("formula.js"),
            include_str!("panel.js")
        );
        let mut found = 0;
        for after in script.split("words.").skip(1) {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let key = &after[..end.unwrap_or(after.len())];
            assert!(keys(Lang::En).contains(&key), "{key}");
            found += 1;
        }
        assert!(found > 20, "{found}");
        assert_eq!(keys(Lang::En), keys(Lang::Zh));
    }

    #[test]
    fn both_languages_fill_in_the_same_names() {
        let names = |text: &str| {
            let pieces = text.split('{').skip(1);
            let mut names: Vec<String> = pieces
                .filter_map(|piece| Some(piece.split_once('}')?.0.to_owned()))
                .collect();
            names.sort();
            names
        };
        for ((key, en), (_, zh)) in words(FP16.into(), Lang::En)
            .into_iter()
            .zip(words(FP16.into(), Lang::Zh))
        {
            assert_eq!(names(&en), names(&zh), "{key}");
            assert_ne!(en, "", "{key}");
            assert!(en == zh || !zh.is_ascii(), "{key}: {zh}");
        }
    }

    #[test]
    fn summaries_count_the_bits() {
        assert_eq!(
            summary(FP16.into(), Lang::En),
            "16 bits: 1 sign, 5 exponent, 10 fraction; bias 15"
        );
        assert!(summary(FP16.into(), Lang::Zh).starts_with("16 位：1 个符号位、5 个指数位"));
        assert!(summary(UINT4.into(), Lang::En).starts_with("4 bits: 4 "));
    }
}
