"""Measures `rowcall inspect --format json` against files whose dialects are known.

README.md in this folder says which sets there are and how they lie on disk. Standard library only.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "space": " ",
    "vslash": "|",
    "pipe": "|",
    "colon": ":",
    "nsign": "#",
    "slash": "/",
    "caret": "^",
    "tilde": "~",
    "doublequote": '"',
    "singlequote": "'",
    "backslash": "\\",
    "none": "",
}


def mark(text):
    """A mark as itself, whether it stands as itself or by its name."""
    text = text or ""
    return NAMES.get(text.lower(), text.replace("\\t", "\t"))


def read_annotations(path):
    """name|encoding|delimiter|quote|escape|line end, a line a file."""
    truth = {}
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        cells = line.strip().split("|")
        if len(cells) < 5 or line.startswith("#") or cells[0] == "file_name":
            continue
        names = ("delimiter", "quotechar", "escapechar")
        truth[cells[0]] = dict(zip(names, map(mark, cells[2:5])))
    return truth


def read_parameters(folder):
    """A JSON file a file, named after it."""
    truth = {}
    for path in sorted(folder.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        name = re.sub(r"_parameters\.json$", "", path.name)
        one = {key: mark(said.get(key)) for key in ("delimiter", "quotechar", "escapechar")}
        one["header"] = int(said.get("header_lines") or 0) > 0
        one["preamble_rows"] = int(said.get("preamble_lines") or 0)
        truth[name] = one
    return truth


def inspect(command, path):
    """What is said of a file, or why nothing is."""
    try:
        done = subprocess.run(
            [command, "inspect", "--format", "json", str(path)], capture_output=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        return None, str(cause)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        return None, f"exit {done.returncode}: {reason[0] if reason else 'no JSON'}"
    while isinstance(said, (dict, list)) and "delimiter" not in said:
        inner = list(said.values()) if isinstance(said, dict) else said
        inner = [part for part in inner if isinstance(part, (dict, list)) and part]
        if not inner:
            return None, "no delimiter in the JSON"
        said = inner[0]
    return said, None


def is_right(key, said, truth, content):
    """Whether one answer is the known one."""
    got, want = said.get(key), truth[key]
    if key == "header":
        return bool(got) == want
    if key == "preamble_rows":
        return got == want
    got = mark(got)
    if key == "quotechar" and not want:
        # A file without any quote is read alike with and without one.
        return got == "" or got.encode() not in content
    if key == "escapechar":
        # A quote that escapes itself is the doubled quote, which is no escape of its own.
        usual = ("", truth["quotechar"])
        return got == want or (got in usual and want in usual)
    return got == want


def measure(command, name, files, truth, misses):
    """Prints how many files of a set are right."""
    keys = ("delimiter", "quotechar", "escapechar", "header", "preamble_rows")
    right = dict.fromkeys(keys, 0)
    asked = dict.fromkeys(keys, 0)
    both = failed = absent = 0
    for file_name, known in truth.items():
        path = files / file_name
        if not path.is_file():
            absent += 1
            continue
        said, failure = inspect(command, path)
        if said is None:
            failed += 1
            print(f"  failed: {file_name}: {failure}")
        content = path.read_bytes()
        answers = {
            key: said is not None and is_right(key, said, known, content)
            for key in keys
            if key in known
        }
        for key, is_one in answers.items():
            asked[key] += 1
            right[key] += is_one
        ok = answers["delimiter"] and answers["quotechar"]
        both += ok
        if misses and said is not None and not ok:
            got = (said.get("delimiter"), said.get("quotechar"))
            print(f"  missed: {file_name}: {got}, not {(known['delimiter'], known['quotechar'])}")
    total = asked["delimiter"]
    if not total:
        print(f"{name}: no file found in {files}")
        return
    share = 100 * both / total
    print(f"{name}: {both} of {total} right ({share:.2f} %), {failed} failed, {absent} not on disk")
    for key in keys:
        if asked[key]:
            print(f"  {key}: {right[key]} of {asked[key]}")


def largest(paths):
    return max(paths, key=lambda path: path.stat().st_size, default=None)


def known_sets(arguments):
    """The sets that the arguments name: name, folder of files, truth."""
    if arguments.csvsniffer:
        root = arguments.csvsniffer
        wrangling = root / "CSV_Wrangling/data/github"
        for name, files, annotations in (
            ("POLLOCK", root / "CSV", root / "Dialect_annotations.txt"),
            ("W3C", root / "W3C-CSVW", root / "W3C-CSVW-Dialect_annotations.txt"),
            (
                "Wrangling",
                wrangling / "Curated files",
                largest(wrangling.glob("Manual_Dialect_Annotation*.txt")),
            ),
        ):
            if annotations and annotations.is_file():
                yield name, files, read_annotations(annotations)
    if arguments.pollock:
        for part in ("polluted_files", "survey_sample"):
            folder = arguments.pollock / part
            yield f"POLLOCK {part}", folder / "csv", read_parameters(folder / "parameters")
    for name, files, known in arguments.set or []:
        known = Path(known)
        read = read_parameters if known.is_dir() else read_annotations
        yield name, Path(files), read(known)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rowcall", default="rowcall", help="the program to measure")
    parser.add_argument("--csvsniffer", type=Path, help="a checkout of CSVsniffer: all three sets")
    parser.add_argument("--pollock", type=Path, help="a checkout of POLLOCK with its parameters")
    parser.add_argument(
        "--set", nargs=3, action="append", metavar=("NAME", "FILES", "TRUTH"), help="another set"
    )
    parser.add_argument("--misses", action="store_true", help="name the files that are wrong")
    arguments = parser.parse_args()
    sets = list(known_sets(arguments))
    if not sets:
        sys.exit("no set found; see README.md beside this script")
    for name, files, truth in sets:
        measure(arguments.rowcall, name, files, truth, arguments.misses)


if __name__ == "__main__":
    main()
