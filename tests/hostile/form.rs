//! Hostile in form: quotes that never close, lines that never end, cells without number, archives
//! that unpack to more than there is room for.

use std::fs;
use std::io::Write;

use crate::measure::{check_linear, measured, repeat};

const PREPARE: [&str; 6] = ["prepare", "-", "--to", "superwaba", "-o", "out"];

/// Which sizes are tried.
#[derive(Clone, Copy)]
struct Size {
    rows: usize,
    bytes: usize,
}

/// Such that a debug build takes seconds.
const USUAL: Size = Size { rows: 10_000, bytes: 12 << 20 };

/// Gigabytes.
const FULL: Size = Size { rows: 10_000_000, bytes: 1 << 30 };

fn endless(Size { rows, bytes }: Size) {
    let row = b"Ann,+971501234561\n";
    check_linear("an open quote, then rows", &PREPARE, 0, rows, |out, n| {
        out.write_all(b"Name,Phone\n\"open,1\n")?;
        repeat(out, row, n)
    });
    check_linear("an open quote, then one line", &PREPARE, 0, bytes, |out, n| {
        out.write_all(b"Name,Phone\n\"open")?;
        repeat(out, b"a", n)
    });
    check_linear("no line end after the header", &PREPARE, 0, bytes, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        repeat(out, b"a", n)
    });
    check_linear("no line end at all", &PREPARE, 2, bytes, |out, n| repeat(out, b"a", n));
    check_linear("zeros alone", &PREPARE, 2, bytes, |out, n| repeat(out, b"\0", n));
    check_linear("zeros after the header", &PREPARE, 0, bytes, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        repeat(out, b"\0", n)
    });
    check_linear("commas without end", &PREPARE, 0, bytes / 8, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        repeat(out, b",", n)
    });
    check_linear("quotes without end", &PREPARE, 0, bytes, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        repeat(out, b"\"", n)
    });
    // The ledger has a line of some forty bytes for each.
    check_linear("blank lines", &PREPARE, 0, bytes / 48, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        repeat(out, b"\n", n)
    });
}

#[test]
fn what_never_ends_takes_time_in_proportion_and_no_memory() {
    endless(USUAL);
}

/// No run over short rows takes more memory, which is less than what is promised of every run.
const SHORT_ROWS_MEMORY_MAX: u64 = 160 << 20;

/// What is made of such rows is many times as long as they are, and a chunk holds many.
#[test]
fn short_rows_with_much_to_say_of_each_take_no_more_memory_than_others() {
    let names: Vec<String> = (0..100).map(|at| format!("{at:0>1000}")).collect();
    let long_header = format!("Name,Phone,{}\n", names.join(","));
    let short_cells = format!("a,+971501234561{}\n", ",1".repeat(names.len()));
    let many_problems = "Name,Phone,Email,Country,Favorite,Avatar,Opt-in\n";
    for (threads, name, header, row, rows) in [
        ("2", "rows of three bytes", "Name,Phone\n", "a\"\n", 1_000_000),
        ("64", "rows of three bytes", "Name,Phone\n", "a\"\n", 200_000),
        ("32", "blank lines", "Name,Phone\n", "\n", 1_000_000),
        ("64", "blank lines", "Name,Phone\n", "\n", 1_000_000),
        ("2", "many problems", many_problems, "a,1,b,c,d,e,f\n", 60_000),
        ("64", "many problems", many_problems, "a,1,b,c,d,e,f\n", 60_000),
        ("2", "long names of columns", &long_header, &short_cells, 2_000),
        ("64", "long names of columns", &long_header, &short_cells, 2_000),
    ] {
        let place = tempfile::tempdir().expect("a folder");
        let run =
            measured(place.path(), &[&PREPARE[..], &["--threads", threads]].concat(), |out| {
                out.write_all(header.as_bytes())?;
                repeat(out, row.as_bytes(), rows)
            });
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        assert!(run.memory <= SHORT_ROWS_MEMORY_MAX, "{name}: {} MiB", run.memory >> 20);
        let _ = writeln!(
            std::io::stderr(),
            "{name}, {threads} threads: {} MiB, {:?}",
            run.memory >> 20,
            run.time
        );
    }
}

#[test]
#[ignore = "gigabytes; run it with --release before a release"]
fn gigabytes_of_what_never_ends_take_time_in_proportion_and_no_memory() {
    endless(FULL);
}

