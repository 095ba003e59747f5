//! The groups of the table as classes: sync, asyncio, and commands as rows of the host's own transaction.

use super::{annotation, camel, docstring, flowing, head, literal, paged};
use crate::model::{Field, Model, Operation, Shape, Type};
use std::collections::BTreeSet;
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Sync,
    Aio,
    Later,
    AioLater,
}

impl Face {
    fn about(self) -> &'static str {
        match self {
            Face::Sync => "The operations, in groups: each call waits for its answer.",
            Face::Aio => "The operations, in groups, for asyncio.",
            Face::Later => "The commands, in groups, as rows that a host inserts in a transaction of its own.",
            Face::AioLater => {
                "The commands, in groups, as rows that a host inserts in a transaction of its own, for asyncio."
            }
        }
    }

    /// Whether its commands are rows of the host's.
    fn is_later(self) -> bool {
        matches!(self, Face::Later | Face::AioLater)
    }

    /// Whether its methods are coroutines.
    fn waits(self) -> bool {
        matches!(self, Face::Aio | Face::AioLater)
    }

    /// How a class of this face is named.
    fn class(self, group: &str) -> String {
        let plain = camel(group);
        match self {
            Face::Sync => plain,
            Face::Aio => format!("Aio{plain}"),
            Face::Later => format!("Later{plain}"),
            Face::AioLater => format!("AioLater{plain}"),
        }
    }

    /// Who carries its calls out.
    fn caller(self) -> &'static str {
        match self {
            Face::Sync => "Calls",
            Face::Aio => "AioCalls",
            Face::Later => "HandsOver",
            Face::AioLater => "AioHandsOver",
        }
    }

    fn base(self) -> &'static str {
        match self {
            Face::Sync => "Group",
            Face::Aio => "AioGroup",
            Face::Later => "LaterGroup",
            Face::AioLater => "AioLaterGroup",
        }
    }
}

/// `import` is a keyword.
fn attribute(group: &str) -> &str {
    if group == "import" { "importing" } else { group }
}

pub(crate) fn text(model: &Model, face: Face) -> String {
    let mut out = head(face.about());
    let mut used = BTreeSet::new();
    let mut body = String::new();
    let mut groups = Vec::new();
    for group in &model.groups {
        let operations: Vec<&Operation> = model
            .operations
            .iter()
            .filter(|operation| operation.group == group.name && (!face.is_later() || operation.command))
            .collect();
        if operations.is_empty() {
            continue;
        }
        let class = face.class(&group.name);
        let _ = write!(
            body,
            "\n\nclass {class}({}):\n{}",
            face.base(),
            docstring(4, &[flowing(&group.doc)])
        );
        body.push_str("\n    __slots__ = ()\n");
        for operation in operations {
            body.push_str(&method(model, operation, face, &mut used));
        }
        groups.push((attribute(&group.name).to_owned(), class, flowing(&group.doc)));
    }
    let _ = write!(
        body,
        "\n\nclass {}s({}):\n{}\n    __slots__ = ()\n",
        face.base(),
        face.caller(),
        docstring(4, &["What one who acts can do, in groups.".to_owned()])
    );
    for (name, class, doc) in &groups {
        let _ = write!(
            body,
            "\n    @property\n    def {name}(self) -> {class}:\n{}        return {class}(self)\n",
            docstring(8, std::slice::from_ref(doc))
        );
    }
    let words: Vec<String> = used.iter().cloned().collect();
    out.push_str("from collections.abc import Sequence\n");
    if body.contains("datetime") {
        out.push_str("from datetime import datetime\n");
    }
    let helpers: Vec<&str> = ["as_instant", "as_place", "as_ref", "as_refs"]
        .into_iter()
        .filter(|helper| body.contains(&format!(" {helper}(")))
        .collect();
    let _ = write!(
        out,
        "\nfrom ._args import {1}\nfrom ._group import {0}\nfrom .types import (\n    {2},\n)\n",
        match face {
            Face::Sync => "Calls, Group",
            Face::Aio => "AioCalls, AioGroup",
            Face::Later => "CommandId, HandsOver, LaterGroup",
            Face::AioLater => "AioHandsOver, AioLaterGroup, CommandId",
        },
        helpers.join(", "),
        words.join(",\n    ")
    );
    out.push_str(&body);
    if !out.contains("Sequence[") {
        out = out.replace("from collections.abc import Sequence\n", "");
    }
    out
}

