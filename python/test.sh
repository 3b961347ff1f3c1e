#!/usr/bin/env bash
# Builds the wheel, and tests it: the module, then the same on a Spark cluster on loopback.
# `python/test.sh unit` leaves the cluster out. Needs Rust and Python; whatever else is missing is
# fetched, and where that fails, so does the test.
#   WHEEL_PROFILE     cargo's profile of the wheel; by default the one that `cargo test` has built
#                     the dependencies with. `release` is what users get.
#   ROWCALL_PYSPARK   another pyspark than the newest, and what it needs of others, for example
#                     "pyspark[sql,connect]==3.5.* pyarrow<20"
#   ROWCALL_VENV      where Python's packages go
set -euo pipefail
cd "$(dirname "$0")"
what=${1:-all}
venv=${ROWCALL_VENV:-../target/python}
spark=${ROWCALL_SPARK_VENV:-$venv-spark}

step() { printf '\n== %s\n' "$*"; "$@"; }
offline() { echo "python/test.sh: $1 is missing and cannot be fetched; is there a network?" >&2; exit 1; }
install() { step "$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}"; }
# From a folder of its own, so that what is tested is what was installed.
run() { step env -C tests "$(cd "$1/bin" && pwd)/python" -m pytest --quiet -rs -p no:cacheprovider -c ../pyproject.toml --rootdir . "${@:2}"; }

[ -x "$venv/bin/python" ] || step python3 -m venv "$venv"
install "$venv" "maturin>=1.7,<2" mypy || offline maturin
step cargo fetch --quiet --locked || offline "what the wheel is built of"
export MATURIN_PEP517_ARGS="--locked --profile ${WHEEL_PROFILE:-dev}"
# Without isolation, so that nothing is built anew because a folder has another name.
PATH="$(cd "$venv/bin" && pwd):$PATH" install "$venv" --no-build-isolation --no-deps .
install "$venv" "rowcall[test]" || offline "what the wheel is tested with"
run "$venv" test_module.py test_phones.py
step "$venv/bin/python" -m mypy --strict rowcall
# What the stubs say is what the native half has.
step env -C tests "$(cd "$venv/bin" && pwd)/python" -m mypy.stubtest --concise rowcall._rowcall
[ "$what" = all ] || { echo "python/test.sh: the cluster was left out"; exit 0; }

# Spark 4 wants Java 17 or newer.
java_major() { java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'; }
if [ "$(java_major)" -lt 17 ] 2>/dev/null || ! command -v java >/dev/null; then
    { step apt-get update --quiet && step apt-get install --yes --quiet openjdk-17-jre-headless; } ||
        offline "Java 17"
    JAVA_HOME=$(echo /usr/lib/jvm/java-17-openjdk-*)
    export JAVA_HOME
fi
[ -x "$spark/bin/python" ] || step python3 -m venv "$spark"
read -ra pyspark <<<"${ROWCALL_PYSPARK:-pyspark[sql,connect]>=4}"
install "$spark" "${pyspark[@]}" "pandas<3" pyarrow pytest s3fs "moto[s3,server]" ||
    offline "pyspark or what it is tested with"
# The very wheel that was tested above, where the driver finds it and the workers do not.
wheel=$("$venv/bin/python" -I -c 'import os, rowcall; print(os.path.dirname(rowcall.__file__))')
step rm -rf "$spark/driver"
step mkdir "$spark/driver"
step cp -r "$wheel" "$spark/driver/"
PYTHONPATH="$(cd "$spark/driver" && pwd)" run "$spark" test_spark.py
