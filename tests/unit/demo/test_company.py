from __future__ import annotations

import datetime as dt

from mailsafi_wizard.demo import company
from mailsafi_wizard.store import credential_list


def test_the_list_is_read_back_without_a_problem() -> None:
    people = company.employees()
    parsed = credential_list.read(company.credential_list(people), ("example.co.ke",))
    assert parsed.ok
    assert [row.address for row in parsed.rows] == [e.person.address for e in people]
    assert [row.password for row in parsed.rows] == [e.source_password for e in people]
    assert [row.destination_secret for row in parsed.rows] == [e.destination_password for e in people]


def test_passwords_are_new_each_time_and_never_shared() -> None:
    people = [*company.employees(), *company.employees()]
    assert len({p.reveal() for e in people for p in (e.source_password, e.destination_password)}) == 24


def test_the_cutover_is_a_friday_about_thirty_days_on() -> None:
    for offset in range(7):
        today = dt.date(2026, 11, 23) + dt.timedelta(days=offset)
        cutover = company.facts(today).cutover
        assert cutover is not None
        assert cutover.weekday() == 4
        assert 21 <= (cutover - today).days <= 45
