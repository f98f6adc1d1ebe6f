"""HTTPS to those who give out tokens: the system's certificates, time limits, and library errors turned into ours. Knows nothing of tokens."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mailsafi_wizard import errors
from mailsafi_wizard.net.oauth_errors import IssuerUnreachable

if TYPE_CHECKING:
    import requests

LONGEST = 30.0  # seconds for a connection, and between two pieces of an answer


def host_of(url: str) -> str:
    """The host in a URL, for people."""
    return urlsplit(url).hostname or url


def is_secure(url: str) -> bool:
    """Whether a stranger's ``url`` is an https address and nothing else: what is not may make a program of this computer run."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and url.isascii() and url.isprintable()
    except ValueError:
        return False


@contextlib.contextmanager
def web(ca_file: Path | None = None) -> Iterator[requests.Session]:
    """A session of `requests` that trusts what the system trusts (a firm's own authority too), and ``ca_file``."""
    import requests  # slow to load, and needed only where there are tokens
    from requests.adapters import HTTPAdapter

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=str(ca_file))

    class Patient(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context)

        def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
            return super().proxy_manager_for(proxy, **kwargs, ssl_context=context)

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            """Nothing to set: the context verifies, with the system's authorities instead of the library's own list."""

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            return super().send(request, *args, **{**kwargs, "timeout": LONGEST})

    with requests.Session() as session:
        session.mount("https://", Patient(max_retries=1))
        session.mount("http://", _closed())
        yield session


def _closed() -> Any:
    from requests.adapters import BaseAdapter
    from requests.exceptions import InvalidURL

    class Closed(BaseAdapter):
        """Secrets go over TLS or not at all."""

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            raise InvalidURL("not a secure address")

        def close(self) -> None:
            """Nothing is open."""

    return Closed()


@contextlib.contextmanager
def reaching(host: str) -> Iterator[None]:
    """Turns what `requests` raises into IssuerUnreachable, and a certificate nobody trusts into CertificateUnknown."""
    import requests

    try:
        yield
    except requests.exceptions.SSLError as e:
        raise errors.CertificateUnknown(_cause(e), host=host) from e
    except requests.exceptions.RequestException as e:
        raise IssuerUnreachable(_cause(e), host=host) from e


def _cause(error: BaseException) -> str:
    """The innermost reason; the outer ones repeat addresses and objects."""
    for _ in range(10):  # a chain can be a ring
        error = error.__cause__ or error.__context__ or error
    return str(error)[:200]