fn method(model: &Model, operation: &Operation, face: Face, used: &mut BTreeSet<String>) -> String {
    let (required, options): (Vec<&Field>, Vec<&Field>) =
        operation.fields.iter().partition(|field| field.default.is_none());
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(
        required
            .iter()
            .map(|field| format!("{}: {}", field.name, argument(model, &field.of, used))),
    );
    if !options.is_empty() {
        parameters.push("*".to_owned());
    }
    parameters.extend(options.iter().map(|field| {
        let default = field.default.as_ref().map(literal).unwrap_or_default();
        format!("{}: {} = {default}", field.name, argument(model, &field.of, used))
    }));
    let answer = if face.is_later() {
        "CommandId".to_owned()
    } else {
        operation.answer.clone()
    };
    if !face.is_later() {
        used.insert(answer.clone());
    }
    let word = if face.waits() { "async def" } else { "def" };
    let line = format!(
        "    {word} {}({}) -> {answer}:\n",
        operation.name,
        parameters.join(", ")
    );
    let mut out = String::from("\n");
    if line.len() > 110 {
        let _ = write!(
            out,
            "    {word} {}(\n        {},\n    ) -> {answer}:\n",
            operation.name,
            parameters.join(",\n        ")
        );
    } else {
        out.push_str(&line);
    }
    out.push_str(&docstring(8, &doc(model, operation, face)));
    let name = format!("{}.{}", operation.group, operation.name);
    let fields: Vec<String> = operation
        .fields
        .iter()
        .map(|field| format!("\"{}\": {}", field.name, sent(&field.name, &field.of)))
        .collect();
    let request = format!("{{{}}}", fields.join(", "));
    let call = match face {
        Face::Later => format!("self._later(\"{name}\", {request})"),
        Face::AioLater => format!("await self._later(\"{name}\", {request})"),
        _ => {
            let asked = if paged(model, &operation.answer).is_some() {
                "_page"
            } else {
                "_ask"
            };
            let wait = if face == Face::Aio { "await " } else { "" };
            format!("{wait}self.{asked}(\"{name}\", {request}, {answer})")
        }
    };
    let line = format!("        return {call}\n");
    if line.len() > 110 {
        let spread = format!(
            "{{\n                {},\n            }}",
            fields.join(",\n                ")
        );
        let open = call.find('(').unwrap_or_default() + 1;
        let (before, inside) = call.split_at(open);
        let inside = inside.trim_end_matches(')').replacen(&request, &spread, 1);
        let tail = match face {
            Face::Later | Face::AioLater => String::new(),
            _ => format!("\n            {answer},"),
        };
        let inside = inside.replacen(&format!("\"{name}\", "), &format!("\"{name}\",\n            "), 1);
        let inside = inside.trim_end_matches(&format!(", {answer}")).to_owned();
        let _ = write!(out, "        return {before}\n            {inside},{tail}\n        )\n");
    } else {
        out.push_str(&line);
    }
    out
}

fn doc(model: &Model, operation: &Operation, face: Face) -> Vec<String> {
    let mut paragraphs = vec![flowing(&operation.doc)];
    if !operation.fields.is_empty() {
        paragraphs.extend([String::new(), "Args:".to_owned()]);
        paragraphs.extend(
            operation
                .fields
                .iter()
                .map(|field| format!("    {}: {}", field.name, flowing(&field.doc))),
        );
    }
    let returns = match face {
        Face::Later | Face::AioLater => "The command's id, for `db.commands`.".to_owned(),
        _ => model
            .def(&operation.answer)
            .map(|def| flowing(&def.doc))
            .unwrap_or_default(),
    };
    paragraphs.extend([String::new(), "Returns:".to_owned(), format!("    {returns}")]);
    paragraphs.extend([String::new(), "Raises:".to_owned()]);
    paragraphs.push("    ParvisError: with a code and a reason that say what was wrong.".to_owned());
    if face == Face::Sync
        && let Some(example) = example(operation)
    {
        paragraphs.extend([String::new(), "Examples:".to_owned()]);
        paragraphs.extend(example.lines().map(|line| format!("    {line}")));
    }
    paragraphs
}

/// What `examples.txt` shows of an operation: a block that begins with its name.
fn example(operation: &Operation) -> Option<&'static str> {
    let name = format!("{}.{}\n", operation.group, operation.name);
    let mut blocks = include_str!("examples.txt").split("\n\n");
    blocks.find_map(|block| block.strip_prefix(name.as_str()))
}

/// What an argument may be.
fn argument(model: &Model, of: &Type, used: &mut BTreeSet<String>) -> String {
    match of {
        Type::List(of) => format!("Sequence[{}]", argument(model, of, used)),
        Type::Optional(of) => format!("{} | None", argument(model, of, used)),
        Type::Named(name) if name == "Ref" => {
            used.insert("RefLike".to_owned());
            "RefLike".to_owned()
        }
        Type::Named(name) if name == "Place" => {
            used.extend(["Place".to_owned(), "RefLike".to_owned()]);
            "Place | RefLike".to_owned()
        }
        Type::Named(name) if name == "Time" => "datetime".to_owned(),
        // It comes back from a browser as a text.
        Type::Named(name) if name == "Token" => "str".to_owned(),
        Type::Named(name) => {
            used.insert(name.clone());
            match model.def(name).map(|def| &def.shape) {
                Some(Shape::Words(_)) => {
                    used.insert(format!("{name}Name"));
                    format!("{name} | {name}Name")
                }
                _ => name.clone(),
            }
        }
        plain => annotation(plain),
    }
}

/// How an argument goes into the request.
fn sent(name: &str, of: &Type) -> String {
    let helper = match of.named() {
        Some("Ref") => "as_ref",
        Some("Place") => "as_place",
        Some("Time") => "as_instant",
        _ => return name.to_owned(),
    };
    match of {
        Type::List(_) => format!("{helper}s({name}, \"{name}\")"),
        _ => format!("{helper}({name}, \"{name}\")"),
    }
}
