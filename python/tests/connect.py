"""Run with Spark Connect: python connect.py INPUT OUT. In a process of its own, for a process has one
kind of session."""

import os
import sys

from pyspark.sql import SparkSession

import rowcall.spark

if __name__ == "__main__":
    source, out = sys.argv[1:]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    remote = SparkSession.builder.remote("local[2]").config("spark.sql.shuffle.partitions", "4")
    session = remote.getOrCreate()
    options = {"to": "superwaba", "region": "AE", "range_bytes": 60_000}
    rowcall.spark.prepare(session, source, out=out, **options)
    session.stop()
