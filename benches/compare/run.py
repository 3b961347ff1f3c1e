#!/usr/bin/env python3
"""rowcall beside what one would use instead, on one generated export.

    python3 benches/compare/run.py [--rows N] [--rounds N] [--lanes NAME,NAME] [--json FILE]

Lanes run one after the other in each round, so that a noisy machine is noisy for all; what is
shown is the median of the rounds. User and system time and peak memory are those of the process
and its threads, as the system counts them. Python packages go to a virtual environment under
`target/compare`; a lane whose tools cannot be had is named and left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLACE = ROOT / "target" / "compare"
PACKAGES = {"python": "phonenumbers", "polars": "polars", "duckdb": "duckdb"}


class Unavailable(Exception):
    """A lane whose tools cannot be had, and why."""


def call(*command, **options):
    """Runs a command whose output does not matter; says all of it if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, command[:4]))} … failed:\n{done.stdout[-600:]}")
    return done.stdout


def python():
    """The interpreter of the virtual environment."""
    place = PLACE / "venv"
    if not place.exists():
        venv.create(place, with_pip=True)
    return place / "bin" / "python"


def package(name):
    """Installs a package where it is missing, and gives its version."""
    version = f"import importlib.metadata as m; print(m.version('{name}'))"
    try:
        return call(python(), "-c", version).strip()
    except Unavailable:
        call(python(), "-m", "pip", "install", "--quiet", name)
        return call(python(), "-c", version).strip()


def build():
    """Builds rowcall, the bench that has the generator and the bare pass, and the plain program."""
    built = call("cargo", "build", "--release", "--locked", cwd=ROOT)
    listed = call("cargo", "bench", "--no-run", "--bench", "flow", "--locked", cwd=ROOT)
    path = listed.split("(target/")[-1].split(")")[0]
    return ROOT / "target" / "release" / "rowcall", ROOT / "target" / path, built


def plain():
    """Builds the plain program."""
    target = PLACE / "plain"
    call("cargo", "build", "--release", "--target-dir", str(target), cwd=HERE / "plain")
    return target / "release" / "plain"


def lanes(wanted, source):
    """The lanes that can run: name, version, command without the output folder."""
    rowcall, flow, _ = build()
    version = call(rowcall, "--version").strip()
    prepare = [rowcall, "prepare", source, "--to", "superwaba", "--region", "AE", "--quiet"]
    known = {
        "rowcall": lambda: (version, [*prepare, "-o"]),
        "rowcall-1-thread": lambda: (version, [*prepare, "--threads", "1", "-o"]),
        "plain-rust": lambda: ("csv, phonenumber, serde_json, rayon", [plain(), source]),
        "polars": lambda: (package("polars"), [python(), HERE / "clean_polars.py", source]),
        "duckdb": lambda: (package("duckdb"), [python(), HERE / "clean_duckdb.py", source]),
        "python": lambda: (package("phonenumbers"), [python(), HERE / "clean_python.py", source]),
        "csv-pass": lambda: ("the crate csv", [flow, "--csv-pass", source]),
        "wc": lambda: (call("wc", "--version").splitlines()[0], ["wc", "-l", source]),
    }
    for name in wanted or known:
        if name not in known:
            sys.exit(f"there is no lane {name}; the lanes are {', '.join(known)}")
        try:
            yield name, *known[name]()
        except Unavailable as cause:
            print(f"{name}: left out: {cause}")


def cost(command, folder):
    """Runs a process to its end: user, system and wall seconds, peak MiB."""
    takes_folder = "csv-pass" not in " ".join(map(str, command)) and command[0] != "wc"
    command = [str(part) for part in command] + ([str(folder)] if takes_folder else [])
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return used.ru_utime, used.ru_stime, wall, used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=500_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--lanes", default="")
    arguments.add_argument("--json", type=Path)
    wishes = arguments.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    source = PLACE / f"contacts-{wishes.rows}.csv"
    _, flow, _ = build()
    if not source.exists():
        call(flow, "--write", str(source), "--rows", str(wishes.rows))
    ready = list(lanes(wishes.lanes.split(",") if wishes.lanes else [], source))
    print(f"{wishes.rows} rows, {source.stat().st_size / 1e6:.0f} MB, {wishes.rounds} rounds, {os.cpu_count()} cores")
    costs = {name: [] for name, _, _ in ready}
    # File systems take long to make files where many were just deleted, so all go at the end.
    outputs = PLACE / "out"
    shutil.rmtree(outputs, ignore_errors=True)
    outputs.mkdir()
    for turn in range(wishes.rounds):
        for name, _, command in ready:
            costs[name].append(cost(command, outputs / f"{turn}-{name}"))
    shutil.rmtree(outputs, ignore_errors=True)
    medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in costs.items()}
    base = medians.get("rowcall-1-thread") or next(iter(medians.values()))
    print(f"{'':>18} {'CPU s':>9} {'wall s':>9} {'peak MiB':>9} {'CPU ratio':>10}  version")
    for name, version, _ in ready:
        user, system, wall, peak = medians[name]
        ratio = (user + system) / (base[0] + base[1])
        print(f"{name:>18} {user + system:9.2f} {wall:9.2f} {peak:9.0f} {ratio:10.2f}  {version}")
    if wishes.json:
        wishes.json.write_text(json.dumps({"rows": wishes.rows, "medians": medians}, indent=1))


main()
