//! The closed list of read paths: the table of operations and a parse of the source agree, and who may touch rows is a list
//! in this file.

use parvis::operations::TABLE;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// One file of the core, parsed, without its tests.
struct File {
    /// From `core/src`, with `/`.
    name: String,
    items: Vec<syn::Item>,
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        syn::Meta::Path(path) => path.is_ident("test"),
        _ => false,
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            let mut items = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap().items;
            items.retain(|item| !is_test(attributes(item)));
            files.push(File { name, items });
        }
    }
}

/// The core's source, but the conformance kit, its own tests, and the dice that only tests throw.
fn core() -> Vec<File> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    let apart = [
        "store/conformance",
        "store/tests",
        "feed/window/tests",
        "feed/score/tests",
        "feed/dice",
    ];
    files.retain(|file| !apart.iter().any(|prefix| file.name.starts_with(prefix)));
    assert!(files.len() > 50, "the source was not found");
    files
}

/// All tokens, flat; groups give what they hold.
fn flat(tokens: TokenStream, into: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                into.push("(".to_owned());
                flat(group.stream(), into);
            }
            TokenTree::Punct(punct) => into.push(punct.as_char().to_string()),
            other => into.push(other.to_string()),
        }
    }
}

fn words(file: &File) -> Vec<String> {
    let mut words = Vec::new();
    for item in &file.items {
        flat(quote_of(item), &mut words);
    }
    words
}

fn quote_of(item: &syn::Item) -> TokenStream {
    let mut tokens = TokenStream::new();
    quote::ToTokens::to_tokens(item, &mut tokens);
    tokens
}

fn has(words: &[String], wanted: &[&str]) -> bool {
    words
        .windows(wanted.len())
        .any(|window| window.iter().zip(wanted).all(|(word, want)| word == want))
}

