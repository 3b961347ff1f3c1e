//! What a run leaves behind when it is killed, interrupted, or let down by the system: never half
//! a folder under the final name, and never exit code 0 with anything missing. What needs strace or
//! a mount says so and passes where the system has none; the rest runs everywhere.

mod support;

#[path = "faults/crash.rs"]
mod crash;
#[path = "faults/injected.rs"]
mod injected;
#[path = "faults/place.rs"]
mod place;
#[path = "faults/planted.rs"]
mod planted;
#[path = "faults/signals.rs"]
mod signals;
#[path = "faults/system.rs"]
mod system;
