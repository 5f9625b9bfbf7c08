//! Whole loads: files in temporary folders, and recorded data where it is there.

mod fixture;
mod loading;
mod recorded;
mod refusals;
mod vendors;
