"""What the counterpart tests share: a provider of their own, the demo, Apache, and Chromium."""

import os
import pathlib
import shutil

import pytest
import requests
from playwright.sync_api import sync_playwright

from apache import Apache
from exeunt import Demo, Exeunt

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def binary():
    path = os.environ.get("EXEUNT_BINARY", str(HERE.parent.parent / ".build/debug/exeunt"))
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


@pytest.fixture
def exeunt(binary, tmp_path):
    provider = Exeunt(binary, tmp_path / "provider")
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()


@pytest.fixture(scope="module")
def demo(binary, tmp_path_factory):
    running = Demo(binary, tmp_path_factory.mktemp("demo"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def own_demo(binary, tmp_path):
    """A demo that a test may change."""
    running = Demo(binary, tmp_path / "demo")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium")
    assert executable, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        # The sandbox needs privileges that a test machine does not give.
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


class Browser:
    """A person's browser: one profile, and a list of everything that a page complained about."""

    def __init__(self, chromium, **options):
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(20_000)
        self.complaints = []
        self.page = self.new_page()

    def new_page(self):
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("response", self._response)
        return page

    def _console(self, message):
        # Violations of a content security policy come as errors, too.
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} {message.location}")

    def _response(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")


@pytest.fixture
def browse(chromium):
    """Makes browsers; at the end no page may have complained about anything."""
    browsers = []

    def make(**options):
        browsers.append(Browser(chromium, **options))
        return browsers[-1]

    try:
        yield make
        assert [complaint for browser in browsers for complaint in browser.complaints] == []
    finally:
        for browser in browsers:
            browser.context.close()


@pytest.fixture
def page_of(chromium):
    """Makes pages in browsers of their own, for sites that are not ours and may complain."""
    contexts = []

    def make(**options):
        context = chromium.new_context(**options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    try:
        yield make
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def apache():
    server = Apache()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def http():
    with requests.Session() as session:
        yield session
