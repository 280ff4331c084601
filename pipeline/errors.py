"""Errors a person can act on: each message says what, which value, and what is allowed or what to do.

The command line prints the message alone and leaves with the class's exit code. What is not
a TocsinError is a defect and keeps its traceback.
"""


class TocsinError(Exception):
    """Something is wrong that the reader of the message can put right."""

    exit_code = 1


class ConfigError(TocsinError):
    """A setting, a rule, a feed list or a data file is not as it must be."""

    exit_code = 2


class StoreError(TocsinError):
    """The database cannot be reached, refused a statement, or has another schema."""

    exit_code = 3


class StoreBusyError(StoreError):
    """Another session holds what is needed, or a limit of time was reached; tried again it may pass."""


class FetchError(TocsinError):
    """A feed or a page could not be had.

    `is_final` says that asking again will not help (410 Gone, a refused address).
    """

    exit_code = 4

    def __init__(self, message: str, *, is_final: bool = False, retry_after_seconds: float | None = None):
        super().__init__(message)
        self.is_final = is_final
        self.retry_after_seconds = retry_after_seconds


class ExtractError(TocsinError):
    """The language model is missing or lacks a component, or an article cannot be coded."""

    exit_code = 5


class ValidateError(TocsinError):
    """A batch could not be judged; it fails closed."""

    exit_code = 6


class NotifyError(TocsinError):
    """A notification was not delivered.

    `is_final` says that trying again will not help; `is_gone`, that the receiver takes none any more.
    """

    exit_code = 7

    def __init__(
        self,
        message: str,
        *,
        is_final: bool = False,
        is_gone: bool = False,
        retry_after_seconds: float | None = None,
    ):
        super().__init__(message)
        self.is_final = is_final or is_gone
        self.is_gone = is_gone
        self.retry_after_seconds = retry_after_seconds


class OperateError(TocsinError):
    """Airflow or another process of ours did not start, died, or its port is taken."""

    exit_code = 8
