#!/usr/bin/env bash
# Builds the wheel, and tests it: the module, then the same on a Spark cluster on loopback.
# `python/test.sh unit` leaves the cluster out. ROWCALL_PYSPARK names another pyspark than the newest,
# for example "pyspark[sql,connect]==3.5.*".
set -euo pipefail
cd "$(dirname "$0")"
what=${1:-all}
venv=${ROWCALL_VENV:-../target/python}
step() { printf '\n== %s\n' "$*"; "$@"; }

# Whatever is missing is fetched; where that fails, so does the test.
offline() { echo "python/test.sh: $1 is missing and cannot be fetched; is there a network?" >&2; exit 1; }

[ -x "$venv/bin/python" ] || step python3 -m venv "$venv"
step "$venv/bin/python" -m pip install --quiet "maturin>=1.7,<2" mypy || offline maturin
step "$venv/bin/python" -m pip install --quiet ".[test]" || offline "what the module is tested with"
# From a folder of its own, so that what is tested is what was installed.
run() { step env -C tests "$venv_python" -m pytest --quiet -p no:cacheprovider -c ../pyproject.toml --rootdir . "$@"; }
venv_python=$(cd "$venv/bin" && pwd)/python
run test_module.py test_phones.py
step "$venv_python" -m mypy --strict rowcall/__init__.py rowcall/_settings.py rowcall/_summary.py
[ "$what" = all ] || { echo "python/test.sh: the cluster was left out"; exit 0; }

if ! command -v java >/dev/null; then
    step apt-get install --yes --quiet openjdk-17-jre-headless || offline "Java 17"
fi
spark=${ROWCALL_SPARK_VENV:-$venv-spark}
[ -x "$spark/bin/python" ] || step python3 -m venv "$spark"
step "$spark/bin/python" -m pip install --quiet "${ROWCALL_PYSPARK:-pyspark[sql,connect]>=4}" "pandas<3" pyarrow pytest ||
    offline pyspark
# The very wheel that was tested above.
step cp -r "$("$venv_python" -I -c 'import rowcall, os; print(os.path.dirname(rowcall.__file__))')" \
    "$("$spark/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/"
venv_python=$(cd "$spark/bin" && pwd)/python
run test_spark.py
