"""Where the certificates of the public authorities are, and how to trust them without reading all of them.

OpenSSL looks in the places it was built for. A frozen program is built on another system than it runs on, so that folder may not be there; then the
system's own bundle is named to OpenSSL by its environment variables (which a person may have set, and then they stand). Windows is not concerned: there
Python asks the system. Knows nothing of connections.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import MutableMapping
from pathlib import Path

# Debian, Ubuntu, Arch, Gentoo; Fedora, RHEL; openSUSE; Alpine and macOS
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def find(environment: MutableMapping[str, str] = os.environ, bundles: tuple[str, ...] = BUNDLES) -> None:
    """Does nothing where OpenSSL finds authorities by itself, and in a program that is not frozen."""
    if sys.platform == "win32" or not getattr(sys, "frozen", False) or "SSL_CERT_FILE" in environment or has_default():
        return
    found = next((name for name in bundles if Path(name).is_file()), "") or _brought()
    if found:
        environment["SSL_CERT_FILE"] = found


def context() -> ssl.SSLContext:
    """`ssl.create_default_context` with the system's authorities, each read when a server shows a certificate of it, where that is possible.

    OpenSSL 3 takes 60 ms of the processor for the 140 certificates of a bundle.
    """
    return ssl.create_default_context(capath=folder() or None)


MADE_OF_ITS_FOLDER = "ca-certificates.crt"  # by update-ca-certificates
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")  # how OpenSSL names a certificate in a folder: by its subject (X509_LOOKUP_hash_dir)


def folder() -> str:
    """The folder in which OpenSSL finds every authority of its bundle; "" where there is none that holds all of them.

    Only Debian's and its kin's will do, whose bundle is made of what is in the folder. Where a person has named another bundle in OpenSSL's
    environment variables that one is read, as are those of other systems.
    """
    places = ssl.get_default_verify_paths()
    if sys.platform == "win32" or not places.cafile or not places.capath:
        return ""
    try:
        bundle, found = os.path.realpath(places.cafile), os.path.realpath(places.capath)
        if bundle != os.path.join(found, MADE_OF_ITS_FOLDER):
            return ""
        with open(bundle, "rb") as f:
            wanted = f.read().count(b"-----BEGIN CERTIFICATE-----")
        there = sum(1 for name in os.listdir(found) if _HASHED.fullmatch(name))
    except OSError:
        return ""
    return found if there >= wanted > 0 else ""


def has_default() -> bool:
    """Whether OpenSSL's own places hold anything."""
    places = ssl.get_default_verify_paths()
    folder = Path(places.capath) if places.capath else None
    return bool(places.cafile) or (folder is not None and folder.is_dir() and any(folder.glob("*.0")))


def _brought() -> str:
    """The list that comes with the program, for a system that has none."""
    try:
        import certifi
    except ImportError:
        return ""
    return certifi.where()


def count() -> int:
    """How many authorities a new connection would trust."""
    context = ssl.create_default_context()
    loaded = context.cert_store_stats()["x509_ca"]
    places = ssl.get_default_verify_paths()
    return loaded or sum(1 for _ in Path(places.capath).glob("*.0")) if places.capath else loaded
