//! Complete loads: files in temporary folders, and recorded data where present.

pub(super) mod fixture;
mod loading;
mod recorded;
mod refusals;
mod vendors;
