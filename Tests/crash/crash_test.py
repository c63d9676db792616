"""Kills the provider with SIGKILL at every named point of login, redemption, refresh and logout, starts it again, and asserts
(A-43, A-71, A-72, A-74, A-75):

- a session that is over is over for everybody: every application that was signed in is told of it,
- no token, refresh token or code of an ended session is accepted anywhere,
- a logout that was acknowledged is such an ending, and one that was not is either complete or has not begun.

`--kills N` spreads at least N kills over all points, each at least five times. At the end it proves itself: a build that
enqueues after the commit (EXEUNT_FAULT) must be caught.
"""

import argparse
import os
import pathlib
import random
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "counterparts"))

from applications import Sink  # noqa: E402
from exeunt import Exeunt  # noqa: E402
from person import Application, Died, Person  # noqa: E402

ROOT = pathlib.Path(__file__).parent.parent.parent
TOLD_WITHIN = 20  # seconds after the restart


class Violation(AssertionError):
    """The provider broke its promise."""


def points():
    """The names of all crash points, from the source that defines them."""
    text = (ROOT / "Sources/ExeuntProvider/Sessions/FaultPoint.swift").read_text()
    body = text[text.index("enum FaultPoint"):text.index("static func reached")]
    names = [name.strip() for line in re.findall(r"^\s*case (.+)$", body, re.M) for name in line.split(",")]
    assert len(names) >= 15, names
    return names


class Stage:
    """A provider with two applications and one person, kept over many kills."""

    def __init__(self, binary, folder, name, database=None):
        self.exeunt = Exeunt(binary, pathlib.Path(folder) / name)
        if database:
            self.exeunt.database = database
            # Only an empty SQLite database makes its key itself.
            key = self.exeunt.folder / "exeunt.key"
            key.write_text(secrets.token_hex(32) + "\n")
            key.chmod(0o600)
        self.sink = Sink()
        self.exeunt.start()
        self.exeunt.add_user("alice", "correct horse battery")
        self.applications = [self.register(name) for name in ("one", "two", "three")]
        self.exeunt.stop()

    def register(self, name):
        path = f"/{name}"
        client = self.exeunt.add_client(
            client_name=name, redirect_uris=[f"{self.sink.origin}{path}/callback"],
            grant_types=["authorization_code", "refresh_token"],
            post_logout_redirect_uris=[f"{self.sink.origin}{path}/bye"],
            backchannel_logout_uri=f"{self.sink.origin}{path}", id_token_signed_response_alg="ES256",
            exeunt_receipt="always")
        return Application(name, client, path)

    def act(self, person):
        """Sign in to two applications, refresh, leave a code unredeemed, sign out."""
        one, two, three = self.applications
        person.sign_in(one)
        person.sign_in(two)
        person.refresh(one)
        person.authorize(three)
        person.sign_out(one)

    def round(self, point, count, fault=None):
        """One life of the provider that ends at `point`. Returns whether the kill happened."""
        environment = {"EXEUNT_CRASH_AT": f"{point}:{count}"}
        if fault:
            environment["EXEUNT_FAULT"] = fault
        self.exeunt.start(environment)
        person = Person(self.exeunt.issuer, "alice", "correct horse battery")
        try:
            self.act(person)
            # Points of the dispatcher may come after the answer.
            deadline = time.monotonic() + 1.5
            while self.exeunt.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
        except Died:
            pass
        killed = self.exeunt.process.poll() is not None or self.wait_for_death()
        if killed:
            self.exeunt.process = None
        else:
            self.exeunt.stop()
        self.exeunt.start()
        try:
            self.judge(person, f"{point}:{count}")
        finally:
            self.exeunt.stop()
        return killed

    def wait_for_death(self):
        try:
            self.exeunt.process.wait(timeout=0.5)
            return True
        except Exception:
            return False

    def judge(self, person, where):
        one = self.applications[0]
        signed_in = [a for a in self.applications if a.name in person.logins]
        if person.acknowledged and person.is_signed_in(one):
            raise Violation(f"{where}: an acknowledged logout left the session alive")
        if signed_in and not person.acknowledged and person.is_signed_in(one):
            # The logout never began: it must still be possible, and complete.
            for application in signed_in:
                if not person.is_active(person.logins[application.name]["access_token"], application):
                    raise Violation(f"{where}: the session lives, but {application.name}'s token died")
            person.sign_out(signed_in[0])
        for application in signed_in:
            if not self.sink.wait(application.path, person.sid(application), TOLD_WITHIN):
                raise Violation(f"{where}: {application.name} was never told that its session ended")
        if signed_in:
            self.nothing_lives(person, where)

    def nothing_lives(self, person, where):
        for kind, token, application, verifier in person.issued:
            if kind == "code":
                answer = person.token(application, grant_type="authorization_code", code=token, code_verifier=verifier,
                                      redirect_uri=application.redirect)
                alive = answer.status_code != 400
            elif kind == "refresh":
                answer = person.token(application, grant_type="refresh_token", refresh_token=token)
                alive = answer.status_code != 400
            else:
                alive = person.is_active(token, application)
            if alive:
                raise Violation(f"{where}: a {kind} token of {application.name} outlived its session")


