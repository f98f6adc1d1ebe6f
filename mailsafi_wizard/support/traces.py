"""An exception, or the leavings of a crash, told by file, line and function; its own words only as far as they are safe.

No value of a variable is ever told, and no path of this computer.
"""

from __future__ import annotations

import re
import traceback

from mailsafi_wizard.support.safe_words import safe_words

DEEPEST = 60  # frames; the first and the last are kept
_PACKAGES = re.compile(r"^.*?(site-packages|mailsafi_wizard|lib|python3\.\d+)[/\\]")
_CRASH_FRAME = re.compile(r'\s*File "(?P<file>[^"]*)", line (?P<line>\d+) in (?P<name>[\w<>.]{1,80})\s*')
_CRASH_HEAD = re.compile(r"(?:Fatal Python error|Windows fatal exception|Current thread|Thread|Extension modules).*")


def short_file(name: str) -> str:
    """Where a file lies within its package; of others only the name."""
    short = _PACKAGES.sub(r"\1/", name)
    return short if short != name or not re.search(r"[/\\]", name) else re.split(r"[/\\]", name)[-1]


def trace_lines(error: BaseException) -> list[str]:
    """The frames and kind of ``error``, after those of what caused it. Every line is ours or of the safe vocabulary."""
    chain: list[BaseException] = [error]
    while (earlier := chain[-1].__cause__ or chain[-1].__context__) is not None and earlier not in chain and len(chain) < 5:
        chain.append(earlier)
    lines: list[str] = []
    for one in reversed(chain):
        frames = [f"{short_file(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(one.__traceback__)]
        if len(frames) > DEEPEST:
            frames = [*frames[: DEEPEST // 2], "...", *frames[-DEEPEST // 2 :]]
        lines += [*frames, described(one)]
    return lines


def described(error: BaseException) -> str:
    """The kind of an error and what of its text is safe; of a missing name also the name, which is from the source."""
    name = getattr(error, "name", None) if isinstance(error, (AttributeError, ImportError, NameError)) else None
    number = f"errno {error.errno}" if isinstance(error, OSError) and error.errno else ""
    named = f"({name})" if isinstance(name, str) and re.fullmatch(r"[A-Za-z_][\w.]{0,60}", name) else ""
    words = " ".join(filter(None, (safe_words(str(error)), number, named)))
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def crash_lines(text: str) -> list[str]:
    """What Python's faulthandler left, without the paths of this computer; other lines are dropped."""
    lines = []
    for line in text.splitlines()[:2000]:
        if found := _CRASH_FRAME.fullmatch(line):
            lines.append(f"  {short_file(found['file'])}:{found['line']} {found['name']}")
        elif _CRASH_HEAD.fullmatch(line) and not line.startswith("Extension"):
            lines.append(re.sub(r"0x[0-9a-fA-F]+ ?", "", line)[:120])
    return lines
