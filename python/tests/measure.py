"""What a run costs on Spark and embedded: CPU seconds a million rows, and shuffle bytes a row.

    python measure.py ROWS [FOLDER]

With the wheel and pyspark installed. CPU is that of the driver, the JVM and all Python workers, as
/proc tells it; the session runs in this machine's local mode with two threads.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def write_export(path, rows):
    """An export of so many rows of about 90 bytes, of which one in twenty repeats a phone."""
    pick = random.Random(7)
    with open(path, "w") as file:
        file.write("Name,Phone,Email,Country,Tags,Company\n")
        for row in range(rows):
            number = pick.randrange(rows * 10) if row % 20 else pick.randrange(1000)
            file.write(
                f"Contact {row},+97150{number % 10_000_000:07},person{row}@example.com,AE,"
                f"customer;tier{row % 5},Company {row % 1000} LLC\n"
            )


def cpu_seconds():
    """CPU of this process and all below it, those that ended and were waited for included."""
    below, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(parts[1])
            below[int(entry.name)] = sum(map(int, parts[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(below.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")


def shuffled_bytes(spark):
    """Bytes that stages have written for others so far."""
    context = spark.sparkContext
    address = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/stages"
    with urllib.request.urlopen(address) as answer:
        return sum(stage["shuffleWriteBytes"] for stage in json.load(answer))


def main():
    rows = int(sys.argv[1])
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "measured").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    export = folder / "contacts.csv"
    write_export(export, rows)
    print(f"{rows} rows, {export.stat().st_size / rows:.0f} bytes a row")

    import rowcall
    import rowcall.spark
    from pyspark.sql import SparkSession

    begun, cpu = time.monotonic(), cpu_seconds()
    rowcall.prepare(export, to="superwaba", out=folder / "one", region="AE", no_page=True)
    print(f"embedded: {time.monotonic() - begun:.1f} s, {cpu_seconds() - cpu:.1f} CPU s")

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.port", "0")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.driver.memory", "2g")
        .getOrCreate()
    )
    spark.range(1).collect()
    for number, (name, source) in enumerate([("a few rows", folder / "few.csv"), ("all rows", export)]):
        if number == 0:
            write_export(source, 100)
        begun, cpu, shuffled = time.monotonic(), cpu_seconds(), shuffled_bytes(spark)
        rowcall.spark.prepare(
            spark, source, to="superwaba", out=folder / f"many-{number}", region="AE",
            range_bytes=16 << 20,
        )  # fmt: skip
        wall, cpu = time.monotonic() - begun, cpu_seconds() - cpu
        shuffled = shuffled_bytes(spark) - shuffled
        print(f"spark, {name}: {wall:.1f} s, {cpu:.1f} CPU s, {shuffled / rows:.1f} shuffle bytes a row")
    compared = subprocess.run(
        ["diff", "-rq", "-x", "_SUCCESS", folder / "one", folder / "many-1"], capture_output=True
    )
    print("the same bytes" if compared.returncode == 0 else compared.stdout.decode())


if __name__ == "__main__":
    main()
