//! `tiltyard serve`: its routes as clients use them, and as attackers do.

mod client;
mod isolation;
mod limits;
mod restart;
mod sessions;
mod transcript;
mod twin;
