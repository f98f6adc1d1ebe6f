"""A local issuer of tokens that speaks the forms of Microsoft's and Google's endpoints, over HTTPS, and tells Dovecot which are good.

It checks what it is given as they do: secrets, signatures of assertions, PKCE, scopes. None of the program's code is in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailsafi_wizard.demo.certificates import Certificate

TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
CLIENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SECRET = "Q~8;§ geheim&+%20"
GOOGLE_CLIENT = "1234567890-mvua.apps.googleusercontent.com"
SERVICE = "mover@mvua-1234.iam.gserviceaccount.com"
GMAIL = "https://mail.google.com/"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Answer = tuple[int, dict[str, Any]]


@dataclass
class Given:
    """A token that was given out. ``user`` "" is an app's: good for every mailbox."""

    user: str
    good: bool = True


@dataclass
class Device:
    user: str = ""  # who has agreed
    answers: list[str] = field(default_factory=list)  # errors before anything else, in turn


class Refused(Exception):
    def __init__(self, error: str, words: str, status: int = 400) -> None:
        self.answer: Answer = (status, {"error": error, "error_description": words})


def aadsts(number: int, words: str) -> str:
    return f"AADSTS{number}: {words} Trace ID: 1f6d8c2e Correlation ID: 9d1c2a40 Timestamp: 2026-11-25 10:00:00Z"


