"""Two applications that this project did not write, behind Debian's mod_auth_openidc (conformance.md §17)."""

from urllib.parse import quote

import pytest

PASSWORD = "correct horse battery"


def register(exeunt, apache, name, channel, receipt):
    redirect = apache.redirect_uri(name)
    metadata = {
        "client_name": f"Apache {name}",
        "redirect_uris": [redirect],
        "post_logout_redirect_uris": [apache.origin(name) + "/loggedout.html"],
        "exeunt_receipt": receipt,
    }
    if channel == "back":
        # The address has a query already, which must be kept (BC-OP-3, FC-OP-5).
        metadata["backchannel_logout_uri"] = redirect + "?logout=backchannel"
        metadata["backchannel_logout_session_required"] = True
    else:
        metadata["frontchannel_logout_uri"] = redirect + "?logout=get"
        metadata["frontchannel_logout_session_required"] = True
    client = exeunt.add_client(**metadata)
    return client["client_id"], client["client_secret"]


def start(exeunt, apache, channel, receipt):
    exeunt.add_user("alice", PASSWORD, "--name", "Alice Example")
    apache.start(exeunt.issuer, {name: register(exeunt, apache, name, channel, receipt) for name in ("one", "two")})


def sign_in_to_both(page, apache):
    page.goto(apache.origin("one") + "/protected/")
    page.fill("#username", "alice")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.wait_for_selector("#inside")
    # Signed in already at Exeunt: no second password.
    page.goto(apache.origin("two") + "/protected/")
    page.wait_for_selector("#inside")
    # A control: each has a session of its own, which lives.
    for name in ("one", "two"):
        page.goto(apache.origin(name) + "/protected/")
        assert page.inner_text("#inside") == f"Inside {name}"


def sign_out_of_one(page, apache):
    back = quote(apache.origin("one") + "/loggedout.html", safe="")
    page.goto(apache.redirect_uri("one") + "?logout=" + back)


def assert_both_ended(page, apache, exeunt):
    for name in ("two", "one"):
        page.goto(apache.origin(name) + "/protected/")
        page.wait_for_selector("#login-form")
        assert page.url.startswith(exeunt.issuer), f"{name} still lets the browser in"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("channel", ["back", "front"])
def test_both_applications_end(exeunt, apache, page_of, channel, scripts):
    """RPI-OP-10, RPI-OP-11, BC-OP-3, BC-OP-16, FC-OP-2, FC-OP-3, FC-OP-5: signing out of one ends both."""
    start(exeunt, apache, channel, "never")
    page = page_of(java_script_enabled=scripts)
    sign_in_to_both(page, apache)

    sign_out_of_one(page, apache)
    page.wait_for_selector("#outside")
    assert page.inner_text("#outside") == "Signed out of one"
    assert_both_ended(page, apache, exeunt)

    logout = exeunt.command("logouts", "list")[0]
    deliveries = exeunt.command("logouts", "show", logout["id"])["deliveries"]
    states = {delivery["application"]: delivery["state"] for delivery in deliveries}
    expected = "delivered" if channel == "back" else "asked"
    assert states == {"Apache one": expected, "Apache two": expected}


@pytest.mark.parametrize("channel, state, verdict", [
    ("back", "confirmed", "No application is still signed in."),
    # A frame that has loaded proves nothing: these even forbid being framed.
    ("front", "asked", "Whether Apache one and Apache two signed you out cannot be confirmed."),
])
def test_receipt_names_both(exeunt, apache, page_of, channel, state, verdict):
    """A-42, A-51, A-55, RPI-OP-11: the receipt names both applications with what is known of each, and goes on."""
    start(exeunt, apache, channel, "always")
    page = page_of()
    sign_in_to_both(page, apache)

    sign_out_of_one(page, apache)
    page.wait_for_selector("#receipt")
    entries = page.locator("#applications li")
    assert [entry.get_attribute("data-state") for entry in entries.all()] == [state, state]
    assert [entry.locator(".name").inner_text() for entry in entries.all()] == ["Apache one", "Apache two"]
    assert page.inner_text("#verdict").strip() == verdict
    page.click("#continue")
    page.wait_for_selector("#outside")
    assert_both_ended(page, apache, exeunt)
