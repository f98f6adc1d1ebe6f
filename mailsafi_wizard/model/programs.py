"""The programs people read their mail with, as the sign-in sheets tell them apart."""

from __future__ import annotations

import enum


class Program(enum.Enum):
    """In the order of a sheet where nothing is known of its user. The value names the section of the sheet's texts."""

    WEBMAIL = "webmail"
    OUTLOOK = "outlook"  # the classic one on Windows
    OUTLOOK_NEW = "outlook-new"  # the new one on Windows, and the one on the Mac
    IPHONE = "iphone"  # and iPad
    ANDROID = "android"
    THUNDERBIRD = "thunderbird"
    APPLE_MAIL = "apple-mail"  # on the Mac
