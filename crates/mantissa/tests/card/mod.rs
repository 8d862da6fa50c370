//! Reading a card back: the cells of its tables, and what holds for every card.
#![allow(dead_code, reason = "each test file uses a part of it")]

use roxmltree::{Document, Node};

/// All text inside a node; what is raised stands as `^{...}`.
pub fn content(node: Node) -> String {
    node.children()
        .map(|child| match child.tag_name().name() {
            "sup" => format!("^{{{}}}", content(child)),
            "" => child.text().unwrap_or_default().to_owned(),
            _ => content(child),
        })
        .collect()
}

/// The cells of the tables' rows.
pub fn table(html: &str) -> Vec<Vec<String>> {
    let document = Document::parse(html).expect("the cards are well-formed XML as well");
    let rows = document.descendants().filter(|n| n.has_tag_name("tr"));
    rows.map(|row| row.children().map(content).collect())
        .collect()
}

/// The row of that name, without the name.
pub fn row(html: &str, name: &str) -> Vec<String> {
    let found = table(html).into_iter().find(|row| row[0] == name);
    found.unwrap_or_else(|| panic!("no row {name} in {html}"))[1..].to_vec()
}

/// What holds for every card: small, with its own colours in every row (the front end stripes
/// tables), nothing that an untrusted notebook drops.
pub fn is_a_card(html: &str) {
    assert!(html.len() < 60_000, "{} bytes", html.len());
    let document = Document::parse(html).expect("well-formed");
    let root = document.root_element();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let known = [
            "div", "span", "pre", "table", "tbody", "tr", "td", "th", "sup",
        ];
        assert!(known.contains(&name), "<{name}>");
        let attributes = ["style", "title", "colspan"];
        assert!(
            node.attributes().all(|a| attributes.contains(&a.name())),
            "{node:?}"
        );
        let style = node.attribute("style").unwrap_or_default();
        if node == root || ["tr", "pre"].contains(&name) {
            assert!(style.contains("background:#"), "{node:?}: {style}");
        }
        if ["td", "th"].contains(&name) {
            assert!(
                style.contains("text-align:") && style.contains("border:"),
                "{style}"
            );
            let styles = node.ancestors().filter_map(|n| n.attribute("style"));
            let table = styles
                .take(4)
                .any(|s| s.split(';').any(|s| s.starts_with("color:#")));
            assert!(table, "no colour below the card: {node:?}");
        }
    }
}
