//! What the library says in English of schemes and groups, in the notebook's language.

use super::Lang;

/// The name of a scheme: phrases after commas, and options in brackets. What no scheme of the library
/// says stays as it is.
pub(super) fn scheme(name: &str, lang: Lang) -> String {
    let options = name
        .strip_suffix(')')
        .and_then(|name| name.split_once(" ("));
    match (lang, options) {
        (Lang::En, _) => name.to_owned(),
        (Lang::Zh, Some((name, options))) => format!("{} ({})", phrases(name), phrases(options)),
        (Lang::Zh, None) => phrases(name),
    }
}

/// Phrases in Chinese; a comma before one that is not known stays with it.
fn phrases(text: &str) -> String {
    let mut all = String::new();
    for (i, english) in text.split(", ").enumerate() {
        let chinese = phrase(english);
        all += match (i, &chinese) {
            (0, _) => "",
            (_, Some(_)) => "，",
            (_, None) => ", ",
        };
        all += chinese.as_deref().unwrap_or(english);
    }
    all
}

/// One phrase of a name in Chinese.
fn phrase(text: &str) -> Option<String> {
    let known = match text {
        "full range" => "全范围",
        "no clipping" => "不截断",
        "least squared error" => "均方误差最小",
        "least entropy loss" => "信息损失最小",
        "double quantized" => "双重量化",
        "single level" => "单层缩放因子",
        "ternary" => "三值",
        "binary" => "二值",
        _ => return numbered(text).or_else(|| shared(text)),
    };
    Some(known.to_owned())
}

/// A phrase around a number or a dtype.
fn numbered(text: &str) -> Option<String> {
    for (before, after, chinese) in [
        ("percentile ", "", "百分位 *"),
        ("tensor scale ", "", "张量缩放因子 *"),
        ("block ", "", "每 * 个一块"),
        ("", " out", "输出 *"),
        ("", " symmetric", "* 对称"),
        ("", " asymmetric", "* 非对称"),
        ("", " dynamic", "* 动态"),
        ("", " static", "* 静态"),
    ] {
        let inside = text.strip_prefix(before);
        if let Some(inside) = inside.and_then(|text| text.strip_suffix(after)) {
            return Some(chinese.replace('*', inside));
        }
    }
    let (low, high) = text.strip_prefix("clipped to ")?.split_once(" to ")?;
    Some(format!("截断到 {low} 到 {high}"))
}

/// Who shares a scale.
pub(super) fn granularity(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Zh => shared(text).unwrap_or_else(|| text.to_owned()),
    }
}

/// Who shares a scale, in Chinese.
fn shared(text: &str) -> Option<String> {
    if text == "tensor" {
        return Some("整个张量".to_owned());
    }
    if let Some(axis) = text.strip_prefix("axis ") {
        return Some(format!("轴 {axis}"));
    }
    let (kind, size) = text.split_once(" of ")?;
    let one = match kind {
        "groups" => "组",
        "blocks" => "块",
        _ => return None,
    };
    Some(match size.split_once(" along axis ") {
        Some((size, axis)) => format!("沿轴 {axis} 每 {size} 个一{one}"),
        None if size.contains(" x ") => format!("{} 的块", size.replace(" x ", " × ")),
        None => format!("每 {size} 个一{one}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn who_shares_a_scale_in_chinese() {
        for (text, chinese) in [
            ("tensor", "整个张量"),
            ("axis 1", "轴 1"),
            ("groups of 32 along axis 1", "沿轴 1 每 32 个一组"),
            ("blocks of 256 along axis 0", "沿轴 0 每 256 个一块"),
            ("blocks of 128 x 64", "128 × 64 的块"),
            ("blocks of 64", "每 64 个一块"),
            ("rows", "rows"),
        ] {
            assert_eq!(granularity(text, Lang::Zh), chinese);
            assert_eq!(granularity(text, Lang::En), text);
        }
    }

    #[test]
    fn names_of_schemes_in_chinese() {
        let int4 = || Affine::symmetric(INT4);
        let full = Affine::symmetric_full(INT3).per_block([2, 3]);
        let mse = Affine::symmetric_no_clip(INT3).clip(Clip::Mse);
        let range = Affine::asymmetric(INT8).clip(Clip::Range(-5.0, 5.5));
        for (scheme, chinese) in [
            (Scheme::from(int4()), "int4 对称"),
            (
                int4().per_group(1, 32).clip(Clip::Percentile(99.9)).into(),
                "int4 对称，沿轴 1 每 32 个一组，百分位 99.9",
            ),
            (full.into(), "int3 对称，全范围，2 × 3 的块"),
            (mse.into(), "int3 对称，不截断，均方误差最小"),
            (range.into(), "int8 非对称，截断到 -5 到 5.5"),
            (int4().clip(Clip::Entropy).into(), "int4 对称，信息损失最小"),
            (
                Affine::onnx_dynamic().per_axis(0).into(),
                "uint8 动态，轴 0",
            ),
            (NF4.double_quantized().into(), "nf4，每 64 个一块，双重量化"),
            (NVFP4.single_level().into(), "NVFP4 (单层缩放因子)"),
            (
                MXFP4.along(0).block(16).into(),
                "MXFP4 (每 16 个一块，轴 0)",
            ),
            (TERNARY.into(), "三值"),
            (ggml::Q4_K.into(), "Q4_K"),
        ] {
            assert_eq!(super::scheme(&scheme.name(), Lang::Zh), chinese);
            assert_eq!(super::scheme(&scheme.name(), Lang::En), scheme.name());
        }
        assert_eq!(
            super::scheme("W8A8 static, int8 out", Lang::Zh),
            "W8A8 静态，输出 int8"
        );
        assert_eq!(
            super::scheme("mine, of old (2 x)", Lang::Zh),
            "mine, of old (2 x)"
        );
    }
}
