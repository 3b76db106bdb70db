"""Why a connection failed, in words, whatever the operating system calls it."""

import errno
import socket
import ssl

import pytest

from sicktui.sensor.transport.failures import causes, why_not_connected


class WindowsError10061(OSError):
    """As Windows raises it: with a number of its own."""

    winerror = 10061


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ECONNREFUSED, "refused"), "connection refused"),
        (OSError(errno.EHOSTUNREACH, "no route"), "no route to host"),
        (OSError(errno.ENETUNREACH, "no network"), "no route to that network"),
        (OSError(errno.ETIMEDOUT, "timed out"), "no answer from the host"),
        (OSError(errno.EACCES, "denied"), "blocks the connection"),
        (OSError(errno.EMFILE, "too many"), "too many files"),
        (WindowsError10061("refused"), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be resolved"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "does not trust"),
        (ssl.SSLError(1, "wrong version number"), "does not use HTTPS"),
        (OSError("All connection attempts failed"), "connection failed"),
        (RuntimeError("anything else"), "connection failed"),
    ],
)
def test_every_reason_has_words_and_advice(error: Exception, words: str) -> None:
    reason, advice = why_not_connected(error)
    assert words in reason
    assert advice.endswith(".")


def test_the_reason_is_found_behind_groups_and_suppressed_contexts() -> None:
    both = ExceptionGroup("both", [OSError("v6"), OSError(errno.ECONNREFUSED, "v4")])
    outer = OSError("All connection attempts failed")
    outer.__cause__ = both
    pool = RuntimeError("from the pool")
    pool.__context__ = outer
    pool.__suppress_context__ = True
    assert "connection refused" in why_not_connected(pool)[0]


def test_errors_that_point_at_each_other_end() -> None:
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__context__, other.__context__ = other, one
    assert len(list(causes(one))) <= 20
