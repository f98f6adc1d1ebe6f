"""What Windows shows of a program under "Details", in the form that PyInstaller reads. Pure."""

from __future__ import annotations

from installer import versions

COMPANY = "MailSafi"
PRODUCT = "MailSafi Wizard"
ENGLISH, UNICODE = 0x0809, 1200


def text(version: str) -> str:
    """PyInstaller's description of the resource; raises BadVersion."""
    numbers = versions.of_windows(version)
    strings = {
        "CompanyName": COMPANY,
        "FileDescription": PRODUCT,
        "FileVersion": ".".join(map(str, numbers)),
        "InternalName": "mailsafi-wizard",
        "LegalCopyright": "MIT licence; see the folder licences",
        "ProductName": PRODUCT,
        "ProductVersion": version,
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        "VSVersionInfo(\n"
        f"  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),\n"
        "  kids=[\n"
        f"    StringFileInfo([StringTable('{ENGLISH:04X}{UNICODE:04X}', [{table}])]),\n"
        f"    VarFileInfo([VarStruct('Translation', [{ENGLISH}, {UNICODE}])]),\n"
        "  ],\n"
        ")\n"
    )
