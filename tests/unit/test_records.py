"""`records.dataclass` makes what the standard library's makes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, astuple, field, fields, replace
from typing import Any, ClassVar

import pytest

from mailsafi_wizard import records

MAKERS: list[Any] = [dataclasses.dataclass, vars(records)["dataclass"]]


def shapes(dataclass: Any) -> dict[str, Any]:
    """The same classes by another maker."""

    @dataclass(frozen=True)
    class Point:
        """Told."""

        x: int
        y: int = 2
        rest: list[int] = field(default_factory=list, compare=False)
        hidden: str = field(default="pw", repr=False)
        every: ClassVar[int] = 7

        @property
        def total(self) -> int:
            return self.x + self.y

    @dataclass(frozen=True)
    class Further(Point):
        z: tuple[int, ...] = ()

    @dataclass(frozen=True)
    class Nothing:
        pass

    @dataclass
    class Open:
        a: int
        b: dict[str, int] = field(default_factory=dict)

        def __post_init__(self) -> None:
            self.b.setdefault("a", self.a)

    @dataclass(frozen=True)
    class Own:
        a: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 3

    @dataclass(frozen=True, slots=True)
    class Slim:
        a: int
        b: int = 0

    return {"Point": Point, "Further": Further, "Nothing": Nothing, "Open": Open, "Own": Own, "Slim": Slim}


@pytest.fixture(params=MAKERS, ids=["standard", "ours"])
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    return shapes(request.param)


def raised(work: Callable[[], object]) -> type[BaseException] | None:
    try:
        work()
    except Exception as e:  # noqa: BLE001 (whatever it is)
        return type(e)
    return None


def test_values_texts_and_plain_data(made: dict[str, Any]) -> None:
    point = made["Point"](1)
    assert (point.x, point.y, point.rest, point.hidden, point.every, point.total) == (1, 2, [], "pw", 7, 3)
    assert repr(point).endswith("Point(x=1, y=2, rest=[])")
    assert repr(made["Further"](1, z=(3,))).endswith("Further(x=1, y=2, rest=[], z=(3,))")
    assert repr(made["Nothing"]()).endswith("Nothing()")
    assert asdict(made["Further"](1)) == {"x": 1, "y": 2, "rest": [], "hidden": "pw", "z": ()}
    assert astuple(made["Open"](4)) == (4, {"a": 4})
    assert [f.name for f in fields(point)] == ["x", "y", "rest", "hidden"]
    assert made["Point"].__doc__ == "Told."
    assert made["Point"].__match_args__ == ("x", "y", "rest", "hidden")
    assert dataclasses.is_dataclass(point)


def test_equality_and_hashes(made: dict[str, Any]) -> None:
    point = made["Point"]
    assert point(1, rest=[5]) == point(1)
    assert point(1) != point(2)
    assert point(1) != made["Further"](1)
    assert point(1) != (1, 2, "pw")
    assert len({point(1), point(1, rest=[5]), point(3)}) == 2
    assert made["Nothing"]() == made["Nothing"]()
    assert len({made["Nothing"](), made["Nothing"]()}) == 1
    assert made["Open"](1) == made["Open"](1)
    assert raised(lambda: hash(made["Open"](1))) is TypeError
    assert raised(lambda: hash(point([1]))) is TypeError
    assert (repr(made["Own"](1)), made["Own"](1) == made["Own"](2), hash(made["Own"](1))) == ("own", True, 3)


def test_each_has_its_own_default_that_is_made(made: dict[str, Any]) -> None:
    first, second = made["Point"](1), made["Point"](1)
    first.rest.append(1)
    assert second.rest == []


def test_a_frozen_one_stays_as_it_is(made: dict[str, Any]) -> None:
    assert raised(lambda: setattr(made["Point"](1), "x", 2)) is FrozenInstanceError
    assert raised(lambda: setattr(made["Further"](1), "z", ())) is FrozenInstanceError
    assert raised(lambda: setattr(made["Slim"](1), "a", 2)) is FrozenInstanceError
    assert raised(lambda: delattr(made["Point"](1), "x")) is FrozenInstanceError
    opened = made["Open"](1)
    opened.a = 5
    assert opened.a == 5


def test_wrong_arguments_name_the_class(made: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        made["Point"]()
    assert raised(lambda: made["Point"](1, 2, [], "", 5)) is TypeError
    assert raised(lambda: made["Point"](1, nonsense=1)) is TypeError
    assert list(inspect.signature(made["Further"]).parameters) == ["x", "y", "rest", "hidden", "z"]


def test_changed_copies(made: dict[str, Any]) -> None:
    changed = replace(made["Further"](1), y=9)
    assert (changed.x, changed.y, type(changed)) == (1, 9, made["Further"])
    assert raised(lambda: replace(changed, nonsense=1)) is TypeError
    assert copy.deepcopy(changed) == copy.copy(changed) == changed
    assert copy.deepcopy(changed).rest is not changed.rest


@records.dataclass(frozen=True)
class Kept:
    """Of a module, as pickle wants it."""

    a: int
    b: str = "b"


def test_one_is_pickled_and_read_again() -> None:
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)
