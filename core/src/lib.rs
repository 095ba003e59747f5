//! Parvis: an enterprise social network inside software that people already use.

pub mod store;
