//! `types.py`: ids, vocabularies, records.

use super::{annotation, camel, docstring, flowing, head, literal, paged, tidy, union};
use crate::model::{Def, Field, Model, Shape, Type, Variant};
use serde_json::Value;
use std::fmt::Write;

const IMPORTS: &str = "from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType, TypeAlias

from ._wire import Page, Pages, Record, normal

";

pub(crate) fn text(model: &Model) -> String {
    let mut out = head(
        "What goes in and comes out: ids, vocabularies, records. Records are frozen, compare by value and can be pickled.",
    );
    out.push_str(IMPORTS);
    let mut names = Vec::new();
    for def in &model.defs {
        if let Shape::Text = def.shape
            && def.name != "Time"
        {
            let _ = write!(
                out,
                "{} = NewType(\"{}\", str)\n{}\n",
                def.name,
                def.name,
                docstring(0, &[flowing(&def.doc)])
            );
            names.push(def.name.clone());
        }
    }
    for def in &model.defs {
        if let Shape::Words(words) = &def.shape {
            let _ = write!(
                out,
                "\nclass {}(StrEnum):\n{}\n",
                def.name,
                docstring(4, &[flowing(&def.doc)])
            );
            for word in words {
                let name = word.word.to_uppercase();
                let _ = write!(
                    out,
                    "    {name} = \"{}\"\n{}",
                    word.word,
                    docstring(4, &[flowing(&word.doc)])
                );
            }
            let literals: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
            let _ = write!(
                out,
                "\n\n{}Name: TypeAlias = Literal[\n    {},\n]\n\"\"\"The same by its word.\"\"\"\n\n",
                def.name,
                literals.join(",\n    ")
            );
            names.extend([def.name.clone(), format!("{}Name", def.name)]);
        }
    }
    let uses = model.uses();
    let only_in_a_union: Vec<&str> = model
        .defs
        .iter()
        .filter_map(|def| match &def.shape {
            Shape::Union(variants) => Some(variants.iter().filter_map(|variant| variant.record.as_deref())),
            _ => None,
        })
        .flatten()
        .filter(|name| uses.get(name) == Some(&0))
        .collect();
    for def in &model.defs {
        match &def.shape {
            // The class that stands for it is a way to name something.
            Shape::Record(_) if def.name == "External" || only_in_a_union.contains(&def.name.as_str()) => {}
            Shape::Record(fields) => {
                let base = paged(model, &def.name).filter(|_| is_answer(model, &def.name));
                out.push_str(&record(def, fields, base));
                names.push(def.name.clone());
            }
            Shape::Union(variants) => {
                let classes: Vec<String> = variants
                    .iter()
                    .map(|one| {
                        let name = variant_name(def, one, &only_in_a_union);
                        out.push_str(&variant(def, one, &name));
                        name
                    })
                    .collect();
                let _ = write!(
                    out,
                    "\n{}: TypeAlias = {}\n{}\n",
                    def.name,
                    union(&format!("{}: TypeAlias = ", def.name), &classes, ("(", ")")),
                    docstring(0, &[flowing(&def.doc)])
                );
                names.extend(classes);
                names.push(def.name.clone());
            }
            _ => {}
        }
    }
    out.push_str("\nRefLike: TypeAlias = Ref | str\n\"\"\"How a call names something: an id as text, `external(..)`, `handle(..)`.\"\"\"\n");
    names.push("RefLike".to_owned());
    names.sort();
    let _ = write!(out, "\n__all__ = [\n    \"{}\",\n]\n", names.join("\",\n    \""));
    tidy(&out)
}

fn is_answer(model: &Model, name: &str) -> bool {
    name == "RefusedPage" || model.operations.iter().any(|operation| operation.answer == name)
}

fn record(def: &Def, fields: &[Field], page: Option<(String, String)>) -> String {
    let base = match &page {
        Some(_) => "Page, frozen=True, kw_only=True, dict=True".to_owned(),
        None => "Record, frozen=True, kw_only=True".to_owned(),
    };
    let mut out = format!(
        "\nclass {}({base}):\n{}\n",
        def.name,
        docstring(4, &[flowing(&def.doc)])
    );
    for field in fields {
        let _ = write!(
            out,
            "    {}: {}\n{}",
            field.name,
            annotation(&field.of),
            docstring(4, &[flowing(&field.doc)])
        );
    }
    if let Some((list, item)) = page {
        let item = if item == "Time" { "datetime".to_owned() } else { item };
        let _ = write!(
            out,
            "\n    def all(self) -> Pages[{item}]:\n{}        return Pages(self, \"{list}\")\n",
            docstring(8, &["Everything from here to the end of the list, page by page: for `for`, and for `async for` in `parvis.aio`.".to_owned()])
        );
    }
    out.push('\n');
    out
}

fn variant_name(def: &Def, variant: &Variant, only_in_a_union: &[&str]) -> String {
    match &variant.record {
        Some(record) if only_in_a_union.contains(&record.as_str()) => record.clone(),
        // The ways to name something have short names: `external(..)` makes an `External`.
        _ if def.name == "Ref" => camel(&variant.tag),
        _ => format!("{}{}", def.name, camel(&variant.tag)),
    }
}

fn variant(def: &Def, variant: &Variant, name: &str) -> String {
    let base = format!(
        "Record, frozen=True, kw_only=True, tag_field=\"type\", tag=\"{}\"",
        variant.tag
    );
    let mut out = format!("\nclass {name}({base}):\n{}\n", docstring(4, &[flowing(&variant.doc)]));
    let mut refs = Vec::new();
    for field in &variant.fields {
        let is_ref = field.of == Type::Named("Ref".to_owned());
        let of = if is_ref { "RefLike".to_owned() } else { given(&field.of) };
        let default = match (&field.default, &field.of) {
            (Some(Value::String(word)), Type::Named(name)) => Some(format!("{name}.{}", word.to_uppercase())),
            (Some(default), _) => Some(literal(default)),
            // A host may leave out what may be absent.
            (None, Type::Optional(_)) if variant.record.is_some() => Some("None".to_owned()),
            (None, _) => None,
        };
        let default = default.map_or(String::new(), |default| format!(" = {default}"));
        let _ = write!(
            out,
            "    {}: {of}{default}\n{}",
            field.name,
            docstring(4, &[flowing(&field.doc)])
        );
        if is_ref {
            refs.push(field.name.as_str());
        }
    }
    if !refs.is_empty() {
        out.push_str("\n    def __post_init__(self) -> None:\n");
        for name in refs {
            let _ = writeln!(out, "        normal(self, \"{name}\")");
        }
    }
    let _ = def;
    out.push('\n');
    out
}

/// What a host may give for a field of a row.
fn given(of: &Type) -> String {
    match of {
        Type::List(of) => format!("Sequence[{}]", given(of)),
        Type::Optional(of) => format!("{} | None", given(of)),
        other => annotation(other),
    }
}