/// The files of which something holds.
fn files_with(holds: impl Fn(&[String]) -> bool) -> BTreeSet<String> {
    core()
        .iter()
        .filter(|file| holds(&words(file)))
        .map(|file| file.name.clone())
        .collect()
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

#[derive(Default)]
struct Functions {
    /// Visible outside its module, takes `&Actor`, async: group and name.
    operations: BTreeSet<String>,
    /// `pub` functions of types that a host holds: type and name.
    facade: BTreeMap<String, BTreeSet<String>>,
    file: String,
    of: Option<String>,
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let takes_actor = item.sig.inputs.iter().any(|input| match input {
            syn::FnArg::Typed(input) => {
                matches!(&*input.ty, syn::Type::Reference(to) if matches!(&*to.elem, syn::Type::Path(path) if path.path.is_ident("Actor")))
            }
            syn::FnArg::Receiver(_) => false,
        });
        let group = self.file.strip_suffix(".rs").filter(|name| !name.contains('/'));
        let hidden = matches!(item.vis, syn::Visibility::Inherited);
        if let (Some(group), true, false, true) = (group, takes_actor, hidden, item.sig.asyncness.is_some()) {
            self.operations.insert(format!("{group}.{}", item.sig.ident));
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if item.trait_.is_none()
            && let syn::Type::Path(path) = &*item.self_ty
        {
            self.of = path.path.get_ident().map(ToString::to_string);
            syn::visit::visit_item_impl(self, item);
            self.of = None;
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if let (Some(of), syn::Visibility::Public(_)) = (&self.of, &item.vis) {
            self.facade
                .entry(of.clone())
                .or_default()
                .insert(item.sig.ident.to_string());
        }
    }
}

fn functions() -> Functions {
    let mut found = Functions::default();
    for file in core() {
        found.file.clone_from(&file.name);
        file.items.iter().for_each(|item| found.visit_item(item));
    }
    found
}

#[test]
fn u3_the_table_and_the_source_name_the_same_operations() {
    let table: BTreeSet<String> = TABLE.iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(functions().operations, table);
}

#[test]
fn u3_a_host_reaches_rows_through_the_table_only() {
    let facade = functions().facade;
    // Groups and their methods come from the table; `run` and `call` take its requests.
    // `changes` is one row of the table; `later` makes a row of a
    // command and reads nothing.
    assert_eq!(
        facade["Actor"],
        names(&["run", "call", "changes", "later", "later_call"])
    );
    // `run_due` and `status` answer numbers about work, `commands` what the host itself handed over; `schema` holds no row.
    assert_eq!(
        facade["Parvis"],
        names(&[
            "open",
            "open_shared",
            "schema",
            "act_as",
            "system",
            "run_due",
            "status",
            "commands",
            "on"
        ])
    );
    // `take` only writes.
    assert_eq!(facade["Commands"], names(&["refused", "state", "forget", "take"]));
    // The same doors on a transaction of the host.
    assert_eq!(facade["Transaction"], names(&["act_as", "system", "commit"]));
    for group in ["People", "Spaces", "Items", "Feed", "Inbox", "Import"] {
        assert!(!facade.contains_key(group), "`{group}` has methods beside the table");
    }
}

#[test]
fn u3_sealed_rows_are_opened_in_listed_files_only() {
    let opening = files_with(|words| has(words, &["open", "(", "Opening", ":", ":"]));
    let listed = [
        // Follow the log: what comes of it is a batch.
        "due/affinity.rs",
        "due/network.rs",
        "due/projections.rs",
        "due/status.rs",
        "due/inbox.rs",
        // Judge, and build what they show of what was judged in the same snapshot.
        "feed/active.rs",
        "feed/known.rs",
        "feed/lists.rs",
        "feed/older.rs",
        "gate/others.rs",
        "gate/page.rs",
        "gate/reader.rs",
        "gate/show.rs",
        "gate/world.rs",
        "inbox/looking.rs",
        "live/news.rs",
        "items/history.rs",
        "items/queries.rs",
        "items/thread.rs",
        "graph/mutes.rs",
        "graph/topics.rs",
        "people/lists.rs",
        "people/queries.rs",
        "spaces/lists.rs",
        "spaces/queries.rs",
        // Decide commands: what comes of it is a batch.
        "feed/seen.rs",
        "gate/facts.rs",
        "inbox/commands.rs",
        "import/chunk.rs",
        "import/contents.rs",
        "import/contents/comments.rs",
        "import/contents/reactions.rs",
        "import/crowd.rs",
        "import/notices.rs",
        "import/members.rs",
        "import/missing.rs",
        "import/places.rs",
        "items/commands/change.rs",
        "items/commands/pin.rs",
        "items/commands/publish.rs",
        "items/mentions.rs",
        "people/commands.rs",
    ];
    assert_eq!(opening, names(&listed));
}

#[test]
fn u3_only_the_house_of_rows_names_the_store() {
    let word = |wanted: &'static str| {
        files_with(move |words| words.iter().any(|word| word == wanted))
            .into_iter()
            .filter(|name| !name.starts_with("store"))
            .collect::<BTreeSet<_>>()
    };
    // `open` takes a storage and holds it, `on` one inside a transaction; the gate asks it; secrets keep the one row of a store itself; `CommitError` has a
    // variant of that name.
    assert_eq!(
        word("Storage"),
        names(&["actor.rs", "error.rs", "gate/plan.rs", "secrets.rs", "transaction.rs"])
    );
    // A snapshot holds rows until a slot takes them, sealed.
    assert_eq!(word("Rows"), names(&["gate/plan.rs"]));
    // The agenda is the store's own table; the log decodes its own row; the table of operations has rows of another kind.
    assert_eq!(
        word("Row"),
        names(&["due.rs", "due/commands.rs", "log.rs", "operations.rs"])
    );
    let reads =
        |words: &[String]| has(words, &["storage", ".", "read", "("]) || has(words, &["storage", ".", "commit", "("]);
    let callers = files_with(reads).into_iter().filter(|name| !name.starts_with("store/"));
    assert_eq!(
        callers.collect::<BTreeSet<_>>(),
        names(&[
            "due.rs",
            "due/commands.rs",
            "due/network.rs",
            "due/projections.rs",
            "due/status.rs",
            "gate/plan.rs",
            "later/queries.rs",
            "live/watch.rs",
            "secrets.rs"
        ])
    );
}

#[test]
fn u3_code_asks_a_kinds_traits_and_never_its_name() {
    let compares = |words: &[String]| {
        words.windows(4).any(|window| {
            let [a, b, c, d] = window else { return false };
            let equal = (b == "=" || b == "!") && c == "=";
            let text = |word: &str| word.starts_with('"');
            equal && ((a == "kind" && text(d)) || (text(a) && d == "kind"))
        }) || has(words, &["kinds", ":", ":", "POST", ".", "name", "="])
            || has(words, &["kinds", ":", ":", "COMMENT", ".", "name", "="])
            || has(words, &["=", "=", "kinds", ":", ":", "POST"])
            || has(words, &["=", "=", "kinds", ":", ":", "COMMENT"])
    };
    let mut bad = Vec::new();
    flat("if item.kind == \"post\" {}".parse().unwrap(), &mut bad);
    assert!(compares(&bad));
    assert_eq!(files_with(compares), BTreeSet::new());
    // A name of a kind is written where kinds are declared.
    let named = files_with(|words| has(words, &["name", ":", "\"post\""]) || has(words, &["name", ":", "\"comment\""]));
    assert_eq!(named, names(&["items/kinds.rs"]));
}

#[test]
fn u3_the_core_prints_nothing_reads_no_clock_and_draws_no_chance() {
    let prints = |words: &[String]| {
        ["print", "println", "eprint", "eprintln", "dbg"]
            .iter()
            .any(|name| has(words, &[name, "!"]))
    };
    assert_eq!(files_with(prints), BTreeSet::new());
    let clock_or_chance = |words: &[String]| {
        ["Timestamp", "Instant", "SystemTime", "Zoned"]
            .iter()
            .any(|name| has(words, &[name, ":", ":", "now"]))
            || words
                .iter()
                .any(|word| ["getrandom", "rand", "OsRng", "RandomState"].contains(&word.as_str()))
    };
    assert_eq!(files_with(clock_or_chance), names(&["config.rs"]));
    let tasks = |words: &[String]| {
        has(words, &["thread", ":", ":", "spawn"]) || words.iter().any(|word| word == "tokio" || word == "File")
    };
    assert_eq!(files_with(tasks), BTreeSet::new());
}
