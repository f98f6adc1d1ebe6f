"""The credential list: every encoding, separator and layout of the field; passwords unaltered; problems by line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store import credential_list
from mailsafi_wizard.store.credential_list import CredentialList, Draft, Row, read, template, write
from mailsafi_wizard.store.list_rows import check

HEADER = "EmailAddress,UserName,Password\n"
ODD_PASSWORDS = [
    ";",
    ",",
    '"',
    "'",
    "\\",
    "§",
    "£",
    "%",
    "*",
    " ",
    "#start",
    "=1+1",
    "+a",
    "-a",
    "@a",
    "a b",
    "पासवर्ड",
    "🔑",
    "e\u0301",
    "{}",
    "NIL",
]


def passwords(found: CredentialList) -> list[str]:
    return [row.password.reveal() for row in found.rows]


def texts(found: CredentialList, line: int) -> str:
    return " ".join(p.text for p in found.problems if p.line == line)


def one(text: str, **options: object) -> Row:
    found = read((HEADER + text).encode(), **options)  # type: ignore[arg-type]
    assert len(found.rows) == 1, found.problems
    return found.rows[0]


class TestEncodings:
    @pytest.mark.parametrize(
        ("codec", "mark", "name"),
        [
            ("utf-8", b"", "UTF-8"),
            ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
            ("utf-16-le", b"\xff\xfe", "UTF-16 (little-endian)"),
            ("utf-16-be", b"\xfe\xff", "UTF-16 (big-endian)"),
            ("utf-16-le", b"", "UTF-16 (little-endian)"),
            ("utf-16-be", b"", "UTF-16 (big-endian)"),
            ("utf-32-le", b"\xff\xfe\x00\x00", "UTF-32 (little-endian)"),
            ("utf-32-be", b"\x00\x00\xfe\xff", "UTF-32 (big-endian)"),
        ],
    )
    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
    def test_unicode_in_every_dress(self, codec: str, mark: bytes, name: str, end: str) -> None:
        text = (HEADER + "jane@example.co.ke,jane,Zoë密🔑\nali@example.co.ke,ali,x\n").replace("\n", end)
        found = read(mark + text.encode(codec))
        assert (found.encoding, passwords(found), found.errors) == (name, ["Zoë密🔑", "x"], ())
        assert [row.line for row in found.rows] == [2, 3]

    def test_windows_1252_is_read_and_said_on_the_lines_it_touches(self) -> None:
        found = read((HEADER + "jane@example.co.ke,jane,caf\xe9\x80\nali@example.co.ke,ali,plain\n").encode("latin-1"))
        assert found.encoding == "Windows-1252"
        assert passwords(found) == ["café€", "plain"]
        assert "Windows-1252" in texts(found, 2)
        assert not texts(found, 3)
        assert found.ok

    def test_a_file_pasted_from_two_keeps_both_readable(self) -> None:
        found = read(HEADER.encode() + "a@example.co.ke,a,é1\n".encode() + "b@example.co.ke,b,é2\n".encode("cp1252"))
        assert passwords(found) == ["é1", "é2"]
        assert found.encoding == "UTF-8 and Windows-1252"
        assert "UTF-8" in texts(found, 2)
        assert "Windows-1252" in texts(found, 3)

    def test_what_no_encoding_explains_is_an_error_and_never_replaced(self) -> None:
        found = read(HEADER.encode() + b"a@example.co.ke,a,x\x81y\nb@example.co.ke,b,ok\n")
        assert passwords(found) == ["ok"]
        assert [p.line for p in found.errors] == [2]

    @pytest.mark.parametrize(("mark", "codec"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
    def test_half_a_character_in_utf16_damages_its_line_only(self, mark: bytes, codec: str) -> None:
        head, tail = (HEADER + "a@example.co.ke,a,x").encode(codec), "y\nb@example.co.ke,b,ok\n".encode(codec)
        lone = b"\x00\xd8" if codec == "utf-16-le" else b"\xd8\x00"
        found = read(mark + head + lone + tail + b"\x20")
        assert passwords(found) == ["ok"]
        assert [p.line for p in found.errors] == [2, 4]

    def test_a_broken_line_under_a_utf8_mark_is_an_error(self) -> None:
        found = read(b"\xef\xbb\xbf" + HEADER.encode() + b"a@example.co.ke,a,x\xe9\nb@example.co.ke,b,ok\n")
        assert passwords(found) == ["ok"]
        assert [p.line for p in found.errors] == [2]

    def test_only_cr_and_lf_end_a_line(self) -> None:
        odd = "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g"
        assert one(f"jane@example.co.ke,jane,{odd}").password.reveal() == odd


class TestSeparators:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_the_header_tells(self, separator: str) -> None:
        text = separator.join(["Email Address", "user", "PASS"]) + "\n" + separator.join(["jane@example.co.ke", "jane", "a:b|c"])
        found = read(text.encode())
        assert (found.separator, passwords(found), found.problems) == (separator, ["a:b|c"], ())

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_without_a_header_the_columns_agree(self, separator: str) -> None:
        others = {",": "x;y", ";": "x,y", "\t": "x,y;z"}[separator]
        text = "".join(separator.join([f"u{n}@example.co.ke", f"u{n}", others]) + "\n" for n in range(5))
        found = read(text.encode())
        assert (found.separator, len(found.rows), set(passwords(found)), found.errors) == (separator, 5, {others}, ())

    def test_sep_line_is_honoured(self) -> None:
        found = read(b"sep=|\nEmail|User|Password\njane@example.co.ke|jane|a,b;c\n")
        assert (passwords(found), found.rows[0].line, found.ok) == (["a,b;c"], 3, True)

    def test_a_header_with_commas_over_lines_with_semicolons(self) -> None:
        found = read(HEADER.encode() + b"jane@example.co.ke;jane;pw\nali@example.co.ke;ali;pw2\n")
        assert (passwords(found), found.separator) == (["pw", "pw2"], ";")
        assert "separator" in texts(found, 1)


class TestLayouts:
    def test_microsofts_csv(self) -> None:
        found = read(b"EmailAddress,UserName,Password,UserRoot\njane@example.co.ke,jane.old,pw,/archive\n")
        row = found.rows[0]
        assert (row.address, row.user, row.password.reveal(), row.user_root) == ("jane@example.co.ke", "jane.old", "pw", "/archive")
        assert found.problems == ()

    @pytest.mark.parametrize("last", ["", ";"])
    @pytest.mark.parametrize(
        "header", ["", "#host1;user1;password1;host2;user2;password2;\n", "host1;user1;password1;host2;user2;password2\n"]
    )
    def test_imapsyncs_list(self, header: str, last: str) -> None:
        line = f"mail.example.com;jane@example.com;se#cret;imap.example.net;jane@example.co.ke;new,one{last}\n"
        if header.startswith("host1") and last:
            header = header.replace("\n", ";\n")
        found = read((header + line).encode())
        row = found.rows[0]
        assert (row.address, row.user, row.source_host) == ("jane@example.com", "jane@example.com", "mail.example.com")
        assert (row.password.reveal(), row.destination_secret.reveal()) == ("se#cret", "new,one")
        assert row.destination_user == "jane@example.co.ke"
        assert found.ok

    def test_google_two_columns_no_header_no_quotes(self) -> None:
        found = read(b'jane@example.co.ke,pw\nali@example.co.ke,p"w\n')
        assert [(row.user, row.password.reveal()) for row in found.rows] == [
            ("jane@example.co.ke", "pw"),
            ("ali@example.co.ke", 'p"w'),
        ]

    def test_old_and_new_sign_in_side_by_side(self) -> None:
        found = read(b'"jane@old.example";"a;b";"j.doe@example.co.ke";"new"\n"ali@old.example";"x";"ali@example.co.ke";"y"\n')
        assert passwords(found) == ["a;b", "x"]
        assert [row.destination_user for row in found.rows] == ["j.doe@example.co.ke", "ali@example.co.ke"]
        assert [row.destination_secret.reveal() for row in found.rows] == ["new", "y"]

    def test_user_names_are_never_taken_for_passwords_of_pairs(self) -> None:
        assert not read(b"jane@old.example;jane;jane@example.co.ke;new\n").ok

    def test_semicolons_and_quotes_everywhere(self) -> None:
        found = read(b'"jane@example.co.ke";"jane";"a;""b"""\n"ali@example.co.ke";"ali";"x"\n')
        assert passwords(found) == ['a;"b"', "x"]

    def test_kerio_addresses_are_made_from_the_only_domain(self) -> None:
        found = read(b"user;password;Full Name\njane;pw;Jane Doe\n", ("Example.co.ke",))
        assert (found.rows[0].address, found.rows[0].user, passwords(found)) == ("jane@example.co.ke", "jane", ["pw"])
        assert "jane@example.co.ke" in texts(found, 2)

    def test_kerio_without_a_domain_is_an_error(self) -> None:
        assert read(b"user;password\njane;pw\n").errors
        assert read(b"user;password\njane;pw\n", ("a.ke", "b.ke")).errors

    def test_all_columns_in_any_order(self) -> None:
        found = read(
            b"Destination Password;MAIL;source_host;Destination-Email;Login;User Root;Password\n"
            b"new;jane@example.co.ke;imap.old.example;j.doe@example.co.ke;jane;INBOX;old\n"
        )
        row = found.rows[0]
        assert (row.destination_secret.reveal(), row.destination_address, row.source_host) == (
            "new",
            "j.doe@example.co.ke",
            "imap.old.example",
        )
        assert (row.user, row.user_root, row.password.reveal()) == ("jane", "INBOX", "old")

    def test_a_missing_user_name_is_the_address(self) -> None:
        assert one("jane@example.co.ke,,pw").user == "jane@example.co.ke"
        assert one("jane@example.co.ke,,pw").destination_user == "jane@example.co.ke"

    def test_spreadsheet_leaves_empty_columns_and_lines(self) -> None:
        found = read(b"EmailAddress;UserName;Password;;\njane@example.co.ke;jane;a;b;;\n;;;;\n\nali@example.co.ke;ali;x;;\n")
        assert passwords(found) == ["a;b", "x"]
        assert [row.line for row in found.rows] == [2, 5]

    def test_comments_are_not_rows_but_passwords_may_start_alike(self) -> None:
        found = read((HEADER + "# jane@example.co.ke,jane,pw\nali@example.co.ke,ali,#pw\n").encode())
        assert passwords(found) == ["#pw"]

    def test_a_comment_that_may_be_a_password_is_told(self) -> None:
        found = read(b"Password,EmailAddress\n#pw,jane@example.co.ke\nx,ali@example.co.ke\n")
        assert "#" in texts(found, 2)

    def test_unknown_columns_are_passed_over_and_named_by_number(self) -> None:
        found = read(b"Email,Shoe size,Password\njane@example.co.ke,43,pw\n")
        assert passwords(found) == ["pw"]
        assert texts(found, 1).startswith("Column 2 ")
        assert "Shoe" not in texts(found, 1)

    @pytest.mark.parametrize(
        "text",
        [
            "info;geheim;Info Desk\nsales;secret;Sales\n",  # which one is the password?
            "a@example.co.ke,b,c,d\nb@example.co.ke,c,d,e\n",
            "a@example.co.ke,geheim,\nb@example.co.ke,secret,\n",
        ],
    )
    def test_an_unclear_list_gives_no_rows_at_all(self, text: str) -> None:
        found = read(text.encode())
        assert (found.rows, found.ok) == ((), False)
        assert "EmailAddress,UserName,Password" in texts(found, 1)

    def test_two_columns_of_one_meaning(self) -> None:
        found = read(b"Email,Password,Pass\njane@example.co.ke,a,b\n")
        assert not found.rows
        assert "Password" in found.errors[0].text


