"""One session, a thousand applications: from the logout's commit to the last application told."""

import json
import pathlib
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

from server import Measured, Program, cpu_of, free_port, until, wait_for_port
from signin import TOLD


def applications(database, template, addresses):
    """Registers one application per address by copying the row of a real registration, and signs every session in."""
    connection = sqlite3.connect(database, timeout=30)

    def copies(table, rows):
        columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
        connection.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                               ([row[column] for column in columns] for row in rows))

    connection.row_factory = sqlite3.Row
    client = dict(connection.execute("SELECT * FROM clients WHERE client_id = ?", (template,)).fetchone())
    metadata = json.loads(client["metadata"])
    entries = [dict(entry) for entry in connection.execute("SELECT * FROM session_clients")]
    with connection:
        copies("clients", ({**client, "client_id": f"fan-{number}", "metadata": json.dumps(
            {**metadata, "client_name": f"Fan {number}", "backchannel_logout_uri": address}, separators=(",", ":"))}
            for number, address in enumerate(addresses)))
        copies("session_clients", ({**entry, "client_id": f"fan-{number}", "sid": f"{entry['sid']}-{number}"}
                                   for number in range(len(addresses)) for entry in entries))
    connection.close()


class Commit(threading.Thread):
    """Looks once a millisecond until one more logout is committed, and keeps the time (ms since 1970)."""

    def __init__(self, database, earlier):
        super().__init__(daemon=True)
        self.database, self.earlier, self.at = database, earlier, None
        self.start()

    def run(self):
        connection = sqlite3.connect(self.database, timeout=30)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if connection.execute("SELECT count(*) FROM logouts").fetchone()[0] > self.earlier:
                self.at = time.time() * 1000
                break
            time.sleep(0.001)
        connection.close()


def sink(origin, what, context=None):
    with urllib.request.urlopen(f"{origin}/{what}", timeout=10, context=context) as answer:
        return json.load(answer)


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return f"{folder}/cert.pem", f"{folder}/key.pem"


def measure(count=1000, origins=1, tls=False, hanging=0):
    """Milliseconds from a logout's commit to the last of the applications that answer, and where they go."""
    with tempfile.TemporaryDirectory(prefix="exeunt-fan.") as folder:
        first = free_port() if origins == 1 else 21000
        arguments = [first, origins, *(certificate(folder) if tls else ())]
        with Program("sink", *arguments) as program:
            wait_for_port(first + origins - 1)
            scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
            every = count // hanging if hanging else 0
            addresses = [
                f"{scheme}://{host}:{first + number % origins}/{'hang' if every and number % every == 0 else 'ok'}/{number}"
                for number in range(count)]
            return twice(pathlib.Path(folder), addresses, f"{scheme}://{host}:{first}", count - hanging, program,
                         f"{folder}/cert.pem" if tls else None)


def twice(folder, addresses, origin, expected, program, authority):
    """Two logouts of the same applications: the first meets a server that has not seen them yet, the second counts."""
    context = ssl.create_default_context(cafile=authority) if authority else None
    measured = Measured(folder / "provider", None, "ES256", {"EXEUNT_OUTGOING_CA_FILE": authority} if authority else {})
    try:
        template = measured.add_application("template", origin, backchannel_logout_uri=f"{origin}/ok/template")
        people = [measured.person() for _ in range(2)]
        for person in people:
            person.sign_in(template)
        database = str(folder / "provider/exeunt.sqlite")
        applications(database, template.id, addresses)
        cold, warm = (once(measured, person, template, database, origin, expected + 1, program, context) for person in people)
        return {**warm, "cold_milliseconds": cold["milliseconds"]}
    finally:
        measured.stop()


def once(measured, person, template, database, origin, expected, program, context):
    sink(origin, "take", context)
    earlier = measured.value("SELECT count(*) FROM logouts"), measured.value(TOLD)
    commit = Commit(database, earlier[0])
    before, sink_before = cpu_of(measured.pid), cpu_of(program.process.pid)
    answer = person.request("GET", measured.exeunt.issuer + "/oidc/logout", params={
        "id_token_hint": person.logins[template.name]["id_token"], "post_logout_redirect_uri": template.post_logout})
    assert answer.status_code in (200, 303), f"{answer.status_code} {answer.text}"
    until(lambda: sink(origin, "count", context)["count"] >= expected)
    # The database must say what the applications say.
    until(lambda: measured.value(TOLD) - earlier[1] >= expected)
    state = sink(origin, "count", context)
    used, sink_used = cpu_of(measured.pid) - before, cpu_of(program.process.pid) - sink_before
    told = measured.value(TOLD) - earlier[1]
    assert state["count"] == told == expected, f"{state['count']} received, {told} written down, {expected} expected"
    commit.join()
    return {"told": told, "expected": expected, "milliseconds": round(state["last"] / 1000 - commit.at, 1),
            "cpu_ms": round(used * 1000, 1), "sink_cpu_ms": round(sink_used * 1000, 1), **attempts(database, commit.at)}


def attempts(database, committed):
    connection = sqlite3.connect(database, timeout=30)
    logout, started = connection.execute(
        "SELECT logout_id, created_at FROM logouts ORDER BY created_at DESC LIMIT 1").fetchone()
    made = connection.execute(
        "SELECT at, milliseconds FROM delivery_attempts a JOIN deliveries d ON d.delivery_id = a.delivery_id "
        "WHERE logout_id = ? AND outcome = 'delivered'", (logout,)).fetchall()
    connection.close()
    return {"transaction_ms": round(committed - started, 1), "first_sent_after_ms": round(min(made)[0] - committed, 1),
            "attempt_ms_median": sorted(milliseconds for _, milliseconds in made)[len(made) // 2]}
