//! What a class hands in, honest and hostile, built here and looked into as the grader does it.

mod hostile;
mod layouts;
mod packing;
mod platforms;
mod properties;
mod settings;
