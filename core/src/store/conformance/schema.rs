//! The kit's own schema: tables of every class, absent key parts, ties, a tree; and how it grows.

use crate::store::{Class, Field, Kind, Schema, Table};

/// The schema that every case starts from: tables of every class, with keys whose parts may be absent, indexes with ties
/// and absent columns, a tree and a graph.
pub fn schema() -> Schema {
    Schema::new(1, 1, tables())
}

/// The next release: two more columns of `docs` that old rows hold in their documents, an index over one, a new table.
pub(super) fn grown() -> Schema {
    let with_path = |name, kind, path| Field {
        path: Some(path),
        ..Field::optional(name, kind)
    };
    let mut tables = tables();
    for docs in tables.iter_mut().filter(|table| table.name == "docs") {
        docs.columns.push(with_path("rank", Kind::Int, "$.rank"));
        docs.columns.push(with_path("genre", Kind::Text, "$.meta.genre"));
        *docs = docs.clone().index("docs_rank", ["rank"]).index("docs_at", ["at"]);
    }
    tables.push(Table::new("extras", [Field::new("id", Kind::Id)]).columns([Field::new("n", Kind::Int)]));
    Schema::new(2, 1, tables)
}

/// A release that changed the meaning of what is stored.
pub(super) fn changed() -> Schema {
    Schema::new(3, 2, tables())
}

fn tables() -> Vec<Table> {
    use Kind::{Bytes, Id, Int, Text, Time};
    vec![
        Table::new(
            "docs",
            [
                Field::new("owner", Id),
                Field::optional("lang", Text),
                Field::optional("page", Int),
            ],
        )
        .columns([
            Field::optional("score", Int),
            Field::new("at", Time),
            Field::optional("title", Text),
            Field::optional("blob", Bytes),
        ])
        .document()
        .index("docs_score", ["score"])
        .index("docs_title", ["title", "at"])
        .index("docs_lang", ["lang", "score"]),
        Table::new(
            "lines",
            [
                Field::new("kind", Int),
                Field::new("id", Id),
                Field::new("t", Time),
                Field::new("item", Id),
            ],
        )
        .index("lines_item", ["item"]),
        Table::new("tree", [Field::new("id", Id)])
            .columns([Field::optional("parent", Id), Field::optional("weight", Int)])
            .index("tree_parent", ["parent"]),
        Table::new("edges", [Field::new("from", Id), Field::new("to", Id)])
            .class(Class::Unstamped)
            .columns([Field::optional("weight", Int)])
            .index("edges_back", ["to"]),
        Table::new("counts", [Field::new("id", Id), Field::optional("what", Text)])
            .class(Class::Counters)
            .columns([Field::new("n", Int), Field::new("peak", Int)])
            .index("counts_n", ["n"]),
        Table::new("marks", [Field::new("who", Id), Field::new("name", Text)])
            .class(Class::Free)
            .columns([Field::new("at", Time)])
            .document(),
        Table::new(
            "words",
            [
                Field::optional("word", Text),
                Field::optional("n", Int),
                Field::optional("raw", Bytes),
            ],
        ),
    ]
}
