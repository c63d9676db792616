"""The demo, as a person meets it: sign in to two applications, sign out in one, and read the receipt."""

import os
import pathlib
import time

import pytest

from exeunt import free_port
from hanging import Doorway

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
WAYS = {
    "desktop": DESKTOP,
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True},
    "no-scripts": {**DESKTOP, "java_script_enabled": False},
}


def picture(page, way, name):
    """Kept when DEMO_PICTURES names a folder; those of docs/images were made so."""
    folder = os.environ.get("DEMO_PICTURES")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{way}-{name}.png")


def is_signed_in(page):
    return page.get_attribute("#state", "data-signed-in") == "true"


def sign_in(page, demo):
    page.fill("#username", demo.username)
    page.fill("#password", demo.password)
    page.click("#sign-in")
    page.wait_for_selector("#account")


def sign_in_to_both(page, demo):
    page.goto(demo.one)
    page.click("#login")
    sign_in(page, demo)
    page.goto(demo.two)
    page.click("#login")
    page.wait_for_selector("#account")


def states(page):
    return {entry.get_attribute("data-client"): entry.get_attribute("data-state")
            for entry in page.locator("#applications li").all()}


@pytest.mark.parametrize("way", WAYS)
def test_sign_in_once_sign_out_once(demo, browse, way):
    """RPI-OP-10, RPI-RP-1, RPI-RP-4, RPI-RP-5, BC-RP-7, A-67: one password, two applications, one sign-out, a receipt."""
    browser = browse(**WAYS[way])
    page = browser.page
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(demo.one)
    assert not is_signed_in(page)
    page.click("#login")
    page.wait_for_selector("#login-form")
    assert "Application One" in page.inner_text("main")
    picture(page, way, "login")
    sign_in(page, demo)
    assert page.inner_text("#account") == "Dora Demo"
    picture(page, way, "application")

    # The second application: signed in at the provider already, no page of it is shown.
    asked.clear()
    page.click("#neighbour")
    page.click("#login")
    page.wait_for_selector("#account")
    assert page.url.startswith(demo.two) and is_signed_in(page)
    assert not [url for url in asked if url.startswith(demo.issuer + "/login")]

    # A control before the logout: both are signed in.
    page.goto(demo.one)
    assert is_signed_in(page)

    page.click("#logout")
    page.wait_for_selector("#receipt")
    assert page.url.startswith(demo.issuer)
    assert states(page) == {"sample-one": "confirmed", "sample-two": "confirmed"}
    text = page.inner_text("#receipt")
    assert "Application One" in text and "Application Two" in text
    assert page.inner_text("#verdict").strip() == "No application is still signed in."
    picture(page, way, "receipt")
    receipt = page.url

    page.click("#continue")
    page.wait_for_selector("#returned")
    assert page.url.startswith(demo.one) and not is_signed_in(page)
    page.goto(demo.two)
    assert not is_signed_in(page)
    # Nor does the provider let the browser in again by itself.
    page.click("#login")
    page.wait_for_selector("#login-form")

    # The receipt can be read again here, and by nobody else.
    page.goto(receipt)
    assert states(page) == {"sample-one": "confirmed", "sample-two": "confirmed"}


def test_nothing_is_left_behind_the_back_button(demo, browse):
    """A-66: going back after the sign-out shows no signed-in page."""
    page = browse(**DESKTOP).page
    sign_in_to_both(page, demo)
    page.goto(demo.one)
    page.click("#logout")
    page.wait_for_selector("#receipt")
    page.go_back()
    page.wait_for_selector("#state")
    assert not is_signed_in(page)


def test_a_receipt_is_for_one_browser(demo, browse, chromium):
    """A-57: the receipt's address is worth nothing in another browser."""
    page = browse(**DESKTOP).page
    sign_in_to_both(page, demo)
    page.click("#logout")
    page.wait_for_selector("#receipt")
    context = chromium.new_context()
    try:
        stranger = context.new_page()
        answer = stranger.goto(page.url)
        assert answer.status == 404
        assert "Application" not in stranger.inner_text("main") and "Dora" not in stranger.inner_text("main")
    finally:
        context.close()


@pytest.mark.parametrize("kind", ["stopped", "hanging"])
def test_an_application_that_does_not_answer(own_demo, browse, kind):
    """A-41, A-42: nobody waits for it for long, the receipt says so plainly, and it is told when it is back."""
    demo = own_demo
    port = free_port()
    target = demo.two + "/backchannel-logout"
    demo.change_client("sample-two", backchannel_logout_uri=f"http://localhost:{port}/backchannel-logout",
                       frontchannel_logout_uri=None, frontchannel_logout_session_required=None)
    # urllib does not know the name; the application does not look at it.
    target = target.replace("two.localhost", "127.0.0.1")
    doorway = Doorway(port, target, is_open=False) if kind == "hanging" else None
    browser = browse(**DESKTOP)
    page = browser.page
    try:
        sign_in_to_both(page, demo)
        page.goto(demo.one)
        started = time.monotonic()
        page.click("#logout")
        page.wait_for_selector("#receipt")
        assert time.monotonic() - started < 5, "the person waits two seconds at most, and a slow machine a little more"

        assert states(page) == {"sample-one": "confirmed", "sample-two": "pending"}
        assert page.inner_text("#verdict").strip() == \
            "Application Two has not answered yet, and may still be signed in."
        assert "No application is still signed in" not in page.inner_text("#receipt")
        picture(page, kind, "receipt")
        # And that is the truth.
        other = browser.new_page()
        other.goto(demo.two)
        assert is_signed_in(other)

        if doorway:
            doorway.open()
        else:
            doorway = Doorway(port, target, is_open=True)
        # The page looks again by itself.
        page.wait_for_selector("li[data-client=sample-two][data-state=confirmed]", timeout=45_000)
        assert page.inner_text("#verdict").strip() == "No application is still signed in."
        other.reload()
        assert not is_signed_in(other)
    finally:
        if doorway:
            doorway.close()


