"""What holds for every test: no screen, no network beyond this computer, nothing of the person's own settings or keychain.

The environment is set when this file is read, before any test imports Qt or the program.
"""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import socket
import sys
import tempfile

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

_home = tempfile.mkdtemp(prefix="mailsafi-home-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
    os.environ[_name] = os.path.join(_home, _name.lower())
os.environ["XDG_RUNTIME_DIR"] = _home

# The same examples every time, however slow the computer: a red run is a mistake, never bad luck.
# Look for new ones with --hypothesis-profile=explore.
settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("house")


class OutsideWorld(Exception):
    """A test tried to talk to another computer."""


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise OutsideWorld(f"{event} to {address[0]}: tests use loopback addresses only")
    elif event == "socket.getaddrinfo":
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if host and str(host).rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")  # RFC 6761 section 6.4: such a name never exists
        if host and not _is_here(str(host)):
            raise OutsideWorld(f"look-up of {host!r}: tests use localhost, loopback addresses, or a name under .invalid")


def _is_here(host: str) -> bool:
    if host in ("", "localhost", "0.0.0.0", "::", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_stay_at_home)


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """The program's own kind of application, for pytest-qt."""
    from mailsafi_wizard.ui.opened_files import Application

    return Application
