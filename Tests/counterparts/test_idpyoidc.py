"""idpyoidc, a relying-party library of PyPI, verifies what an application is sent (conformance.md §17)."""

import base64
import json
import pathlib
import sys
from urllib.parse import parse_qs

import pytest
import requests
from cryptojwt.key_jar import KeyJar
from idpyoidc.message.oidc.session import BackChannelLogoutRequest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "crash"))

from applications import Sink  # noqa: E402
from person import Application, Person, claims  # noqa: E402


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_logout_token(exeunt, algorithm):
    """BC-OP-6 to BC-OP-12, BC-OP-16, A-46, K2: another implementation believes the token, its own checks included."""
    sink = Sink()
    exeunt.add_user("alice", "correct horse battery")
    client = exeunt.add_client(
        client_name="sink", redirect_uris=[sink.origin + "/callback"],
        post_logout_redirect_uris=[sink.origin + "/bye"], backchannel_logout_uri=sink.origin + "/sink?keep=this",
        backchannel_logout_session_required=True, id_token_signed_response_alg=algorithm)
    application = Application("sink", client, "/sink?keep=this")
    person = Person(exeunt.issuer, "alice", "correct horse battery")
    person.sign_in(application)
    person.sign_out(application)
    assert sink.wait(application.path, person.sid(application), 10)

    (path, headers, body), = sink.requests
    assert path == "/sink?keep=this"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in headers and "Authorization" not in headers
    form = parse_qs(body)
    assert list(form) == ["logout_token"]

    keys = KeyJar()
    keys.import_jwks(requests.get(exeunt.issuer + "/oidc/jwks", timeout=10).json(), exeunt.issuer)
    request = BackChannelLogoutRequest(logout_token=form["logout_token"][0])
    assert request.verify(keyjar=keys, iss=exeunt.issuer, aud=application.id, skew=5, allowed_sign_alg=algorithm)

    token = claims(form["logout_token"][0])
    identity = claims(person.logins["sink"]["id_token"])
    assert token["sid"] == identity["sid"] and token["sub"] == identity["sub"]
    assert token["aud"] == application.id
    assert 0 < token["exp"] - token["iat"] <= 120
    assert "nonce" not in token
    assert token["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    header = json.loads(_decode(form["logout_token"][0].split(".")[0]))
    assert header["typ"] == "logout+jwt" and header["alg"] == algorithm and header["kid"]
    with pytest.raises(Exception):
        # A control: the library does refuse a token for somebody else.
        BackChannelLogoutRequest(logout_token=form["logout_token"][0]).verify(
            keyjar=keys, iss=exeunt.issuer, aud="somebody-else", skew=5)
    sink.close()


def _decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
