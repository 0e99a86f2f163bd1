"""The one way in which endpoints are described: what goes in, what comes out, how it says no."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from accounts.api.fields import Text, Whole

PROBLEM = "application/problem+json"


class Problem(serializers.Serializer):
    """Why a request was refused (RFC 9457). `code` is stable; the sentences are for people."""

    type = Text(help_text="A URN made of the code")
    title = Text()
    status = Whole()
    detail = Text(help_text="What is wrong and what to do next")
    code = Text(help_text="Stable: programs decide by this")
    errors = serializers.DictField(
        required=False, help_text="The keys that are wrong, each with its sentences"
    )


class DescribeToken(OpenApiAuthenticationExtension):
    """How the document names a machine's token."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "http", "scheme": "bearer"}


class DescribeSession(OpenApiAuthenticationExtension):
    """How the document names the session of the pages."""

    target_class = "accounts.api.authentication.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the cookie; changes need the CSRF header of the pages besides."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


_REFUSALS = {
    400: "The request cannot be read or a value cannot be used; `errors` names the keys",
    401: "No valid token and no session",
    403: "You may see this, but your role or your part in the case does not allow the act",
    404: "There is no such thing, or you may not know that there is",
    409: "The state of the thing does not allow this now",
    412: "Somebody changed it since: read it again, then decide again",
    413: "The body is larger than 1 MiB",
    415: "The body is not application/json",
    422: "The Idempotency-Key was used for another request",
    428: "If-Match is missing",
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 64 signs. The same key with the same request gets the same answer for a day, "
    "and acts once",
)
ACTING_FOR = OpenApiParameter(
    "Acting-For",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="The id of a cover for absence that names you as the deputy: this one request is "
    "made for the absent person. Without it you act as yourself",
)
STEP_UP = OpenApiParameter(
    "Step-Up",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="The id of a proof from POST /step-ups, made for exactly this act. Without one: 403 "
    "with the code `step_up_needed`",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description='The version you saw, from its ETag: `"3"`',
)


def _etag(statuses: list[int]) -> OpenApiParameter:
    return OpenApiParameter(
        "ETag",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=statuses,
        description="The version of what is answered, for If-Match",
    )


@cache
def page_of(item: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Make the serializer of a page of items; `next` is the address of the next page or null."""
    return type(
        f"{item.__name__}Page",
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list. `next` is the address of the next page, null on the last.",
            "items": item(many=True),
            "next": Text(allow_null=True),
        },
    )


def documented(
    operation: str,
    summary: str,
    *,
    tag: str,
    answers: type[serializers.Serializer] | None,
    body: type[serializers.Serializer] | None = None,
    query: type[serializers.Serializer] | None = None,
    status: int = 200,
    pages: bool = False,
    versioned: bool = False,
    match: bool = False,
    repeatable: bool = False,
    found: bool = True,
    proven: bool = False,
    losing: bool = False,
) -> Callable[[Any], Any]:
    """Describe an endpoint in the OpenAPI document.

    `pages`: answers with a page of items. `versioned`: sends an ETag. `match`: needs If-Match.
    `repeatable`: takes an Idempotency-Key. `found` False: names no row that could be hidden.
    `proven`: needs a second factor shown a moment ago. `losing`: may close the thing to the caller.
    """
    parameters: list[Any] = [ACTING_FOR]
    if query is not None:
        parameters.append(query)
    if match:
        parameters.append(IF_MATCH)
    if repeatable:
        parameters.append(IDEMPOTENCY_KEY)
    if proven:
        parameters.append(STEP_UP)
    if versioned:
        parameters.append(_etag([status]))
    shape = page_of(answers) if pages and answers is not None else answers
    responses: dict[Any, Any] = {
        status: OpenApiResponse(shape, description="Done" if status != 204 else "Done, no content")
    }
    if losing:
        gone = "Done; what you did closes it to you, so there is no content"
        responses[204] = OpenApiResponse(None, description=gone)
    for code in _codes(body=body, query=query, match=match, repeatable=repeatable, found=found):
        responses[(code, PROBLEM)] = OpenApiResponse(Problem, description=_REFUSALS[code])
    return extend_schema(
        operation_id=operation,
        summary=summary,
        tags=[tag],
        request=body,
        parameters=parameters,
        responses=responses,
    )


def _codes(*, body: Any, query: Any, match: bool, repeatable: bool, found: bool) -> list[int]:
    codes = [401, 403]
    if body or query or match or repeatable:
        codes.append(400)
    if found:
        codes.append(404)
    if match or repeatable:
        codes.append(409)
    if match:
        codes += [412, 428]
    if body:
        codes += [413, 415]
    if repeatable:
        codes.append(422)
    return sorted(codes)
