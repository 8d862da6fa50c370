//! Who we are.

use super::wire::VERSION;
use jupyter_protocol::ReplyStatus;
use jupyter_protocol::messaging::{CodeMirrorMode, HelpLink, KernelInfoReply, LanguageInfo};

/// The answer to the first question of every front end.
pub(super) fn kernel_info() -> KernelInfoReply {
    let link = |text: &str, url: &str| HelpLink {
        text: text.to_owned(),
        url: url.to_owned(),
    };
    KernelInfoReply {
        status: ReplyStatus::Ok,
        protocol_version: VERSION.to_owned(),
        implementation: "mantissa".to_owned(),
        implementation_version: env!("CARGO_PKG_VERSION").to_owned(),
        language_info: LanguageInfo {
            name: "rust".to_owned(),
            version: env!("CARGO_PKG_RUST_VERSION").to_owned(),
            mimetype: Some("text/x-rustsrc".to_owned()),
            file_extension: Some(".rs".to_owned()),
            pygments_lexer: Some("rust".to_owned()),
            codemirror_mode: Some(CodeMirrorMode::Simple("rust".to_owned())),
            nbconvert_exporter: None,
        },
        banner: format!(
            "Mantissa {}: Rust, number formats and quantization. :help lists what you can do.",
            env!("CARGO_PKG_VERSION")
        ),
        help_links: vec![
            link("The Rust book", "https://doc.rust-lang.org/book/"),
            link("The standard library", "https://doc.rust-lang.org/std/"),
            link("ndarray", "https://docs.rs/ndarray/0.17"),
            link("evcxr, the engine", "https://github.com/evcxr/evcxr"),
        ],
        debugger: false,
        error: None,
    }
}
