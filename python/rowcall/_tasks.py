"""What the tasks of a Spark job do. Sent to the executors by value: they need no rowcall installed,
only what Spark's Arrow functions need anyway. So nothing of the package is named here.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow
import pyarrow.fs

HEAD_BYTES = 4 << 20
"""How much of a source is read to know its form; its header must end within."""

AHEAD_BYTES = 1 << 20
"""How much is read at once behind the end of a range."""

USAGE, INPUT, OUTPUT, INTERNAL = 2, 4, 5, 70
"""Exit codes of the command, by which the driver knows what to raise."""

MARK = "rowcall-error"
"""What stands before an exit code and a message in what a task raises."""


def fail(code: int, message: str) -> RuntimeError:
    """What a task raises for the driver to understand."""
    return RuntimeError(f"{MARK} {code}: {message}")


def bare(path: str) -> str:
    """A path for messages and reports: of a URI, without the settings and names of its store."""
    if "://" not in path:
        return path
    scheme, _, rest = path.partition("?")[0].partition("://")
    host, slash, inside = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{inside}"


def below(folder: str, name: str) -> str:
    """The path of what stands below a folder. The settings of a URI stay at its end."""
    path, mark, query = folder.partition("?") if "://" in folder else (folder, "", "")
    return f"{path}/{name}{mark}{query}"


@dataclass(frozen=True)
class Stated:
    """A source and what it was like when the run began."""

    path: str
    size: int
    modified: int


@dataclass(frozen=True)
class Shipped:
    """A file of the driver's that a flag names."""

    at: int
    """Which flag."""
    flag: str
    """The flag without the file's name."""
    name: str
    content: bytes


@dataclass(frozen=True)
class Told:
    """What all tasks of a run are told."""

    module: str
    version: str
    sources: list[Stated]
    flags: list[str]
    shipped: list[Shipped] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The paths of the sources, as they are named in reports."""
        return [bare(source.path) for source in self.sources]


def locate(path: str, code: int = INPUT) -> tuple[pyarrow.fs.FileSystem, str]:
    """The file system of a path or URI, and the path there; `code` is that of a path that none has."""
    if "://" not in path:
        return pyarrow.fs.LocalFileSystem(), os.path.abspath(path)
    try:
        system, inside = pyarrow.fs.FileSystem.from_uri(path)
    except OSError as cause:
        raise fail(code, f"{bare(path)}: cannot be opened: {cause}") from cause
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as unknown:
        try:
            import fsspec

            # Others write there, too, so that what was listed once is not how it is.
            system, inside = fsspec.core.url_to_fs(path, use_listings_cache=False)
        except (ImportError, ValueError) as cause:
            said = str(unknown).replace(path, bare(path))
            what = f"neither Arrow ({said}) nor fsspec ({cause}) opens it"
            raise fail(code, f"{bare(path)}: {what}; install a driver for it everywhere") from cause
        system = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(system))
    return system, inside


def state(path: str) -> Stated:
    """What a source is like now."""
    system, inside = locate(path)
    try:
        info = system.get_file_info(inside)
    except OSError as cause:
        raise fail(INPUT, f"{bare(path)}: cannot be read: {cause}") from cause
    if info.type != pyarrow.fs.FileType.File:
        what = "is a folder" if info.type == pyarrow.fs.FileType.Directory else "there is no such file"
        raise fail(INPUT, f"{bare(path)}: {what}; name a file that every machine can read")
    return Stated(path, info.size or 0, info.mtime_ns or 0)


def check_unchanged(source: Stated) -> None:
    """Raise where a source is not what it was."""
    if state(source.path) != source:
        what = "changed while it was read; run again when nobody writes to it"
        raise fail(INPUT, f"{bare(source.path)}: {what}")


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Say of what the system refuses that it was to be written."""
    try:
        yield
    except OSError as cause:
        raise fail(OUTPUT, f"{bare(path)}: cannot be written: {cause}") from cause


