//! `pydantic.py`: the answers as pydantic models, for web frameworks that describe what they answer.

use super::{camel, docstring, flowing, head, union};
use crate::model::{Field, Model, Shape, Type};
use std::collections::BTreeSet;
use std::fmt::Write;

const IMPORTS: &str = "from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

";

pub(crate) fn text(model: &Model) -> String {
    let mut out = head(
        "The answers as pydantic models: `@app.get(..., responses={200: {\"model\": parvis.pydantic.FeedPage}})`.",
    );
    out.push_str(IMPORTS);
    let wanted = reached(model);
    let mut words: Vec<&str> = model
        .defs
        .iter()
        .filter(|def| wanted.contains(def.name.as_str()) && matches!(def.shape, Shape::Words(_)))
        .map(|def| def.name.as_str())
        .collect();
    words.sort_unstable();
    let _ = writeln!(out, "from .types import (\n    {},\n)", words.join(",\n    "));
    out.push_str("\n\nclass Model(BaseModel):\n    \"\"\"What all models have.\"\"\"\n\n    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)\n");
    let mut names = Vec::new();
    for def in &model.defs {
        if !wanted.contains(def.name.as_str()) {
            continue;
        }
        match &def.shape {
            Shape::Record(fields) => {
                out.push_str(&class(&def.name, &def.doc, None, fields));
                names.push(def.name.clone());
            }
            Shape::Union(variants) => {
                let classes: Vec<String> = variants
                    .iter()
                    .map(|variant| {
                        let name = format!("{}{}", def.name, camel(&variant.tag));
                        out.push_str(&class(&name, &variant.doc, Some(&variant.tag), &variant.fields));
                        name
                    })
                    .collect();
                let _ = write!(
                    out,
                    "\n\n{} = Annotated[\n    {},\n    Field(discriminator=\"type\"),\n]\n{}",
                    def.name,
                    union("    ", &classes, ("", "")),
                    docstring(0, &[flowing(&def.doc)])
                );
                names.extend(classes);
                names.push(def.name.clone());
            }
            _ => {}
        }
    }
    names.sort();
    let _ = write!(out, "\n\n__all__ = [\n    \"{}\",\n]\n", names.join("\",\n    \""));
    super::tidy(&out)
}

fn class(name: &str, doc: &str, tag: Option<&str>, fields: &[Field]) -> String {
    let mut out = format!("\n\nclass {name}(Model):\n{}\n", docstring(4, &[flowing(doc)]));
    if let Some(tag) = tag {
        let _ = writeln!(out, "    type: Literal[\"{tag}\"] = \"{tag}\"");
    }
    for field in fields {
        let _ = write!(
            out,
            "    {}: {}\n{}",
            field.name,
            annotation(&field.of),
            docstring(4, &[flowing(&field.doc)])
        );
    }
    out
}

fn annotation(of: &Type) -> String {
    match of {
        Type::Named(name) if name.ends_with("Id") || name == "Token" => "str".to_owned(),
        Type::List(of) => format!("tuple[{}, ...]", annotation(of)),
        Type::Optional(of) => format!("{} | None", annotation(of)),
        other => super::annotation(other),
    }
}

/// What answers are made of.
fn reached(model: &Model) -> BTreeSet<&str> {
    let mut open: Vec<&str> = model
        .operations
        .iter()
        .map(|operation| operation.answer.as_str())
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(def) = model.def(name) else { continue };
        if !reached.insert(def.name.as_str()) {
            continue;
        }
        let fields: Vec<&Field> = match &def.shape {
            Shape::Record(fields) => fields.iter().collect(),
            Shape::Union(variants) => variants.iter().flat_map(|variant| &variant.fields).collect(),
            _ => Vec::new(),
        };
        open.extend(fields.iter().filter_map(|field| field.of.named()));
    }
    reached
}
