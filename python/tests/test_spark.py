"""Spark against one machine, on a real cluster: the same folder, byte for byte."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import rowcall
import rowcall.spark
from rowcall import _tasks
from cluster import cluster
from test_module import CRM, command, files

pytestmark = pytest.mark.cluster

# Records on several lines, so that many ranges begin inside of one; faults, and repeated phones.
NOTE = '"a note, said ""Ann""\n0501234567,x\n{}"'


@pytest.fixture(scope="session")
def running(tmp_path_factory):
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


def test_records_that_span_ranges(spark, tmp_path, export):
    options = {"to": "superwaba", "region": "AE", "batch_size": 100}
    summary = the_same_on_both(spark, tmp_path, export, 40_000, **options)
    counts = summary.counts
    assert min(counts.accepted, counts.duplicate, counts.rejected, counts.malformed) > 0


def test_several_files_of_several_forms_and_an_executor_killed_in_mid_job(
    spark, running, tmp_path, export
):
    wide = tmp_path.parent / "wide.csv"
    wide.write_text("Name,Phone\nÄnn,0501234567\nBob,0507654321\n", encoding="utf-16")
    killed = []

    def kill():
        while not list(tmp_path.glob(".many.partial-*/parts/*/rows.csv")):
            time.sleep(0.05)
        killed.append(running.kill_an_executor())

    watching = threading.Thread(target=kill, daemon=True)
    watching.start()
    options = {"to": "wati", "region": "AE", "on_duplicate": "last"}
    the_same_on_both(spark, tmp_path, [export, CRM, wide], 25_000, **options)
    watching.join(10)
    assert killed


def test_every_first_attempt_of_a_task_that_crashes(spark, tmp_path, monkeypatch):
    real = {name: getattr(_tasks, name) for name in ("look_for_runs", "tell_keys", "write_parts")}

    def crashing(make):
        def made(*told):
            task = make(*told)

            def crash(batches):
                from pyspark import TaskContext

                out = list(task(batches))
                if TaskContext.get().attemptNumber() == 0:
                    os._exit(1)
                yield from out

            return crash

        return made

    for name, make in real.items():
        monkeypatch.setattr(_tasks, name, crashing(make))
    options = {"to": "superwaba", "region": "AE", "on_duplicate": "reject"}
    the_same_on_both(spark, tmp_path, [CRM], 70_000, **options)


def test_what_stops_a_run_is_told_on_the_driver_and_leaves_nothing(spark, tmp_path, export):
    out = tmp_path / "out"
    for error, sources, options in [
        (rowcall.InputError, [tmp_path / "missing.csv"], {}),
        (rowcall.InputError, [tmp_path], {}),
        (rowcall.UsageError, [export], {"to": "nowhere"}),
        (rowcall.UsageError, [export], {"on_duplicate": "merge"}),
        (rowcall.UsageError, [export], {"to": "hubspot"}),
        (rowcall.OutputError, [export], {"out": tmp_path}),
    ]:
        with pytest.raises(error) as raised:
            rowcall.spark.prepare(spark, sources, **{"to": "superwaba", "out": out, **options})
        assert raised.value.code in (2, 4, 5)
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
    pytest.importorskip("grpc", reason="the extra `connect` of pyspark is not installed")
    one, many = tmp_path / "one", tmp_path / "many"
    rowcall.prepare(CRM, to="superwaba", out=one, region="AE", no_page=True)
    script = Path(__file__).with_name("connect.py")
    done = subprocess.run([sys.executable, script, CRM, many], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files(many) == {**files(one), "_SUCCESS": b""}