def load(name: str, version: str) -> Any:
    """The native module: the one that is installed, if it is of the same version, or the one that
    travels with the job."""
    try:
        from rowcall import _rowcall

        if _rowcall.__version__ == version:
            return _rowcall
    except ImportError:
        pass
    # A worker may outlive a job, and the next one may be of another version.
    known = f"{name}-{version}"
    if known in sys.modules:
        return sys.modules[known]
    from pyspark import SparkFiles

    path = os.path.join(SparkFiles.getRootDirectory(), name)
    try:
        loader = importlib.machinery.ExtensionFileLoader("_rowcall", path)
        spec = importlib.machinery.ModuleSpec("_rowcall", loader, origin=path)
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
    except (ImportError, OSError) as cause:
        raise fail(
            USAGE,
            f"a worker cannot load rowcall {version}: {cause}; install the wheel for its platform "
            "on the workers",
        ) from cause
    sys.modules[known] = module
    return module


class Ahead:
    """A file of which a range is in memory, and what follows as far as it is asked for."""

    def __init__(self, opened: Any, begin: int, end: int) -> None:
        self.opened = opened
        self.begin = begin
        self.window: bytes = opened.read_at(max(end - begin, 0), begin)

    def read_at(self, count: int, offset: int) -> bytes:
        """So many bytes from there on, or fewer; none at the end of the file."""
        at = offset - self.begin
        if not 0 <= at < len(self.window):
            self.begin, at = offset, 0
            self.window = self.opened.read_at(max(count, AHEAD_BYTES), offset)
        return self.window[at : at + count]


@contextmanager
def opened(told: Told, index: int) -> Iterator[tuple[Any, Any, Any]]:
    """A source: the native part, the open file, and the folder for private files."""
    native = load(told.module, told.version)
    source = told.sources[index]
    check_unchanged(source)
    system, inside = locate(source.path)
    with tempfile.TemporaryDirectory(prefix="rowcall-") as private:
        flags = place_shipped(told, private)
        try:
            with system.open_input_file(inside) as handle:
                head = handle.read_at(min(source.size, HEAD_BYTES), 0)
                yield native.Part(told.paths, flags, index, head), handle, private
        except native.RowcallError as error:
            raise fail(error.code, str(error)) from error
        except OSError as cause:
            raise fail(INPUT, f"{bare(source.path)}: cannot be read: {cause}") from cause
    check_unchanged(source)


def place_shipped(told: Told, private: str) -> list[str]:
    """The flags, where files of the driver's are files here."""
    flags = list(told.flags)
    for shipped in told.shipped:
        folder = os.path.join(private, f"shipped-{shipped.at}")
        os.mkdir(folder)
        path = os.path.join(folder, shipped.name)
        with open(path, "wb") as file:
            file.write(shipped.content)
        flags[shipped.at] = shipped.flag + path
    return flags


def copied(handle: Any, private: str) -> str:
    """A private copy of a source that cannot be read from its middle."""
    path = os.path.join(private, "source")
    # Its head was read before.
    handle.seek(0)
    with open(path, "wb") as copy:
        shutil.copyfileobj(handle, copy, AHEAD_BYTES)
    return path


def place(part: Any, handle: Any, private: str, begin: int, end: int) -> Any:
    """Where the bytes of a part come from."""
    return Ahead(handle, begin, end) if part.is_divisible else copied(handle, private)


