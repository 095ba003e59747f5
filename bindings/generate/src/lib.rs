//! The typed faces of Parvis in other languages, written from its table of operations ([`parvis::operations::schema`]). What is written
//! is committed; a test fails where it is not what the table says.

mod model;
mod python;

use model::Model;

/// A file that is generated.
#[derive(Debug)]
pub struct File {
    /// Its place in the project.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

/// All generated files.
pub fn files() -> Vec<File> {
    let model = Model::read(&parvis::operations::schema());
    vec![
        File {
            path: "bindings/python/python/parvis/types.py",
            text: python::types::text(&model),
        },
        File {
            path: "bindings/python/python/parvis/_facade.py",
            text: python::facade::text(&model, python::facade::Face::Sync),
        },
        File {
            path: "bindings/python/python/parvis/_facade_aio.py",
            text: python::facade::text(&model, python::facade::Face::Aio),
        },
        File {
            path: "bindings/python/python/parvis/_facade_later.py",
            text: python::facade::text(&model, python::facade::Face::Later),
        },
        File {
            path: "bindings/python/python/parvis/_facade_later_aio.py",
            text: python::facade::text(&model, python::facade::Face::AioLater),
        },
        File {
            path: "bindings/python/python/parvis/pydantic.py",
            text: python::pydantic::text(&model),
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn what_is_committed_is_what_the_table_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in super::files() {
            let committed = std::fs::read_to_string(root.join(file.path)).unwrap_or_default();
            assert!(
                committed == file.text,
                "{} is not what the table says: cargo run -p parvis-generate",
                file.path
            );
        }
    }
}
