"""One session, a thousand applications: from the logout's commit to the last application told."""

import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

from server import Measured, Program, cpu_of, free_port, wait_for_port


def applications(database, template, addresses):
    """Registers one application per address by copying the row of a real registration, and signs the one session in."""
    connection = sqlite3.connect(database, timeout=30)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(clients)")]
    row = dict(zip(columns, connection.execute("SELECT * FROM clients WHERE client_id = ?", (template,)).fetchone()))
    ledger_columns = [row[1] for row in connection.execute("PRAGMA table_info(session_clients)")]
    ledger = dict(zip(ledger_columns, connection.execute("SELECT * FROM session_clients").fetchone()))
    metadata = json.loads(row["metadata"])
    with connection:
        connection.execute("DELETE FROM session_clients")
        for number, address in enumerate(addresses):
            row["client_id"] = f"fan-{number}"
            row["metadata"] = json.dumps({**metadata, "client_name": f"Fan {number}", "backchannel_logout_uri": address},
                                         separators=(",", ":"))
            ledger |= {"client_id": row["client_id"], "sid": f"sid-{number}-{time.time_ns()}"}
            connection.execute(f"INSERT INTO clients ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                               [row[name] for name in columns])
            connection.execute(
                f"INSERT INTO session_clients ({','.join(ledger_columns)}) VALUES ({','.join('?' * len(ledger_columns))})",
                [ledger[name] for name in ledger_columns])
    session = connection.execute("SELECT session_id FROM sessions").fetchone()[0]
    connection.close()
    return session


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
    """Milliseconds from the logout record's time to the last of the applications that answer, and where they go."""
    with tempfile.TemporaryDirectory(prefix="exeunt-fan.") as folder:
        first = free_port() if origins == 1 else 21000
        arguments = [first, origins, *(certificate(folder) if tls else ())]
        with Program("sink", *arguments):
            wait_for_port(first + origins - 1)
            scheme = "https" if tls else "http"
            host = "localhost" if tls else "127.0.0.1"
            addresses = [
                f"{scheme}://{host}:{first + number % origins}/{'hang' if number < hanging else 'ok'}/{number}"
                for number in range(count)]
            return once(pathlib.Path(folder), addresses, f"{scheme}://{host}:{first}", count - hanging,
                        f"{folder}/cert.pem" if tls else None)


def once(folder, addresses, origin, expected, authority):
    import ssl

    context = ssl.create_default_context(cafile=authority) if authority else None
    measured = Measured(folder / "provider", None, "ES256")
    try:
        template = measured.add_application("template", "http://127.0.0.1:9", backchannel_logout_uri="http://127.0.0.1:9/x")
        measured.person().sign_in(template)
        if authority:
            measured.exeunt.stop()
            measured.exeunt.start({"EXEUNT_OUTGOING_CA_FILE": authority})
        database = str(folder / "provider/exeunt.sqlite")
        session = applications(database, template.id, addresses)
        before = cpu_of(measured.pid)
        measured.exeunt.command("logout", "--session", session)
        deadline = time.monotonic() + 30
        while (state := sink(origin, "count", context))["count"] < expected and time.monotonic() < deadline:
            time.sleep(0.02)
        used = cpu_of(measured.pid) - before
        time.sleep(0.3)
        return figures(database, state, expected, used)
    finally:
        measured.stop()


def figures(database, state, expected, used):
    connection = sqlite3.connect(database, timeout=30)
    started = connection.execute("SELECT created_at FROM logouts ORDER BY created_at DESC LIMIT 1").fetchone()[0]
    attempts = connection.execute(
        "SELECT at, milliseconds FROM delivery_attempts WHERE outcome IN ('delivered', 'confirmed', 'success')").fetchall()
    result = {"told": state["count"], "expected": expected, "milliseconds": round(state["last"] / 1000 - started, 1),
              "cpu_ms": round(used * 1000, 1)}
    if attempts:
        began = sorted(at - milliseconds for at, milliseconds in attempts)
        result["first_sent_after_ms"] = began[0] - started
        result["attempt_ms_median"] = sorted(milliseconds for _, milliseconds in attempts)[len(attempts) // 2]
    connection.close()
    return result
