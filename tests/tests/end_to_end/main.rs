//! Tests of the grader from outside: the command line, classes, attacks, documents. `collection` has a test for each program of the
//! collection.

mod architecture;
mod bench;
mod command_line;
mod docs;
mod export;
mod grade;
mod grade_faults;
mod handed_in;
mod hostile;
mod hostile_builds;
mod keep;
mod lab0;
mod neighbours;
mod ordinary_user;
mod sandbox;
mod selftest;
mod server_models;
mod slurm;
mod wrappers;
mod xray;
