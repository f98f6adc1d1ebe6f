"""What a search for a mail server has found, in words: for the screen and for the command. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mailsafi_wizard.model import Security
from mailsafi_wizard.net import providers
from mailsafi_wizard.net.found import Candidate, Discovery, Note, Origin, Source, Sureness
from mailsafi_wizard.net.probe import Outcome
from mailsafi_wizard.words import N_, _, filled

ORIGINS = {
    Origin.AUTOCONFIG: N_("the settings that {who} publishes"),
    Origin.PROVIDER: N_("what is known of {who}"),
    Origin.RECORD: N_("the records of {who}"),
    Origin.PROVIDER_FILE: N_("the settings that {who} publishes, which takes in the mail"),
    Origin.GUESS: N_("a usual name that was tried"),
    Origin.MX: N_("the server that takes in the mail, which was tried"),
    Origin.CERTIFICATE: N_("the certificate of {who}, which is the same machine"),
}
SURE = {
    Sureness.SURE: N_("Sure"),
    Sureness.LIKELY: N_("Likely"),
    Sureness.DOUBTFUL: N_("Doubtful"),
    Sureness.UNSEEN: N_("Not found there"),
}
NOTES = {
    Note.NO_DNS: N_("No name server answered. Check that this computer is online."),
    Note.NO_MAIL: N_("The domain has no record of where its mail goes (MX). Check the spelling."),
    Note.DISAGREE: N_("Name servers tell different things about the domain. It may have been changed a short while ago."),
    Note.FILTER: N_("The domain's mail goes through a filter first, so its records do not tell where the mailboxes are."),
    Note.TIME_UP: N_("Not everything could be tried in time. Trying again may find more."),
    Note.CANCELLED: N_("The search was stopped before its end."),
}
SECURITY = {
    Security.TLS: N_("encrypted"),
    Security.STARTTLS: N_("encrypted after greeting"),
    Security.CLEARTEXT: N_("not encrypted"),
}


def origin_words(source: Source) -> str:
    return filled(ORIGINS[source.origin], {"who": source.who})


def from_words(candidate: Candidate) -> str:
    """Where it comes from: the two best sources."""
    return _("From {sources}").format(sources=_(" and ").join(origin_words(source) for source in candidate.sources[:2]))


def seen_words(candidate: Candidate) -> str:
    """What was met there."""
    seen = candidate.probe
    if seen.outcome is Outcome.VERIFIED:
        return _("A mail server answers, with a good certificate.")
    if seen.outcome is Outcome.NOT_TRIED:
        return _("There was no time to try it.")
    return filled(seen.problem, dict(seen.fields)) + "." if seen.problem else ""


def server_words(candidate: Candidate) -> str:
    endpoint = candidate.endpoint
    return _("{host}, port {port}, {security}").format(
        host=endpoint.host, port=endpoint.port, security=_(SECURITY[endpoint.security])
    )


def note_words(discovery: Discovery) -> list[str]:
    return [_(NOTES[note]) for note in discovery.notes]


def lines(discovery: Discovery, as_json: bool) -> Iterator[str]:
    """For the command: one line a server, then the provider; with ``as_json`` one object a line, the last is the summary."""
    provider = providers.get(discovery.provider)
    if as_json:
        whole = discovery.facts()
        for candidate in whole.pop("candidates"):
            yield json.dumps({"event": "candidate", **candidate})
        best = discovery.best.endpoint.url if discovery.best else ""
        summary = {**whole, "provider_name": provider.name, "candidates": len(discovery.candidates), "best": best}
        yield json.dumps({"event": "summary", **summary})
        return
    for candidate in discovery.candidates:
        yield f"{_(SURE[candidate.sureness])}: {candidate.endpoint.url}"
        yield f"  {from_words(candidate)}. {seen_words(candidate)}"
    if not discovery.candidates:
        yield _("No mail server was found for {domain}.").format(domain=discovery.domain)
    if discovery.provider != providers.GENERIC:
        yield _("Provider: {name}").format(name=provider.shown_name)
        for step in provider.checklist:
            yield f"  - {_(step.text)}"
    yield from (f"! {text}" for text in note_words(discovery))
