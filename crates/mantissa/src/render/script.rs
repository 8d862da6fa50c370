//! Scripts in the page, and JSON for them.

/// Why a picture stands still, and what to do.
pub(super) const TRUST: &str = "needs scripts, which a trusted notebook runs. In JupyterLab: \
     command palette (Ctrl+Shift+C), \"Trust Notebook\".";
pub(super) const TRUST_ZH: &str = "需要运行脚本，信任笔记本后即可使用。在 JupyterLab 里：命令面板（Ctrl+Shift+C），“Trust Notebook”（信任笔记本）。";

/// A JSON object of finished JSON values.
pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members = members.into_iter();
    let members: Vec<String> = members
        .map(|(key, value)| format!("{}:{value}", quoted(key)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter < ' ' => out += &format!("\\u{:04x}", letter as u32),
            _ => out.push(letter),
        }
    }
    out + "\""
}

/// A JSON array of finished JSON values.
pub(super) fn array(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}

/// A script without comments and indentation, which no notebook needs to store.
pub(super) fn compact(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    let code: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    code.join("\n")
}
