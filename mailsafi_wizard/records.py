"""`dataclass` as the standard library has it, made in a third of the time: a command makes sixty of them before it does anything.

The standard one compiles up to six methods for each class. Here only ``__init__`` is compiled; the others are shared and ask the class for its
fields. What a class can do is the same, see `dataclasses`; who asks for more than ``frozen`` gets the standard one.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **options):
        """A decorator, bare or with ``frozen``."""
        return _made(cls, options) if cls is not None else lambda cls: _made(cls, options)


def _made(cls: type, options: dict[str, bool]) -> type:
    if options.keys() - {"frozen"}:
        return dataclasses.dataclass(cls, **options)
    cls.__doc__ = cls.__doc__ or cls.__name__  # else a signature would be worked out for it
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)
    frozen = options.get("frozen", False)
    shared: dict[str, Any] = {"__init__": _initialiser(made, fields, frozen), "__repr__": _text, "__eq__": _same}
    shared |= {"__hash__": _hash, "__setattr__": _refuse, "__delattr__": _refuse} if frozen else {"__hash__": None}
    for name, method in shared.items():
        if made.__dict__.get(name) is None:
            setattr(made, name, method)
    compared = [f.name for f in fields if f.compare]
    made.__compared__ = attrgetter(*compared) if compared else staticmethod(lambda _self: ())
    return made  # type: ignore[no-any-return]


def _initialiser(cls: type, fields: tuple[dataclasses.Field[Any], ...], frozen: bool) -> Any:
    """``__init__``, which is compiled: instances are made in great numbers."""
    known: dict[str, Any] = {"__name__": cls.__module__, "_set": object.__setattr__, "_made_anew": _MADE_ANEW}
    arguments, body = ["self"], []
    for f in fields:
        value = f.name
        if f.default is not dataclasses.MISSING:
            known[f"_{f.name}"] = f.default
            given = f"{f.name}=_{f.name}"
        elif f.default_factory is not dataclasses.MISSING:
            known[f"_{f.name}"] = f.default_factory
            given = f"{f.name}=_made_anew"
            value = f"_{f.name}() if {f.name} is _made_anew else {f.name}"
        else:
            given = f.name
        arguments.append(given)
        body.append(f" _set(self, {f.name!r}, {value})" if frozen else f" self.{f.name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(arguments)}):\n" + "\n".join(body or [" pass"]), known)
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


_MADE_ANEW = object()  # the default of a field that each instance gets its own of


def _text(self: Any) -> str:
    told = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({told})"


def _same(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__compared__(self) == self.__compared__(other)


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{name!r} can't be changed")
