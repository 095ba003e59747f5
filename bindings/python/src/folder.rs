//! An organisation that comes in from a folder: `docs/import-format.md`.

use crate::actor::Named;
use crate::failure::Failure;
use crate::slot::{Opening, Question, Slot};
use crate::views::json;
use parvis_folder::{Folder, Report, Stop};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Imports a folder.
pub(crate) struct ImportFolder {
    pub(crate) named: Arc<Named>,
    pub(crate) path: PathBuf,
    /// The file of people is the truth: who is missing is deactivated, unless more than so many percent are.
    pub(crate) at_most: Option<u32>,
}

/// What became of a file.
#[derive(Serialize)]
struct FileView {
    table: &'static str,
    file: String,
    rows: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    refused: Vec<LineView>,
    ignored: Vec<String>,
}

/// A line that was refused.
#[derive(Serialize)]
struct LineView {
    line: u64,
    column: Option<String>,
    value: Option<String>,
    text: String,
}

/// What became of a folder.
#[derive(Serialize)]
struct FolderView {
    files: Vec<FileView>,
    /// People whose accounts ended, where that was asked for.
    ended: Option<u64>,
    /// A line a file, then what was ignored, then what was refused.
    text: String,
}

impl FolderView {
    fn of(report: Report, ended: Option<u64>) -> FolderView {
        let text = report.to_string();
        let files = report.files.into_iter().map(|file| FileView {
            table: file.table,
            file: file.file,
            rows: file.rows,
            new: file.new,
            changed: file.changed,
            unchanged: file.unchanged,
            refused: file
                .bad
                .into_iter()
                .map(|bad| LineView {
                    line: bad.line,
                    text: bad.to_string(),
                    column: bad.column,
                    value: bad.value,
                })
                .collect(),
            ignored: file.ignored.into_iter().collect(),
        });
        FolderView {
            files: files.collect(),
            ended,
            text,
        }
    }
}

fn stopped(stop: Stop) -> Failure {
    match stop {
        Stop::Refused(place, error) => {
            tracing::warn!(place, "an import stopped");
            Failure::Answered(error)
        }
        other => Failure::refused("folder", other.to_string()),
    }
}

impl Question for ImportFolder {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let system = self.named.on(slot.opened(opening).await?);
        let folder = Folder::open(&self.path).map_err(stopped)?;
        let report = folder.import(&system).await.map_err(stopped)?;
        let ended = match self.at_most {
            Some(at_most) => Some(folder.end_missing(&system, at_most).await.map_err(stopped)?),
            None => None,
        };
        json(&FolderView::of(report, ended))
    }
}
