"""Spark against one machine, on a real cluster: the same folder, byte for byte."""

import gzip
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow
import pyarrow.fs
import pytest
from moto.server import ThreadedMotoServer

import rowcall
import rowcall.spark
from rowcall import _tasks
from cluster import HOME, cluster
from test_module import CRM, command, files

pytestmark = pytest.mark.cluster

# Records on several lines, so that many ranges begin inside of one; faults, and repeated phones.
NOTE = '"a note, said ""Ann""\n0501234567,x\n{}"'


@pytest.fixture(scope="session")
def store():
    """An object store on loopback, and what every process needs to find it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
        AWS_ACCESS_KEY_ID="anybody",
        AWS_SECRET_ACCESS_KEY="anything",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
    )
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def running(store, tmp_path_factory):
    """The cluster."""
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="session")
def spark(running):
    """A session on the cluster, as a user has it."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    session = (
        SparkSession.builder.master(running.url)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "600m")
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraJavaOptions", java)
        .config("spark.driver.extraJavaOptions", java)
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    """An export of some thousand rows of which no two ranges begin in the same way."""
    path = tmp_path_factory.mktemp("export") / "contacts.csv"
    with open(path, "w", newline="") as file:
        file.write("Name,Phone,Note\n")
        for row in range(6000):
            note = NOTE.format("y" * (row % 50)) if row % 3 == 0 else f"note {row}"
            phone = f"+97150{1000000 + row * 7 % 5000:07}" if row % 11 else "12"
            ending = "\r\n" if row % 5 else "\n"
            file.write("\n" if row % 97 == 0 else f"Name {row},{phone},{note}{ending}")
            if row % 1000 == 999:
                file.write(f'Stray "quote" {row},{phone},"never closed\n')
    return path


def the_same_on_both(spark, tmp_path, sources, range_bytes, **options):
    """Run on one machine and on the cluster; what came out of the cluster."""
    one, many = tmp_path / "one", tmp_path / "many"
    rowcall.prepare(sources, out=one, no_page=True, **options)
    summary = rowcall.spark.prepare(spark, sources, out=many, range_bytes=range_bytes, **options)
    expected, got = files(one), files(many)
    assert got.pop("_SUCCESS") == b""
    assert sorted(got) == sorted(expected)
    for path, content in expected.items():
        assert got[path] == content, path
    assert summary.json.encode() == expected["summary.json"]
    checked = command("verify", many)
    assert checked.returncode == 0, checked.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many", "one"]
    return summary


def test_workers_have_no_rowcall_of_their_own(spark):
    def look(batches):
        import importlib.util

        for _ in batches:
            found = importlib.util.find_spec("rowcall") is not None
            yield pyarrow.RecordBatch.from_pydict({"found": [found]})

    assert [row.found for row in spark.range(1).mapInArrow(look, "found boolean").collect()] == [False]


def test_records_that_span_ranges(spark, tmp_path, export):
    options = {"to": "superwaba", "region": "AE", "batch_size": 100}
    summary = the_same_on_both(spark, tmp_path, export, 40_000, **options)
    counts = summary.counts
    assert min(counts.accepted, counts.duplicate, counts.rejected, counts.malformed) > 0


def test_several_files_of_several_forms_and_an_executor_killed_in_mid_job(
    spark, running, tmp_path, tmp_path_factory, export, capsys
):
    wide, packed = (tmp_path_factory.mktemp("forms") / name for name in ("wide.csv", "a.csv.gz"))
    wide.write_text("Name,Phone\nÄnn,0501234567\nBob,0507654321\n", encoding="utf-16")
    packed.write_bytes(gzip.compress(export.read_bytes()[:20_000].rpartition(b"\n")[0]))
    killed = []

    def kill():
        while not list(tmp_path.glob(".many.partial-*/parts/*/rows.csv")):
            time.sleep(0.05)
        killed.append(running.kill_an_executor())

    watching = threading.Thread(target=kill, daemon=True)
    watching.start()
    options = {"to": "wati", "region": "AE", "on_duplicate": "last"}
    the_same_on_both(spark, tmp_path, [export, CRM, wide, packed], 25_000, **options)
    watching.join(10)
    assert killed
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("rowcall: ")]
    assert said == [f"rowcall: {path}: is read by one task" for path in (wide, packed)]


