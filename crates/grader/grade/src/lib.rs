//! Grades a class: takes in what was submitted, builds it where it can do no harm, checks it, and keeps what was found.

pub mod workshop;
