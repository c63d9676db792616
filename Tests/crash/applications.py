"""Applications that write down which of the provider's sessions they were told about."""

import base64
import http.server
import json
import threading
import urllib.parse


class Sink:
    """One HTTP server on loopback for any number of applications, one path each."""

    def __init__(self):
        self.told = {}
        self.requests = []  # (path, headers, body) in the order of arrival
        self.changed = threading.Condition()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                token = urllib.parse.parse_qs(body.decode()).get("logout_token", [""])[0]
                with sink.changed:
                    sink.requests.append((self.path, dict(self.headers), body.decode()))
                if token:
                    payload = token.split(".")[1]
                    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
                    with sink.changed:
                        sink.told.setdefault(self.path, set()).add(claims["sid"])
                        sink.changed.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # A provider that is killed leaves connections in the middle of a request: no news here.
        self.server.handle_error = lambda request, address: None
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def heard(self, path, sid):
        with self.changed:
            return sid in self.told.get(path, ())

    def wait(self, path, sid, seconds):
        """True once the application at `path` was told that `sid` ended."""
        with self.changed:
            return self.changed.wait_for(lambda: sid in self.told.get(path, ()), timeout=seconds)

    def close(self):
        self.server.shutdown()
