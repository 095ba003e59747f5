//! What a release leaves behind, as files: its schema, the batches it wrote while it played the golden script, and a hash of
//! the rows that came of them.

use async_trait::async_trait;
use parvis::store::{
    Batch, Class, CommitError, CommitId, Committed, Durability, Field, Found, Index, Kind, NetworkId, Parts, Prepare,
    Prepared, Read, ReadAt, Schema, Storage, StorageError, Table, Value, Wake, Write,
};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A folder a release, by its number of additions.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("releases")
}

/// What a release left.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) schema: Schema,
    pub(super) batches: Vec<(NetworkId, Batch)>,
    /// The rows' hash, as it was when they were written.
    pub(super) rows: String,
}

impl Kept {
    /// All of them, the oldest first.
    pub(super) fn all() -> Vec<Kept> {
        let entries = std::fs::read_dir(folder()).into_iter().flatten().flatten();
        let mut numbers: Vec<u32> = entries
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers.into_iter().map(Kept::read).collect()
    }

    fn read(number: u32) -> Kept {
        let text = |name| std::fs::read_to_string(folder().join(number.to_string()).join(name)).unwrap();
        let schema = schema_of(&serde_json::from_str(&text("schema.json")).unwrap());
        let batch = |line: &str| batch_of(&schema, &serde_json::from_str(line).unwrap());
        let batches = text("batches.jsonl").lines().map(batch).collect();
        let rows = text("rows.blake3").trim().to_owned();
        Kept { schema, batches, rows }
    }

