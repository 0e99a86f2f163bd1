"""What every endpoint shares: strict reading, versions, acting once, pages, and one form of answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from accounts.api.fields import StrictSerializer, Text
from accounts.api.paging import DEFAULT_LIMIT, MOST, Page, take_page
from accounts.api.parsing import StrictJSONParser, TooLarge
from accounts.branched_lists import Branch
from accounts.idempotency import Answer, act_once
from accounts.proving import session_of, session_of_token
from accounts.services.step_up import Proof
from bwcportal.errors import Invalid

_ETAG = re.compile(r'"(\d{1,9})"')
_KEY = re.compile(r"[\x21-\x7e]{1,64}")


class VersionNeeded(APIException):
    """The change needs the version that the caller saw (RFC 6585, section 3)."""

    status_code = 428
    default_code = "version_needed"
    default_detail = 'Send the version you saw as If-Match, for example If-Match: "3"'


class PageQuery(StrictSerializer):
    """Which part of a list is asked for."""

    cursor = Text(
        required=False, default="", allow_blank=True, max_length=500, help_text="From `next`"
    )
    limit = serializers.IntegerField(
        required=False, default=DEFAULT_LIMIT, min_value=1, max_value=MOST
    )


class ApiView(APIView):
    """An endpoint. It opens the row through `visible_to`, calls one service and answers."""

    parser_classes = (StrictJSONParser,)

    @property
    def actor(self) -> Any:
        """The account that calls."""
        return self.request.user

    @cached_property
    def now(self) -> datetime:
        """The moment of this request, in UTC."""
        return timezone.now()

    def read_body(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        """Read the body by an input serializer.

        Raises ValidationError naming each wrong key, ParseError for what is no JSON object, TooLarge.
        """
        try:
            data = self.request.data
        except RequestDataTooBig as error:
            raise TooLarge from error
        return _valid(serializer(data=data))

    def read_query(self, serializer: type[StrictSerializer] = PageQuery) -> dict[str, Any]:
        """Read the query of the address; a part that is not known or sent twice is refused."""
        query = self.request.query_params
        twice = [name for name in query if len(query.getlist(name)) > 1]
        if twice:
            raise serializers.ValidationError({name: ["Send this once"] for name in twice})
        return _valid(serializer(data=query.dict()))

    @property
    def proof_session(self) -> str:
        """Name the token or the session by which the caller calls, to which a proof is bound."""
        token = self.request.auth
        return (
            session_of_token(token.pk) if token is not None else session_of(self.request._request)
        )

    def read_proof(self) -> Proof | None:
        """Read the proof named in Step-Up; raise Invalid for what is no id."""
        sent = self.request.headers.get("Step-Up")
        if sent is None:
            return None
        try:
            return Proof(UUID(sent.strip()), self.proof_session)
        except ValueError as error:
            raise Invalid(
                "Step-Up must be the id of a proof, from POST /api/v1/step-ups", field="Step-Up"
            ) from error

    def read_version(self) -> int:
        """Read the version in If-Match; raise VersionNeeded without one, Invalid for another form."""
        sent = self.request.headers.get("If-Match")
        if sent is None:
            raise VersionNeeded
        found = _ETAG.fullmatch(sent.strip())
        if found is None:
            raise Invalid('If-Match must be one version, for example "3"', field="If-Match")
        return int(found.group(1))

    def take_page(
        self,
        *branches: Branch,
        order: Sequence[str],
        query: Mapping[str, Any],
        load: QuerySet[Any] | None = None,
    ) -> Page:
        """Take the page of a list that the query asks for; see `accounts.api.paging.take_page`."""
        return take_page(
            self.request,
            *branches,
            order=order,
            cursor=query["cursor"],
            limit=query["limit"],
            load=load,
        )

    def once(self, act: Callable[[], Answer], *, in_one_transaction: bool = True) -> Response:
        """Act, and if the caller sent an Idempotency-Key at most once; answer.

        Call it after the row has been opened: an answer that was kept is given only to who may
        still see what it is about.
        """
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return _response(act())
        if not _KEY.fullmatch(key):
            raise Invalid(
                "Idempotency-Key must have 1 to 64 letters, figures or signs",
                field="Idempotency-Key",
            )
        answer = act_once(
            act,
            user=self.actor,
            key=key,
            request_digest=self._digest(),
            now=self.now,
            in_one_transaction=in_one_transaction,
        )
        return _response(answer)

    def _digest(self) -> str:
        """Say what was asked: method, address, version, for whom, and body."""
        parts = [
            self.request.method,
            self.request.get_full_path(),
            self.request.headers.get("If-Match", ""),
            str(self.actor.acting.pk) if self.actor.acting is not None else "",
            json.dumps(self.request.data, sort_keys=True),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def shown(
    serializer: type[serializers.Serializer],
    row: Any,
    *,
    status: int = 200,
    version: int | None = None,
    location: str = "",
    **context: Any,
) -> Answer:
    """Put one row into an answer, with its version as ETag and its address."""
    headers = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location:
        headers["Location"] = location
    return Answer(status, _plain(serializer(row, context=context).data), headers)


def respond(answer: Answer) -> Response:
    """Send an answer that was not an act."""
    return _response(answer)


def listed(
    serializer: type[serializers.Serializer], page: Page | Iterable[Any], **context: Any
) -> Response:
    """Send the rows of a page, or a whole short list, with the address of the next page."""
    rows, following = (page.rows, page.next) if isinstance(page, Page) else (list(page), None)
    items = serializer(rows, many=True, context=context).data
    return Response({"items": items, "next": following})


def _valid(serializer: serializers.Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def _plain(data: Any) -> Any:
    return json.loads(json.dumps(data, cls=JSONEncoder))


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.is_repeat:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, status=answer.status, headers=headers)
