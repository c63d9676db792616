"""The provider's own binary, run as an operator runs it."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import requests


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


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
        log = open(self.log, "a")
        command = [self.binary, "serve", *self.options, "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
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
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        self.process = None

    def command(self, *arguments, text=None, check=True):
        """Runs a command with --json and returns its value."""
        done = subprocess.run([self.binary, *arguments, *self.options, "--json"], input=text, text=True,
                              capture_output=True, timeout=60)
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def add_user(self, name, password, *options):
        return self.command("users", "add", name, "--password-stdin", *options, text=password + "\n")

    def add_client(self, **metadata):
        return self.command("clients", "add", "-", text=json.dumps(metadata))
