"""What every page allows itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parvis import web


def strict(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No inline script or style, nothing from elsewhere."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = web.CSP
        return response

    return answer
