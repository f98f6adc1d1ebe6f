"""What happened since the admin was last here, in one sentence; and what was recovered after a crash or a power cut."""

from __future__ import annotations

from mailsafi_wizard.project.since import Since
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.widgets import Tone
from mailsafi_wizard.words import _, ngettext


def of(since: Since, timezone: str) -> list[Problem]:
    """What is worth a panel; nothing for a new project or one that was left a moment ago without a run."""
    return [told for told in (_recovered(since, timezone), _news(since, timezone)) if told is not None]


def _news(since: Since, timezone: str) -> Problem | None:
    if not since.runs or since.left is None:
        return None
    new = ngettext("{n} new message", "{n} new messages", since.messages).format(n=formats.count(since.messages))
    wrong = ngettext("{n} problem", "{n} problems", since.problems).format(n=formats.count(since.problems))
    text = _("Since {when}: {what}, {new}, {problems}.").format(
        when=formats.moment(since.left, timezone),
        what=_what(since),
        new=new,
        problems=wrong if since.problems else _("no problems"),
    )
    stopped = since.runs[-1].outcome == "stopped"  # then nothing is finished, however well it went
    why, remedy = (_("The copy was stopped before its end."), _("Start copying to go on.")) if stopped else ("", "")
    tone = Tone.WARN if since.problems else Tone.INFO if stopped else Tone.GOOD
    return Problem(text, why, remedy, tone=tone)


def _what(since: Since) -> str:
    count = len(since.runs)
    if since.first and count == 1:
        return _("the first copy")
    if since.by_night:
        return ngettext("night delta", "{n} night deltas", count).format(n=count)
    return ngettext("delta", "{n} deltas", count).format(n=count)


def _recovered(since: Since, timezone: str) -> Problem | None:
    if since.broken_off is not None:
        when = formats.moment(since.broken_off.started, timezone)
        what = _("The copy that began on {when} was cut off: the program or the computer ended in the midst of it.").format(
            when=when
        )
        kept = _("Everything that had arrived is known and kept.")
        doubt = ngettext(
            "{n} message was on its way; it is looked up at MailSafi before anything is sent again, so none is lost or doubled.",
            "{n} messages were on their way; they are looked up at MailSafi before anything is sent again, so none is lost or doubled.",
            since.in_doubt,
        ).format(n=formats.count(since.in_doubt))
        return Problem(what, f"{kept} {doubt}" if since.in_doubt else kept, _("Start copying to go on."), tone=Tone.INFO)
    if since.died is not None:
        what = _("The program was not closed properly last time.")
        return Problem(what, _("Everything you had entered was in the project already; nothing is missing."), tone=Tone.INFO)
    return None


def of_crash(trace: str) -> Problem:
    """The program died without a word, and left where it was."""
    return Problem(
        _("The program crashed last time."),
        _("This is not your doing, and nothing that was copied is lost."),
        _("If it happens again, save the support bundle and send it to MailSafi's support."),
        trace,
        is_bug=True,
        tone=Tone.WARN,
    )
