"""The provider's own binary, run as an operator runs it."""

import json
import os
import pathlib
import random
import select
import signal
import socket
import subprocess
import threading
import time

import requests

def start_process(command, **options):
    """Starts a program that is told to stop when the test process is gone, however it went."""
    # The kernel watches the thread that starts it, so that a short-lived one would stop the program too early.
    lasting = threading.current_thread() is threading.main_thread()
    guard = ["setpriv", "--pdeathsig", "TERM", "--"] if lasting else []
    return subprocess.Popen([*guard, *command], **options)


def environment_with(changes=None):
    """This process's environment without settings of ours, which the tests' own variables look like."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXEUNT_")}
    return {**kept, **(changes or {})}


def free_port():
    """Below the range of outgoing connections, which could take it before a server does; not of a known service."""
    while True:
        port = random.randrange(28_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def stop_process(process, how=signal.SIGTERM, seconds=30):
    """Stops a process, by force if it does not obey; then that is an error."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)
        raise


class Exeunt:
    def __init__(self, binary, folder, port=None):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.database = f"sqlite:{self.folder}/exeunt.sqlite"
        self.process = None
        self.log = self.folder / "serve.log"

    @property
    def options(self):
        return ["--database", self.database, "--issuer", self.issuer, "--development",
                "--secret-key-file", str(self.folder / "exeunt.key")]

    def start(self, environment=None):
        """Starts `exeunt serve`, and returns once it is ready."""
        command = [self.binary, "serve", *self.options, "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log, "a") as log:
            self.process = start_process(command, stdout=log, stderr=log,
                                         env=environment_with(environment))
        deadline = time.monotonic() + 60
        while True:
            try:
                if requests.get(self.issuer + "/health/ready", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            assert self.process.poll() is None, f"exeunt did not start:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"exeunt is not ready:\n{self.log.read_text()}"
            time.sleep(0.02)

    def stop(self, how=signal.SIGTERM):
        process, self.process = self.process, None
        stop_process(process, how)

    def command(self, *arguments, text=None, check=True):
        """Runs a command with --json and returns its value."""
        done = subprocess.run([self.binary, *arguments, *self.options, "--json"], input=text, text=True,
                              capture_output=True, timeout=60, env=environment_with())
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def add_user(self, name, password, *options):
        return self.command("users", "add", name, "--password-stdin", *options, text=password + "\n")

    def add_client(self, **metadata):
        return self.command("clients", "add", "-", text=json.dumps(metadata))


class Demo(Exeunt):
    """`exeunt demo`: the provider and its two sample applications, on ports of their own."""

    def start(self, environment=None):
        ports = [self.port, free_port(), free_port()]
        command = [self.binary, "demo", "--json", "--folder", str(self.folder), "--port", str(ports[0]),
                   "--port-one", str(ports[1]), "--port-two", str(ports[2])]
        with open(self.log, "a") as log:
            self.process = start_process(command, stdout=subprocess.PIPE, stderr=log,
                                         env=environment_with(environment))
        answer = self._first_value(time.monotonic() + 60)
        assert answer["issuer"] == self.issuer
        self.one, self.two = answer["applications"]
        self.username, self.password = answer["account"]["username"], answer["account"]["password"]

    def _first_value(self, deadline):
        """The JSON value that it prints when all three listen."""
        text = b""
        output = self.process.stdout.fileno()
        while time.monotonic() < deadline:
            if select.select([output], [], [], 0.2)[0]:
                piece = os.read(output, 65536)
                assert piece, f"the demo did not start:\n{self.log.read_text()}"
                text += piece
                try:
                    return json.loads(text)
                except ValueError:
                    continue
        raise AssertionError(f"the demo is not ready:\n{self.log.read_text()}")

    def stop(self, how=signal.SIGTERM):
        process = self.process
        super().stop(how)
        if process:
            process.stdout.close()

    @property
    def options(self):
        return ["--database", self.database, "--development"]

    def change_client(self, client, **changes):
        """Changes an application's registration beside the running server; None removes a member."""
        metadata = {**self.command("clients", "show", client), **changes}
        metadata = {name: value for name, value in metadata.items() if value is not None}
        return self.command("clients", "update", client, "-", text=json.dumps(metadata))