class Issuer:
    """Use as a context manager. What it holds may be changed at any time by a test."""

    def __init__(self, certificate: Certificate, domain: str = "example.co.ke") -> None:
        self.domain = domain
        self.secret, self.consented, self.delegated = SECRET, True, True
        self.secret_expired = False
        self.lifetime, self.code_lifetime = 3600, 900
        self.app_certificate = ""  # PEM; "" when the app has none
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.accounts: set[str] | None = None  # None: every address is one
        self.given: dict[str, Given] = {}
        self.refresh: dict[str, str] = {}  # refresh token -> user
        self.devices: dict[str, Device] = {}
        self.device_errors: list[str] = []
        self.device_user = ""  # agrees as soon as it is asked
        self.device_page = "https://microsoft.com/devicelogin"
        self.codes: dict[str, tuple[str, str, str]] = {}  # code -> user, PKCE challenge, where it goes
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.busy = 0  # so many questions are answered with 503
        self._https, self._http = self._server(certificate), self._server(None)
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True) for s in (self._https, self._http)]

    @property
    def microsoft(self) -> str:
        """The authority, without the tenant."""
        return f"https://localhost:{self._https.server_port}"

    @property
    def google(self) -> str:
        return f"https://localhost:{self._https.server_port}/google"

    @property
    def introspection(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/introspect"

    def key_file(self) -> str:
        """The JSON of the service account, as Google gives it."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "mvua-1234",
                "private_key_id": "0a1b2c",
                "private_key": pem,
                "client_email": SERVICE,
                "client_id": "104512345678901234567",
                "token_uri": "https://oauth2.googleapis.com/token",
            }
        )

    def revoke_all(self) -> None:
        for one in self.given.values():
            one.good = False

    def questions(self, grant: str) -> int:
        """How often tokens were asked for in this way."""
        return sum(form.get("grant_type") == grant for _path, form in self.asked)

    def __enter__(self) -> Issuer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        for server in (self._https, self._http):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(5)

    # --- HTTP

    def _server(self, certificate: Certificate | None) -> ThreadingHTTPServer:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self._tell(issuer.got(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self._tell(issuer.posted(urlsplit(self.path).path, dict(parse_qsl(body, keep_blank_values=True))))

            def _tell(self, answer: Answer) -> None:
                data = json.dumps(answer[1]).encode()
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that goes away is no error."""

        server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain, certificate.key)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        return server

    def got(self, path: str) -> Answer:
        parts = urlsplit(path).path.strip("/").split("/")
        if parts[0] == "introspect":
            return self._introspected(parts[-1])
        if parts[-1] != "openid-configuration":
            return 404, {}
        tenant = parts[0]
        if tenant not in (TENANT, "organizations", self.domain):
            return 400, {"error": "invalid_tenant", "error_description": aadsts(90002, f"Tenant '{tenant}' not found.")}
        base = f"{self.microsoft}/{tenant}"
        return 200, {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        }

    def posted(self, path: str, form: dict[str, str]) -> Answer:
        if path == "/introspect":
            return self._introspected(form.get("token", ""))
        self.asked.append((path, form))
        if self.busy:
            self.busy -= 1
            return 503, {"error": "temporarily_unavailable", "error_description": "try again"}
        try:
            return 200, self._way(path, form)(form)
        except Refused as e:
            return e.answer

    def _way(self, path: str, form: dict[str, str]) -> Callable[[dict[str, str]], dict[str, Any]]:
        if path == "/google/token":
            ways = {
                "urn:ietf:params:oauth:grant-type:jwt-bearer": self._assertion,
                "refresh_token": self._google_refresh,
                "authorization_code": self._google_code,
            }
        elif path.endswith("/devicecode"):
            return self._device
        else:
            ways = {
                "client_credentials": self._client_credentials,
                "urn:ietf:params:oauth:grant-type:device_code": self._device_code,
                "device_code": self._device_code,
                "refresh_token": self._refresh,
            }
        if form.get("grant_type", "") not in ways:
            raise Refused("unsupported_grant_type", f"not {form.get('grant_type')}")
        return ways[form["grant_type"]]

    # --- tokens

    def _token(self, user: str, value: str = "", refresh: str = "") -> dict[str, Any]:
        value = value or "ya29." + secrets.token_urlsafe(30)
        self.given[value] = Given(user)
        found: dict[str, Any] = {"token_type": "Bearer", "access_token": value, "expires_in": self.lifetime}
        if refresh:
            self.refresh[refresh] = user
            found["refresh_token"] = refresh
        return found

    def _introspected(self, token: str) -> Answer:
        known = self.given.get(token)
        if known is None or not known.good:
            return 200, {"active": False}
        return 200, {"active": True, "email": known.user or "-", "scope": "" if known.user else "all-mailboxes"}

    # --- Microsoft

    def _client_credentials(self, form: dict[str, str]) -> dict[str, Any]:
        self._check_app(form)
        if form["scope"] != "https://outlook.office365.com/.default":
            raise Refused("invalid_scope", aadsts(70011, "The provided value for the input parameter 'scope' is not valid."))
        claims = {
            "aud": "https://outlook.office365.com",
            "roles": ["IMAP.AccessAsApp"] if self.consented else [],
            "n": time.time_ns(),
        }
        return self._token("", jwt.encode(claims, secrets.token_bytes(32), "HS256"))

    def _check_app(self, form: dict[str, str]) -> None:
        if form.get("client_id") != CLIENT:
            raise Refused("unauthorized_client", aadsts(700016, "Application with identifier 'x' was not found in the directory."))
        if form.get("client_assertion_type") == ASSERTION and self.app_certificate:
            return self._check_assertion(form["client_assertion"])
        if self.secret_expired:
            raise Refused("invalid_client", aadsts(7000222, "The provided client secret keys for app are expired."), 401)
        if form.get("client_secret") != self.secret:
            words = (
                f"Invalid client secret provided: {form.get('client_secret')}."  # the real one does not repeat it; a bad one may
            )
            raise Refused("invalid_client", aadsts(7000215, words), 401)
        return None

    def _check_assertion(self, assertion: str) -> None:
        from cryptography import x509

        public = x509.load_pem_x509_certificate(self.app_certificate.encode()).public_key()
        try:
            claims = jwt.decode(assertion, public, ["RS256", "PS256"], options={"verify_aud": False})  # type: ignore[arg-type]
        except jwt.InvalidTokenError:
            raise Refused("invalid_client", aadsts(700027, "The certificate with identifier is not registered."), 401) from None
        assert claims["iss"] == claims["sub"] == CLIENT

    def _device(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("client_id") != CLIENT:
            raise Refused("unauthorized_client", aadsts(700016, "Application was not found in the directory."))
        assert "https://outlook.office365.com/IMAP.AccessAsUser.All" in form["scope"].split()
        code = secrets.token_urlsafe(20)
        self.devices[code] = Device(self.device_user, list(self.device_errors))
        where = self.device_page
        return {
            "device_code": code,
            "user_code": "KSM7-2026",
            "verification_uri": where,
            "expires_in": self.code_lifetime,
            "interval": 5,
            "message": f"open {where}",
        }

    def _device_code(self, form: dict[str, str]) -> dict[str, Any]:
        device = self.devices[form["device_code"]]
        if device.answers:
            error = device.answers.pop(0)
            numbers = {"authorization_pending": 70016, "authorization_declined": 65004, "expired_token": 70019}
            raise Refused(error, aadsts(numbers.get(error, 70016), error))
        if not device.user:
            raise Refused("authorization_pending", aadsts(70016, "OAuth 2.0 device flow error. Authorization is pending."))
        return self._token(device.user, refresh="0.A" + secrets.token_urlsafe(30))

    def _refresh(self, form: dict[str, str]) -> dict[str, Any]:
        user = self.refresh.pop(form["refresh_token"], None)  # each is good once here, so that keeping the next one matters
        if user is None:
            raise Refused("invalid_grant", aadsts(700082, "The refresh token has expired due to inactivity."))
        return self._token(user, refresh="0.A" + secrets.token_urlsafe(30))

    # --- Google

    def _assertion(self, form: dict[str, str]) -> dict[str, Any]:
        public = self.key.public_key()
        try:
            aud = "https://oauth2.googleapis.com/token"
            claims = jwt.decode(form["assertion"], public, ["RS256"], audience=aud)
        except jwt.ExpiredSignatureError:
            raise Refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)") from None
        except jwt.InvalidTokenError:
            raise Refused("invalid_grant", "Invalid JWT Signature.") from None
        assert claims["iss"] == SERVICE
        if not self.delegated or claims["scope"] != GMAIL:
            words = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."
            raise Refused("unauthorized_client", words, 401)
        if self.accounts is not None and claims["sub"] not in self.accounts:
            raise Refused("invalid_grant", "Invalid email or User ID")
        return self._token(claims["sub"])

    def consent(self, address: str, user: str) -> str:
        """What Google's page does when ``user`` agrees: the address the browser is sent to."""
        question = dict(parse_qsl(urlsplit(address).query))
        assert question["client_id"] == GOOGLE_CLIENT
        assert (question["scope"], question["code_challenge_method"], question["response_type"]) == (GMAIL, "S256", "code")
        code = "4/" + secrets.token_urlsafe(20)
        self.codes[code] = (user, question["code_challenge"], question["redirect_uri"])
        return f"{question['redirect_uri']}?state={question['state']}&code={code}&scope={GMAIL}"

    def _google_code(self, form: dict[str, str]) -> dict[str, Any]:
        self._check_google_client(form)
        user, challenge, where = self.codes.pop(form["code"])
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if digest != challenge or where != form["redirect_uri"]:
            raise Refused("invalid_grant", "Invalid code verifier.")
        return self._token(user, refresh="1//" + secrets.token_urlsafe(30))

    def _google_refresh(self, form: dict[str, str]) -> dict[str, Any]:
        self._check_google_client(form)
        user = self.refresh.get(form["refresh_token"])
        if user is None:
            raise Refused("invalid_grant", "Token has been expired or revoked.")
        return self._token(user)

    def _check_google_client(self, form: dict[str, str]) -> None:
        if form.get("client_id") != GOOGLE_CLIENT or form.get("client_secret") != self.secret:
            raise Refused("invalid_client", "The OAuth client was not found.", 401)
