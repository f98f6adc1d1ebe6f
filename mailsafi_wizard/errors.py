"""Everything that can go wrong, told so that an admin can act: what happened (title), what to do now (hint), the server's words (detail).

Titles and hints are templates filled from ``fields``, so that a screen can translate the template and fill it afterwards.
No secret may be put in a field or in ``detail``: whoever raises scrubs first (see `net.session`).
"""

from __future__ import annotations

import enum


class Retry(enum.Enum):
    """What a worker may do about it by itself."""

    NEVER = "never"  # only a person can help
    RECONNECT = "reconnect"  # the connection is gone; a new one may do
    WAIT = "wait"  # the server asked for patience


class MigrationError(Exception):
    """Base of every known problem. An exception that is not one of these is a bug."""

    title = "Something went wrong"
    hint = ""
    retry = Retry.NEVER
    exit_status = 3

    def __init__(self, detail: str = "", **fields: object) -> None:
        self.detail = detail
        self.fields = fields
        super().__init__(self.title_text)

    @property
    def title_text(self) -> str:
        return self.title.format(**self.fields)

    @property
    def hint_text(self) -> str:
        return self.hint.format(**self.fields)

    def __str__(self) -> str:
        parts = [self.title_text + "."]
        if self.hint_text:
            parts.append(self.hint_text)
        if self.detail:
            parts.append(f"({self.detail})")
        return " ".join(parts)


# --- the project file -------------------------------------------------------------------------------------------------------


class ProjectError(MigrationError):
    title = "The project file {path} cannot be used"
    exit_status = 2


class NotAProject(ProjectError):
    title = "{path} is not a MailSafi project"
    hint = "Choose a file that ends in .mailsafi, or start a new project."


class ProjectMissing(ProjectError):
    title = "There is no project file {path}"
    hint = "Check the name, or give the servers and the list to start a new project."


class NewerProject(ProjectError):
    title = "{path} was written by a newer version of this program"
    hint = "Install the newest version and open it there. The file was not changed."


class DamagedProject(ProjectError):
    title = "{path} is damaged"
    hint = "It was not changed. Take a copy from your backup, or start a new project: mail that has arrived is recognised, none is copied twice."


class ProjectInUse(ProjectError):
    title = "{path} is open elsewhere"
    hint = "Close the other window or wait for the other command to end, then try again."


class ProjectReadOnly(ProjectError):
    title = "{path} cannot be written"
    hint = "Move it to a folder where you may write, such as Documents. The file was not changed."


class DiskFull(ProjectError):
    title = "The disk that holds {path} is full"
    hint = "Free some space and go on: nothing that was copied is lost."


# --- the list and the command line ------------------------------------------------------------------------------------------


class ListProblems(MigrationError):
    title = "The list {path} has problems in {count} lines"
    hint = "Correct the lines that are named and try again."
    exit_status = 2


class WrongUsage(MigrationError):
    title = "{what}"
    exit_status = 2


class PasswordMissing(WrongUsage):
    hint = "Give its password, or load the list of mailboxes again."


class PasswordsLocked(WrongUsage):
    title = "This project's passwords are locked"
    hint = "Give the passphrase under which they were kept, then start again."


class NoScreen(MigrationError):
    title = "There is no screen to show the wizard on"
    hint = "Use the commands instead, see mailsafi-wizard --help, or start the wizard on a desktop."
    exit_status = 2


# --- servers ----------------------------------------------------------------------------------------------------------------


class ServerError(MigrationError):
    """A problem with one server; ``fields`` hold at least host. ``before_sign_in``: it came before the server was asked to judge a password."""

    before_sign_in = False
    title = "{host} gave an answer that makes no sense"
    hint = "Try again. If it happens again, send the technical details to the server's administrator."


class NoSuchHost(ServerError):
    title = "There is no server named {host}"
    hint = "Check the spelling of the server name and that this computer is online."


class ConnectionRefused(ServerError):
    title = "{host} does not accept connections on port {port}"
    hint = "Check the port, and whether IMAP is switched on at the server or a firewall stands in between."
    retry = Retry.RECONNECT


class NoRoute(ServerError):
    title = "The network has no way to {host}"
    hint = "Check this computer's internet connection, VPN and firewall."
    retry = Retry.RECONNECT


class ConnectTimeout(ServerError):
    title = "{host} did not answer on port {port}"
    hint = "Check the server name and port; a firewall may silently drop the connection."
    retry = Retry.RECONNECT


class NotTrusted(ServerError):
    title = "The certificate of {host} cannot be trusted"
    hint = "Ask the server's administrator. No password was sent."


class CertificateExpired(NotTrusted):
    title = "The certificate of {host} has expired or is not valid yet"
    hint = (
        "Check this computer's clock. If it is right, the server's administrator must renew the certificate. No password was sent."
    )


class CertificateWrongHost(NotTrusted):
    title = "The certificate of {host} is made out to another name"
    hint = "Use the server name that the certificate names. No password was sent."


class CertificateUnknown(NotTrusted):
    title = "The certificate of {host} is not signed by anyone this computer trusts"
    hint = "If this is your own server, compare its fingerprint and trust it once. No password was sent."


class CertificateSelfSigned(CertificateUnknown):
    title = "The certificate of {host} is signed by nobody but itself"


