//! Parvis: an enterprise social network inside software that people already use.

mod feed;
mod graph;
mod locales;
pub mod store;