def plan(names, kills):
    """Every point in turn, at its first, second … occurrence, until there are enough."""
    repeats = max(5, -(-kills // len(names)))
    return [(name, 1 + turn % occurrences(name)) for turn in range(repeats) for name in names]


def occurrences(name):
    """How often a point is reached in one life: sign-in happens once, joining and delivering twice."""
    if name.startswith(("code",)):
        return 3
    if name.startswith(("redeem", "dispatcherSigned", "dispatcherSent")):
        return 2
    return 1


def new_database(server, number):
    """A database of its own on a PostgreSQL server; None, for SQLite, without a server."""
    if not server:
        return None
    name = f"crash_{os.getpid()}_{number}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    return urlsplit(server)._replace(path="/" + name).geturl()


def work(stage, jobs, lock, results):
    while True:
        with lock:
            if not jobs or results["failures"]:
                return
            point, count = jobs.pop()
        try:
            killed = stage.round(point, count)
            with lock:
                results["kills"][point] = results["kills"].get(point, 0) + killed
                done = sum(results["kills"].values())
            if done % 20 == 0:
                print(f"  {done} kills survived", flush=True)
        except Exception as error:  # noqa: BLE001: every failure is reported and fails the run
            with lock:
                results["failures"].append(f"{type(error).__name__}: {error}")
            stage.exeunt.stop()
            return


def proves_itself(stage):
    """Deliveries written after the commit are lost when the process dies in between: the test must see it."""
    for point in ("logoutCommitted", "logoutRecorded"):
        try:
            stage.round(point, 1, fault="enqueue-after-commit")
        except Violation as violation:
            print(f"  the wrong variant is caught: {violation}")
            return True
        finally:
            stage.exeunt.stop()
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--postgres", help="on this server instead of SQLite: a URL that may create databases")
    parser.add_argument("--only", help="one point alone")
    arguments = parser.parse_args()
    global TOLD_WITHIN
    binary = os.environ.get("EXEUNT_BINARY", str(ROOT / ".build/debug/exeunt"))
    names = [arguments.only] if arguments.only else points()
    jobs = plan(names, arguments.kills)
    random.Random(20).shuffle(jobs)
    results = {"kills": {}, "failures": []}
    lock = threading.Lock()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="exeunt-crash.") as folder:
        databases = [new_database(arguments.postgres, number) for number in range(arguments.workers)]
        stages = [Stage(binary, folder, f"worker-{number}", database) for number, database in enumerate(databases)]
        threads = [threading.Thread(target=work, args=(stage, jobs, lock, results)) for stage in stages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kills = sum(results["kills"].values())
        if not results["failures"]:
            few = [name for name in names if results["kills"].get(name, 0) < min(5, arguments.kills)]
            if few:
                results["failures"].append(f"these points were hit fewer than five times: {few}")
            TOLD_WITHIN = 5
            if not arguments.only and not proves_itself(Stage(binary, folder, "wrong")):
                results["failures"].append("the variant that enqueues after the commit was not caught")
    for failure in results["failures"]:
        print(f"FAILED {failure}")
    print(f"{kills} kills in {time.monotonic() - started:.0f} s over {len(results['kills'])} points")
    print(f"{kills} passed, {len(results['failures'])} failed")
    return 1 if results["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
