//! Every room of the crate, for its own tests and benchmarks. No part of the library's interface: anything here may
//! change in any version.

/// Re-exports what a room offers to the rooms below it.
macro_rules! rooms {
    ($($(#[$condition:meta])? $room:ident)*) => {
        $($(#[$condition])?
        pub mod $room {
            pub use crate::$room::*;
        })*
    };
}

rooms! {
    decode domain engine files indicator ledger market metrics process risk scenario statistics strategy sweep tournament venue
    #[cfg(feature = "import")] data
    #[cfg(feature = "import")] tables
    #[cfg(feature = "store")] store
    #[cfg(feature = "report")] report
    #[cfg(feature = "cli")] cli
    #[cfg(feature = "serve")] server
    #[cfg(feature = "wasm")] wasm
}