#[test]
fn lines_that_make_a_reader_look_back_again_and_again_take_time_in_proportion() {
    let lines: [(&str, &[u8]); 7] = [
        ("a stray quote a line", b"a\"\n"),
        ("an open quote a line", b"\"a\n"),
        ("text after a quote", b"\"a\"b\n"),
        ("a quote that opens on the next line", b"\",\n"),
        ("three quotes a line", b"\"a\"\"\n"),
        ("an open quote, then carriage returns", b"\"a\r\r\r"),
        ("a formula that never closes", b"=\"a\n"),
    ];
    for (name, line) in lines {
        check_linear(name, &PREPARE, 0, 12_000, |out, n| {
            out.write_all(b"Name,Phone\n")?;
            repeat(out, line, n)
        });
    }
    // An open quote, far from the next one, and all again.
    check_linear("open quotes far apart", &PREPARE, 0, 20, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        for _ in 0..n {
            out.write_all(b"\"open,1\n")?;
            repeat(out, b"Ann,1\n", 500)?;
        }
        Ok(())
    });
    // The same beyond every limit.
    let small =
        [&PREPARE[..], &["--record-bytes-max", "2000", "--cell-bytes-max", "1000"]].concat();
    check_linear("open quotes beyond the limits", &small, 0, 20, |out, n| {
        out.write_all(b"Name,Phone\n")?;
        for _ in 0..n {
            out.write_all(b"\"open,1\n")?;
            repeat(out, b"Ann,1\n", 500)?;
        }
        Ok(())
    });
}

#[test]
fn a_hundred_thousand_columns_are_read_and_one_more_is_refused() {
    let table = |columns: usize, rows: usize| {
        let header: Vec<String> = (1..columns).map(|at| format!("c{at}")).collect();
        let cells = ",".repeat(columns - 1);
        let row = format!("+971501234561{cells}\n");
        format!("Phone,{}\n{}", header.join(","), row.repeat(rows))
    };
    let text = table(100_000, 5);
    let place = tempfile::tempdir().expect("a folder");
    let run = measured(place.path(), &PREPARE, |out| out.write_all(text.as_bytes()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = table(100_001, 1);
    let run = measured(place.path(), &["check", "-"], |out| out.write_all(text.as_bytes()));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("more cells than the limit"), "{}", run.stderr);
    // Rows wider than the header, without a limit of their own in the header's width.
    check_linear("rows of many cells", &PREPARE, 0, 30, |out, n| {
        out.write_all(b"Phone\n")?;
        let row = format!("+971501234561{}\n", ",".repeat(120_000));
        repeat(out, row.as_bytes(), n)
    });
}

const HEADER: &[u8] = b"Name,Phone\n";

/// A frame of zstd that unpacks to a header and so many blocks of 128 KiB, each of one byte
/// repeated.
fn zstd_bomb(blocks: u32) -> Vec<u8> {
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    bytes.extend_from_slice(&(HEADER.len() as u32 * 8).to_le_bytes()[..3]);
    bytes.extend_from_slice(HEADER);
    for block in 1..=blocks {
        let header = (128 << 10) << 3 | 1 << 1 | u32::from(block == blocks);
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.push(b'a');
    }
    bytes
}

/// A member of gzip with a header, and so many with a MiB of one byte repeated.
fn gzip_bomb(members: usize) -> Vec<u8> {
    let member = |text: &[u8]| {
        let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        member.write_all(text).expect("memory");
        member.finish().expect("memory")
    };
    [member(HEADER), member(&vec![b'a'; 1 << 20]).repeat(members)].concat()
}

#[test]
fn archives_that_unpack_to_too_much_are_cut_off_by_a_limit() {
    for (name, bytes) in [("a.zst", zstd_bomb(40_000)), ("a.gz", gzip_bomb(4000))] {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join(name), &bytes).expect("written");
        for limit in [["--unpacked-bytes-max", "3000000"], ["--unpacked-ratio-max", "10"]] {
            let arguments = ["prepare", name, "--to", "superwaba", "-o", "out", limit[0], limit[1]];
            let run = measured(place.path(), &arguments, |_| Ok(()));
            assert_eq!(run.code, Some(6), "{name} {limit:?}: {}", run.stderr);
            assert!(run.stderr.contains(limit[0]), "{}", run.stderr);
            assert!(!place.path().join("out").exists());
        }
    }
}
