"""A person with a browser, who signs in to applications and out again, and remembers all that was handed out."""

import base64
import hashlib
import html
import json
import re
import secrets
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class Died(Exception):
    """The provider went away in the middle of a request."""


def hidden_fields(page, form_id):
    form = re.search(r'<form[^>]*id="%s".*?</form>' % form_id, page, re.S)
    assert form, f"no form {form_id} in:\n{page[:1500]}"
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form.group(0)):
        if 'type="hidden"' in tag:
            name = re.search(r'name="([^"]*)"', tag).group(1)
            value = re.search(r'value="([^"]*)"', tag)
            fields[name] = html.unescape(value.group(1)) if value else ""
    action = re.search(r'action="([^"]*)"', form.group(0)).group(1)
    return html.unescape(action), fields


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class Application:
    """What an application holds of one login."""

    def __init__(self, name, client, path):
        self.name = name
        self.id = client["client_id"]
        self.secret = client["client_secret"]
        self.redirect = client["redirect_uris"][0]
        self.post_logout = client["post_logout_redirect_uris"][0]
        self.path = path


class Person:
    def __init__(self, issuer, username, password):
        self.issuer = issuer
        self.username, self.password = username, password
        self.browser = requests.Session()
        self.api = requests.Session()
        self.logins = {}  # application name -> the last token response
        self.issued = []  # (kind, token, application)
        self.acknowledged = False

    def request(self, method, url, session=None, **options):
        try:
            return (session or self.browser).request(method, url, timeout=20, allow_redirects=False, **options)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.Timeout) as error:
            raise Died(str(error)) from None

    def follow(self, answer):
        """Follows redirects for as long as they stay at the provider."""
        while answer.status_code in (302, 303):
            location = urljoin(answer.url, answer.headers["Location"])
            if not location.startswith(self.issuer + "/"):
                return answer, location
            answer = self.request("GET", location)
        return answer, None

    def authorize(self, application, **extra):
        """The browser's way to a code; returns (code, verifier) or raises KeyError with the error."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {"response_type": "code", "client_id": application.id, "redirect_uri": application.redirect,
                      "scope": "openid", "state": secrets.token_urlsafe(8), "nonce": secrets.token_urlsafe(8),
                      "code_challenge": challenge, "code_challenge_method": "S256", **extra}
        answer, left = self.follow(self.request("GET", self.issuer + "/oidc/authorize", params=parameters))
        if left is None:
            action, fields = hidden_fields(answer.text, "login-form")
            fields |= {"username": self.username, "password": self.password}
            answer, left = self.follow(self.request("POST", urljoin(answer.url, action), data=fields))
        assert left, f"the login ended on a page:\n{answer.text[:1500]}"
        answer = {name: value[0] for name, value in parse_qs(urlsplit(left).query).items()}
        if "error" in answer:
            raise KeyError(answer["error"])
        self.issued.append(("code", answer["code"], application, verifier))
        return answer["code"], verifier

    def token(self, application, **form):
        return self.request("POST", self.issuer + "/oidc/token", session=self.api, data=form,
                            auth=(application.id, application.secret))

    def remember(self, application, reply):
        self.issued.append(("access", reply["access_token"], application, None))
        if "refresh_token" in reply:
            self.issued.append(("refresh", reply["refresh_token"], application, None))
        kept = self.logins.setdefault(application.name, {})
        kept.update(reply)

    def redeem(self, application, code, verifier):
        answer = self.token(application, grant_type="authorization_code", code=code, code_verifier=verifier,
                            redirect_uri=application.redirect)
        assert answer.status_code == 200, answer.text
        self.remember(application, answer.json())

    def sign_in(self, application):
        self.redeem(application, *self.authorize(application))

    def refresh(self, application):
        kept = self.logins[application.name]
        answer = self.token(application, grant_type="refresh_token", refresh_token=kept["refresh_token"])
        if answer.status_code == 200:
            self.remember(application, answer.json())
        return answer

    def sid(self, application):
        return claims(self.logins[application.name]["id_token"])["sid"]

    def sign_out(self, application):
        """RP-initiated logout by the browser; acknowledged as soon as the provider answers."""
        parameters = {"id_token_hint": self.logins[application.name]["id_token"],
                      "post_logout_redirect_uri": application.post_logout, "state": "s"}
        answer = self.request("GET", self.issuer + "/oidc/logout", params=parameters)
        assert answer.status_code in (200, 303), f"{answer.status_code} {answer.text[:500]}"
        self.acknowledged = True
        self.follow(answer)

    def is_active(self, token, application):
        answer = self.request("POST", self.issuer + "/oidc/introspect", session=self.api, data={"token": token},
                              auth=(application.id, application.secret))
        assert answer.status_code == 200, answer.text
        return answer.json()["active"]

    def is_signed_in(self, application):
        try:
            self.authorize(application, prompt="none")
            return True
        except KeyError:
            return False
