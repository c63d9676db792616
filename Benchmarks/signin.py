"""Sign-in, refresh, client credentials, introspection, end-session: rates and the server's own CPU time."""

import base64
import pathlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

from server import Measured, Program, cpu_of, free_port, wait_for_port, wrk


def basic(application):
    return "Basic " + base64.b64encode(f"{application.id}:{application.secret}".encode()).decode()


def sign_in_many(measured, application, count):
    """As many browsers as asked for, each with a session of its own at `application`."""
    def one(_):
        person = measured.person()
        person.sign_in(application)
        return person
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, range(count)))


def cookie_header(person):
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.browser.cookies)


def logout_lines(people, application):
    for person in people:
        query = urlencode({"id_token_hint": person.logins[application.name]["id_token"],
                           "post_logout_redirect_uri": application.post_logout, "state": "s"})
        yield f"{cookie_header(person)}\t/oidc/logout?{query}"


def write_per_thread(lines, folder, name, threads=2):
    lines = list(lines)
    for thread in range(threads):
        (folder / f"{name}.{thread}").write_text("\n".join(lines[thread::threads]) + "\n")
    return str(folder / name)


def end_sessions(measured, people, application, folder):
    """(rate, CPU µs, errors) of ending each person's session, by wrk with the lines of their browsers."""
    path = write_per_thread(logout_lines(people, application), folder, "sessions")
    before = cpu_of(measured.pid)
    requests, spent, errors = wrk(measured.exeunt.issuer, "logout", 60, connections=16, SESSIONS=path)
    used = cpu_of(measured.pid) - before
    return len(people) / spent, used / len(people) * 1e6, errors


def measure(folder, database, algorithm, seconds, sessions):
    """All operations on one engine with one algorithm: name → {rate, cpu, errors}."""
    results = {}
    folder = pathlib.Path(folder)
    sink_port = free_port()
    with Program("sink", sink_port), tempfile.TemporaryDirectory() as scratch:
        wait_for_port(sink_port)
        origin = f"http://127.0.0.1:{sink_port}"
        measured = Measured(folder, database, algorithm)
        try:
            application = measured.add_application("bench", origin, backchannel_logout_uri=f"{origin}/bench")
            run(measured, application, results, pathlib.Path(scratch), seconds, sessions)
        finally:
            measured.stop()
    return results


def run(measured, application, results, scratch, seconds, sessions):
    issuer = measured.exeunt.issuer
    authorization = basic(application)

    def record(name, cost):
        results[name] = {"rate": round(cost[0]), "cpu": round(cost[1], 1), "errors": cost[2]}

    record("discovery", measured.cost(issuer + "/.well-known/openid-configuration", "post", seconds))
    record("client_credentials", measured.cost(issuer + "/oidc/token", "post", seconds,
                                               BODY="grant_type=client_credentials", AUTHORIZATION=authorization))
    person = measured.person()
    person.sign_in(application)
    token = person.logins[application.name]["access_token"]
    record("introspection", measured.cost(issuer + "/oidc/introspect", "post", seconds, BODY=f"token={token}",
                                          AUTHORIZATION=authorization))

    query = urlencode({"response_type": "code", "client_id": application.id, "redirect_uri": application.redirect,
                       "scope": "openid", "state": "s", "nonce": "n"})
    rate, cpu, errors = measured.cost(issuer, "signin", seconds, COOKIE=cookie_header(person), AUTHORIZATION=authorization,
                                      AUTHORIZE="/oidc/authorize?" + query, REDIRECT=quote(application.redirect, safe=""))
    # Two requests make one sign-in.
    record("sign-in (authorization and redemption)", (rate / 2, cpu * 2, errors))

    people = sign_in_many(measured, application, max(128, sessions))
    tokens = write_per_thread([p.logins[application.name]["refresh_token"] for p in people[:128]], scratch, "tokens")
    record("refresh", measured.cost(issuer, "refresh", seconds, TOKENS=tokens, AUTHORIZATION=authorization))
    record("end-session, one application", end_sessions(measured, people, application, scratch))