class TestPasswords:
    @pytest.mark.parametrize("password", ODD_PASSWORDS)
    def test_odd_ones_pass_through_quotes(self, password: str) -> None:
        row = Row(0, "jane@example.co.ke", "jane", Secret(password))
        assert passwords(read(write([row]))) == [password]

    @pytest.mark.parametrize("password", [p for p in ODD_PASSWORDS if p not in (",",)])
    def test_odd_ones_pass_unquoted(self, password: str) -> None:
        assert one(f"jane@example.co.ke,jane,{password}").password.reveal() == password

    def test_a_stray_separator_goes_into_a_password_in_the_last_column_and_is_told(self) -> None:
        found = read((HEADER + 'jane@example.co.ke,jane,Kisumu,2026 "x",\n').encode())
        assert passwords(found) == ['Kisumu,2026 "x",']
        assert found.ok
        assert "too many" in texts(found, 2)

    def test_a_stray_separator_elsewhere_is_an_error(self) -> None:
        found = read(b"EmailAddress,Password,UserName\njane@example.co.ke,Kis,umu,jane\n")
        assert not found.rows
        assert "too many" in texts(found, 2)

    def test_too_few_fields_never_show_a_password_as_a_user(self) -> None:
        found = read((HEADER + "jane@example.co.ke,secret\nali@example.co.ke,ali,x\n").encode())
        assert [row.address for row in found.rows] == ["ali@example.co.ke"]
        assert "2 fields" in texts(found, 2)

    @pytest.mark.parametrize("raw", ['"abc', 'a"b', '"a"b', 'a""b'])
    def test_quotes_that_are_not_rfc_4180_are_text(self, raw: str) -> None:
        assert one(f"jane@example.co.ke,jane,{raw}").password.reveal() == raw

    @pytest.mark.parametrize(
        ("password", "word"),
        [
            (" x", "space"),
            ("x ", "space"),
            ("x\xa0y", "non-breaking"),
            ("x\u200by", "invisible"),
            ("it’s", "curly"),
            ("x\x07y", "control"),
            ("naïve", "plain English"),
            ("e\u0301", "several"),
            ("1.23E+15", "rounded"),
            ("1,2E+05", "rounded"),
            ("#NAME?", "error"),
            ("####", "error"),
            ("20260101", "zeros"),
            ("12-Mar", "date"),
            ("1/2/2026", "date"),
            ("2026-11-24", "date"),
        ],
    )
    def test_what_looks_damaged_is_flagged_and_kept(self, password: str, word: str) -> None:
        found = read(write([Row(0, "jane@example.co.ke", "jane", Secret(password))]))
        assert passwords(found) == [password]
        assert word in " ".join(p.text for p in found.warnings)
        assert found.ok

    @pytest.mark.parametrize("password", ["Mombasa;77#", "x", "a-b", "Mary-2026", "10-4", "007", "2026-Mombasa"])
    def test_ordinary_ones_are_not_flagged(self, password: str) -> None:
        assert read(write([Row(0, "jane@example.co.ke", "jane", Secret(password))])).problems == ()


