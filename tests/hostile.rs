//! Input that was made to harm: it ends with the right code, in time that grows with its length and
//! no faster, in memory that does not grow, and what it holds is shown escaped and stays where it
//! belongs. Memory is the peak that the system keeps for the process, sampled while it lives.

mod support;

#[path = "hostile/content.rs"]
mod content;
#[path = "hostile/form.rs"]
mod form;
#[path = "hostile/limits.rs"]
mod limits;
#[path = "hostile/measure.rs"]
mod measure;
#[path = "hostile/names.rs"]
mod names;
