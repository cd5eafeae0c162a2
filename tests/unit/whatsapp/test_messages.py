"""The payload of every kind of message, and what is refused before anything leaves."""

import pytest

from otp_service.whatsapp import (
    InvalidArgumentError,
    RecipientError,
    SentMessage,
    UnknownOutcomeError,
)
from tests.unit.whatsapp.graph_server import answer, graph_error

TO = "+12395550100"
IMAGE, AUDIO = "https://example.com/mugshot.jpg", "https://example.com/voice-note.mp3"
WAMID = "wamid.HBgLMTIzOTU1NTAxMDAVAgASGBQzQUE="
BODY = {"type": "body", "parameters": [{"type": "text", "text": "10 a.m."}]}


def common(**members):
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        **members,
    }


@pytest.mark.parametrize(
    ("method", "arguments", "payload"),
    [
        (
            "send_text",
            ("Hello from Shamrock!",),
            {"type": "text", "text": {"body": "Hello from Shamrock!", "preview_url": False}},
        ),
        (
            "send_text",
            ("See https://example.com", True),
            {"type": "text", "text": {"body": "See https://example.com", "preview_url": True}},
        ),
        ("send_image", (IMAGE,), {"type": "image", "image": {"link": IMAGE}}),
        (
            "send_image",
            (IMAGE, "Booking Photo"),
            {"type": "image", "image": {"link": IMAGE, "caption": "Booking Photo"}},
        ),
        ("send_audio", (AUDIO,), {"type": "audio", "audio": {"link": AUDIO}}),
        (
            "send_template",
            ("court_date",),
            {
                "type": "template",
                "template": {"name": "court_date", "language": {"code": "en_US"}},
            },
        ),
    ],
)
def test_the_payload_is_meta_s_to_the_letter(api, graph, method, arguments, payload):
    sent = getattr(api, method)(TO, *arguments)
    assert sent == SentMessage("wamid.HBgLMTIzOTU1NTAxMDAVAgAR", "12395550100", "accepted")
    [request] = graph.requests
    assert request.path == "/v23.0/106540352242922/messages"
    assert request.body == common(**payload)


def test_a_template_takes_meta_s_components_and_any_language(api, graph):
    api.send_template(TO, "court_date", language="es", components=(BODY,))
    assert graph.requests[0].body["template"] == {
        "name": "court_date",
        "language": {"code": "es"},
        "components": [BODY],
    }


def test_a_reply_quotes_and_callback_data_comes_along(api, graph):
    extras = {"reply_to": WAMID, "callback_data": "case-7"}
    api.send_text(TO, "Yes", **extras)
    api.send_image(TO, IMAGE, **extras)
    api.send_audio(TO, AUDIO, **extras)
    api.send_template(TO, "court_date", **extras)
    for request in graph.requests:
        assert request.body["context"] == {"message_id": WAMID}
        assert request.body["biz_opaque_callback_data"] == "case-7"
    assert len(graph.requests) == 4


def test_marking_as_read(api, graph):
    graph.script = [answer(200, {"success": True})]
    api.mark_as_read(WAMID)
    api.mark_as_read(WAMID, typing_indicator=True)
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": WAMID}
    plain, typing = (request.body for request in graph.requests)
    assert plain == read
    assert typing == {**read, "typing_indicator": {"type": "text"}}


