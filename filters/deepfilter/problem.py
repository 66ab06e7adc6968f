"""What our DeepFilter server says when it cannot do as asked."""

from __future__ import annotations


class Problem(Exception):
    """`status` is that of HTTP. A problem of the algorithm has status 200, as its clients expect: they read
    the message of such an answer only. `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 200,
        error_type: str = "InputError",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.error_type = error_type
        self.retry_after = retry_after
