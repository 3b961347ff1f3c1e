"""rowcall on Spark: byte ranges of the inputs are tasks, and the folder that comes out is the one
that `rowcall prepare` writes on one machine, byte for byte.

Three passes, each by `mapInArrow`: where the records of each range begin and end; slim keys, among
which Spark finds the kept row of each phone; the files of each part. The driver plans between them
and puts the parts together. There is no RDD and no code for the JVM, so that Spark Connect works too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional, Union

import pyarrow.fs
from pyspark import cloudpickle

import rowcall
from rowcall import _rowcall, _tasks
from rowcall._settings import settings
from rowcall._tasks import (
    INPUT,
    INTERNAL,
    OUTPUT,
    USAGE,
    Shipped,
    Told,
    bare,
    below,
    fail,
    locate,
    writing,
)

__all__ = ["prepare"]

Path = Union[str, "os.PathLike[str]"]

RANGE_BYTES = 64 << 20
"""Bytes of a range: about as much as a task reads."""

SUCCESS = "_SUCCESS"
"""The file that says that the folder is whole."""

POLICIES = {
    "first": {
        "other": "min({key}) OVER ({phone})",
        "kept": "other.ordinal",
    },
    "last": {
        "other": "max({key}) OVER ({phone})",
        "kept": "other.ordinal",
    },
    # Nobody keeps a phone that several have; each of them names the first other one.
    "reject": {
        "other": "CASE WHEN ordinal = min(ordinal) OVER ({phone})"
        " THEN lead({key}) OVER ({phone} ORDER BY ordinal) ELSE min({key}) OVER ({phone}) END",
        "kept": "CASE WHEN other IS NULL THEN ordinal END",
    },
}

SETTLED = """
WITH keyed AS (SELECT *, {key} AS own FROM {keys}),
told AS (SELECT *, {other} AS other FROM keyed),
kept AS (SELECT *, CASE WHEN phone = 0 THEN ordinal ELSE {kept} END AS keeper FROM told),
based AS (SELECT *, min(keeper) OVER (PARTITION BY subscriber) AS base FROM kept),
ruled AS (
  SELECT *, CASE WHEN phone <> 0 AND keeper <> ordinal THEN 0L
                 WHEN phone <> 0 AND keeper IS NULL THEN 1L
                 WHEN base <> ordinal THEN 2L END AS kind
  FROM based)
SELECT part, max(facts) AS facts,
  count_if({created}) AS created, {created_bytes} AS created_bytes,
  count_if({updated}) AS updated, {updated_bytes} AS updated_bytes,
  count_if(kind = 1) AS repeated,
  sort_array(collect_list(CASE WHEN kind IS NOT NULL THEN named_struct('ordinal', ordinal, 'word',
    shiftleft(kind, 60) + CASE WHEN kind = 2 THEN base
                               ELSE shiftleft({differs}, 48) + other.ordinal END) END)) AS relations