class TestDrafts:
    """What was not understood is kept for mending, and nothing of it is shown that may be a password."""

    def test_every_line_is_there_in_its_order(self) -> None:
        found = read(HEADER.encode() + b"jane@example.co.ke,secret\nali@example.co.ke,ali,x\nb@example.co.ke,b,x\x81y\nbad,b,pw\n")
        assert [draft.row.line for draft in found.drafts] == [2, 3, 4, 5]
        assert [draft.row.address for draft in found.drafts] == ["jane@example.co.ke", "ali@example.co.ke", "", "bad"]
        assert found.drafts[0].row.user == "jane@example.co.ke"
        assert found.drafts[0].row.password == Secret("secret")
        assert found.mendable
        assert [row.line for row in found.rows] == [3]

    def test_a_row_that_is_mended_is_judged_anew(self) -> None:
        found = read((HEADER + "jane@example.co.ke,secret\nali@example.co.ke,ali,x\n").encode())
        kept = found.drafts[1]
        mended = Draft(replace(found.drafts[0].row, user="jane"))
        assert check([mended, kept]) == []
        assert check(found.drafts) == list(found.problems)

    def test_unclear_columns_can_not_be_mended_by_line(self) -> None:
        assert not read(b"info;geheim;Info Desk\n").mendable

    def test_a_quoted_cell_of_a_clipboard_is_doubted_unless_it_needs_the_quotes(self) -> None:
        text = 'Email\tPassword\na@example.co.ke\t"abc"\nb@example.co.ke\t"a""b"\nc@example.co.ke\t"a\tb"\n'
        found = read(text.encode())
        assert passwords(found) == ["abc", 'a"b', "a\tb"]
        assert "quotation marks" in texts(found, 2)
        assert "quotation marks" not in texts(found, 3) + texts(found, 4)


