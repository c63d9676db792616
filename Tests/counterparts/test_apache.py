"""Two applications that this project did not write, behind Debian's mod_auth_openidc (conformance.md §17)."""

from urllib.parse import quote

import pytest


def register(exeunt, apache, name, channel):
    redirect = apache.redirect_uri(name)
    metadata = {
        "client_name": f"Apache {name}",
        "redirect_uris": [redirect],
        "post_logout_redirect_uris": [apache.origin(name) + "/loggedout.html"],
        "exeunt_receipt": "never",
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


def sign_in(page, apache, name):
    page.goto(apache.origin(name) + "/protected/")
    page.fill("#username", "alice")
    page.fill("#password", "correct horse battery")
    page.click("#sign-in")
    page.wait_for_selector("#inside")


@pytest.mark.parametrize("channel", ["back", "front"])
def test_both_applications_end(exeunt, apache, page, channel):
    """RPI-OP-10, RPI-OP-11, BC-OP-3, BC-OP-16, FC-OP-2, FC-OP-3, FC-OP-5: signing out of one ends both."""
    exeunt.add_user("alice", "correct horse battery", "--name", "Alice Example")
    credentials = {name: register(exeunt, apache, name, channel) for name in ("one", "two")}
    apache.start(exeunt.issuer, credentials)

    sign_in(page, apache, "one")
    page.goto(apache.origin("two") + "/protected/")
    page.wait_for_selector("#inside")  # signed in already at Exeunt: no second password

    # A control: two's session is alive and its own.
    page.goto(apache.origin("two") + "/protected/")
    assert page.inner_text("#inside") == "Inside two"

    back = quote(apache.origin("one") + "/loggedout.html", safe="")
    page.goto(apache.redirect_uri("one") + "?logout=" + back)
    page.wait_for_selector("#outside")
    assert page.inner_text("#outside") == "Signed out of one"

    for name in ("two", "one"):
        page.goto(apache.origin(name) + "/protected/")
        page.wait_for_selector("#login-form")
        assert page.url.startswith(exeunt.issuer), f"{name} still lets the browser in"

    logout = exeunt.command("logouts", "list")[0]
    deliveries = exeunt.command("logouts", "show", logout["id"])["deliveries"]
    states = {delivery["application"]: delivery["state"] for delivery in deliveries}
    expected = "delivered" if channel == "back" else "asked"
    assert states == {"Apache one": expected, "Apache two": expected}
