"""One Apache with two virtual hosts, each an application of its own behind Debian's mod_auth_openidc."""

import os
import pathlib
import shutil
import socket
import tempfile
import time

from exeunt import free_port, start_process, stop_process

MODULES = "/usr/lib/apache2/modules"


class Apache:
    def __init__(self):
        # Apache's workers run as another user, and must reach the pages.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="exeunt-apache."))
        self.folder.chmod(0o755)
        self.ports = {"one": free_port(), "two": free_port()}
        self.process = None

    def origin(self, name):
        return f"http://{name}.localhost:{self.ports[name]}"

    def redirect_uri(self, name):
        return self.origin(name) + "/protected/redirect"

    def start(self, issuer, credentials):
        """Starts both applications; `credentials` holds client_id and client_secret of each."""
        lines = [f'ServerRoot "{self.folder}"', f"PidFile {self.folder}/pid", "ServerName localhost",
                 f"ErrorLog {self.folder}/error.log", "LogLevel warn", f"DefaultRuntimeDir {self.folder}",
                 "TypesConfig /etc/mime.types"]
        for name in ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "auth_openidc"):
            lines.insert(0, f"LoadModule {name}_module {MODULES}/mod_{name}.so")
        if os.geteuid() == 0:
            lines += ["User www-data", "Group www-data"]
        for name in self.ports:
            lines += self._site(name, issuer, *credentials[name])
        config = self.folder / "apache.conf"
        config.write_text("\n".join(lines) + "\n")
        with open(self.folder / "start.log", "w") as log:
            self.process = start_process(["apache2", "-f", str(config), "-DFOREGROUND"], stdout=log, stderr=log)
        self._wait(time.monotonic() + 20)

    def _site(self, name, issuer, client_id, secret):
        root = self.folder / name
        (root / "protected").mkdir(parents=True)
        (root / "protected/index.html").write_text(f"<h1 id=inside>Inside {name}</h1>")
        (root / "loggedout.html").write_text(f"<h1 id=outside>Signed out of {name}</h1>")
        return [
            f"Listen 127.0.0.1:{self.ports[name]}", f"<VirtualHost 127.0.0.1:{self.ports[name]}>",
            f"ServerName {name}.localhost:{self.ports[name]}", f"DocumentRoot {root}", "DirectoryIndex index.html",
            f"OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration",
            f"OIDCClientID {client_id}", f"OIDCClientSecret {secret}", f"OIDCRedirectURI {self.redirect_uri(name)}",
            f"OIDCCryptoPassphrase {os.urandom(16).hex()}", 'OIDCScope "openid profile"', "OIDCPKCEMethod S256",
            f"OIDCDefaultLoggedOutURL {self.origin(name)}/loggedout.html",
            f"<Directory {root}>", "Require all granted", "</Directory>",
            "<Location /protected>", "AuthType openid-connect", "Require valid-user", "</Location>", "</VirtualHost>",
        ]

    def _wait(self, deadline):
        for port in self.ports.values():
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert self.process.poll() is None, (self.folder / "start.log").read_text()
                    assert time.monotonic() < deadline, "Apache did not start"
                    time.sleep(0.05)

    def stop(self):
        try:
            stop_process(self.process, seconds=20)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