class TestProblems:
    def test_all_at_once_by_line(self) -> None:
        found = read(
            (
                HEADER + "jane@example.co.ke,jane,pw1\n"  # 2
                "JANE@example.co.ke,jane2,pw2\n"  # 3 duplicate
                "no address,x,pw3\n"  # 4
                "ali@example.co.ke,ali,\n"  # 5 no password
                "zoe@elsewhere.org,zoe,pw4\n"  # 6 foreign
                "one@example.co.ke,one,same-secret\n"  # 7
                "two@example.co.ke,two,same-secret\n"  # 8
            ).encode(),
            ("example.co.ke",),
        )
        assert [p.line for p in found.errors] == [3, 4, 5]
        assert "line 2" in texts(found, 3)
        assert [p.line for p in found.warnings] == [6, 7]
        assert "7, 8" in texts(found, 7)
        assert [p.line for p in found.problems] == sorted(p.line for p in found.problems)
        assert not found.ok

    def test_two_into_one_destination_is_told(self) -> None:
        found = read(b"Email,DestinationEmail,Password\na@example.co.ke,x@example.co.ke,p1\nb@example.co.ke,x@example.co.ke,p2\n")
        assert found.ok
        assert "line 2" in texts(found, 3)

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment\n", HEADER.encode(), b"\xef\xbb\xbf", template()])
    def test_an_empty_list(self, data: bytes) -> None:
        found = read(data)
        assert not found.ok
        assert found.errors[0].text == "There is no mailbox in this list."

    @pytest.mark.parametrize("data", [b"PK\x03\x04....", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1"])
    def test_other_kinds_of_file_are_named_as_such(self, data: bytes) -> None:
        found = read(data)
        assert [p.severity for p in found.problems] == ["error"]
        assert any(words in found.problems[0].text for words in ("not a text file", "Excel workbook", "locked spreadsheet"))
        assert not found.mendable

    @pytest.mark.parametrize("data", [b"\n" * 300_000, b"x" * (credential_list.MAX_BYTES + 1)])
    def test_far_too_long(self, data: bytes) -> None:
        assert "far too long" in read(data).errors[0].text

    def test_one_endless_line_costs_one_problem(self) -> None:
        found = read(HEADER.encode() + b"jane@example.co.ke,jane," + b'"' * 100_000 + b"\nali@example.co.ke,ali,x\n")
        assert passwords(found) == ["x"]
        assert [p.line for p in found.errors] == [2]

    @pytest.mark.parametrize(
        "text", ["secret;x\n", "secret,Hidden1\n", "jane@example.co.ke;jane;Hidden1\nx@y.ke\n", ",,Hidden1\n", "Hidden1@,a,b\n"]
    )
    def test_no_cell_is_quoted_in_a_problem(self, text: str) -> None:
        for data in (text, HEADER + text):
            found = read(data.encode())
            shown = json.dumps(found.as_facts()["problems"]) + repr(found)
            assert "Hidden1" not in shown
            assert "secret" not in shown


class TestAdministratorLogin:
    @pytest.mark.parametrize(
        "text",
        [
            "EmailAddress\na@example.co.ke\nb@example.co.ke\n",
            "a@example.co.ke\nb@example.co.ke\n",
            HEADER + "a@example.co.ke,a,\nb@example.co.ke,,\n",
            HEADER + "a@example.co.ke\nb@example.co.ke\n",
            "a@example.co.ke,a,\nb@example.co.ke,b@example.co.ke,\n",
            "EmailAddress,DestinationPassword\na@example.co.ke,x1\nb@example.co.ke,x2\n",
        ],
    )
    def test_a_list_without_any_password(self, text: str) -> None:
        found = read(text.encode())
        assert found.ok, found.problems
        assert found.needs_admin_login
        assert [row.address for row in found.rows] == ["a@example.co.ke", "b@example.co.ke"]
        assert "administrator" in texts(found, 0)
        assert read(text.encode(), admin_login=True).problems == ()
        assert len(read(text.encode(), admin_login=False).errors) == 2

    def test_a_password_forgotten_in_one_line_is_an_error_unless_told(self) -> None:
        data = (HEADER + "a@example.co.ke,a,pw\nb@example.co.ke,b,\n").encode()
        assert [p.line for p in read(data).errors] == [3]
        assert read(data, admin_login=True).ok


class TestFacts:
    def test_no_password_and_no_row_of_a_bad_line(self) -> None:
        found = read((HEADER + "jane@example.co.ke,jane,TopSecret1\njane@example.co.ke,jane,TopSecret2\n").encode())
        facts = found.as_facts()
        assert "TopSecret" not in json.dumps(facts)
        assert "TopSecret" not in repr(found)
        assert [row["line"] for row in facts["rows"]] == [2]
        assert facts["rows"][0]["has_password"] is True
        assert facts["separator"] == "comma"
        assert facts["problems"][0] == {"line": 3, "severity": "error", "text": "This email address stands in line 2 already."}
