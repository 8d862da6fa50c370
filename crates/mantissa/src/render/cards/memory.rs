//! The card of a model's memory.

use super::{card, counted, raised};
use crate::memory::Memory;
use crate::render::theme::{INK, MONO, MUTED};
use crate::render::{Lang, Render, displays};
use crate::text::grouped;
use maud::{Markup, html};

/// How the bytes come about.
fn reckoning(memory: &Memory, lang: Lang) -> String {
    let bits = counted(memory.dtype().bits(), lang, "bit", "位");
    let elements = format!("{} × {bits} / 8", grouped(memory.parameters()));
    let scales = match (memory.scale_bytes(), lang) {
        (0, _) => String::new(),
        (bytes, Lang::En) => format!(" + {} for scales", grouped(bytes)),
        (bytes, Lang::Zh) => format!(" + {}（缩放因子）", grouped(bytes)),
    };
    let bytes = counted(grouped(memory.bytes()), lang, "byte", "字节");
    format!("{elements}{scales} = {bytes}")
}

pub(super) fn memory_card(memory: &Memory, lang: Lang) -> Markup {
    let what = format!("{} × {}", memory.count_text(), memory.dtype_text());
    let units = [
        (
            memory.gb_text(),
            lang.pick("1 GB = 10^{9} bytes", "1 GB = 10^{9} 字节"),
        ),
        (
            memory.gib_text(),
            lang.pick("1 GiB = 2^{30} bytes", "1 GiB = 2^{30} 字节"),
        ),
    ];
    card(html! {
        div style=(format!("color:{MUTED}")) { (what) }
        div {
            @for (size, unit) in units {
                div style="display:inline-block;margin:2px 36px 6px 0" {
                    div style=(format!("color:{INK};font-size:24px;font-weight:bold;line-height:1.4")) { (size) }
                    div style=(format!("color:{MUTED};font-size:13px")) { (raised(unit)) }
                }
            }
        }
        div style=(format!("color:{INK};font-family:{MONO};font-size:13px")) { (reckoning(memory, lang)) }
    })
}

impl Render for Memory {
    fn html(&self) -> Markup {
        memory_card(self, Lang::current())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

displays!(Memory);
