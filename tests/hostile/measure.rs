//! A run, and what it took.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No run takes more memory.
pub(crate) const MEMORY_MAX: u64 = 256 << 20;

/// What a run said and took.
pub(crate) struct Measured {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The largest memory that was seen, in bytes.
    pub(crate) memory: u64,
    /// Processor time.
    pub(crate) time: Duration,
}

/// Runs the program in `folder` and writes to its standard input; memory is held to the maximum.
pub(crate) fn measured<S: AsRef<std::ffi::OsStr>>(
    folder: &Path,
    arguments: &[S],
    feed: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send,
) -> Measured {
    let said = tempfile::tempdir().expect("a folder");
    let files = ["stdout", "stderr"].map(|name| said.path().join(name));
    let [out, err] = files.each_ref().map(|path| File::create(path).expect("a file"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(err)
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let (memory, time) = std::thread::scope(|scope| {
        // A run that has seen enough closes the pipe.
        scope.spawn(move || drop(feed(&mut input)));
        watch(child.id())
    });
    let status = child.wait().expect("it ends");
    let [stdout, stderr] =
        files.map(|path| String::from_utf8(fs::read(path).expect("there")).expect("text"));
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(memory <= MEMORY_MAX, "{} MiB; {stderr}", memory >> 20);
    Measured { code: status.code(), stdout, stderr, memory, time }
}

/// Looks at a process until it has ended, and says how much memory and time it took.
fn watch(process: u32) -> (u64, Duration) {
    let start = Instant::now();
    let mut memory = 0;
    loop {
        assert!(start.elapsed() < Duration::from_secs(600), "it does not end");
        let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}"));
        if let Ok(status) = read("status") {
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            memory = memory.max(peak.unwrap_or(0) << 10);
        }
        // A process that has ended keeps its times until it is waited for.
        let Ok(stat) = read("stat") else { return (memory, start.elapsed()) };
        let fields: Vec<&str> =
            stat.rsplit(')').next().expect("a part").split_whitespace().collect();
        if fields[0] == "Z" {
            // In hundredths of a second, as everywhere on Linux.
            let ticks: u64 = fields[11..13].iter().filter_map(|it| it.parse::<u64>().ok()).sum();
            return (memory, Duration::from_millis(ticks * 10));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs over an input of `n` and of `4 n`, and holds the times against each other: what is linear
/// takes four times as long, and what is quadratic sixteen times.
pub(crate) fn check_linear(
    name: &str,
    arguments: &[&str],
    code: i32,
    n: usize,
    feed: impl Fn(&mut dyn Write, usize) -> std::io::Result<()> + Sync,
) {
    let mut times = Vec::new();
    for n in [n, 4 * n] {
        let place = tempfile::tempdir().expect("a folder");
        let run = measured(place.path(), arguments, |out| feed(out, n));
        assert_eq!(run.code, Some(code), "{name}: {}", run.stderr);
        // The smaller one is enough to see that it is true.
        if code == 0 && times.is_empty() {
            let verified = measured(place.path(), &["verify", "out", "--quiet"], |_| Ok(()));
            assert_eq!(verified.code, Some(0), "{name}: {}", verified.stderr);
        }
        times.push((run.time, run.memory));
    }
    let _ = writeln!(
        std::io::stderr(),
        "{name}: {:?} and {} MiB, {:?} and {} MiB",
        times[0].0,
        times[0].1 >> 20,
        times[1].0,
        times[1].1 >> 20
    );
    assert!(
        times[1].0 < times[0].0 * 8 + Duration::from_millis(500),
        "{name}: {:?} for n, {:?} for 4 n",
        times[0].0,
        times[1].0
    );
}

/// Writes `piece` so many times, many at once.
pub(crate) fn repeat(out: &mut dyn Write, piece: &[u8], times: usize) -> std::io::Result<()> {
    let together = (64 << 10) / piece.len() + 1;
    let many = piece.repeat(together);
    for _ in 0..times / together {
        out.write_all(&many)?;
    }
    out.write_all(&piece.repeat(times % together))
}
