//! Grading a class: many submissions to one lab, by one instructor. Students never build this package.

pub mod class;
pub mod files;
pub mod workshop;
