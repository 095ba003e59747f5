//! Writes the generated files: `cargo run -p parvis-generate`, at the root of the project.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in parvis_generate::files() {
        std::fs::write(root.join(file.path), file.text)?;
    }
    Ok(())
}
