"""What an error of the library says about a post: not sent, refused, or nobody knows."""

import socket
import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from mastodon import errors as library
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
)
from urllib3.exceptions import SSLError as WrappedSslError

from pledgebot.channels.mastodon.errors import ACCOUNT_WAIT, Missing, Redirected, status_of, translate
from pledgebot.channels.mastodon.headers import UNNAMED_WAIT
from pledgebot.domain.delivery import Gone, PermanentFailure, TemporaryFailure, Uncertain


def on_the_way(cause: Exception) -> library.MastodonNetworkError:
    """Return the error as Mastodon.py raises it: the cause is the context only."""
    error = library.MastodonNetworkError(f"Could not complete request: {cause}")
    error.__context__ = cause
    return error


def refusal(status: int, text: str = "", kind: type[library.MastodonAPIError] = library.MastodonAPIError) -> Exception:
    return kind("Mastodon API returned error", status, "Some", text)


def retried(reason: Exception) -> MaxRetryError:
    return MaxRetryError(None, "/api/v1/statuses", reason)  # type: ignore[arg-type] # no pool is needed


def refused() -> NewConnectionError:
    return NewConnectionError(None, "refused")  # type: ignore[arg-type] # no connection is needed


NOT_SENT: dict[str, Callable[[], Exception]] = {
    "nobody listens": lambda: requests.ConnectionError(retried(refused())),
    "no such name": lambda: requests.ConnectionError(
        retried(NameResolutionError("social.example.org", None, socket.gaierror()))  # type: ignore[arg-type]
    ),
    "no connection in time": lambda: requests.ConnectTimeout(retried(ConnectTimeoutError())),
    "the proxy refuses": lambda: requests.exceptions.ProxyError(retried(refused())),
    "a wrong certificate": lambda: requests.exceptions.SSLError(
        retried(WrappedSslError(ssl.SSLCertVerificationError()))
    ),
    "no address": lambda: requests.exceptions.InvalidURL("http://"),
    "no token": lambda: UnicodeEncodeError("latin-1", "\u2603", 0, 1, "ordinal not in range"),
    "another address": Redirected,
}
DOUBTS: dict[str, Callable[[], Exception]] = {
    "no reply in time": requests.ReadTimeout,
    "reset": lambda: requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104))),
    "hung up": lambda: requests.ConnectionError(ProtocolError("Connection aborted.", OSError("RemoteDisconnected"))),
    "cut off": lambda: requests.exceptions.ChunkedEncodingError(ProtocolError("IncompleteRead")),
    "broken encryption": lambda: requests.exceptions.SSLError(retried(WrappedSslError(ssl.SSLEOFError()))),
    "a reply that cannot be decoded": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
}


@pytest.mark.parametrize("name", NOT_SENT)
def test_what_never_left_was_not_sent(name: str) -> None:
    failure = translate(on_the_way(NOT_SENT[name]()))

    assert isinstance(failure, TemporaryFailure)


@pytest.mark.parametrize("name", DOUBTS)
def test_what_may_have_arrived_is_a_doubt_for_a_post_and_nothing_lost_for_a_question(name: str) -> None:
    assert isinstance(translate(on_the_way(DOUBTS[name]())), Uncertain)
    assert isinstance(translate(on_the_way(DOUBTS[name]()), doubt=False), TemporaryFailure)


def test_a_limit_is_waited_for_as_long_as_the_server_says() -> None:
    error = library.MastodonRatelimitError("Hit rate limit.")

    named, unnamed = translate(error, wait=timedelta(seconds=90)), translate(error)

    assert isinstance(named, TemporaryFailure)
    assert isinstance(unnamed, TemporaryFailure)
    assert (named.retry_after, unnamed.retry_after) == (timedelta(seconds=90), UNNAMED_WAIT)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, library.MastodonInternalServerError),
        (502, library.MastodonBadGatewayError),
        (503, library.MastodonServiceUnavailableError),
        (504, library.MastodonGatewayTimeoutError),
        (511, library.MastodonServerError),
        (520, library.MastodonAPIError),
        (409, library.MastodonAPIError),
    ],
)
def test_a_fault_of_the_server_says_nothing_of_the_post(status: int, kind: type[library.MastodonAPIError]) -> None:
    assert isinstance(translate(refusal(status, kind=kind)), Uncertain)
    assert isinstance(translate(refusal(status, kind=kind), doubt=False), TemporaryFailure)


@pytest.mark.parametrize("status", [400, 405, 406, 413, 415, 422, 451])
def test_a_refusal_of_the_message_is_final(status: int) -> None:
    failure = translate(refusal(status))

    assert isinstance(failure, PermanentFailure)
    assert not isinstance(failure, Gone)
    assert str(status) in failure.reason


@pytest.mark.parametrize(
    ("status", "kind"), [(401, library.MastodonUnauthorizedError), (403, library.MastodonAPIError)]
)
def test_a_refusal_of_the_account_stops_nothing_for_good(status: int, kind: type[library.MastodonAPIError]) -> None:
    failure = translate(refusal(status, kind=kind))

    assert isinstance(failure, TemporaryFailure)
    assert failure.retry_after == ACCOUNT_WAIT


@pytest.mark.parametrize(("status", "kind"), [(404, library.MastodonNotFoundError), (410, library.MastodonAPIError)])
def test_what_is_not_there_is_told_apart_and_does_not_end_the_place(
    status: int, kind: type[library.MastodonAPIError]
) -> None:
    failure = translate(refusal(status, kind=kind))

    assert isinstance(failure, Missing)
    assert not isinstance(failure, Gone)


def test_a_picture_that_is_not_ready_is_tried_again() -> None:
    text = "Cannot attach files that have not finished processing. Try again in a moment!"

    assert isinstance(translate(refusal(422, text)), TemporaryFailure)


def test_a_refusal_tells_nothing_that_was_sent() -> None:
    failure = translate(refusal(422, "Validation failed: 'Liste Exemple A' is no language"))

    assert failure.reason == "the server refuses this (422): language"


def test_a_reply_that_cannot_be_read_is_a_doubt() -> None:
    error = library.MastodonAPIError("Could not parse response as JSON, response code was 200", "Exception was: …")

    assert status_of(error) is None
    assert isinstance(translate(error), Uncertain)
    assert isinstance(translate(ValueError("a reply without an id")), Uncertain)
    assert isinstance(translate(AttributeError("whatever")), Uncertain)


def test_what_the_library_finds_out_by_itself_was_not_sent() -> None:
    assert isinstance(translate(RecursionError()), TemporaryFailure)
    assert isinstance(translate(library.MastodonIllegalArgumentError("visibility")), PermanentFailure)
    assert isinstance(translate(library.MastodonVersionError("too old")), PermanentFailure)


def test_what_is_translated_already_stays_as_it_is() -> None:
    for failure in (TemporaryFailure("later"), PermanentFailure("never"), Uncertain("who knows")):
        assert translate(failure) is failure
    assert isinstance(translate(Uncertain("who knows"), doubt=False), TemporaryFailure)