def test_a_profile_files_with_a_limit_on_their_bytes_and_a_folder_to_replace(
    spark, tmp_path, tmp_path_factory, export
):
    folder = tmp_path_factory.mktemp("settings")
    profile, stop = folder / "shop.toml", folder / "stop.txt"
    profile.write_text(f'region = "US"\nsuppress = ["{stop}"]\n[map]\nname = "Name"\n')
    stop.write_text("+971501000000\n")
    options = {"profile": profile, "region": "AE", "batch_bytes": 20_000}
    summary = the_same_on_both(spark, tmp_path, export, 60_000, to="hubspot", **options)
    assert summary.counts.suppressed > 0 and len(summary.outputs) > 10
    the_same_on_both(spark, tmp_path, CRM, 60_000, to="superwaba", region="AE", force=True)
    stranger = tmp_path / "many" / "notes.txt"
    stranger.write_text("mine")
    before = files(tmp_path / "many")
    for force in (False, True):
        with pytest.raises(rowcall.OutputError, match="exists"):
            out = tmp_path / "many"
            rowcall.spark.prepare(spark, CRM, to="superwaba", out=out, region="AE", force=force)
    assert files(tmp_path / "many") == before


def test_an_object_store_by_arrow_and_by_fsspec(spark, store, tmp_path, export):
    sources = [shutil.copy(CRM, tmp_path / "crm.csv"), shutil.copy(export, tmp_path / "b.csv")]
    options = {"to": "superwaba", "region": "AE", "batch_size": 1000}
    rowcall.prepare(sources, out=tmp_path / "one", no_page=True, **options)
    expected = {**files(tmp_path / "one"), "_SUCCESS": b""}
    query = f"?endpoint_override={store}&scheme=http&region=us-east-1&allow_bucket_creation=true"
    system, bucket = pyarrow.fs.FileSystem.from_uri(f"s3://bucket{query}")
    system.create_dir(bucket)
    for source in sources:
        with system.open_output_stream(f"{bucket}/{Path(source).name}") as file:
            file.write(Path(source).read_bytes())

    def there():
        found = system.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True))
        paths = [one.path for one in found if one.type == pyarrow.fs.FileType.File]
        return {path: system.open_input_stream(path).read() for path in paths}

    before = there()
    for scheme, query in [("s3", query), ("s3a", "")]:
        uris = [f"{scheme}://bucket/{name}{query}" for name in ("crm.csv", "b.csv")]
        out = f"{scheme}://bucket/out{query}"
        for force in (False, True) if scheme == "s3" else (True,):
            rowcall.spark.prepare(spark, uris, out=out, range_bytes=100_000, force=force, **options)
            got = there()
            assert {path: got.pop(path) for path in before} == before
            written = {path.removeprefix("bucket/out/"): got[path] for path in got}
            assert written == expected
        with pytest.raises(rowcall.OutputError, match="bucket/out: exists"):
            rowcall.spark.prepare(spark, uris, out=out, **options)
        with pytest.raises(rowcall.InputError, match="bucket/missing.csv: there is no such file"):
            missing = f"{scheme}://bucket/missing.csv{query}"
            rowcall.spark.prepare(spark, missing, out=f"{scheme}://bucket/other{query}", **options)
    assert there().keys() == before.keys() | {f"bucket/out/{path}" for path in expected}


def test_every_first_attempt_of_a_task_that_crashes(
    spark, tmp_path, tmp_path_factory, monkeypatch
):
    real = {name: getattr(_tasks, name) for name in ("look_for_runs", "tell_keys", "write_parts")}

    crashed = tmp_path_factory.mktemp("crashed")

    def crashing(name, make):
        def made(*told):
            task = make(*told)

            def crash(batches):
                from pyspark import TaskContext

                out = list(task(batches))
                if TaskContext.get().attemptNumber() == 0:
                    (crashed / name).touch()
                    os._exit(1)
                yield from out

            return crash

        return made

    for name, make in real.items():
        monkeypatch.setattr(_tasks, name, crashing(name, make))
    options = {"to": "superwaba", "region": "AE", "on_duplicate": "reject"}
    the_same_on_both(spark, tmp_path, [CRM], 70_000, **options)
    assert {path.name for path in crashed.iterdir()} == real.keys()


