"""Whether ending a session costs more when a million others are stored: CPU time, interleaved, median of nine."""

import pathlib
import sqlite3
import statistics
import tempfile

from server import Measured, Program, free_port, wait_for_port
from signin import end_sessions, sign_in_many

HOT_QUERIES = {
    "gate": "UPDATE sessions SET status = 'ended' WHERE session_id = ? AND status = 'active' RETURNING account_id",
    "ledger": "SELECT client_id FROM session_clients WHERE session_id = ? AND ended_at IS NULL",
    "browser's sessions": "SELECT session_id FROM sessions WHERE user_agent_id = ? AND status = 'active'",
    "due deliveries": "SELECT delivery_id FROM deliveries WHERE state IN ('pending', 'leased') AND next_attempt_at <= ? "
                      "ORDER BY next_attempt_at LIMIT 1024",
    "expiry": "SELECT session_id FROM sessions WHERE status = 'active' AND deadline <= ? ORDER BY deadline LIMIT 100",
    "token": "SELECT g.grant_id FROM access_tokens t JOIN grants g ON g.grant_id = t.grant_id WHERE t.token_hash = ?",
}


def fill(database, count):
    """Copies the one living session until there are `count`, with a browser, a ledger entry, a grant and its tokens each."""
    connection = sqlite3.connect(database, timeout=60)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < "
                       f"{count}) SELECT i FROM c")
    unique = {"session_id", "user_agent_id", "sid", "grant_id"}
    for table in ("user_agents", "sessions", "session_clients", "grants", "refresh_tokens", "access_tokens"):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "seq"]
        chosen = [
            "CAST('filled-' || n.i AS BLOB)" if name in ("secret_hash", "token_hash")
            else "'filled-' || n.i" if name in unique else f"t.{name}" for name in columns]
        connection.execute(f"INSERT INTO {table} ({','.join(columns)}) SELECT {','.join(chosen)} FROM n, "
                           f"(SELECT * FROM {table} LIMIT 1) t")
    connection.commit()
    stored = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
    connection.close()
    return stored


def plans(database):
    connection = sqlite3.connect(database, timeout=30)
    found = {}
    for name, query in HOT_QUERIES.items():
        rows = connection.execute("EXPLAIN QUERY PLAN " + query, ("x",) * query.count("?")).fetchall()
        found[name] = "; ".join(row[3] for row in rows)
    connection.close()
    return found


def measure(sizes=(10_000, 1_000_000), runs=9, batch=60):
    """{size: median CPU µs per end-session}, the ratio of largest to smallest, and the query plans at the largest."""
    with tempfile.TemporaryDirectory(prefix="exeunt-growth.") as folder:
        port = free_port()
        with Program("sink", port):
            wait_for_port(port)
            stages = {size: stage(pathlib.Path(folder) / str(size), port, size) for size in sizes}
            try:
                costs = {size: [] for size in sizes}
                for _ in range(runs):
                    for size, (measured, application) in stages.items():
                        people = sign_in_many(measured, application, batch)
                        costs[size].append(end_sessions(measured, people, application, pathlib.Path(folder))[1])
                database = str(pathlib.Path(folder) / str(max(sizes)) / "exeunt.sqlite")
                medians = {size: round(statistics.median(values), 1) for size, values in costs.items()}
                return {"cpu": medians, "ratio": round(medians[max(sizes)] / medians[min(sizes)], 3), "runs": costs,
                        "plans": plans(database)}
            finally:
                for measured, _ in stages.values():
                    measured.stop()


def stage(folder, port, size):
    measured = Measured(folder, None, "ES256")
    origin = f"http://127.0.0.1:{port}"
    application = measured.add_application("grow", origin, backchannel_logout_uri=f"{origin}/grow")
    sign_in_many(measured, application, 1)
    measured.exeunt.stop()
    stored = fill(str(folder / "exeunt.sqlite"), size)
    assert stored > size, f"{stored} sessions, not {size}"
    measured.exeunt.start()
    return measured, application
