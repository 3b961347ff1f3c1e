"""The module on fixtures: what it returns, and what it raises."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow
import pytest

import rowcall

ROOT = Path(__file__).resolve().parents[2]
CRM = ROOT / "fixtures/exports/crm/contacts.csv"


def files(folder):
    """All files below a folder, with their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(*arguments, **options):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rowcall", *map(str, arguments)], capture_output=True, **options
    )


def test_the_module_and_the_command_write_the_same_folder(tmp_path):
    summary = rowcall.prepare(CRM, to="superwaba", out=tmp_path / "module", region="AE")
    done = command("prepare", CRM, "--to", "superwaba", "-o", tmp_path / "command", "--region", "AE")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "module") == files(tmp_path / "command")
    assert summary.json.encode() == (tmp_path / "module/summary.json").read_bytes()
    counts = summary.counts
    assert counts.rows == sum(vars(counts).values()) - counts.rows > 0
    assert command("verify", tmp_path / "module").returncode == 0


def test_an_open_file_is_read_like_the_path(tmp_path):
    rowcall.prepare(CRM, to="superwaba", out=tmp_path / "path", region="AE")
    with open(CRM, "rb") as opened:
        rowcall.prepare([opened], to="superwaba", out=tmp_path / "file", region="AE")
    assert files(tmp_path / "path") == files(tmp_path / "file")
    text = rowcall.check(io.StringIO("Name,Phone\nJoão,0501234567\n"), region="AE")
    assert text.summary.counts.accepted == 1
    unnamed = rowcall.check(io.BytesIO(CRM.read_bytes()), region="AE").summary
    assert unnamed.sources[0]["source"] == "input.csv"


def test_a_check_returns_its_ledger_and_its_problems_as_columns(tmp_path):
    checked = rowcall.check(CRM, to="superwaba", out=tmp_path / "out", region="AE")
    ledger, issues = pyarrow.table(checked.ledger), pyarrow.table(checked.issues)
    assert ledger.num_rows == len(checked.ledger) == checked.summary.counts.rows
    fates = ledger.column("fate").to_pylist()
    assert fates.count("accepted") == checked.summary.counts.accepted
    lines = (tmp_path / "out/issues.jsonl").read_text().splitlines()
    assert issues.num_rows == len(lines) == sum(checked.summary.problems.values())
    for row, line in zip(issues.to_pylist(), map(json.loads, lines)):
        assert strip(row) == line


def strip(value):
    """The value without keys that have none."""
    if isinstance(value, dict):
        return {key: strip(part) for key, part in value.items() if part is not None}
    return [strip(part) for part in value] if isinstance(value, list) else value


def test_a_check_without_a_folder_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    checked = rowcall.check(CRM, region="AE")
    assert checked.summary.exit_code == command("check", CRM, "--region", "AE").returncode
    assert list(tmp_path.iterdir()) == []


def test_options_are_the_flags_of_the_command(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("Who,Mobile,Other\nAnn,0501234567,x\nBob,+97143211234,y\n")
    options = {
        "map": {"name": "Who", "phone": ["Mobile"]},
        "kinds": ["mobile", "fixed_line_or_mobile"],
        "require_opt_in": False,
        "batch_size": 1,
        "limit": None,
        "params": "none",
    }
    rowcall.prepare(source, to="superwaba", out=tmp_path / "module", region="AE", **options)
    flags = "--map name=Who --map phone=Mobile --kinds mobile,fixed_line_or_mobile --batch-size 1"
    done = command(
        "prepare", source, "--to", "superwaba", "-o", tmp_path / "command", "--region", "AE",
        *flags.split(), "--params", "none",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "module") == files(tmp_path / "command")


def test_what_stops_a_run_is_an_exception_with_the_exit_code_of_the_command(tmp_path):
    out, packed = tmp_path / "out", tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(CRM.read_bytes()))
    for error, code, source, options in [
        (rowcall.UsageError, 2, CRM, {"to": "nowhere"}),
        (rowcall.UsageError, 2, CRM, {"to": "superwaba", "on_duplicates": "last"}),
        (rowcall.UsageError, 2, CRM, {"to": "superwaba", "on_duplicate": "worst"}),
        (rowcall.InputError, 4, tmp_path / "missing.csv", {"to": "superwaba"}),
        (rowcall.OutputError, 5, CRM, {"to": "superwaba", "out": tmp_path / "no/such/place"}),
        (rowcall.LimitError, 6, packed, {"to": "superwaba", "unpacked_bytes_max": 10}),
    ]:
        with pytest.raises(error) as raised:
            rowcall.prepare(source, **{"out": out, **options})
        assert raised.value.code == code and isinstance(raised.value, rowcall.RowcallError)
        assert "usage" not in str(raised.value).lower().split("\n")[0]
        assert not out.exists()
        options = {"out": out, **options}
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        assert command("prepare", source, *flags).returncode == code


def test_one_wheel_for_all_newer_pythons_says_what_it_does():
    assert rowcall._rowcall.__file__.endswith(".abi3.so")
    assert (Path(rowcall.__file__).parent / "py.typed").exists()
    for name in rowcall.__all__:
        named = getattr(rowcall, name)
        assert isinstance(named, str) or named.__doc__, name
    for method in ("__arrow_c_stream__", "__arrow_c_schema__", "column_names", "num_rows"):
        assert getattr(rowcall.Table, method).__doc__, method


def test_a_withheld_payload_is_told_and_is_no_exception(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("Name,Phone\nAnn,+971501234567\nBob,12\n")
    summary = rowcall.prepare(source, to="superwaba", out=tmp_path / "out", max_rejects=0)
    assert summary.exit_code == 6 and "refused" in summary.withheld
    assert not (tmp_path / "out/payload").exists()


def test_other_threads_run_while_a_file_is_read(tmp_path):
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    found = []
    reader = threading.Thread(target=lambda: found.append(rowcall.check(fifo, region="AE")))
    reader.start()
    # Nothing is written yet, so that the run waits; this thread goes on all the same.
    fifo.write_text("Name,Phone\nAnn,0501234567\n")
    reader.join(60)
    assert found[0].summary.counts.accepted == 1


def test_control_c_ends_a_run_that_waits_and_leaves_nothing(tmp_path):
    fifo, out = tmp_path / "pipe.csv", tmp_path / "out"
    os.mkfifo(fifo)
    code = (
        "import rowcall, sys\n"
        "print('begun', flush=True)\n"
        f"try: rowcall.prepare({str(fifo)!r}, to='superwaba', out={str(out)!r}, region='AE')\n"
        "except KeyboardInterrupt: print('interrupted', flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "begun\n"
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30)[0] == "interrupted\n"
    assert list(tmp_path.iterdir()) == [fifo]


def test_the_command_ends_by_a_signal_without_a_traceback(tmp_path):
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    child = subprocess.Popen(
        [sys.executable, "-m", "rowcall", "check", str(fifo)], stderr=subprocess.PIPE, text=True
    )
    time.sleep(2)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=30)[1]
    assert child.returncode == 130 and "Traceback" not in said, said


def test_the_command_is_installed_beside_the_module():
    script = Path(sys.executable).parent / "rowcall"
    said = subprocess.run([script, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"rowcall {rowcall.__version__}") and rowcall.numbering_plan in said
