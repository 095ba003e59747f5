//! The main job: imports an organisation from a folder and prints what one of its people sees, and why.
//!
//! ```sh
//! cargo run --example quickstart                                  # the sample company
//! cargo run --example quickstart -- FOLDER --as PERSON --lang fr  # a folder in the format of docs/import-format.md
//! ```

use lexopt::{Arg, Parser, ValueExt};
use parvis_examples::quickstart::{Lang, Options, run};
use parvis_examples::store::Store;
use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Imports an organisation and prints what one of its people sees, and why.

usage: cargo run --example quickstart -- [FOLDER] [options]

  FOLDER            in the format of docs/import-format.md; the sample company without it
  --db PLACE        the SQLite file or the sled folder (default: parvis.db or parvis.sled in $PARVIS_DATA, else
                    ./parvis-demo.db or ./parvis-demo.sled)
  --store STORE     sqlite (default), sled, postgres or mysql (--db URL), or memory, which writes nothing to disk
  --as PERSON       whose home is shown, by your id (default: somebody with a full home)
  --lang LANGUAGE   en (default) or fr
  --authoritative people
                    the folder says who there is: whoever is missing from it can no longer sign in; refused where that is
                    more than 5 % of those who can
  --force           with it: however many are missing
  --network NAME    the network that the folder goes to (default: demo; atelier-lumen for the sample)
";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]
fn main() -> ExitCode {
    let options = match options(Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprint!("error: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match pollster::block_on(run(&options, &mut stdout().lock())) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many of the people may be missing from an authoritative folder, in percent.
const AT_MOST: u32 = 5;

/// The kinds of store that the command line knows.
enum Kind {
    Memory,
    Sqlite,
    Sled,
    Postgres,
    Mysql,
}

/// The options; none where only help was asked for.
fn options(mut parser: Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::sample();
    let (mut place, mut store, mut network) = (None, Kind::Sqlite, None);
    let (mut authoritative, mut at_most) = (false, AT_MOST);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("db") => place = Some(PathBuf::from(parser.value()?)),
            Arg::Long("store") => match parser.value()?.string()?.as_str() {
                "memory" => store = Kind::Memory,
                "sqlite" => store = Kind::Sqlite,
                "sled" => store = Kind::Sled,
                "postgres" => store = Kind::Postgres,
                "mysql" => store = Kind::Mysql,
                other => return Err(format!("`{other}` is no store: sqlite, sled, postgres, mysql or memory").into()),
            },
            Arg::Long("as") => options.person = Some(parser.value()?.string()?),
            Arg::Long("lang") => {
                let tag = parser.value()?.string()?;
                options.lang = Lang::of(&tag).ok_or_else(|| format!("`{tag}` is not spoken here: en or fr"))?;
            }
            Arg::Long("authoritative") => match parser.value()?.string()?.as_str() {
                "people" => authoritative = true,
                other => return Err(format!("`{other}` cannot be authoritative: people").into()),
            },
            Arg::Long("force") => at_most = 100,
            Arg::Long("network") => network = Some(parser.value()?.string()?),
            Arg::Value(folder) if options.folder.is_none() => options.folder = Some(folder.into()),
            other => return Err(other.unexpected()),
        }
    }
    if at_most > AT_MOST && !authoritative {
        return Err("--force goes with --authoritative people".into());
    }
    options.authoritative = authoritative.then_some(at_most);
    match (network, &options.folder) {
        (Some(network), _) => options.network = network,
        (None, Some(_)) => options.network = "demo".to_owned(),
        // The sample keeps to a network of its own.
        (None, None) => {}
    }
    if options.folder.is_none() && options.person.is_none() {
        options.person = Some("amelie".to_owned());
    }
    let given = place.as_ref().and_then(|place| place.to_str().map(str::to_owned));
    let url = given.or_else(|| std::env::var("PARVIS_URL").ok());
    let place = |ending: &str| match (&place, std::env::var_os("PARVIS_DATA")) {
        (Some(place), _) => place.clone(),
        (None, Some(folder)) => PathBuf::from(folder).join(format!("parvis.{ending}")),
        (None, None) => PathBuf::from(format!("parvis-demo.{ending}")),
    };
    options.store = match store {
        Kind::Memory => Store::Memory,
        Kind::Sqlite => Store::Sqlite(place("db")),
        Kind::Sled => Store::Sled(place("sled")),
        Kind::Postgres => {
            let url = url.ok_or("a URL like postgresql://user@host/database goes behind --db, or into PARVIS_URL")?;
            Store::Postgres(url)
        }
        Kind::Mysql => {
            let url =
                url.ok_or("a URL like mysql://user:password@host/database goes behind --db, or into PARVIS_URL")?;
            Store::Mysql(url)
        }
    };
    options.styled = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    Ok(Some(options))
}
