"""One project, one program at a time: a lock the operating system releases even after a crash."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mailsafi_wizard import errors

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProjectLock:
    """Holds ``<project>.lock`` while the project is open. Raises ProjectInUse, ProjectReadOnly or DiskFull."""

    def __init__(self, project: Path) -> None:
        self._path = project.with_name(project.name + ".lock")
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as e:
            kind = errors.DiskFull if e.errno == 28 else errors.ProjectReadOnly
            raise kind(str(e), path=project) from e
        try:
            _try_lock(self._fd)
        except OSError as e:
            os.close(self._fd)
            raise errors.ProjectInUse(path=project) from e

    def release(self) -> None:
        """Lets go; the small file stays, since removing it would race with the next program. Safe to call twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