class CertificateChanged(NotTrusted):
    title = "{host} shows another certificate than the one you trusted"
    hint = "Ask the server's administrator whether it was renewed before you trust the new one. No password was sent."


class TlsFailed(NotTrusted):
    title = "No secure connection to {host} on port {port} was possible"
    hint = "Check port and security: 993 is for TLS from the start, 143 for STARTTLS. No password was sent."


class TlsTooOld(TlsFailed):
    title = "{host} speaks only outdated forms of TLS"
    hint = "The server's administrator must allow TLS 1.2 or newer. No password was sent."


class TlsNotSpoken(TlsFailed):
    title = "{host} does not speak TLS on port {port}"
    hint = "Use port 993 for TLS, or choose STARTTLS for this port. No password was sent."


class StartTlsMissing(NotTrusted):
    title = "{host} does not offer STARTTLS on port {port}"
    hint = "Use port 993 with TLS. No password was sent."


class StartTlsInjected(NotTrusted):
    title = "Somebody put text into the connection to {host} before it was secure"
    hint = "Do not use this network. No password was sent."


class NotImap(ServerError):
    title = "What answers at {host} port {port} is not an IMAP server"
    hint = "Check the port: IMAP is 993 (TLS) or 143 (STARTTLS)."


class TlsExpected(NotImap):
    title = "{host} waits for TLS on port {port}"
    hint = "Choose TLS for this server. No password was sent."


class SignInRefused(ServerError):
    title = "{host} refused the sign-in of {user}"
    hint = "Check user name and password of this mailbox."


class LoginDisabled(SignInRefused):
    title = "{host} does not allow signing in with a password on this connection"
    hint = "Use TLS, or another way to sign in that the server offers."


class AppPasswordNeeded(SignInRefused):
    title = "{host} wants an app password for {user}"
    hint = "Create an app password in the account's security settings and use it instead of the normal password."


class AppPasswordLikely(SignInRefused):
    hint = "Check the user name, and use an app password: this provider refuses the normal one, and says no more than that."


class OAuthNeeded(SignInRefused):
    title = "{host} does not accept passwords for {user}"
    hint = "Use the sign-in with OAuth2 for this provider."


class ImapOff(SignInRefused):
    title = "IMAP is switched off for {user} at {host}"
    hint = "Switch IMAP on for this mailbox in the server's administration."


class Blocked(SignInRefused):
    title = "{host} has locked {user} or this computer's address for now"
    hint = "Wait before you try again, or ask the server's administrator to lift the block."


class NoRights(SignInRefused):
    title = "The administrator may not open the mailbox of {user} at {host}"
    hint = "Give the administrator's account full access to the mailbox."


class AccountOff(SignInRefused):
    title = "The account {user} is closed or switched off at {host}"
    hint = "Switch the account on in the server's administration, or take it out of the list."


class PasswordExpired(SignInRefused):
    title = "The password of {user} has expired at {host}"
    hint = "Set a new password for this mailbox, then enter it here."


class AdminRefused(SignInRefused):
    title = "{host} refused the administrator's sign-in to the mailbox {user}"
    hint = "Check the administrator's name and password, and let the program try out which way of signing in the server takes."


class StyleUnknown(AdminRefused):
    title = "{host} does not know this way for an administrator to sign in"
    hint = "Choose another way, or let the program try them out on one mailbox."


class TooManyConnections(ServerError):
    """``anyone``: refused before the server knew who was asking, so it is this computer's connections that are too many."""

    anyone = False
    title = "{host} allows no more connections"
    hint = "The program goes on with fewer. If it happens often, close other mail programs that use the account."
    retry = Retry.WAIT


class ConnectionLost(ServerError):
    title = "The connection to {host} broke"
    hint = "The program reconnects and goes on by itself."
    retry = Retry.RECONNECT


class FolderRenumbered(ConnectionLost):
    """UIDVALIDITY changed while a folder was being copied: no message is to blame."""

    title = "{host} has renumbered a folder"


class NoAnswer(ConnectionLost):
    title = "{host} stopped answering"


class BrokenProtocol(ConnectionLost):
    """The server said something RFC 9051 does not allow; the connection can't be used any more."""

    title = "{host} sent something that is not IMAP"


class ServerBusy(ServerError):
    title = "{host} asks to wait"
    hint = "The program waits and goes on by itself."
    retry = Retry.WAIT

    def __init__(self, detail: str = "", *, wait: float = 0.0, bad: bool = False, **fields: object) -> None:
        """``wait``: seconds the server asked for, 0 when it gave no figure. ``bad``: it was said with BAD."""
        self.wait = wait
        self.bad = bad
        super().__init__(detail, **fields)


class CommandRefused(ServerError):
    """A tagged NO or BAD: ``code`` is the response code without brackets, upper case, or ""."""

    title = "{host} refused: {text}"
    exit_status = 1

    def __init__(self, detail: str = "", *, code: str = "", bad: bool = False, **fields: object) -> None:
        self.code = code
        self.bad = bad
        super().__init__(detail, **fields)


class OverQuota(CommandRefused):
    title = "The mailbox at {host} is full"
    hint = "Give the mailbox more space at MailSafi, then go on."


class MessageRefused(CommandRefused):
    """This one message is not accepted; the others may be."""


class FolderMissing(CommandRefused):
    title = "There is no such folder at {host}"