def rows_of(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[dict[str, Any]]:
    """The rows that a task is given: one a part."""
    for batch in batches:
        yield from batch.to_pylist()


def look_for_runs(told: Told) -> Any:
    """The first pass: the runs with which each range may begin."""

    def task(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for row in rows_of(batches):
            begin, end = row["begin"], row["end"]
            with opened(told, row["source"]) as (part, handle, private):
                if part.is_divisible:
                    runs = part.runs(Ahead(handle, max(begin - 1, 0), end), (begin, end))
                else:
                    runs = [part.whole(copied(handle, private))]
            columns = {"range": [row["range"]], "runs": [json.dumps(runs)]}
            yield pyarrow.RecordBatch.from_pydict(columns, RUNS)

    return task


RUNS = pyarrow.schema([("range", pyarrow.int32()), ("runs", pyarrow.string())])


def tell_keys(told: Told) -> Any:
    """The second pass: slim keys of the rows, and what was counted of each part."""

    def task(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for row in rows_of(batches):
            run = (row["begin"], row["end"], row["rows"], row["lines"])
            with opened(told, row["source"]) as (part, handle, private):
                bytes_of = place(part, handle, private, row["begin"], row["end"])
                keys, keyed, checksum = part.keys(bytes_of, run, row["part"], row["first"])
            check_rows(told, row, json.loads(keyed)["rows"])
            for batch in pyarrow.table(keys).to_batches():
                none = pyarrow.nulls(batch.num_rows, pyarrow.string())
                yield pyarrow.RecordBatch.from_arrays([*batch.columns, none], schema=KEYS)
            facts = json.dumps({"keyed": json.loads(keyed), "checksum": checksum})
            columns: dict[str, list[Any]] = {name: [None] for name in KEYS.names}
            columns = {**columns, "part": [row["part"]], "facts": [facts]}
            yield pyarrow.RecordBatch.from_pydict(columns, KEYS)

    return task


KEYS = pyarrow.schema(
    [
        ("part", pyarrow.int32()),
        ("ordinal", pyarrow.int64()),
        ("phone", pyarrow.int64()),
        ("subscriber", pyarrow.int64()),
        ("sent", pyarrow.int8()),
        ("bytes", pyarrow.int32()),
        *((f"print{at}", pyarrow.int32()) for at in range(6)),
        ("facts", pyarrow.string()),
    ]
)


def check_rows(told: Told, row: dict[str, Any], found: int) -> None:
    """Raise where a part has not the rows that were planned."""
    if found != row["rows"]:
        path = told.paths[row["source"]]
        raise fail(
            INPUT,
            f"{path}: changed while it was read: {row['rows']} rows were planned from byte "
            f"{row['begin']} on, and {found} are there",
        )


def write_parts(told: Told, first_ordinals: list[int], folder: str) -> Any:
    """The third pass: the files of each part, below `folder`."""

    def task(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            names = [name for name in batch.schema.names if name != "relations"]
            for at, row in enumerate(batch.select(names).to_pylist()):
                relations = batch.column("relations").slice(at, 1).flatten()
                tally, outputs = write_part(told, row, relations, first_ordinals, folder)
                columns = {"part": [row["part"]], "tally": [tally], "outputs": [outputs]}
                yield pyarrow.RecordBatch.from_pydict(columns, WRITTEN)

    return task


WRITTEN = pyarrow.schema(
    [("part", pyarrow.int32()), ("tally", pyarrow.string()), ("outputs", pyarrow.string())]
)


def write_part(
    told: Told, row: dict[str, Any], relations: Any, first_ordinals: list[int], folder: str
) -> tuple[str, str]:
    """Write the files of one part; what was counted, and the files."""
    run = (row["begin"], row["end"], row["rows"], row["lines"])
    with opened(told, row["source"]) as (part, handle, private):
        bytes_of = place(part, handle, private, row["begin"], row["end"])
        local = os.path.join(private, "part")
        numbers = [relations.field(name) for name in ("ordinal", "word")]
        tally, outputs, checksum = part.write(
            bytes_of, run, row["begins"], first_ordinals, *numbers, local
        )
        if checksum != row["checksum"]:
            path = told.paths[row["source"]]
            raise fail(INPUT, f"{path}: changed while it was read; run again when nobody writes to it")
        check_rows(told, row, json.loads(tally)["counts"]["rows"])
        for output in json.loads(outputs):
            name = output["path"]
            path = below(folder, f"{row['part']:06}/{name}")
            with writing(path):
                give(os.path.join(local, name), path)
    return tally, outputs


def give(local: str, path: str) -> None:
    """Put a file under a name at once: every attempt writes the same bytes."""
    system, inside = locate(path)
    system.create_dir(inside.rsplit("/", 1)[0], recursive=True)
    private = f"{inside}.{uuid.uuid4().hex}"
    with open(local, "rb") as source, system.open_output_stream(private) as copy:
        shutil.copyfileobj(source, copy, AHEAD_BYTES)
    try:
        system.move(private, inside)
    except OSError:
        # Where a rename does not replace, an attempt before this one has written the same.
        system.delete_file(inside)
        system.move(private, inside)
