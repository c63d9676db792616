"""The release build under measurement: starting it, feeding it, and reading what it costs."""

import json
import os
import pathlib
import re
import secrets
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "Tests/counterparts"), str(ROOT / "Tests/crash")]

from exeunt import Exeunt, free_port  # noqa: E402
from person import Application, Person  # noqa: E402

BINARY = str(ROOT / ".build-release/release/exeunt")
PROGRAMS = ROOT / ".build-bench/release"


def cpu_of(pid):
    """CPU seconds that all threads of a process have used, to the nanosecond (schedstat, not clock ticks)."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (OSError, IndexError):
            pass
    return total / 1e9


def memory_of(pid):
    """Resident and highest resident size in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    value = {name: int(size) / 1024 for name, size in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}
    return round(value["VmRSS"], 1), round(value["VmHWM"], 1)


LUA = ROOT / "Benchmarks/wrk"


def wrk_command(url, script, seconds, connections, threads=2):
    return ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", str(LUA / f"{script}.lua"), url]


def wrk(url, script, seconds, connections=32, **environment):
    """Runs wrk; returns (requests, seconds, the answers that the script found good). Any error is one too many."""
    done = subprocess.run(wrk_command(url, script, seconds, connections), capture_output=True, text=True, check=True,
                          env={**os.environ, "LUA_FOLDER": str(LUA), **environment})
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    requests, micros, errors, good = (int(number) for number in found.groups())
    assert requests > 0 and errors == 0, f"{script}: {errors} of {requests} answers were errors\n{done.stdout}"
    return requests, micros / 1e6, good


def until(question, seconds=30):
    """Asks until the answer is true; its last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


class Measured:
    """One provider with one application, one account, and one algorithm."""

    def __init__(self, folder, database, algorithm, environment=None):
        self.exeunt = Exeunt(BINARY, folder)
        if database:
            self.exeunt.database = database
            # Only an empty SQLite database makes its key itself.
            key = self.exeunt.folder / "exeunt.key"
            key.write_text(secrets.token_hex(32) + "\n")
            key.chmod(0o600)
        self.exeunt.start(environment)
        self.algorithm = algorithm
        self.exeunt.add_user("alice", "correct horse battery")

    @property
    def pid(self):
        return self.exeunt.process.pid

    def add_application(self, name, origin, **metadata):
        client = self.exeunt.add_client(**{
            "client_name": name, "redirect_uris": [f"{origin}/{name}/callback"],
            "post_logout_redirect_uris": [f"{origin}/{name}/bye"],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "id_token_signed_response_alg": self.algorithm, **metadata})
        return Application(name, client, f"/{name}")

    def person(self):
        return Person(self.exeunt.issuer, "alice", "correct horse battery")

    def cost(self, url, script, seconds, warm_up=True, **options):
        """(requests, seconds, CPU seconds of the server, good answers) under wrk, after a second of the same to warm up."""
        if warm_up:
            wrk(url, script, 1, **options)
        before = cpu_of(self.pid)
        requests, spent, good = wrk(url, script, seconds, **options)
        return requests, spent, cpu_of(self.pid) - before, good

    def value(self, query):
        """The one number that a query of the provider's own database finds."""
        location = self.exeunt.database
        if location.startswith("sqlite:"):
            connection = sqlite3.connect(location.removeprefix("sqlite:"), timeout=30)
            try:
                return connection.execute(query).fetchone()[0]
            finally:
                connection.close()
        return int(subprocess.run(["psql", "-qAt", location, "-c", query], capture_output=True, text=True, check=True).stdout)

    def stop(self):
        self.exeunt.stop()


class Program:
    """One of the benchmark's own programs, for as long as a `with` lasts."""

    def __init__(self, name, *arguments):
        self.command = [str(PROGRAMS / name), *map(str, arguments)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)


def machine():
    """What the figures were measured on, and how busy it was with other things."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"processor": model.group(1) if model else "unknown", "cores": os.cpu_count(),
            "load_at_start": round(os.getloadavg()[0], 1)}


def signature_rates():
    return json.loads(subprocess.run([PROGRAMS / "signatures"], capture_output=True, text=True, check=True).stdout)


def bare_route(seconds):
    """(rate per second, CPU µs) of a route that does nothing: what the HTTP server alone costs."""
    port = free_port()
    with Program("baseline", port) as program:
        wait_for_port(port)
        wrk(f"http://127.0.0.1:{port}/", "post", 1)
        before = cpu_of(program.process.pid)
        requests, spent, _ = wrk(f"http://127.0.0.1:{port}/", "post", seconds)
        return round(requests / spent), round((cpu_of(program.process.pid) - before) / requests * 1e6, 1)


def wait_for_port(port):
    import socket

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")
