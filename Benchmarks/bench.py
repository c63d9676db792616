"""Prints what the provider costs, and writes Benchmarks/results.json. Run it by `make bench`."""

import argparse
import json
import os
import pathlib
import tempfile

import fanout
import growth
import signin
from server import Measured, bare_route, machine, memory_of, signature_rates, wrk

AIMS = {"discovery": 40, "client_credentials": 280, "refresh": 370, "sign-in (authorization and redemption)": 730,
        "introspection": 200, "end-session, one application": 500}


def table(title, header, rows):
    print(f"\n{title}")
    widths = [max(len(str(row[index])) for row in [header, *rows]) for index in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        print("  " + "  ".join(str(cell).ljust(width) if index == 0 else str(cell).rjust(width)
                               for index, (cell, width) in enumerate(zip(row, widths))), flush=True)


def sign_ins(results, seconds, sessions, engines):
    for engine, database in engines.items():
        for algorithm in ("ES256", "RS256"):
            with tempfile.TemporaryDirectory(prefix="exeunt-bench.") as folder:
                operations = signin.measure(folder, database and database(algorithm), algorithm, seconds, sessions)
            results["operations"][f"{engine} {algorithm}"] = operations
            operation_table(results, f"{engine} {algorithm}", operations, algorithm)
            write(results)


def operation_table(results, name, operations, algorithm):
    rows = []
    for operation, figure in operations.items():
        figure["per_signature"] = round(figure["rate"] / results["signatures"][algorithm], 4)
        figure["per_bare_route"] = round(figure["rate"] / results["bare_route"], 4)
        aim = AIMS[operation] if name == "SQLite ES256" else ""
        rows.append([operation, figure["rate"], figure["cpu"], aim, figure["per_signature"],
                     figure["per_bare_route"], figure["errors"]])
    table(name, ["operation", "per second", "CPU µs", "aim", "of signatures", "of bare route", "errors"], rows)


def fan_outs(results, count):
    variants = {
        "http, one origin": {}, "http, many origins": {"origins": count},
        "https, one origin": {"tls": True}, "https, many origins": {"tls": True, "origins": count},
        "http, one origin, 10 % hanging": {"hanging": count // 10},
        "http, many origins, 10 % hanging": {"origins": count, "hanging": count // 10},
    }
    for name, options in variants.items():
        results["fan_out"][name] = fanout.measure(count, **options)
    columns = {"milliseconds": "ms to the last", "cold_milliseconds": "first time", "transaction_ms": "transaction ms",
               "first_sent_after_ms": "first sent after", "attempt_ms_median": "attempt ms", "cpu_ms": "server CPU ms",
               "sink_cpu_ms": "applications' CPU ms", "told": "told"}
    table(f"Fan-out to {count:,} applications, ES256; from the commit", ["addresses", *columns.values()],
          [[name, *(figure[column] for column in columns)] for name, figure in results["fan_out"].items()])


def memory(results, seconds):
    with tempfile.TemporaryDirectory(prefix="exeunt-memory.") as folder:
        measured = Measured(folder, None, "ES256")
        rest = memory_of(measured.pid)[0]
        wrk(measured.exeunt.issuer + "/.well-known/openid-configuration", "post", seconds, connections=256)
        resident, highest = memory_of(measured.pid)
        measured.stop()
    results["memory"] = {"at_rest_mib": rest, "after_load_mib": resident, "highest_mib": highest}
    table("Memory (MiB)", ["at rest", "after load on 256 connections", "highest"], [[rest, resident, highest]])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short runs: to see that it works, not to quote")
    parser.add_argument("--only", choices=["operations", "fan-out", "growth", "memory"])
    arguments = parser.parse_args()
    quick = arguments.quick
    seconds = 2 if quick else 6
    server = os.environ["BENCH_POSTGRES"]
    engines = {"SQLite": None, "PostgreSQL": lambda algorithm: create_database(server, algorithm)}
    results = {"machine": machine(), "operations": {}, "fan_out": {}, "signatures": signature_rates()}
    results["bare_route"], bare_cpu = bare_route(seconds)
    results["bare_route_cpu"] = bare_cpu
    table("Ceilings of this run", ["what", "per second"],
          [*results["signatures"].items(), [f"bare Hummingbird route ({bare_cpu} µs of CPU)", results["bare_route"]]])
    wanted = arguments.only
    if wanted in (None, "operations"):
        sign_ins(results, seconds, 128 if quick else 300, engines)
    if wanted in (None, "fan-out"):
        fan_outs(results, 1000)
        write(results)
    if wanted in (None, "growth"):
        grown = growth.measure(runs=3 if quick else 9, sizes=(10_000, 100_000 if quick else 1_000_000))
        results["growth"] = grown
        table("Growth: CPU µs of an end-session", ["sessions stored", "median"], list(grown["cpu"].items()))
        print(f"  ratio {grown['ratio']}")
        table("Query plans at the largest", ["query", "plan"], list(grown["plans"].items()))
    if wanted in (None, "memory"):
        memory(results, seconds)
    print(f"\nWritten to {write(results)}")


def write(results):
    path = pathlib.Path(__file__).parent / "results.json"
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return path.relative_to(pathlib.Path.cwd()) if path.is_relative_to(pathlib.Path.cwd()) else path


def create_database(server, algorithm):
    import subprocess
    from urllib.parse import urlsplit

    name = f"bench_{algorithm.lower()}"
    subprocess.run(["psql", "-q", server, "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "-c", f"CREATE DATABASE {name}"],
                   check=True)
    return urlsplit(server)._replace(path="/" + name).geturl()


if __name__ == "__main__":
    main()
