"""Generic errors as Meta's reference pages print them, which the live server does not.

Meta, "Graph API, Handling errors" beside each endpoint's page. A client must understand both.
"""

from dataclasses import replace

from otp_service.simulator.error_codes import GRAPH_METHOD_EXCEPTION, OAUTH_EXCEPTION
from otp_service.simulator.graph_error import GraphError

_UNREACHABLE_ID = 33


def published(error: GraphError) -> GraphError:
    """The same refusal in its published form; itself if the pages print it as it is."""
    if error.code == 100:
        return _published_parameter(error)
    match error.code:
        case 190:
            return _generic(error, 401, 463, "Invalid OAuth access token")
        case 200:
            denied = _generic(
                error, 403, 1349174, "Your app doesn't have permission to access this resource"
            )
            return replace(denied, user_title="Permission Denied")
        case 4 | 17:
            limited = _generic(error, 429, 2446079, "Application request limit reached")
            return replace(limited, is_transient=True)
        case 2:
            message = "An unexpected error occurred. Please retry your request"
            broken = _generic(error, 500, None, message)
            return replace(broken, error_type=GRAPH_METHOD_EXCEPTION, is_transient=True)
        case _:
            return error


def _published_parameter(error: GraphError) -> GraphError:
    if error.subcode == _UNREACHABLE_ID:
        missing = _generic(error, 404, None, "Object not found")
        return replace(missing, code=803, error_type=GRAPH_METHOD_EXCEPTION)
    if "nonexisting field" in error.message:
        message = "The requested fields are not available for this object"
        unavailable = _generic(error, 422, None, message)
        return replace(unavailable, error_type=GRAPH_METHOD_EXCEPTION)
    return error


def _generic(error: GraphError, http_status: int, subcode: int | None, message: str) -> GraphError:
    return replace(
        error,
        message=message,
        http_status=http_status,
        error_type=OAUTH_EXCEPTION,
        subcode=subcode,
        details=None,
    )
