"""rowcall: every row answers.

A contact export goes in; a payload that a messaging platform imports at the first try comes out,
and a report that says of every row what became of it. The work is done by the same native code as
in the command `rowcall`, with the interpreter free for other threads.

Options are the flags of the command with `_` for `-`: `on_duplicate="last"`, `require_opt_in=True`,
`map={"phone": "Mobile"}`, `kinds=["mobile", "fixed_line_or_mobile"]`. Nothing is read from a
`rowcall.toml` unless `profile` names one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Optional, Union

from rowcall import _rowcall
from rowcall._rowcall import (
    InputError,
    InternalError,
    LimitError,
    MismatchError,
    OutputError,
    RowcallError,
    Table,
    UsageError,
    __version__,
    numbering_plan,
)
from rowcall._settings import settings
from rowcall._summary import Counts, Summary

__all__ = [
    "Checked",
    "Counts",
    "InputError",
    "InternalError",
    "LimitError",
    "MismatchError",
    "OutputError",
    "RowcallError",
    "Summary",
    "Table",
    "UsageError",
    "__version__",
    "check",
    "numbering_plan",
    "phones",
    "prepare",
]

Path = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Checked:
    """What `check` found."""

    summary: Summary
    """What the run did."""
    ledger: Table
    """One row for each row of the inputs, whatever became of it."""
    issues: Table
    """One row for each problem, in the order of the rows."""


def prepare(source: Any, *, to: str, out: Path, **options: Any) -> Summary:
    """Write the payload for the platform `to`, and the reports, into the new folder `out`.

    `source` is a path, an open file, or a list of these. The folder appears whole or not at all.
    Where more rows were refused than `max_rejects` allows, the payload is withheld, and
    `summary.withheld` says why.
    """
    with _paths(source) as paths:
        told = settings({**options, "to": to, "out": out})
        return Summary.of(_rowcall.prepare(paths, told))


def check(
    source: Any, *, to: Optional[str] = None, out: Optional[Path] = None, **options: Any
) -> Checked:
    """Judge every row as `prepare` does, without a payload.

    `out` is a new folder for the reports; without it nothing is kept but what is returned.
    """
    with _paths(source) as paths, tempfile.TemporaryDirectory(prefix="rowcall-") as private:
        folder = os.fspath(out) if out is not None else os.path.join(private, "out")
        told = settings({**options, "to": to, "out": folder})
        summary = Summary.of(_rowcall.check(paths, told))
        return Checked(
            summary,
            _rowcall.ledger_table(os.path.join(folder, "rows.csv")),
            _rowcall.issues_table(os.path.join(folder, "issues.jsonl")),
        )


def phones(array: Any, *, region: Optional[str] = None, **options: Any) -> Table:
    """Read a column of phones: `e164`, `valid`, `kind`, `region` and `code` of each.

    `array` is anything that hands out Arrow data: an array or a chunked array of pyarrow, a series
    of Polars or pandas, a relation of DuckDB with one column; or a list of texts, which needs
    pyarrow. `region` is that of numbers without a calling code. `code` is the worst problem of the
    cell, as `rowcall explain` names it, and nothing where there is none. A number that is refused has
    no `e164`.
    """
    return _rowcall.phones(_columns(array), settings({**options, "region": region}))


def _columns(array: Any) -> Any:
    """What hands out Arrow data."""
    if hasattr(array, "__arrow_c_array__") or hasattr(array, "__arrow_c_stream__"):
        return array
    import pyarrow

    # pandas before 3 hands out frames and no series; pyarrow reads both, and lists.
    return pyarrow.array(array)


@contextmanager
def _paths(source: Any) -> Iterator[list[str]]:
    """The files to read. What was opened already is copied first: it is read more than once."""
    sources = source if isinstance(source, (list, tuple)) else [source]
    with tempfile.TemporaryDirectory(prefix="rowcall-") as private:
        paths = []
        for index, one in enumerate(sources):
            if not hasattr(one, "read"):
                paths.append(os.fspath(one))
                continue
            name = getattr(one, "name", None)
            name = os.path.basename(name) if isinstance(name, str) else ""
            folder = os.path.join(private, str(index))
            os.mkdir(folder)
            paths.append(os.path.join(folder, name or "input.csv"))
            with open(paths[-1], "wb") as copy:
                _copy(one, copy)
        yield paths


def _copy(source: Any, copy: Any) -> None:
    """Copy an open file, of bytes or of text."""
    first = source.read(1 << 20)
    if isinstance(first, str):
        while first:
            copy.write(first.encode("utf-8"))
            first = source.read(1 << 20)
        return
    copy.write(first)
    shutil.copyfileobj(source, copy, 1 << 20)
