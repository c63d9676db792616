"""What the counterpart tests share: a provider of their own, Apache in front of two applications, and Chromium."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest
import requests
from playwright.sync_api import sync_playwright

from exeunt import Exeunt, free_port

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("EXEUNT_BINARY", str(HERE.parent.parent / ".build/debug/exeunt"))
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


@pytest.fixture
def exeunt(binary, tmp_path):
    provider = Exeunt(binary, tmp_path / "provider")
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium")
    assert executable, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        # The sandbox needs privileges that a test machine does not give.
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


class Apache:
    """One Apache with two virtual hosts, each an application of its own behind mod_auth_openidc."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {"one": free_port(), "two": free_port()}
        self.process = None

    def origin(self, name):
        return f"http://{name}.localhost:{self.ports[name]}"

    def redirect_uri(self, name):
        return self.origin(name) + "/protected/redirect"

    def start(self, issuer, credentials):
        modules = "/usr/lib/apache2/modules"
        lines = [f'ServerRoot "{self.folder}"', f"PidFile {self.folder}/pid", "ServerName localhost",
                 f"ErrorLog {self.folder}/error.log", "LogLevel warn", "User www-data", "Group www-data"]
        for name in ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "auth_openidc"):
            symbol = {"mpm_event": "mpm_event_module"}.get(name, f"{name}_module")
            lines.append(f"LoadModule {symbol} {modules}/mod_{name}.so")
        lines.append("TypesConfig /etc/mime.types")
        for name, port in self.ports.items():
            root = self.folder / name
            (root / "protected").mkdir(parents=True)
            (root / "protected/index.html").write_text(f"<h1 id=inside>Inside {name}</h1>")
            (root / "loggedout.html").write_text(f"<h1 id=outside>Signed out of {name}</h1>")
            client_id, secret = credentials[name]
            lines += [
                f"Listen 127.0.0.1:{port}", f"<VirtualHost 127.0.0.1:{port}>", f"ServerName {name}.localhost:{port}",
                f"DocumentRoot {root}", "DirectoryIndex index.html",
                f"OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration",
                f"OIDCClientID {client_id}", f"OIDCClientSecret {secret}", f"OIDCRedirectURI {self.redirect_uri(name)}",
                f"OIDCCryptoPassphrase {os.urandom(16).hex()}", 'OIDCScope "openid profile"', "OIDCPKCEMethod S256",
                f"OIDCDefaultLoggedOutURL {self.origin(name)}/loggedout.html",
                f"<Directory {root}>", "Require all granted", "</Directory>",
                "<Location /protected>", "AuthType openid-connect", "Require valid-user", "</Location>",
                "</VirtualHost>",
            ]
        for path in [self.folder, *self.folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        for parent in self.folder.parents:
            if parent == pathlib.Path("/tmp") or parent == pathlib.Path("/"):
                break
            parent.chmod(parent.stat().st_mode | 0o055)
        config = self.folder / "apache.conf"
        config.write_text("\n".join(lines) + "\n")
        log = open(self.folder / "start.log", "w")
        self.process = subprocess.Popen(["apache2", "-f", str(config), "-DFOREGROUND"], stdout=log, stderr=log)
        deadline = time.monotonic() + 20
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
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)


@pytest.fixture
def apache(tmp_path):
    server = Apache(tmp_path / "apache")
    (tmp_path / "apache").mkdir()
    yield server
    server.stop()


@pytest.fixture
def http():
    with requests.Session() as session:
        yield session
