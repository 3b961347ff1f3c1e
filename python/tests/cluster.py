"""A real standalone cluster on loopback, from the PyPI package `pyspark`: a master and workers, each
in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
WAIT_SECONDS = 120


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


class Cluster:
    """The processes of a cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"spark://127.0.0.1:{free_port()}"
        self.processes: list[subprocess.Popen] = []

    def start(self, name: str, until: str, *arguments: str) -> None:
        """Start a process, and wait until its log says that it is up."""
        # Nothing of ours is on the workers' path: what they need travels with the job.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment.update(
            SPARK_HOME=str(HOME),
            SPARK_LOCAL_IP="127.0.0.1",
            SPARK_NO_DAEMONIZE="1",
            SPARK_DAEMON_MEMORY="256m",
            SPARK_WORKER_DIR=str(self.folder),
            PYSPARK_PYTHON=sys.executable,
        )
        log = self.folder / f"{name}.log"
        with open(log, "w") as written:
            command = [str(HOME / "bin/spark-class"), *arguments]
            process = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
        self.processes.append(process)
        end = time.monotonic() + WAIT_SECONDS
        while until not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)

    def executors(self) -> list[int]:
        """The processes of executors: children of our workers."""
        ours = {process.pid for process in self.processes}
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes()
                if parent in ours and b"CoarseGrainedExecutorBackend" in command:
                    found.append(int(entry.name))
        return sorted(found)

    def kill_an_executor(self) -> int:
        """Kill one executor at once."""
        pid = self.executors()[0]
        os.kill(pid, signal.SIGKILL)
        return pid


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2):
    """A cluster with so many workers of one core each."""
    folder.mkdir(parents=True, exist_ok=True)
    running = Cluster(folder)
    _, _, port = running.url.rpartition(":")
    deploy = "org.apache.spark.deploy"
    host = ("--host", "127.0.0.1")
    try:
        running.start(
            "master", "I have been elected leader",
            f"{deploy}.master.Master", *host, "--port", port, "--webui-port", "0",
        )  # fmt: skip
        for number in range(workers):
            running.start(
                f"worker-{number}", "Successfully registered with master",
                f"{deploy}.worker.Worker", *host, "--webui-port", "0", "-c", "1", "-m", "900m",
                running.url,
            )  # fmt: skip
        yield running
    finally:
        for process in reversed(running.processes):
            process.terminate()
        for process in running.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
