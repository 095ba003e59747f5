//! What Parvis promises, shown from outside.

mod kit;
