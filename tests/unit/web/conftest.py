"""What a page's words need around them: a request, in a language."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from otp_service.web.languages import register_languages, speak


@contextmanager
def speaking(language: str) -> Iterator[None]:
    app = Flask(__name__)
    register_languages(app)
    with app.test_request_context():
        speak(language)
        yield


@pytest.fixture
def english() -> Iterator[None]:
    with speaking("en"):
        yield
