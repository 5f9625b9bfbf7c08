//! Complete loads: files in temporary folders, and recorded data where present.

mod fixture;
mod loading;
mod recorded;
mod refusals;
mod vendors;
