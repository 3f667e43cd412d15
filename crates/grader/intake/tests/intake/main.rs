//! Submissions of a class, honest and hostile, built here and opened as the grader does it.

mod hostile;
mod layouts;
mod packing;
mod platforms;
mod properties;
mod settings;
