"""An application's server that can hang, or be away, and come back."""

import http.server
import threading
import urllib.request


class Doorway:
    """Stands before an application: holds every request back until it is opened, then passes them on."""

    def __init__(self, port, target, is_open):
        self.opened = threading.Event()
        if is_open:
            self.opened.set()
        self.arrived = threading.Semaphore(0)
        doorway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                doorway.arrived.release()
                if not doorway.opened.is_set():
                    doorway.opened.wait(timeout=60)
                    # Held back for too long: the answer does not come at all.
                    self.close_connection = True
                    return
                request = urllib.request.Request(target, body, {"Content-Type": self.headers["Content-Type"]})
                with urllib.request.urlopen(request, timeout=10) as answer:
                    self.send_response(answer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def open(self):
        self.opened.set()

    def close(self):
        self.opened.set()
        self.server.shutdown()
        self.server.server_close()