    pub(super) fn write(&self) {
        let folder = folder().join(self.schema.adds.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let schema = serde_json::to_string_pretty(&schema_as(&self.schema)).unwrap() + "\n";
        let lines = self.batches.iter().map(|(network, batch)| batch_as(*network, batch));
        let batches: String = lines.map(|line| format!("{line}\n")).collect();
        for (name, text) in [
            ("schema.json", schema),
            ("batches.jsonl", batches),
            ("rows.blake3", format!("{}\n", self.rows)),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
}

/// A store that keeps what was committed to it.
pub(super) struct Recorder {
    pub(super) inner: Arc<dyn Storage>,
    pub(super) batches: Mutex<Vec<(NetworkId, Batch)>>,
}

#[async_trait]
impl Storage for Recorder {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.inner.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let committed = self.inner.commit(network, batch.clone()).await?;
        if !committed.repeated {
            // What was decided was decided: carried out again in the same order, no check is needed.
            let checks = Vec::new();
            self.batches.lock().unwrap().push((network, Batch { checks, ..batch }));
        }
        Ok(committed)
    }
}

fn word(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn named(json: &Json) -> &'static str {
    word(json.as_str().unwrap())
}

pub(super) fn schema_as(schema: &Schema) -> Json {
    let field = |field: &Field| {
        let kind = format!("{:?}", field.kind).to_lowercase();
        json!({"name": field.name, "kind": kind, "optional": field.optional, "path": field.path})
    };
    let table = |table: &Table| {
        let fields = |list: &[Field]| list.iter().map(field).collect::<Json>();
        let indexes = table
            .indexes
            .iter()
            .map(|index| json!({"name": index.name, "fields": index.fields}));
        json!({
            "name": table.name, "class": format!("{:?}", table.class).to_lowercase(), "key": fields(&table.key),
            "columns": fields(&table.columns), "document": table.document, "indexes": indexes.collect::<Json>(),
            "guard": table.guard,
        })
    };
    json!({"adds": schema.adds, "breaks": schema.breaks, "tables": schema.tables.iter().map(table).collect::<Json>()})
}

fn schema_of(json: &Json) -> Schema {
    let list = |json: &Json| json.as_array().unwrap().clone();
    let field = |json: Json| Field {
        name: named(&json["name"]),
        kind: match named(&json["kind"]) {
            "id" => Kind::Id,
            "time" => Kind::Time,
            "int" => Kind::Int,
            "text" => Kind::Text,
            "bytes" => Kind::Bytes,
            other => panic!("no kind `{other}`"),
        },
        optional: json["optional"] == true,
        path: json["path"].as_str().map(word),
    };
    let table = |json: Json| Table {
        name: named(&json["name"]),
        class: match named(&json["class"]) {
            "stamped" => Class::Stamped,
            "counters" => Class::Counters,
            "free" => Class::Free,
            "unstamped" => Class::Unstamped,
            other => panic!("no class `{other}`"),
        },
        key: list(&json["key"]).into_iter().map(field).collect(),
        columns: list(&json["columns"]).into_iter().map(field).collect(),
        document: json["document"] == true,
        indexes: list(&json["indexes"])
            .iter()
            .map(|index| Index {
                name: named(&index["name"]),
                fields: list(&index["fields"]).iter().map(named).collect(),
            })
            .collect(),
        guard: json["guard"] == true,
    };
    let number = |name: &str| u32::try_from(json[name].as_u64().unwrap()).unwrap();
    Schema {
        adds: number("adds"),
        breaks: number("breaks"),
        tables: list(&json["tables"]).into_iter().map(table).collect(),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(json: &Json) -> Vec<u8> {
    let text = json.as_str().unwrap();
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

fn id(json: &Json) -> [u8; 16] {
    bytes(json).try_into().unwrap()
}

/// Parts of a key, or columns: what kind each is, its value follows from.
pub(super) fn parts_as(parts: &Parts) -> Json {
    let part = |part: &Option<Value>| match part {
        None => Json::Null,
        Some(Value::Id(id)) => json!(hex(id)),
        Some(Value::Bytes(bytes)) => json!(hex(bytes)),
        Some(Value::Time(n) | Value::Int(n)) => json!(n),
        Some(Value::Text(text)) => json!(text),
    };
    parts.iter().map(part).collect()
}

fn parts_of(fields: &[Field], json: &Json) -> Parts {
    let part = |(field, json): (&Field, &Json)| {
        (!json.is_null()).then(|| match field.kind {
            Kind::Id => Value::Id(id(json)),
            Kind::Bytes => Value::Bytes(bytes(json)),
            Kind::Time => Value::Time(json.as_i64().unwrap()),
            Kind::Int => Value::Int(json.as_i64().unwrap()),
            Kind::Text => Value::Text(json.as_str().unwrap().to_owned()),
        })
    };
    fields.iter().zip(json.as_array().unwrap()).map(part).collect()
}

fn batch_as(network: NetworkId, batch: &Batch) -> Json {
    let write = |write: &Write| match write {
        Write::Put {
            table,
            key,
            columns,
            document,
        } => json!({"put": table, "key": parts_as(key), "columns": parts_as(columns), "document": document}),
        Write::Delete { table, key } => json!({"delete": table, "key": parts_as(key)}),
        Write::Add {
            table, key, column, n, ..
        } => json!({"add": table, "key": parts_as(key), "column": column, "n": n}),
        Write::Max {
            table,
            key,
            column,
            value,
        } => json!({"max": table, "key": parts_as(key), "column": column, "n": value}),
        Write::DeleteRange { table, prefix, .. } => json!({"delete_range": table, "key": parts_as(prefix)}),
    };
    let wake = batch.wake.map(|wake| match wake {
        Wake::Sooner(at) => json!({ "sooner": at }),
        Wake::Exactly(at) => json!({ "exactly": at }),
    });
    json!({
        "network": hex(&network.0), "id": hex(&batch.id.0), "request": hex(&batch.request), "time": batch.time,
        "writes": batch.writes.iter().map(write).collect::<Json>(), "log": batch.log, "wake": wake,
        "replayable": batch.durability == Durability::Replayable, "answer": batch.answer,
    })
}

fn batch_of(schema: &Schema, json: &Json) -> (NetworkId, Batch) {
    let write = |json: &Json| {
        let (verb, table) = ["put", "delete", "add", "max", "delete_range"]
            .into_iter()
            .find_map(|verb| Some((verb, schema.table(json[verb].as_str()?).unwrap())))
            .unwrap();
        let (key, n) = (parts_of(&table.key, &json["key"]), json["n"].as_i64());
        let column = || named(&json["column"]);
        let table_name = table.name;
        match verb {
            "put" => Write::Put {
                table: table_name,
                key,
                columns: parts_of(&table.columns, &json["columns"]),
                document: json["document"].as_str().map(str::to_owned),
            },
            "delete" => Write::Delete { table: table_name, key },
            "add" => Write::Add {
                table: table_name,
                key,
                column: column(),
                n: n.unwrap(),
                at_least: None,
                at_most: None,
            },
            "max" => Write::Max {
                table: table_name,
                key,
                column: column(),
                value: n.unwrap(),
            },
            _ => Write::DeleteRange {
                table: table_name,
                prefix: key,
                at_most: u32::MAX,
            },
        }
    };
    let mut batch = Batch::new(
        CommitId(id(&json["id"])),
        id(&json["request"]),
        json["time"].as_i64().unwrap(),
    );
    batch.writes = json["writes"].as_array().unwrap().iter().map(write).collect();
    batch.log = serde_json::from_value(json["log"].clone()).unwrap();
    batch.wake = match (&json["wake"]["sooner"], &json["wake"]) {
        (Json::Number(at), _) => at.as_i64().map(Wake::Sooner),
        (_, Json::Object(wake)) => Some(Wake::Exactly(wake["exactly"].as_i64())),
        _ => None,
    };
    if json["replayable"] == true {
        batch.durability = Durability::Replayable;
    }
    batch.answer = json["answer"].as_str().unwrap().to_owned();
    (NetworkId(id(&json["network"])), batch)
}
