//! The conformance kit on the reference backend.

mod memory {
    use parvis::store::Memory;
    use parvis::store::conformance::Kit;

    parvis::conformance!(Kit::reopening(Memory::new, |place| async move { place.reopen() }).shared());
}
