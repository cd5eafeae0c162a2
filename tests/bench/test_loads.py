"""The load that the bench makes: on time whatever the service does, and read back rightly."""

import socket
import threading
import time

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from bench.closed_loop import LoadToolMissingError, answers_in, wrk_path
from bench.open_loop import Stream, run_streams

STALL_S = 0.5


@pytest.fixture(scope="module")
def stalling_url():
    """Answers every request, each half a second late, and says which it was."""

    @Request.application
    def answer(request):
        threading.Event().wait(STALL_S)
        return Response(f"seen {request.get_data(as_text=True)}")

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()


def stream(url, **others):
    given = {"headers": {}, "bodies": ["a", "b", "c"], "per_s": 10, "first_s": 0.25}
    return Stream(**{"url": url, "expected": "seen", **given, **others})


def test_each_request_has_its_own_time():
    assert stream("").due_s() == pytest.approx([0.25, 0.35, 0.45])


def test_a_slow_answer_does_not_put_off_the_next_request(stalling_url):
    begun = time.perf_counter()
    (exchanges,) = run_streams([stream(stalling_url, bodies=["x"] * 20, per_s=40)])
    # One after the other they would take ten seconds.
    assert time.perf_counter() - begun < 20 * STALL_S
    assert len(exchanges) == 20
    assert all(one.latency_ms >= STALL_S * 1000 for one in exchanges)


def test_answers_are_told_apart_and_kept_in_their_order(stalling_url):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        answered, unanswered = run_streams(
            [stream(stalling_url, expected="seen b"), stream(nobody)]
        )
    assert [one.expected for one in answered] == [False, True, False]
    assert [one.status for one in answered] == [200, 200, 200]
    assert [(one.status, one.expected) for one in unanswered] == [(0, False)] * 3


def test_what_wrk_said_is_read():
    answers = answers_in("Running 1s test\n\nfigures 1000 2000000 5 1 2 1500 99000\n")
    assert (answers.per_second, answers.refused, answers.broken) == (500, 5, 1)
    assert (answers.unexpected, answers.p50_ms, answers.p99_ms) == (2, 1.5, 99)


def test_a_wrk_that_gave_up_is_no_measurement():
    with pytest.raises(ValueError, match="no figures"):
        answers_in("unable to connect to 127.0.0.1")


def test_without_wrk_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LoadToolMissingError, match="apt-get install wrk"):
        wrk_path()