@pytest.mark.parametrize("body", [{"success": False}, {"success": "true"}, [], b"ok"])
def test_a_read_receipt_that_is_not_confirmed_is_an_unknown_outcome(api, graph, body):
    graph.script = [answer(200, body)]
    with pytest.raises(UnknownOutcomeError, match=r"HTTP 200|neither success"):
        api.mark_as_read(WAMID)
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("send_text", ("x" * 4096,)),
        ("send_image", (IMAGE, "x" * 1024)),
        ("send_template", ("a" * 512,)),
        ("send_template", ("t", {"language": "fil"})),
    ],
)
def test_the_longest_are_sent(api, graph, method, arguments):
    *arguments, options = (*arguments, {}) if isinstance(arguments[-1], str) else arguments
    getattr(api, method)(TO, *arguments, **options)
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    ("method", "arguments", "options", "named"),
    [
        ("send_text", ("",), {}, "text"),
        ("send_text", (" \n",), {}, "text"),
        ("send_text", ("x" * 4097,), {}, "text"),
        ("send_text", (None,), {}, "text"),
        ("send_text", ("Hi",), {"callback_data": ""}, "callback_data"),
        ("send_text", ("Hi",), {"callback_data": "x" * 513}, "callback_data"),
        ("send_text", ("Hi",), {"callback_data": 7}, "callback_data"),
        ("send_text", ("Hi",), {"reply_to": "HBgL"}, "reply_to"),
        ("send_text", ("Hi",), {"reply_to": f"{WAMID}\n"}, "reply_to"),
        ("send_image", ("http://example.com/a.jpg",), {}, "image_url"),
        ("send_image", ("mugshot.jpg",), {}, "image_url"),
        ("send_image", ("https:///mugshot.jpg",), {}, "image_url"),
        ("send_image", ("https://[half/a.jpg",), {}, "image_url"),
        ("send_image", ("https://example.com/a b.jpg",), {}, "image_url"),
        ("send_image", ("https://joe:secret@example.com/a.jpg",), {}, "image_url"),
        ("send_image", (b"https://example.com/a.jpg",), {}, "image_url"),
        ("send_image", (IMAGE, "x" * 1025), {}, "caption"),
        ("send_image", (IMAGE, ""), {}, "caption"),
        ("send_audio", ("file:///voice.ogg",), {}, "audio_url"),
        ("send_audio", (None,), {}, "audio_url"),
        ("send_authentication_otp", (123456,), {}, "otp_code"),
        ("send_template", ("Court Date",), {}, "template"),
        ("send_template", ("a" * 513,), {}, "template"),
        ("send_template", ("court_date",), {"language": "en-US"}, "language"),
        ("send_template", ("court_date",), {"components": ["body"]}, "components"),
        ("send_template", ("court_date",), {"components": [{"parameters": []}]}, "components"),
    ],
)
def test_what_meta_would_refuse_is_not_sent(api, graph, method, arguments, options, named):
    with pytest.raises(InvalidArgumentError, match=f"^{named} must ") as caught:
        getattr(api, method)(TO, *arguments, **options)
    for value in (*arguments, *options.values()):
        assert not isinstance(value, str) or not value.strip() or value not in str(caught.value)
    assert graph.requests == []


@pytest.mark.parametrize("message_id", ["", "wamid.", "106540352242922", "wamid.a b", None])
def test_only_meta_s_message_ids_are_marked_as_read(api, graph, message_id):
    with pytest.raises(InvalidArgumentError, match=r"^message_id must be"):
        api.mark_as_read(message_id)
    assert graph.requests == []


def test_what_meta_repeats_of_a_message_reaches_no_error(api, graph):
    words = ("Posted: $50", "Booking: Doe", IMAGE, AUDIO, "Ward 7", WAMID, "(239) 555-0100")
    graph.script = [graph_error(131026, error_data={"details": f"in {words}"})]
    parameters = [{"type": "text", "text": "Ward 7"}]
    component = {"type": "body", "parameters": parameters}
    calls = [
        lambda: api.send_text("(239) 555-0100", "Posted: $50"),
        lambda: api.send_image(TO, IMAGE, "Booking: Doe"),
        lambda: api.send_audio(TO, AUDIO),
        lambda: api.send_template(TO, "ward", components=[component]),
        lambda: api.mark_as_read(WAMID),
    ]
    private = [words[:1], (IMAGE, "Booking: Doe"), (AUDIO,), ("Ward 7",), (WAMID,)]
    for call, texts in zip(calls, private, strict=True):
        with pytest.raises(RecipientError) as caught:
            call()
        error = caught.value
        printed = f"{error} {error!r} {vars(error)}"
        assert "[redacted]" in printed
        for text in (*texts, "555-0100"):
            assert text not in printed
