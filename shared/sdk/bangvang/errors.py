"""What can go wrong, one class for each thing that a caller would do something else about."""

from __future__ import annotations

from bangvang.model import Problem


class BangvangError(Exception):
    """Anything that this package raises by itself."""


class Unreachable(BangvangError):
    """No answer, or none but "not now", over all attempts.  The command may have been stored or not.

    Send it again with the same ``key`` to find out: it is stored at most once.
    """

    def __init__(self, what: str, attempts: int, last: str, key: str | None = None) -> None:
        super().__init__(f"{what}: no answer after {attempts} attempts; last: {last}")
        self.attempts = attempts
        self.key = key


class Refused(BangvangError):
    """The service refused, and nothing was stored; ``problem`` says why.  The same key may be used again."""

    def __init__(self, what: str, problem: Problem) -> None:
        lines = [f"{what}: {problem.status} {problem.name}", problem.detail, problem.detail_en]
        lines += [f"{fault.field}: {fault.message_en or fault.message}" for fault in problem.faults]
        super().__init__("\n  ".join(line for line in lines if line))
        self.problem = problem


class RulebookChanged(Refused):
    """The rows name a rulebook that is not in force (409): read the new one, look again, then send."""


class NotVisibleYet(BangvangError):
    """The standings did not hold the receipt in time.  It stands all the same; ask again later."""


class Untrusted(BangvangError):
    """An answer that does not prove what it says: a receipt or a key with a bad signature, another ledger,
    another fact than the one sent.  Stop, keep the answer, and tell an auditor."""


class HistoryChanged(BangvangError):
    """The ledger is shorter than it was, or its earlier part is another one.  ``seen`` is in the state file.

    Stop, keep the state file, and tell an auditor.
    """
