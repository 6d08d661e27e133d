"""Names that PyTorch wants of newer typing_extensions and sympy than Debian has; imported before torch."""
import functools, typing

import sympy.core.basic as basic, sympy.core.numbers as numbers
import typing_extensions as te


def _fewer_arguments_allowed(check):
    """A generic class whose type variables have defaults takes fewer arguments; typing of Python 3.11 knows no defaults."""

    @functools.wraps(check)
    def wrapper(cls, parameters, length):
        if len(parameters) >= length or not any(hasattr(p, "__default__") for p in cls.__parameters__):
            check(cls, parameters, length)

    return wrapper


if not hasattr(typing, "NoDefault"):
    typing._check_generic = _fewer_arguments_allowed(typing._check_generic)
if not hasattr(te, "deprecated"):
    te.deprecated = lambda *a, **k: (lambda f: f)
if not hasattr(te, "TypeIs"):
    te.TypeIs = typing.TypeGuard
if not hasattr(te, "TypeAliasType"):
    te.TypeAliasType = lambda name, value, **k: value
if not hasattr(te, "Buffer"):
    te.Buffer = typing.ByteString
if not hasattr(numbers, "equal_valued"):
    numbers.equal_valued = lambda a, b: a == b
if not hasattr(basic, "_args_sortkey"):
    basic._args_sortkey = functools.cmp_to_key(basic.Basic.compare)
