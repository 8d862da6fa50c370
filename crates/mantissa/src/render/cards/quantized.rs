//! The card of a quantized tensor, of whatever scheme.

use super::tensor::elements;
use super::{Row, card, counted, heading, table, text_table};
use crate::affine::AffineTensor;
use crate::block::ggml::BlockTensor;
use crate::block::{MxTensor, NvFp4Tensor};
use crate::codebook::{AbsmeanTensor, CodebookTensor};
use crate::quantized::{Parameter, Quantized, Summary};
use crate::render::bits::fields::minus;
use crate::render::{Lang, Render, displays, names};
use crate::scheme::SchemeTensor;
use crate::tensor::Tensor;
use crate::text::{general, grouped};
use maud::{Markup, html};
use std::fmt;

/// More codes than this are not written out.
const FEW: usize = 64;

/// Gives quantized tensors their card, and its text as their `Debug`: one name each.
macro_rules! cards {
    ($($quantized:ty),* $(,)?) => {
        $(
            impl Render for $quantized {
                fn html(&self) -> Markup {
                    summary_card(&self.summary(), few_codes(self), Lang::current())
                }

                fn text(&self) -> String {
                    summary_text(&self.summary(), few_codes(self), Lang::current())
                }
            }

            impl fmt::Debug for $quantized {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.text().trim_end())
                }
            }
        )*
        displays!($($quantized),*);
    };
}
cards!(
    AffineTensor,
    MxTensor,
    NvFp4Tensor,
    BlockTensor,
    CodebookTensor,
    AbsmeanTensor,
    SchemeTensor,
);

impl Render for Summary {
    fn html(&self) -> Markup {
        summary_card(self, None, Lang::current())
    }

    fn text(&self) -> String {
        summary_text(self, None, Lang::current())
    }
}
displays!(Summary);

fn summary_card(summary: &Summary, codes: Option<Tensor>, lang: Lang) -> Markup {
    card(html! {
        (heading(&names::scheme(&summary.scheme, lang), &shape(summary, lang)))
        (table(&rows(summary, lang)))
        @if let Some(codes) = codes {
            div style="margin:10px 0 0" { (elements(&codes)) }
        }
    })
}

fn summary_text(summary: &Summary, codes: Option<Tensor>, lang: Lang) -> String {
    let codes = codes.map(|codes| format!("{codes}\n"));
    format!(
        "{}{}{}\n{}{}",
        names::scheme(&summary.scheme, lang),
        lang.pick(", ", "，"),
        shape(summary, lang),
        text_table(&rows(summary, lang)),
        codes.unwrap_or_default()
    )
}

/// The codes, if there are some, but not too many to write out.
fn few_codes(q: &dyn Quantized) -> Option<Tensor> {
    let few = (1..=FEW).contains(&q.summary().len());
    few.then(|| q.code_tensor())?
}

fn shape(summary: &Summary, lang: Lang) -> String {
    match lang {
        Lang::En => format!("shape {:?}", summary.shape),
        Lang::Zh => format!("形状 {:?}", summary.shape),
    }
}

fn rows(summary: &Summary, lang: Lang) -> Vec<Row> {
    let codes = Row::new(
        lang.pick("codes", "编码"),
        format!("{} × {}", grouped(summary.len()), summary.dtype),
        format!(
            "{}{}",
            each(summary.code_bits, lang),
            bytes(summary.code_bytes, lang)
        ),
    );
    let shared = Row::new(
        lang.pick("granularity", "粒度"),
        names::granularity(&summary.granularity, lang),
        "",
    );
    let parameters = summary.parameters.iter();
    let parameters = parameters.map(|parameter| parameter_row(parameter, lang));
    let addends = summary.parameters.iter().map(|p| p.bytes);
    let addends: Vec<String> = [summary.code_bytes]
        .into_iter()
        .chain(addends)
        .map(grouped)
        .collect();
    let sum = match &addends[..] {
        [_] => String::new(),
        several => format!("= {}", several.join(" + ")),
    };
    let total = grouped(summary.bytes());
    let mut rows = vec![codes, shared];
    rows.extend(parameters);
    rows.push(Row::new(lang.pick("bytes", "字节"), &total, sum));
    rows.push(Row::new(
        lang.pick("bits per weight", "每个权重的位数"),
        general(summary.bits_per_weight(), 6),
        format!("= 8 × {total} / {}", grouped(summary.len())),
    ));
    rows
}

fn parameter_row(parameter: &Parameter, lang: Lang) -> Row {
    Row::new(
        &parameter_name(&parameter.name, lang),
        range(&parameter.values, lang),
        format!(
            "{} × {}{}",
            grouped(parameter.count),
            parameter.dtype,
            bytes(parameter.bytes, lang)
        ),
    )
}

fn each(bits: f64, lang: Lang) -> String {
    let bits = general(bits, 4);
    match lang {
        Lang::En if bits == "1" => "1 bit each".to_owned(),
        Lang::En => format!("{bits} bits each"),
        Lang::Zh => format!("每个 {bits} 位"),
    }
}

fn bytes(bytes: usize, lang: Lang) -> String {
    let bytes = counted(grouped(bytes), lang, "byte", "字节");
    format!("{}{bytes}", lang.pick(", ", "，"))
}

/// What a parameter is called; a format's own name for it stands in brackets.
fn parameter_name(name: &str, lang: Lang) -> String {
    let (kind, own) = name.split_at(name.find(" (").unwrap_or(name.len()));
    let chinese = match kind {
        "scale" => "缩放因子",
        "block scale" => "块缩放因子",
        "tensor scale" => "张量缩放因子",
        "zero point" => "零点",
        "scales of parts" => "各部分的缩放因子",
        "sums" => "各部分的和",
        "offset" => "偏移",
        "levels" => "码本的值",
        "bias" => "偏置",
        _ => kind,
    };
    format!("{}{own}", lang.pick(kind, chinese))
}

/// The values of a parameter: `1 to 2`.
fn range(values: &str, lang: Lang) -> String {
    minus(values.replace(" to ", lang.pick(" to ", " 到 ")))
}

/// A parameter in one phrase.
pub(in crate::render) fn parameter(parameter: &Parameter, lang: Lang) -> String {
    let name = parameter_name(&parameter.name, lang);
    format!("{name} {}", range(&parameter.values, lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_in_chinese_keeps_the_name_of_its_format() {
        assert_eq!(parameter_name("scale (d)", Lang::Zh), "缩放因子 (d)");
        assert_eq!(parameter_name("scale (d)", Lang::En), "scale (d)");
    }
}
