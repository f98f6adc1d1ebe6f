"""A throw-away Dovecot 2.3 on the loopback, for tests: started in a temp folder, stopped by its pid, gone afterwards.

Works as root (mail then belongs to the system user "mail") and as a plain user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Security
from tests.servers import owner
from tests.servers.ports import free_ports, wait_for_greeting

INSTALL = "apt-get install --yes --no-install-recommends dovecot-imapd"
PASSWORD = "Kisumu;2026§x"
_CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT "
    "MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH "
    "ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE "
    "LITERAL+ NOTIFY SPECIAL-USE"
)
USUAL_FOLDERS = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash", "Junk": "\\Junk", "Archive": "\\Archive"}


class DovecotMissing(RuntimeError):
    """Dovecot is not installed, or did not start; the text says what to do."""


@dataclass(frozen=True)
class Options:
    """How a server differs from the usual one.

    ``users`` empty: any user name signs in with ``password`` (no spaces, no "%"); else only those named (name -> password).
    ``quota_rules`` are Dovecot's, such as "*:storage=2M" or "*:messages=50"; empty: no QUOTA. ``special_use`` maps folder names to
    their use; empty: none, and no SPECIAL-USE in CAPABILITY. ``auto_folders``: these exist from the first sign-in on.
    ``introspection`` is the address that tells whether a token is good (see `issuer`); empty: no tokens.
    ``extra``: configuration lines added at the end.
    """

    separator: str = "."
    prefix: str = ""
    storage: str = "maildir"  # or sdbox, mdbox
    password: str = PASSWORD
    users: Mapping[str, str] = field(default_factory=dict)
    master_users: Mapping[str, str] = field(default_factory=dict)
    master_separator: str = "*"
    introspection: str = ""
    token_mechanisms: str = "xoauth2 oauthbearer"
    drop_capabilities: tuple[str, ...] = ()
    quota_rules: tuple[str, ...] = ()
    special_use: Mapping[str, str] = field(default_factory=lambda: dict(USUAL_FOLDERS))
    auto_folders: bool = True
    max_userip_connections: int = 0  # 0: any number
    max_line_length: str = "64k"
    compress: bool = False  # COMPRESS=DEFLATE
    tls_1_2: bool = False  # no TLS 1.3
    fsync: str = "never"
    extra: str = ""


class Dovecot:
    """One server. ``start`` and ``stop``, or use it as a context manager."""

    def __init__(self, options: Options | None = None, certificate: Certificate | None = None) -> None:
        self.options = options or Options()
        self.root = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.root.chmod(0o755)
        self.certificate = certificate or Authority(self.root / "tls").issue()
        self.port = self.tls_port = 0
        self._process: subprocess.Popen[bytes] | None = None

    host = "localhost"

    @property
    def ca_file(self) -> Path:
        return self.certificate.ca_file

    @property
    def log(self) -> str:
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the master, which leads the group of all its processes."""
        assert self._process is not None, "it is not running"
        return self._process.pid

    def url(self, security: Security = Security.TLS) -> str:
        port = self.tls_port if security is Security.TLS else self.port
        return f"{security.value}://{self.host}:{port}"

    def password_of(self, user: str) -> str:
        return self.options.users.get(user, self.options.password)

    def start(self) -> Dovecot:
        """Start on free ports; raises DovecotMissing. A second start after `stop` keeps the ports and the mail."""
        binary = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
        if binary is None:
            raise DovecotMissing(f"Dovecot is missing. Install it as root: {INSTALL}")
        for _attempt in range(5):  # someone may take a free port before Dovecot does
            if not self._fixed_ports():
                self.port, self.tls_port = free_ports(2)
            self._write_configuration()
            with (self.root / "stderr").open("wb") as complaints:
                self._process = subprocess.Popen(
                    [binary, "-F", "-c", str(self._conf)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=complaints,
                    start_new_session=True,  # so that all its processes can be ended together
                )
            if wait_for_greeting(self.port, lambda: self.running):
                return self
            self._end_process()
        raise DovecotMissing(f"Dovecot did not start: {(self.root / 'stderr').read_text(errors='replace')}\n{self.log}")

    def _fixed_ports(self) -> bool:
        return self.port != 0 and "Address already in use" not in self.log

    def _end_process(self, how: signal.Signals = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, how)
            process.wait(5)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def make_room(self) -> None:
        """Lift the quota; connections end."""
        self.options = replace(self.options, quota_rules=("*:storage=1G",))
        self.stop()
        self.start()

    def stop(self) -> None:
        """End the server and all its connections; the mail stays until `remove`."""
        self._end_process()

    def crash(self) -> None:
        """End it as a power cut would; `start` brings it back."""
        self._end_process(signal.SIGKILL)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Dovecot:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.remove()

    def doveadm(self, *arguments: str) -> str:
        """Output of ``doveadm ARGUMENTS``; raises CalledProcessError."""
        command = ["doveadm", "-c", str(self._conf), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def home(self, user: str) -> Path:
        return self.root / "mail" / user.lower()

    def cut_all(self, user: str) -> None:
        """Throw out every connection of ``user``."""
        self.doveadm("kick", user)

    @property
    def _conf(self) -> Path:
        return self.root / "dovecot.conf"

    def _write_configuration(self) -> None:
        for name in ("run", "state", "mail"):
            (self.root / name).mkdir(exist_ok=True)
        owner.give(self.root / "mail")
        self._write_passwords("users", self.options.users)
        self._write_passwords("masters", self.options.master_users)
        self._conf.write_text(self._configuration(), encoding="utf-8")

    def _write_passwords(self, name: str, users: Mapping[str, str]) -> None:
        lines = "".join(f"{user}:{{PLAIN}}{_colon_free(password)}\n" for user, password in users.items())
        path = self.root / name
        path.write_text(lines, encoding="utf-8")
        path.chmod(0o644)  # read by Dovecot's own user; throw-away passwords

    def _configuration(self) -> str:
        options, root = self.options, self.root
        is_root, user, group = owner.is_root(), owner.user(), owner.group()
        plugins = " quota" if options.quota_rules else ""
        imap_plugins = (" imap_quota" if options.quota_rules else "") + (" imap_zlib" if options.compress else "")
        no_chroot = "" if is_root else "chroot ="
        return f"""
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
auth_mechanisms = plain login {options.token_mechanisms if options.introspection else ""}
auth_username_chars =
auth_failure_delay = 0
auth_master_user_separator = {options.master_separator}
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{self.certificate.chain}
ssl_key = <{self.certificate.key}
ssl_min_protocol = TLSv1.2
{"ssl_cipher_list = ECDHE" if options.tls_1_2 else ""}
default_internal_user = {"dovecot" if is_root else user}
default_internal_group = {"dovecot" if is_root else group}
default_login_user = {"dovenull" if is_root else user}
default_process_limit = 1000
default_client_limit = 4000
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {user}
mail_gid = {group}
mail_home = {root}/mail/%u
mail_location = {options.storage}:~/{options.storage}
mail_fsync = {options.fsync}
# With fcntl the kernel sometimes sees a deadlock between two sessions of one user, and Dovecot then panics.
lock_method = flock
mail_max_userip_connections = {options.max_userip_connections}
mail_plugins ={plugins}{" zlib" if options.compress else ""}
protocol imap {{
  mail_plugins ={plugins}{" zlib" if options.compress else ""}{imap_plugins}
  imap_max_line_length = {options.max_line_length}
}}
{self._capability_line()}
namespace inbox {{
  inbox = yes
  separator = {options.separator}
  prefix = {options.prefix}
{self._special_folders()}}}
{self._password_databases()}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
service imap-login {{
  {no_chroot}
  service_count = 0
  process_min_avail = 1
  process_limit = 4
  client_limit = 2000
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 800
  process_min_avail = 1
  service_count = 200
  vsz_limit = 1G
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
plugin {{
{self._quota()}}}
{options.extra}
"""

    def _capability_line(self) -> str:
        dropped = {name.upper() for name in self.options.drop_capabilities}
        if not self.options.special_use:
            dropped.add("SPECIAL-USE")
        if not dropped:
            return ""
        kept = [c for c in _CAPABILITIES.split() if c.upper() not in dropped]
        kept += ["QUOTA"] if self.options.quota_rules and "QUOTA" not in dropped else []
        kept += ["COMPRESS=DEFLATE"] if self.options.compress and "COMPRESS=DEFLATE" not in dropped else []
        return f"imap_capability = {' '.join(kept)}"

    def _special_folders(self) -> str:
        auto = "create" if self.options.auto_folders else "no"
        folders = self.options.special_use.items()
        return "".join(f'  mailbox "{name}" {{\n    special_use = {use}\n    auto = {auto}\n  }}\n' for name, use in folders)

    def _password_databases(self) -> str:
        master = f"passdb {{\n  driver = passwd-file\n  args = {self.root}/masters\n  master = yes\n}}\n"
        if self.options.users:
            users = f"passdb {{\n  driver = passwd-file\n  args = {self.root}/users\n}}"
        else:
            users = f"passdb {{\n  driver = static\n  args = password={{PLAIN}}{self.options.password}\n}}"
        return (master if self.options.master_users else "") + self._token_databases() + users

    def _token_databases(self) -> str:
        """A user's token names the user; an app's is good for every mailbox."""
        if not self.options.introspection:
            return ""
        found = ""
        for attribute, form in (("email", "%Lu"), ("scope", "all-mailboxes")):
            path = self.root / f"tokens-{attribute}.conf.ext"
            path.write_text(
                f"introspection_mode = post\nintrospection_url = {self.options.introspection}\n"
                f"username_attribute = {attribute}\nusername_format = {form}\nactive_attribute = active\nactive_value = true\n"
                f"timeout_msecs = 5000\nopenid_configuration_url = https://issuer.invalid/.well-known/openid-configuration\n"
            )
            found += f"passdb {{\n  driver = oauth2\n  mechanisms = {self.options.token_mechanisms}\n  args = {path}\n}}\n"
        return found

    def _quota(self) -> str:
        rules = self.options.quota_rules
        if not rules:
            return ""
        lines = ["quota = count:User quota", "quota_vsizes = yes"]
        lines += [f"quota_rule{index or ''} = {rule}" for index, rule in enumerate(rules)]
        return "".join(f"  {line}\n" for line in lines)


def _colon_free(password: str) -> str:
    if ":" in password or "\n" in password:
        raise ValueError("a passwd-file cannot hold ':' or a line break in a PLAIN password")
    return password
