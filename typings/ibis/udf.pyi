from collections.abc import Callable

from ibis.expr import types as ir

class scalar:  # noqa: N801
    @staticmethod
    def builtin(
        *, name: str, signature: tuple[tuple[str, ...], str]
    ) -> Callable[[Callable[..., None]], Callable[..., ir.Value]]: ...

class agg:  # noqa: N801
    @staticmethod
    def builtin(
        *, name: str, signature: tuple[tuple[str, ...], str]
    ) -> Callable[[Callable[..., None]], Callable[..., ir.Value]]: ...