def test_what_stops_a_run_is_told_on_the_driver_and_leaves_nothing(spark, tmp_path, export):
    out = tmp_path / "out"
    for error, said, sources, options in [
        (rowcall.InputError, "no such file", [tmp_path / "missing.csv"], {}),
        (rowcall.InputError, "is a folder", [tmp_path], {}),
        (rowcall.InputError, "install a driver", ["nowhere://a/b.csv"], {}),
        (rowcall.InputError, "cannot be read", [export], {"suppress": [tmp_path / "missing.txt"]}),
        (rowcall.UsageError, "needs an input", [], {}),
        (rowcall.UsageError, "nowhere", [export], {"to": "nowhere"}),
        (rowcall.UsageError, "no flag", [export], {"on_duplicates": "last"}),
        (rowcall.UsageError, "profile", [export], {"profile": tmp_path / "missing.toml"}),
        (rowcall.UsageError, "give first, last or reject", [export], {"on_duplicate": "merge"}),
        (rowcall.UsageError, "--limit .* leave it out", [export], {"limit": 5}),
        (rowcall.UsageError, "--avatar-dir .* leave it out", [export], {"avatar_dir": tmp_path}),
        (rowcall.OutputError, "another folder", [export], {"out": tmp_path}),
        (rowcall.OutputError, "cannot be written", [export], {"out": export / "out"}),
        (rowcall.OutputError, "install a driver", [export], {"out": "nowhere://a/out"}),
    ]:
        with pytest.raises(error, match=said) as raised:
            rowcall.spark.prepare(spark, sources, **{"to": "superwaba", "out": out, **options})
        codes = {rowcall.UsageError: 2, rowcall.InputError: 4, rowcall.OutputError: 5}
        assert raised.value.code == codes[error]
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_changes_between_passes_fails_the_job(spark, tmp_path, monkeypatch):
    source = tmp_path / "a.csv"
    source.write_text("Name,Phone\n" + "Ann,+971501234567\n" * 50)
    facts = os.stat(source)
    settle = rowcall.spark._Run._settle

    def settled(run, parts):
        found = settle(run, parts)
        # The same length, time and number of rows: only the bytes tell.
        source.write_text(source.read_text().replace("Ann", "Bob", 1))
        os.utime(source, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        return found

    monkeypatch.setattr(rowcall.spark._Run, "_settle", settled)
    with pytest.raises(rowcall.InputError, match="changed while it was read"):
        rowcall.spark.prepare(spark, source, to="superwaba", out=tmp_path / "out")
    source.write_text("Name,Phone\nAnn,+971501234567\n")
    monkeypatch.undo()
    plan = rowcall.spark._Run._plan

    def planned(run, heads, range_bytes):
        found = plan(run, heads, range_bytes)
        source.write_text("Name,Phone\nAnn,+971501234567\nBob,+971501234568\n")
        return found

    monkeypatch.setattr(rowcall.spark._Run, "_plan", planned)
    with pytest.raises(rowcall.InputError, match="changed while it was read"):
        rowcall.spark.prepare(spark, source, to="superwaba", out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == [source]


def test_a_source_that_goes_away_and_a_wrong_plan_fail_the_job(spark, tmp_path, monkeypatch):
    source = tmp_path / "a.csv"
    source.write_text("Name,Phone\n" + "Ann,+971501234567\n" * 50)
    plan = rowcall.spark._Run._plan

    def one_row_too_many(run, heads, range_bytes):
        parts = plan(run, heads, range_bytes)
        return [{**part, "rows": part["rows"] + 1} for part in parts]

    def gone(run, heads, range_bytes):
        parts = plan(run, heads, range_bytes)
        source.unlink()
        return parts

    for broken, said in [(one_row_too_many, "51 rows were planned"), (gone, "there is no such file")]:
        monkeypatch.setattr(rowcall.spark._Run, "_plan", broken)
        with pytest.raises(rowcall.InputError, match=said):
            rowcall.spark.prepare(spark, source, to="superwaba", out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_cannot_load_the_module_is_told_on_the_driver(spark, tmp_path, monkeypatch):
    source = tmp_path / "a.csv"
    source.write_text("Name,Phone\nAnn,+971501234567\n")
    told = _tasks.Told

    def elsewhere(module, version, *rest):
        return told("no-such-module.so", "0.0.0", *rest)

    monkeypatch.setattr(rowcall.spark, "Told", elsewhere)
    with pytest.raises(rowcall.UsageError, match="a worker cannot load rowcall"):
        rowcall.spark.prepare(spark, source, to="superwaba", out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == [source]


def test_spark_connect_writes_the_same(tmp_path):
    if not list(HOME.glob("jars/spark-connect_*.jar")):
        pytest.skip("the package pyspark has no server of Spark Connect before 4")
    one, many = tmp_path / "one", tmp_path / "many"
    rowcall.prepare(CRM, to="superwaba", out=one, region="AE", no_page=True)
    script = Path(__file__).with_name("connect.py")
    done = subprocess.run([sys.executable, script, CRM, many], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files(many) == {**files(one), "_SUCCESS": b""}
