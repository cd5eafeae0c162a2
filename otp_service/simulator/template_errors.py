"""Refusals of template calls: code 100 with a subcode, and a title and sentence for people.

Meta, "Message templates, error codes". Titles are the simulator's where no page records them.
"""

from dataclasses import replace

from otp_service.simulator.graph_error import GraphError

TAKEN, EXISTS, TOO_MANY, NOT_CHANGEABLE, TOO_LONG = 2388023, 2388024, 2388019, 2388039, 2388040
HEADER_FORMAT, BODY_FORMAT, FOOTER_FORMAT, BUTTON_FORMAT = 2388047, 2388072, 2388073, 2388060


def template_error(subcode: int, title: str, sentence: str) -> GraphError:
    error = GraphError(100, "Invalid parameter", subcode=subcode)
    return replace(error, user_title=title, user_msg=sentence)


def language_is_blocked(name: str) -> GraphError:
    return template_error(
        TAKEN,
        "Message template language is being deleted",
        f"New content can't be added to {name} while its deletion is not 30 days old.",
    )


def content_exists(language: str) -> GraphError:
    return template_error(
        EXISTS,
        "Content in this language already exists",
        f"There is already {language} content for this template. You can create a new template "
        "and try again.",
    )


def template_limit_reached() -> GraphError:
    return template_error(
        TOO_MANY,
        "Message template limit exceeded",
        "The account has as many message templates as it may have.",
    )


def status_not_changeable(sentence: str) -> GraphError:
    return template_error(NOT_CHANGEABLE, "Message template can't be edited", sentence)


def field_too_long(field: str, limit: int) -> GraphError:
    return template_error(
        TOO_LONG, "Character limit exceeded", f"{field} can have at most {limit} characters."
    )


def malformed(subcode: int, sentence: str) -> GraphError:
    return template_error(subcode, "Message template format is incorrect", sentence)