FROM ruled GROUP BY part
"""


def prepare(
    spark: Any,
    paths: Union[Path, Sequence[Path]],
    *,
    to: str,
    out: Path,
    range_bytes: int = RANGE_BYTES,
    **options: Any,
) -> rowcall.Summary:
    """Write the payload for the platform `to`, and the reports, into the new folder `out`.

    `paths` are files that every machine can read: paths on a shared file system, or URIs that Arrow
    can open (`s3://`, `gs://`, `hdfs://`, …), or for which fsspec is installed; and so is `out`. The
    options are those of `rowcall.prepare`, but for `on_duplicate="merge"`, `limit` and `avatar_dir`,
    which are refused; files that they name are the driver's. A source that is compressed or in UTF-16
    or UTF-32 is one task, and a line on stderr says so. What comes out depends on neither the cluster
    nor `range_bytes`.

    The folder appears whole, with a file `_SUCCESS`, or not at all.
    """
    named = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    run = _Run(spark, [_absolute(path) for path in named], {**options, "to": to}, _absolute(out))
    try:
        return run.prepare(range_bytes)
    except BaseException as error:
        run.forget()
        understood = _understood(error)
        if understood is error:
            raise
        raise understood from error


def _absolute(path: Path) -> str:
    path = os.fspath(path)
    if "://" not in path:
        return os.path.abspath(path)
    address, mark, query = path.partition("?")
    return address.rstrip("/") + mark + query


def _understood(error: BaseException) -> BaseException:
    """What a task has raised, as the exception that one machine would raise."""
    found = re.search(rf"{_tasks.MARK} (\d+): (.*)", str(error))
    if found is None:
        return error
    code, message = int(found[1]), found[2].strip()
    kinds = {
        2: rowcall.UsageError,
        4: rowcall.InputError,
        5: rowcall.OutputError,
        6: rowcall.LimitError,
        7: rowcall.MismatchError,
        70: rowcall.InternalError,
    }
    made = kinds.get(code, rowcall.RowcallError)(message)
    made.code = code
    return made


class _Run:
    """One run: what is told to the tasks, and where the parts are."""

    def __init__(self, spark: Any, paths: list[str], options: dict[str, Any], out: str) -> None:
        self.spark, self.out = spark, out
        path, mark, query = out.partition("?") if "://" in out else (out, "", "")
        parent, name = path.rsplit("/", 1)
        self.partial = f"{parent}/.{name}.partial-{uuid.uuid4().hex}{mark}{query}"
        self.view = f"rowcall_{uuid.uuid4().hex}"
        self.settled: Any = None
        self.paths = paths
        # A report page takes the rows in one place.
        told = settings({**options, "no_page": True, "out": "out"})
        self.flags: list[str] = _rowcall.flags(told)
        self.is_forced = "--force" in self.flags

    def prepare(self, range_bytes: int) -> rowcall.Summary:
        """Do all of it."""
        if not self.paths or range_bytes < 1:
            raise fail(USAGE, "a run needs an input, and ranges of a byte at least")
        with writing(self.out):
            self._refuse_existing()
        self.told = Told(
            os.path.basename(_rowcall.__file__),
            _rowcall.__version__,
            [_tasks.state(path) for path in self.paths],
            self.flags,
            _shipped(self.flags),
        )
        heads = [self._head(source) for source in self.told.sources]
        self.whole = _rowcall.Whole(self.told.paths, self.flags, heads)
        with writing(self.out):
            system, inside = locate(self.partial)
            system.create_dir(inside, recursive=True)
        _send_module(self.spark)
        parts = self._plan(heads, range_bytes)
        parts, first_ordinals, settled = self._settle(parts)
        written = self._write(parts, first_ordinals, settled)
        with writing(self.out):
            summary = self._put_together(written)
            self._commit()
        return summary

    def forget(self) -> None:
        """Leave nothing behind."""
        if self.settled is not None:
            self.settled.unpersist()
            # With Spark Connect the frame asks for its view whenever it is used.
            self.spark.catalog.dropTempView(self.view)
            self.settled = None
        # What has failed is told already, and may be what is in the way here.
        with contextlib.suppress(OSError, RuntimeError):
            system, inside = locate(self.partial)
            if system.get_file_info(inside).type == pyarrow.fs.FileType.Directory:
                system.delete_dir(inside)

    def _head(self, source: Any) -> bytes:
        system, inside = locate(source.path)
        try:
            with system.open_input_file(inside) as handle:
                return bytes(handle.read_at(min(source.size, _tasks.HEAD_BYTES), 0))
        except OSError as cause:
            raise fail(INPUT, f"{bare(source.path)}: cannot be read: {cause}") from cause

    def _frame(self, rows: list[tuple[Any, ...]], schema: str, by: str) -> Any:
        """A frame whose every row is a task."""
        frame = self.spark.createDataFrame(rows, schema)
        return frame.repartitionByRange(len(rows), by)

    def _plan(self, heads: list[bytes], range_bytes: int) -> list[dict[str, Any]]:
        """The parts: the records that begin in each range."""
        ranges: list[tuple[int, int, int, int]] = []
        for index, source in enumerate(self.told.sources):
            part = _rowcall.Part(self.told.paths, self.flags, index, heads[index])
            begin = part.header_bytes
            step = range_bytes if part.is_divisible else max(source.size, 1)
            if not part.is_divisible:
                begin = 0
                print(f"rowcall: {bare(source.path)}: is read by one task", file=_stderr())
            for at in range(begin, max(source.size, begin + 1), step):
                ranges.append((len(ranges), index, at, min(at + step, max(source.size, at))))
        frame = self._frame(ranges, "range int, source int, begin long, end long", "range")
        found = frame.mapInArrow(_task(_tasks.look_for_runs, self.told), "range int, runs string")
        runs = {row[0]: json.loads(row[1]) for row in found.collect()}
        parts: list[dict[str, Any]] = []
        for index in range(len(self.told.sources)):
            parts += self._chained(index, [one for one in ranges if one[1] == index], runs, heads)
        first = 0
        for number, one in enumerate(parts):
            one.update(part=number, first=first)
            first += one["rows"]
        return parts

    def _chained(
        self, index: int, ranges: list[Any], runs: dict[int, Any], heads: list[bytes]
    ) -> list[dict[str, Any]]:
        """The parts of one source: those that have rows, and one at least."""
        part = _rowcall.Part(self.told.paths, self.flags, index, heads[index])
        if part.is_divisible:
            system, inside = locate(self.paths[index])
            with system.open_input_file(inside) as handle:

                def again(begin: int, end: int) -> Any:
                    return part.run(_tasks.Ahead(handle, begin, end), (begin, end))

                listed = [(end, [tuple(run) for run in runs[at]]) for at, _, _, end in ranges]
                chained = _rowcall.chain(part.header_bytes, listed, again)
        else:
            chained = [tuple(runs[ranges[0][0]][0])]
        with_rows = [run for run in chained if run[2] > 0] or chained[:1]
        names = ("begin", "end", "rows", "lines")
        return [{"source": index, **dict(zip(names, run))} for run in with_rows]

    def _settle(self, parts: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[int], Any]:
        """Let Spark find which row keeps each phone, and tell each part what stands before it."""
        names = ("part", "source", "begin", "end", "rows", "lines", "first")
        schema = "part int, source int, begin long, end long, rows long, lines long, first long"
        frame = self._frame([tuple(one[name] for name in names) for one in parts], schema, "part")
        keyed = ", ".join(f"print{at} int" for at in range(6))
        keyed = (
            "part int, ordinal long, phone long, subscriber long, sent byte, bytes int, "
            f"{keyed}, facts string"
        )
        keys = frame.mapInArrow(_task(_tasks.tell_keys, self.told), keyed)
        keys.createOrReplaceTempView(self.view)
        settled = self.spark.sql(_settled(self.view, self.whole.on_duplicate, self.whole.has_bytes_max))
        self.settled = settled.persist()
        counts = ("created", "updated", "repeated")
        # Where files have no limit on their bytes, nobody asks for those of each contact.
        bytes_of = ("created_bytes", "updated_bytes") if self.whole.has_bytes_max else ()
        counted = settled.select("part", "facts", *counts, *bytes_of).collect()
        by_part = {row["part"]: row for row in counted}
        known = []
        for one in parts:
            row = by_part[one["part"]]
            facts = json.loads(row["facts"])
            one["checksum"] = facts["checksum"]
            place = {"source": one["source"], "lines": one["lines"]}
            found = {name: row[name] for name in (*counts, *bytes_of)}
            known.append({**place, "keyed": facts["keyed"], **found})
        begins, first_ordinals = self.whole.begins(json.dumps(known))
        for one, begin in zip(parts, begins):
            one["begins"] = begin
        return parts, first_ordinals, settled

    def _write(
        self, parts: list[dict[str, Any]], first_ordinals: list[int], settled: Any
    ) -> list[tuple[str, list[dict[str, Any]]]]:
        """The files of each part: what was counted, and the files."""
        names = ("part", "source", "begin", "end", "rows", "lines", "checksum", "begins")
        schema = (
            "part int, source int, begin long, end long, rows long, lines long, checksum string, "
            "begins string"
        )
        rows = [tuple(one[name] for name in names) for one in parts]
        placed = self.spark.createDataFrame(rows, schema)
        frame = placed.join(settled.select("part", "relations"), "part")
        frame = frame.repartitionByRange(len(parts), "part")
        task = _task(_tasks.write_parts, self.told, first_ordinals, below(self.partial, "parts"))
        written = frame.mapInArrow(task, "part int, tally string, outputs string").collect()
        if sorted(row[0] for row in written) != list(range(len(parts))):
            raise fail(INTERNAL, f"{len(parts)} parts were planned and {len(written)} written")
        return [(row[1], json.loads(row[2])) for row in sorted(written)]

    def _put_together(self, written: list[tuple[str, list[dict[str, Any]]]]) -> rowcall.Summary:
        """Make one folder of the parts."""
        pieces: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for number, (_, outputs) in enumerate(written):
            for output in outputs:
                place = below(self.partial, f"parts/{number:06}/{output['path']}")
                pieces.setdefault(output["path"], []).append((place, output))
        paths = sorted(pieces, key=_rank)
        system, inside = locate(self.partial)
        for folder in {path.rpartition("/")[0] for path in paths}:
            system.create_dir(f"{inside}/whole/{folder}".rstrip("/"), recursive=True)
        with ThreadPoolExecutor(8) as pool:
            outputs = list(pool.map(lambda path: self._join(path, pieces[path]), paths))
        tallies = [tally for tally, _ in written]
        _, script = self.whole.summary(tallies, json.dumps(outputs))
        if script is not None:
            outputs.append(self._write_whole("upload.sh", script.encode()))
        summary, _ = self.whole.summary(tallies, json.dumps(outputs))
        self._write_whole("summary.json", summary.encode())
        self._write_whole(SUCCESS, b"")
        return rowcall.Summary.of(summary)

    def _join(self, path: str, pieces: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        """One file of its pieces; what is listed of it."""
        system, whole = locate(below(self.partial, f"whole/{path}"))
        header = _rowcall.Whole.header(path)
        if len(pieces) == 1 and not header:
            system.move(locate(pieces[0][0])[1], whole)
            return pieces[0][1]
        hasher, count = _rowcall.Blake3(), 0
        with system.open_output_stream(whole) as joined:
            for chunk in _chunks(system, header, pieces):
                joined.write(chunk)
                hasher.update(chunk)
                count += len(chunk)
        return {"path": path, "bytes": count, "blake3": hasher.hexdigest()}

    def _write_whole(self, name: str, content: bytes) -> dict[str, Any]:
        system, inside = locate(below(self.partial, f"whole/{name}"))
        hasher = _rowcall.Blake3()
        hasher.update(content)
        with system.open_output_stream(inside) as file:
            file.write(content)
        return {"path": name, "bytes": len(content), "blake3": hasher.hexdigest()}

    def _refuse_existing(self) -> None:
        """Raise where something stands under the final name that is not to be replaced."""
        system, final = locate(self.out, OUTPUT)
        kind = system.get_file_info(final).type
        if kind == pyarrow.fs.FileType.NotFound:
            return
        if not self.is_forced:
            what = "exists; name another folder, or give force=True to replace one that rowcall wrote"
            raise fail(OUTPUT, f"{bare(self.out)}: {what}")
        if kind != pyarrow.fs.FileType.Directory or not _is_ours(system, final):
            what = "exists and holds what rowcall did not write, so force leaves it alone"
            raise fail(OUTPUT, f"{bare(self.out)}: {what}; name another folder")

    def _commit(self) -> None:
        """Give the folder its name."""
        self._refuse_existing()
        system, final = locate(self.out)
        partial = locate(self.partial)[1]
        # The old folder is never where a failed run cleans up.
        whole, old = f"{partial}/whole", f"{partial}.old"
        exists = system.get_file_info(final).type != pyarrow.fs.FileType.NotFound
        if system.type_name in ("local", "hdfs"):
            if exists:
                system.move(final, old)
            try:
                system.move(whole, final)
            except BaseException:
                if exists:
                    system.move(old, final)
                raise
            if exists:
                system.delete_dir(old)
        else:
            # Where folders are names only, what says that all is there goes first and comes last.
            if exists:
                if f"{final}/{SUCCESS}" in _files(system, final):
                    system.delete_file(f"{final}/{SUCCESS}")
                system.delete_dir(final)
            for path in sorted(_files(system, whole), key=lambda path: path.endswith(SUCCESS)):
                system.move(path, final + path[len(whole) :])
        self.forget()


def _files(system: Any, folder: str) -> dict[str, int]:
    """The files below a folder, with their sizes."""
    found = system.get_file_info(pyarrow.fs.FileSelector(folder, recursive=True))
    files = [one for one in found if one.type == pyarrow.fs.FileType.File]
    # Object stores mark a folder by an object of its name.
    return {one.path: one.size for one in files if not one.path.endswith("/")}


def _is_ours(system: Any, folder: str) -> bool:
    """Whether rowcall wrote all that is in a folder."""
    files = {path[len(folder) + 1 :]: size for path, size in _files(system, folder).items()}
    try:
        with system.open_input_stream(f"{folder}/summary.json") as file:
            summary = json.loads(file.read())
        listed = {output["path"]: output["bytes"] for output in summary["outputs"]}
    except (OSError, ValueError, LookupError, TypeError):
        return False
    known = {**listed, "summary.json": files.get("summary.json"), SUCCESS: 0}
    return str(summary.get("schema")).startswith("rowcall.") and files.items() <= known.items()


def _chunks(system: Any, header: bytes, pieces: list[tuple[str, dict[str, Any]]]) -> Any:
    """The bytes of a file, one after the other."""
    if header:
        yield header
    for place, _ in pieces:
        with system.open_input_stream(locate(place)[1]) as piece:
            while chunk := piece.read(4 << 20):
                yield chunk


def _rank(path: str) -> tuple[int, int, str]:
    """The order in which the summary lists files."""
    order = ("payload/", "updates/", "follow-up.csv", "rows.csv", "issues.jsonl", "rejects", "dup")
    return next(at for at, name in enumerate(order) if path.startswith(name)), len(path), path


def _settled(view: str, policy: str, has_bytes_max: bool) -> str:
    """What finds for each part the rows that another row matters to."""
    sent = {}
    for number, name in enumerate(("created", "updated")):
        sent[name] = is_sent = f"sent = {number} AND coalesce(kind, 2) = 2"
        listed = f"collect_list(CASE WHEN {is_sent} THEN struct(ordinal, bytes) END)"
        in_order, none = f"sort_array({listed}).bytes", "CAST(NULL AS array<int>)"
        sent[f"{name}_bytes"] = in_order if has_bytes_max else none
    key = "struct(ordinal, " + ", ".join(f"print{at}" for at in range(6)) + ")"
    phone = "PARTITION BY subscriber, phone"
    differs = " + ".join(
        f"CASE WHEN print{at} <> other.print{at} THEN {1 << at}L ELSE 0L END" for at in range(6)
    )
    rules = {name: text.format(key="own", phone=phone) for name, text in POLICIES[policy].items()}
    return SETTLED.format(keys=view, key=key, differs=differs, **rules, **sent)


def _task(make: Any, *told: Any) -> Any:
    """What a pass does, so that it is sent whole and the executors need no rowcall."""
    cloudpickle.register_pickle_by_value(_tasks)
    return make(*told)


def _shipped(flags: list[str]) -> list[Shipped]:
    """The files that flags name, which tasks need."""
    shipped = []
    last = {flag.partition("=")[0]: at for at, flag in enumerate(flags)}
    for at, text in enumerate(flags):
        flag, _, path = text.partition("=")
        is_read = flag in ("--suppress", "--existing") or (
            # Of those that are given once, the last one counts.
            last[flag] == at
            and (flag == "--numbering-plan" or (flag == "--to" and path.endswith(".toml")))
        )
        if is_read:
            try:
                with open(path, "rb") as file:
                    content = file.read()
            except OSError as cause:
                raise fail(INPUT, f"{path}: cannot be read: {cause}") from cause
            shipped.append(Shipped(at, f"{flag}=", os.path.basename(path), content))
    return shipped


def _send_module(spark: Any) -> None:
    """Send the native module to the executors."""
    try:
        context = spark.sparkContext
    except Exception:  # A session of Spark Connect has none, and each version says so otherwise.
        spark.addArtifacts(_rowcall.__file__, file=True)
    else:
        context.addFile(_rowcall.__file__)


def _stderr() -> Optional[Any]:
    import sys

    return sys.stderr
