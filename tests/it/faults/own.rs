//! A server of a test's own, which it may kill: made, and flushed, as in production.

use crate::folder::Folder;
use crate::places::{Place, Served};
use std::process::{Command, Stdio};

/// A server; it goes away with it.
#[derive(Debug)]
pub(crate) struct Own {
    served: Served,
    url: String,
    folder: Folder,
}

/// Runs `scripts/servers`; whether it succeeded.
fn servers(served: Served, words: &[&str]) -> bool {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/servers");
    let mut command = Command::new(script);
    for other in [Served::Postgres, Served::Mysql] {
        if other == served {
            command.env_remove(other.variable());
        } else {
            command.env(other.variable(), "none");
        }
    }
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

impl Own {
    /// A server; `None` where there can be none, which is said.
    pub(crate) fn start(served: Served) -> Option<Own> {
        // The same wish as for all tests on servers: without it none is installed or started.
        if std::env::var_os(served.variable()).is_none() {
            println!("skipped: no `{}`; scripts/test makes a server", served.variable());
            return None;
        }
        let folder = Folder::new();
        let place = folder.file("servers");
        let made = servers(served, &["start", place.to_str().unwrap(), "--durable"]);
        let env = std::fs::read_to_string(place.join("env")).unwrap_or_default();
        let url = env.lines().find_map(|line| line.split_once('='));
        match url {
            Some((_, url)) if made => Some(Own {
                served,
                url: url.to_owned(),
                folder,
            }),
            _ => {
                println!("skipped: no server of {} can be started here", served.name());
                None
            }
        }
    }

    fn tell(&self, word: &str) {
        let place = self.folder.file("servers");
        assert!(
            servers(self.served, &[word, place.to_str().unwrap()]),
            "{word} {self:?}"
        );
    }

    /// A place on it.
    pub(crate) fn place(&self) -> Place {
        self.served.at(&self.url)
    }

    /// Gives it a replica, and answers where that is.
    pub(crate) fn replicate(&self) -> String {
        self.tell("replica");
        let env = std::fs::read_to_string(self.folder.file("servers").join("env")).unwrap();
        let url = env.lines().find_map(|line| line.strip_prefix("PARVIS_TEST_REPLICA="));
        url.unwrap().to_owned()
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Ends its replica as a crash does.
    pub(crate) fn kill_replica(&self) {
        let file = self.folder.file("servers").join("replica/data/postmaster.pid");
        let file = std::fs::read_to_string(file).unwrap();
        let killed = Command::new("kill").args(["-9", file.lines().next().unwrap()]).status();
        assert!(killed.unwrap().success());
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(&self) {
        self.tell("kill");
    }

    /// Starts it again; it takes calls when this returns.
    pub(crate) fn restart(&self) {
        self.tell("restart");
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.tell("stop");
    }
}
