"""Columns of phones, in the libraries that people have, against the command line."""

import json
import signal
import subprocess
import sys
import threading
import time

import duckdb
import pandas
import polars
import pyarrow
import pytest

import rowcall
from test_module import ROOT, command


def cells():
    """The cells of the fixtures, with the region that each is to be read in."""
    for line in (ROOT / "fixtures/cells/reference.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            cell, region, _ = line.split("\t")
            yield json.loads(cell), None if region == "-" else region


def explained(cell, region):
    """What the command says of a cell."""
    flags = ["--region", region] if region else []
    done = command("explain", "--format", "json", *flags, "--", cell)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    codes = [finding["code"] for finding in told["findings"]]
    taken = told["accepted"]
    return {
        "e164": told["phone"] if taken else None,
        "valid": taken,
        "kind": told["kind"] if taken else None,
        "region": told["region"] if taken else None,
        "code": codes[0] if codes else None,
    }


@pytest.fixture(scope="module")
def expected():
    """What the command says, a region: the cells, and what they are."""
    by_region = {}
    for cell, region in dict.fromkeys(cells()):
        by_region.setdefault(region, []).append(cell)
    return [
        (region, texts, [explained(text, region) for text in texts])
        for region, texts in by_region.items()
    ]


def test_there_are_cells_of_every_kind_and_several_regions(expected):
    found = [row for _, _, rows in expected for row in rows]
    assert len(found) > 30 and len(expected) > 3
    assert {row["valid"] for row in found} == {True, False}


def test_pyarrow_has_what_the_command_says(expected):
    for region, texts, rows in expected:
        for kind in [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()]:
            array = pyarrow.array(texts, kind)
            assert pyarrow.table(rowcall.phones(array, region=region)).to_pylist() == rows
        halves = pyarrow.chunked_array([texts[:1], texts[1:]], pyarrow.string())
        assert pyarrow.table(rowcall.phones(halves, region=region)).to_pylist() == rows
        coded = pyarrow.array(texts).dictionary_encode()
        assert pyarrow.table(rowcall.phones(coded, region=region)).to_pylist() == rows
        assert pyarrow.table(rowcall.phones(texts, region=region)).to_pylist() == rows


def test_polars_has_what_the_command_says(expected):
    for region, texts, rows in expected:
        frame = polars.DataFrame(rowcall.phones(polars.Series("phone", texts), region=region))
        assert frame.to_dicts() == rows


def test_pandas_has_what_the_command_says(expected):
    for region, texts, rows in expected:
        for series in [pandas.Series(texts), pandas.Series(texts, dtype="object")]:
            frame = pyarrow.table(rowcall.phones(series, region=region)).to_pandas()
            assert frame.astype(object).where(frame.notna(), None).to_dict("records") == rows


def test_duckdb_has_what_the_command_says(expected):
    for region, texts, rows in expected:
        cells_as_written = pyarrow.table({"phone": texts})
        relation = duckdb.sql("SELECT phone FROM cells_as_written")
        judged = pyarrow.table(rowcall.phones(relation, region=region))
        names = duckdb.sql("SELECT * FROM judged").columns
        assert [dict(zip(names, row)) for row in duckdb.sql("FROM judged").fetchall()] == rows


def test_numbers_and_cells_without_a_value_are_read_too():
    numbers = pyarrow.array([501234567, None, 12], pyarrow.int64())
    table = pyarrow.table(rowcall.phones(numbers, region="AE"))
    assert table["e164"].to_pylist() == ["+971501234567", None, None]
    assert table["code"].to_pylist()[1] == "phone.missing"


def test_options_are_the_flags_of_explain():
    vanity = rowcall.phones(["1-800-FLOWERS"], region="US", vanity=True)
    assert pyarrow.table(vanity)["e164"].to_pylist() == ["+18003569377"]
    fixed = rowcall.phones(["+97143211234"], kinds=["mobile"])
    assert pyarrow.table(fixed).to_pylist() == [
        {"e164": None, "valid": False, "kind": None, "region": None, "code": "phone.kind_refused"}
    ]
    with pytest.raises(rowcall.UsageError, match="XX"):
        rowcall.phones(["1"], region="XX")


def test_what_is_no_column_of_phones_is_refused():
    with pytest.raises(rowcall.UsageError):
        rowcall.phones(pyarrow.table({"a": ["1"], "b": ["2"]}))


def test_columns_are_handed_out_without_a_copy():
    judged = rowcall.phones(["0501234567", "12"], region="AE")

    def addresses():
        chunks = [column.chunk(0) for column in pyarrow.table(judged).columns]
        return [buffer.address for chunk in chunks for buffer in chunk.buffers() if buffer]

    assert addresses() == addresses() != []


def test_a_column_of_many_pieces_and_one_of_none():
    cells = ["0501234567", "12", None] * 50_000
    table = pyarrow.table(rowcall.phones(pyarrow.array(cells), region="AE"))
    assert table["e164"].to_pylist() == ["+971501234567", None, None] * 50_000
    assert pyarrow.table(rowcall.phones(pyarrow.array([], pyarrow.string()))).num_rows == 0


def test_other_threads_run_while_a_column_is_read():
    column, span, ticks = pyarrow.array(["050 123 45 67"] * 200_000), [], []

    def read():
        span.append(time.monotonic())
        rowcall.phones(column, region="AE")
        span.append(time.monotonic())

    reader = threading.Thread(target=read)
    reader.start()
    while reader.is_alive():
        ticks.append(time.monotonic())
        time.sleep(0.001)
    assert len([tick for tick in ticks if span[0] < tick < span[1]]) > 10


def test_control_c_ends_the_reading_of_a_column():
    code = (
        "import pyarrow, rowcall\n"
        "zeros = pyarrow.py_buffer(bytes(40_000_000))\n"
        "many = pyarrow.Int8Array.from_buffers(pyarrow.int8(), zeros.size, [None, zeros])\n"
        "column = pyarrow.DictionaryArray.from_arrays(many, ['050 123 45 67'])\n"
        "print('begun', flush=True)\n"
        "try: rowcall.phones(column, region='AE')\n"
        "except KeyboardInterrupt: print('interrupted', flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "begun\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30)[0] == "interrupted\n"
