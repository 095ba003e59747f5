//! Python: records as frozen structs, groups of the table as classes.

pub(crate) mod facade;
pub(crate) mod pydantic;
pub(crate) mod types;

use crate::model::{Field, Model, Type};
use serde_json::Value;

/// The first lines of every generated file.
fn head(about: &str) -> String {
    format!(
        "\"\"\"{about}\"\"\"\n\n# Written by `cargo run -p parvis-generate`. Do not edit.\n\nfrom __future__ import annotations\n\n"
    )
}

/// Lines are filled up to here.
const WIDTH: usize = 110;
/// And are never longer than this.
const LINE: usize = 120;

/// A docstring, indented, its lines filled.
fn docstring(indent: usize, paragraphs: &[String]) -> String {
    let pad = " ".repeat(indent);
    let filled: Vec<String> = paragraphs
        .iter()
        .map(|paragraph| {
            // Code is as it is.
            if paragraph.starts_with("    >>>") || paragraph.starts_with("    ...") {
                return paragraph.clone();
            }
            let hang = if paragraph.starts_with("    ") { "        " } else { "" };
            let options = textwrap::Options::new(WIDTH - indent)
                .subsequent_indent(hang)
                .break_words(false)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            textwrap::fill(paragraph, options)
        })
        .collect();
    let text = filled.join("\n").replace('\\', "\\\\").replace("\"\"\"", "'''");
    let one_line = !text.contains('\n');
    let body: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| {
            if at == 0 || line.is_empty() {
                line.to_owned()
            } else {
                format!("{pad}{line}")
            }
        })
        .collect();
    let end = if one_line { String::new() } else { format!("\n{pad}") };
    format!("{pad}\"\"\"{}{end}\"\"\"\n", body.join("\n"))
}

/// One line of prose from a doc that was wrapped in its source.
fn flowing(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn camel(words: &str) -> String {
    words
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        })
        .collect()
}

/// What a record's field is.
fn annotation(of: &Type) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Text => "str".to_owned(),
        Type::Named(name) if name == "Time" => "datetime".to_owned(),
        Type::Named(name) => name.clone(),
        Type::List(of) => format!("tuple[{}, ...]", annotation(of)),
        Type::Optional(of) => format!("{} | None", annotation(of)),
    }
}

/// A default as Python writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(_) => "()".to_owned(),
        other => other.to_string(),
    }
}

/// The list that a page is about, where an answer is a page.
fn paged(model: &Model, answer: &str) -> Option<(String, String)> {
    let crate::model::Shape::Record(fields) = &model.def(answer)?.shape else {
        return None;
    };
    fields.iter().find(|field| field.name == "next")?;
    let list = |field: &&Field| field.name != "pinned" && matches!(field.of, Type::List(_));
    let list = fields.iter().find(list)?;
    Some((list.name.clone(), list.of.named().unwrap_or("str").to_owned()))
}

/// At most two empty lines together.
fn tidy(text: &str) -> String {
    let mut out = text.to_owned();
    while out.contains("\n\n\n\n") {
        out = out.replace("\n\n\n\n", "\n\n\n");
    }
    out
}

/// Several classes as one type: in a line where they fit one.
fn union(before: &str, classes: &[String], brackets: (&str, &str)) -> String {
    let line = classes.join(" | ");
    if before.len() + line.len() <= WIDTH {
        return line;
    }
    let (open, close) = brackets;
    let inside = if line.len() + 4 <= LINE {
        line
    } else {
        classes.join("\n    | ")
    };
    format!("{open}\n    {inside}\n{close}").trim().to_owned()
}
