"""Problem: a mistake that a person at a door can put right, told in words they can act on."""


class Problem(Exception):  # noqa: N818 — it is the field's word (RFC 9457), not a fault of the program
    """What is wrong, where, and what to do. Doors show it without a traceback.

    Args:
        code: A stable word for programs, such as `unknown_person`.
        message: One sentence that names the thing, the value and the rule.
        hint: The next step, if it is not plain from the message.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message