def tab_to(page, name):
    """Presses Tab until the element with this id has the focus, and sees that the focus can be seen."""
    for _ in range(15):
        page.keyboard.press("Tab")
        focus = page.evaluate("""() => {
            const element = document.activeElement, style = getComputedStyle(element);
            return {id: element.id, visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2};
        }""")
        if focus["id"]:
            assert focus["visible"], f"the focus on {focus['id']} cannot be seen"
        if focus["id"] == name:
            return
    raise AssertionError(f"{name} cannot be reached with the Tab key")


def test_keyboard_alone(demo, browse):
    """Sign-in, confirmation, sign-out and receipt without a mouse."""
    page = browse(**DESKTOP).page
    page.goto(demo.one)
    tab_to(page, "login")
    page.keyboard.press("Enter")
    page.wait_for_selector("#login-form")
    assert page.evaluate("document.activeElement.id") == "username"
    page.keyboard.type(demo.username)
    tab_to(page, "password")
    page.keyboard.type(demo.password)
    tab_to(page, "remember")
    tab_to(page, "sign-in")
    page.keyboard.press("Enter")
    page.wait_for_selector("#account")

    page.goto(demo.issuer + "/oidc/logout")
    tab_to(page, "logout")
    tab_to(page, "stay")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signed-out")

    page.goto(demo.one)
    tab_to(page, "logout")
    page.keyboard.press("Enter")
    page.wait_for_selector("#receipt")
    tab_to(page, "continue")
    page.keyboard.press("Enter")
    page.wait_for_selector("#returned")


SOUND = """() => {
    const faults = [], all = (selector) => [...document.querySelectorAll(selector)];
    if (!document.documentElement.lang) faults.push("no language");
    if (!document.title.trim()) faults.push("no title");
    if (all("h1").length !== 1) faults.push("not one heading");
    if (all("main").length !== 1) faults.push("not one main part");
    for (const field of all("input:not([type=hidden]), select, textarea"))
        if (!field.labels.length || !field.labels[0].innerText.trim()) faults.push("no label: " + field.id);
    for (const control of all("button, a"))
        if (!control.innerText.trim()) faults.push("no text: " + control.outerHTML);
    for (const image of all("img")) if (!image.hasAttribute("alt")) faults.push("no alt: " + image.src);
    if (all("[tabindex]").some((element) => element.tabIndex > 0)) faults.push("an order of its own for Tab");
    const names = all("[id]").map((element) => element.id);
    if (new Set(names).size !== names.length) faults.push("an id twice");
    if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the screen");
    for (const control of all("button, .button, input:not([type=hidden]):not([type=checkbox])"))
        if (control.getBoundingClientRect().height < 44) faults.push("too small for a finger: " + control.id);
    for (const element of all("script:not([src]), style, [style], [onclick]"))
        faults.push("inline script or style: " + element.outerHTML);
    return faults;
}"""


@pytest.mark.parametrize("way", ["desktop", "phone"])
def test_pages_are_sound(demo, browse, way):
    """Labels, headings, texts, sizes and widths of every page that the demo can show."""
    browser = browse(**WAYS[way])
    page = browser.page

    def look(name):
        # Before the picture: taking one leaves style attributes behind.
        assert page.evaluate(SOUND) == [], name
        picture(page, way, name)

    page.goto(demo.one)
    look("signed-out-application")
    page.click("#login")
    page.wait_for_selector("#login-form")
    look("login")
    page.fill("#username", demo.username)
    page.fill("#password", "wrong")
    page.click("#sign-in")
    page.wait_for_selector("#problem")
    look("wrong-password")
    assert page.get_attribute("#problem", "role") == "alert"
    assert page.get_attribute("#password", "aria-describedby") == "problem"
    # The answer to a wrong password is an error status, which the browser reports as one.
    browser.complaints.clear()
    sign_in(page, demo)
    look("application")
    page.goto(demo.issuer + "/oidc/logout")
    page.wait_for_selector("#logout-form")
    look("confirmation")
    page.click("#stay")
    page.wait_for_selector("#signed-out")
    look("stayed")
    page.goto(demo.one)
    page.click("#logout")
    page.wait_for_selector("#receipt")
    look("receipt")
    page.goto(demo.issuer + "/oidc/logout")
    page.wait_for_selector("#signed-out")
    look("nothing-to-end")
    page.goto(demo.issuer + "/")
    look("home")
    page.goto(demo.issuer + "/oidc/authorize?client_id=nobody")
    page.wait_for_selector("#error")
    look("error")
    # The error page's own status; nothing else.
    assert [complaint for complaint in browser.complaints if "/oidc/authorize" not in complaint] == []
    browser.complaints.clear()
