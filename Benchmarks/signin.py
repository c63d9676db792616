"""Sign-in, refresh, client credentials, introspection, end-session: rates and the server's own CPU time."""

import base64
import os
import pathlib
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import requests

from server import LUA, Measured, Program, cpu_of, free_port, until, wait_for_port, wrk_command


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


def drain_lines(measured, path, application):
    """(good, bad, seconds): wrk's own clock runs on after the last line, so that its threads report by themselves."""
    command = wrk_command(measured.exeunt.issuer, "logout", 120, 16)
    environment = {**os.environ, "LUA_FOLDER": str(LUA), "SESSIONS": path, "AFTER": application.post_logout}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        reports, seen = [], []
        while len(reports) < 2 and (line := process.stdout.readline()):
            seen.append(line)
            if line.startswith("THREAD "):
                reports.append([int(number) for number in line.split()[1:]])
        assert len(reports) == 2, "".join(seen)
    finally:
        process.kill()
        process.wait()
    good, bad = sum(report[0] for report in reports), sum(report[1] for report in reports)
    return good, bad, (max(report[3] for report in reports) - min(report[2] for report in reports)) / 1e6


def end_sessions(measured, people, application, folder):
    """(rate, CPU µs) of ending each person's session, and of telling the application; the database must agree."""
    path = write_per_thread(logout_lines(people, application), folder, "sessions")
    ended, told = ENDED, TOLD
    earlier = measured.value(ended), measured.value(told)
    before = cpu_of(measured.pid)
    good, bad, spent = drain_lines(measured, path, application)
    until(lambda: measured.value(told) == earlier[1] + len(people), 10)
    used = cpu_of(measured.pid) - before
    facts = {"good": good, "bad": bad, "ended": measured.value(ended) - earlier[0], "told": measured.value(told) - earlier[1]}
    expected = {"good": len(people), "bad": 0, "ended": len(people), "told": len(people)}
    assert facts == expected, f"end-session: {facts}, not {expected}"
    return len(people) / spent, used / len(people) * 1e6


ENDED = "SELECT count(*) FROM sessions WHERE status = 'ended'"
TOLD = "SELECT count(*) FROM deliveries WHERE state = 'delivered'"
REFRESHED = "SELECT count(*) FROM refresh_tokens WHERE rotated_at IS NOT NULL"
REDEEMED = "SELECT count(*) FROM authorization_codes WHERE redeemed_at IS NOT NULL"


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

    def record(name, count, spent, used):
        results[name] = {"rate": round(count / spent), "cpu": round(used / count * 1e6, 1), "errors": 0}

    def same_request(name, path, expected, **options):
        """The same request over and over; its answer is looked at first."""
        body, headers = options.get("BODY"), {}
        if body:
            headers = {"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"}
            options["AUTHORIZATION"] = authorization
        answer = requests.request("POST" if body else "GET", issuer + path, data=body, headers=headers, timeout=10)
        assert answer.status_code == 200 and expected in answer.text, f"{name}: {answer.status_code} {answer.text}"
        count, spent, used, _ = measured.cost(issuer + path, "post", seconds, **options)
        record(name, count, spent, used)

    same_request("discovery", "/.well-known/openid-configuration", '"end_session_endpoint"')
    same_request("client_credentials", "/oidc/token", '"access_token"', BODY="grant_type=client_credentials")
    person = measured.person()
    person.sign_in(application)
    token = person.logins[application.name]["access_token"]
    same_request("introspection", "/oidc/introspect", '"active":true', BODY=f"token={token}")
    record("sign-in (authorization and redemption)", *live_sign_ins(measured, person, application, authorization, seconds))

    people = sign_in_many(measured, application, max(128, sessions))
    record("refresh", *refreshes(measured, people[:128], application, authorization, scratch, seconds))
    rate, cpu = end_sessions(measured, people, application, scratch)
    results["end-session, one application"] = {"rate": round(rate), "cpu": round(cpu, 1), "errors": 0}


def live_sign_ins(measured, person, application, authorization, seconds):
    query = urlencode({"response_type": "code", "client_id": application.id, "redirect_uri": application.redirect,
                       "scope": "openid", "state": "s", "nonce": "n"})
    earlier = measured.value(REDEEMED)
    count, spent, used, good = measured.cost(
        measured.exeunt.issuer, "signin", seconds, warm_up=False, COOKIE=cookie_header(person), AUTHORIZATION=authorization,
        AUTHORIZE="/oidc/authorize?" + query, REDIRECT=quote(application.redirect, safe=""))
    # Two requests make one sign-in; the last of each connection is cut off.
    assert count / 2 - 64 <= good <= measured.value(REDEEMED) - earlier, f"{count} requests, but {good} sign-ins"
    return good, spent, used


def refreshes(measured, people, application, authorization, scratch, seconds):
    tokens = write_per_thread([p.logins[application.name]["refresh_token"] for p in people], scratch, "tokens")
    earlier = measured.value(REFRESHED)
    count, spent, used, good = measured.cost(measured.exeunt.issuer, "refresh", seconds, warm_up=False, TOKENS=tokens,
                                             AUTHORIZATION=authorization)
    assert good == count <= measured.value(REFRESHED) - earlier, f"{count} requests, but {good} tokens"
    return good, spent, used
