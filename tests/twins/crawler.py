"""Walks the whole portal as one person and keeps every answer.

It begins at every address of the URLconf that needs no identifier and follows every address that
it finds in an answer, in whatever tag or key it stands. Identifiers found in addresses are put into
every other address that has a part of the same name, so that a new route is walked without anybody
writing it down. Each address is asked with every method; what a request would change is undone.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import (
    NoReverseMatch,
    Resolver404,
    URLPattern,
    URLResolver,
    get_resolver,
    resolve,
    reverse,
)
from django.urls.converters import UUIDConverter

from tests.twins.asking import FORM, JSON, SAFE, UNSAFE, Answer, Ask, Asker
from tests.twins.reading import UUID, Form, Read, read

# Parts of addresses that name nothing of a case. People, teams and units are known to everybody who
# administers them, a session and a token to their owner; their own refusals are tested with them.
NOT_OF_A_CASE = {
    "camera_id",
    "delegation_id",
    "officer_id",
    "person_id",
    "reset_id",
    "session_id",
    "team_id",
    "token_id",
    "unit_id",
    "user_id",
}
# An answer that says nothing of what the route does: sign in first, not your role, no such row or method.
_NOT_REACHED = {401, 403, 404, 405}
_SAMPLE = "Twin"
_MOST_TRIED = 100
_MOST_OF_A_KIND = 3
# What pages give to scripts in place of an identifier that the script knows.
_PLACEHOLDER = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Depth:
    """How far a crawl goes: so many addresses of a route, forms to a route, choices of a field.

    Addresses of a route with a query count apart from those without.

    `cases` is of how many cases each page is looked at, however few addresses of other routes are;
    `methods` is of how many addresses of a route every method is tried; with `every_probe` each
    route is tried with hidden ids of every kind and not only of its own.
    """

    cases: int = 1_000
    addresses: int = 1_000
    methods: int = 1_000
    forms: int = 1_000
    choices: int = 1_000
    words: int = 1_000
    every_probe: bool = True


EVERYTHING = Depth()
PAGES, API, ADMINISTRATION, ALL = "pages", "api", "administration", "all"


@dataclass(frozen=True)
class Probes:
    """What somebody would try who suspects hidden records: an id of each kind, and words from them.

    `kind_of` names the kind of an identifier that was found, '' for none.
    """

    ids: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    kind_of: Callable[[str], str] = lambda _: ""


@dataclass
class Crawl:
    """Every request of a crawl with its answer, in order, and the routes that answered."""

    answers: dict[Ask, Answer] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Route:
    """An address of the URLconf: the parts in it, those of them that are random identifiers."""

    name: str
    parts: tuple[str, ...]
    ids: frozenset[str]
    area: str

    @property
    def is_api(self) -> bool:
        """Tell whether it belongs to the API."""
        return self.area == API


@cache
def all_routes() -> dict[str, Route]:
    """Map the name of each route of the URLconf to what its address is made of."""
    return {route.name: route for route in _walk(get_resolver(), "", "")}


def _walk(resolver: URLResolver, space: str, path: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (space, entry.namespace) if part)
            yield from _walk(entry, inner, here)
        elif isinstance(entry, URLPattern):
            name = ":".join(part for part in (space, entry.name) if part)
            converters = entry.pattern.converters
            ids = {part for part, each in converters.items() if isinstance(each, UUIDConverter)}
            area = next((area for area in (API, ADMINISTRATION) if here.startswith(area)), PAGES)
            yield Route(name, tuple(converters), frozenset(ids), area)


class Crawler:
    """One crawl of the pages, of the API, or of all.

    `probes` are tried at every route and in every field that takes such a thing. `but` names routes
    that are walked like any other, and not sought any further when they do not answer.
    """

    def __init__(
        self,
        asker: Asker,
        probes: Probes,
        depth: Depth = EVERYTHING,
        *,
        area: str = ALL,
        but: Iterable[str] = (),
    ) -> None:
        self._asker = asker
        self._routes = {
            name: route for name, route in all_routes().items() if area in {ALL, route.area}
        }
        self._not_sought = frozenset(but)
        self._probes = probes
        self._depth = depth
        self._crawl = Crawl()
        self._queue: deque[Ask] = deque()
        self._queued: set[Ask] = set()
        self._pool: dict[str, dict[str, None]] = defaultdict(dict)
        self._together: dict[tuple[str, ...], dict[tuple[str, ...], None]] = defaultdict(dict)
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._allowed: dict[str, str] = {}
        self._led_to: dict[str, set[str]] = defaultdict(set)
        self._fields: dict[str, dict[str, None]] = defaultdict(dict)
        self._left_out: list[Ask] = []
        self._done: Counter[tuple[str, str]] = Counter()
        self._probing = False

    def crawl(self) -> Crawl:
        """Walk until nothing new is found, then probe; give every answer."""
        self._drain()
        self._try_unknown_parts()
        self._drain()
        self._read_api_document()
        self._drain()
        self._chase()
        self._drain()
        self._probing = True
        self._probe_addresses()
        self._drain()
        return self._crawl

    # Walking

    def _drain(self) -> None:
        self._enqueue_routes()
        while self._queue:
            self._visit(self._queue.popleft())
            if not self._queue:
                self._enqueue_routes()

    def _enqueue_routes(self) -> None:
        """Ask for every route with every identifier that was found for the parts of its address."""
        for name, route in self._routes.items():
            for values in self._values_of(route.parts):
                self._enqueue(_address(name, dict(zip(route.parts, values, strict=True))))

    def _values_of(self, parts: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Give the values of parts that were seen together in some address, or all combinations."""
        together = {
            tuple(values[seen.index(part)] for part in parts): None
            for seen, found in self._together.items()
            if set(parts) <= set(seen)
            for values in found
        }
        return list(together) or list(itertools.product(*(self._pool[part] for part in parts)))

    def _enqueue(self, path: str) -> None:
        ask = Ask("GET", path)
        name = _route(path)
        if ask in self._queued or name not in self._routes:
            return
        self._queued.add(ask)
        of_case = self._routes[name].parts == ("case_id",)
        most = self._depth.cases if of_case else self._depth.addresses
        what = "queries" if "?" in path else "addresses"
        if self._is_another(what, name, most):
            self._queue.append(ask)
        elif "?" not in path:
            self._left_out.append(ask)

    def _is_another(self, what: str, route: str, most: int) -> bool:
        """Count one more of something for a route, and tell whether it is still within the depth."""
        self._done[what, route] += 1
        return self._done[what, route] <= most

    def _visit(self, ask: Ask) -> None:
        answer = self._ask(ask)
        found = read(answer.body, answer.content_type, urlsplit(ask.path).path)
        route = _route(ask.path)
        self._follow(route, found, answer)
        if "?" not in ask.path and self._is_another("methods", route, self._depth.methods):
            self._other_methods(ask.path)
            if route not in self._crawl.reached:
                # It was somebody else's, or a combination that is not: try the next.
                self._done["methods", route] -= 1
        for form in found.forms:
            self._fill(form)

    def _follow(self, route: str, found: Read, answer: Answer) -> None:
        for address in [*found.addresses, answer.header("Location")]:
            self._note_address(address)
        for key, each in found.ids:
            # Where it was found says what it may be: a finding, in the list of findings.
            self._ids[each].add(f"{route} {key}")

    def _note_address(self, address: str) -> None:
        """Learn the identifiers of an address and of its query, and visit it."""
        path = address.split("#")[0]
        match = _match(path)
        if match is None or _PLACEHOLDER in path:
            return
        _name, values = match
        if not self._probing:
            self._together[tuple(values)].setdefault(tuple(values.values()))
            for part, value in values.items():
                self._pool[part].setdefault(value)
            for key, value in parse_qsl(urlsplit(path).query):
                if UUID.fullmatch(value):
                    self._fields[key].setdefault(value)
        self._enqueue(path)

    def _ask(self, ask: Ask) -> Answer:
        self._queued.add(ask)
        answer = self._asker.ask(ask)
        self._crawl.answers[ask] = answer
        route = _route(ask.path)
        if answer.header("Allow"):
            self._allowed[route] = answer.header("Allow")
        signs_in = answer.header("Location").startswith(f"{reverse(settings.LOGIN_URL)}?next=")
        if answer.status not in _NOT_REACHED and not signs_in:
            self._crawl.reached.add(route)
        return answer

    # Methods and forms

    def _other_methods(self, path: str) -> None:
        for method in SAFE[1:]:
            self._ask(Ask(method, path))
        # A method that a route does not know is refused before it looks at anything; at full depth that is tried too.
        known = self._allowed.get(_route(path), "")
        for method in UNSAFE:
            if self._depth.every_probe or not known or method in known:
                self._act(_unsafe(method, path))

    def _act(self, ask: Ask) -> Answer:
        """Make a request that may change something, look where it leads, and undo it."""
        if ask in self._crawl.answers:
            return self._crawl.answers[ask]
        with self._asker.harmless():
            answer = self._ask(ask)
            leads_to = read(answer.body, answer.content_type, urlsplit(ask.path).path).addresses
            for address in [answer.header("Location"), *leads_to]:
                follow = Ask("GET", address.split("#")[0])
                if (name := _route(follow.path)) in self._routes:
                    self._led_to[name].add(_route(ask.path))
                    if follow not in self._queued:
                        self._ask(follow)
        return answer

    def _fill(self, form: Form) -> None:
        if _route(form.action) not in self._routes:
            return
        if not self._is_another(form.method, _route(form.action), self._depth.forms):
            return
        for values in self._ways_to_fill(form):
            query = urlencode(values)
            if form.method == "POST":
                for action in [form.action, *form.others]:
                    self._act(Ask("POST", action, query.encode(), FORM))
            else:
                self._visit_once(f"{form.action.split('?')[0]}?{query}")

    def _ways_to_fill(self, form: Form) -> Iterator[list[tuple[str, str]]]:
        """Untouched; all filled in; each choice of each field; what is hidden in each field."""
        yield form.values
        chosen = dict(form.values)
        for name, value in chosen.items():
            if UUID.fullmatch(value):
                self._fields[name].setdefault(value)
        for name, offers in form.offers.items():
            chosen[name] = chosen.get(name) or next((each for each in offers if each), "")
        filled = {**chosen, **{name: chosen.get(name) or _SAMPLE for name in form.texts}}
        yield list(filled.items())
        for name, offers in form.offers.items():
            for offer in offers[: self._depth.choices]:
                yield list((filled | {name: offer}).items())
        for name in form.texts:
            for word in self._probes.words[: self._depth.words]:
                yield list((filled | {name: word}).items())
        for name, value in filled.items():
            if UUID.fullmatch(value):
                for each in self._ids_like([value]):
                    yield list((filled | {name: each}).items())

    def _visit_once(self, path: str) -> None:
        ask = Ask("GET", path)
        if ask not in self._queued and _route(path) in self._routes:
            self._queued.add(ask)
            self._queue.append(ask)

    # What no link leads to

    def _try_unknown_parts(self) -> None:
        """Find an identifier for the parts that no address gave one for, among all that were seen."""
        routes = self._routes.values()
        for part in sorted({part for route in routes for part in route.ids}):
            if self._pool[part]:
                continue
            route = min((r for r in routes if part in r.parts), key=lambda r: len(r.parts))
            if route.name in self._not_sought:
                continue
            known = {each: next(iter(self._pool[each]), "") for each in route.parts}
            for each in self._likely(part.removesuffix("_id")):
                path = _address(route.name, {**known, part: each})
                if path and self._opens(path):
                    self._pool[part].setdefault(each)
                    # It was only tried: it is looked at like any other.
                    self._queued.discard(Ask("GET", path))
                    if len(self._pool[part]) >= (self._depth.cases if part == "case_id" else 1):
                        break

    def _likely(self, stem: str) -> list[str]:
        """List the identifiers that were seen, those first that stand where such a thing is said.

        At full depth the first hundred; else some of each kind, because one that is of the wrong
        kind opens nothing.
        """
        likely = sorted(
            self._ids, key=lambda each: not any(stem in place for place in self._ids[each])
        )
        if self._depth.every_probe:
            return likely[:_MOST_TRIED]
        seen: Counter[str] = Counter()
        some = []
        for each in likely:
            kind = self._probes.kind_of(each)
            seen[kind] += 1
            if seen[kind] <= max(_MOST_OF_A_KIND, self._depth.cases):
                some.append(each)
        return some

    def _chase(self) -> None:
        """Go after the routes that did not answer yet, further than the depth goes.

        Addresses that were left out are looked at, and each route is tried with all that is known
        of the parts of its address. Where another route gives the address (a signed link), that one
        is asked for all it knows. A form that no page showed is sent with the identifiers of those
        that were.
        """
        for ask in self._left_out[:_MOST_TRIED]:
            if self._unreached():
                answer = self._ask(ask)
                self._follow(
                    _route(ask.path), read(answer.body, answer.content_type, ask.path), answer
                )
        self._drain()
        self._try_unknown_parts()
        for name in self._unreached():
            if address := _address(name, {}):
                for field_name, values in self._fields.items():
                    for value in list(values)[:_MOST_TRIED]:
                        body = urlencode({field_name: value}).encode()
                        self._act(Ask("POST", address, body, FORM))
            for each in [name, *sorted(self._led_to[name])]:
                self._try_all(each, until=name)

    def _unreached(self) -> list[str]:
        return sorted(self._routes.keys() - self._crawl.reached - self._not_sought)

    def _try_all(self, name: str, *, until: str) -> None:
        parts = self._routes[name].parts
        for values in self._values_of(parts)[:_MOST_TRIED]:
            path = _address(name, dict(zip(parts, values, strict=True)))
            for method in UNSAFE:
                if until in self._crawl.reached:
                    return
                if path and method in self._allowed.get(name, ""):
                    self._act(_unsafe(method, path))

    def _opens(self, path: str) -> bool:
        answer = self._ask(Ask("GET", path))
        if answer.status == 405:
            methods = [m for m in UNSAFE if m in answer.header("Allow")]
            return any(
                self._act(_unsafe(method, path)).status not in _NOT_REACHED for method in methods
            )
        return answer.status not in _NOT_REACHED

    def _read_api_document(self) -> None:
        """Ask every list of the API with each of its parameters, taken from its own document."""
        if "api-schema" not in self._routes:
            return
        answer = self._ask(Ask("GET", reverse("api-schema")))
        document = json.loads(answer.body)
        for template, operations in document["paths"].items():
            for method, operation in operations.items():
                parameters = [
                    each for each in operation.get("parameters", []) if each["in"] == "query"
                ]
                if method == "get" and parameters:
                    for path in self._paths_of(template):
                        self._ask_list(path, parameters)

    def _paths_of(self, template: str) -> Sequence[str]:
        """Find the first address that was walked for an address of the document."""
        wanted = next((name for name in self._routes if _template(name) == template), "")
        walked = [a.path for a in self._crawl.answers if a.method == "GET" and "?" not in a.path]
        return [path for path in walked if _route(path) == wanted][:1]

    def _ask_list(self, path: str, parameters: list[dict]) -> None:
        self._visit_once(f"{path}?no_such_parameter=1")
        for parameter in parameters:
            schema, name = parameter["schema"], parameter["name"]
            values = [_SAMPLE, *self._probes.words[: self._depth.words]]
            if schema.get("type") == "integer":
                values = ["1", "x"]
            values += [str(each) for each in schema.get("enum", [])][: self._depth.choices]
            if schema.get("format") == "uuid":
                values += list(self._ids)[:3]
                values += list(self._probes.ids.values())[: self._depth.choices]
            for value in values:
                self._visit_once(f"{path}?{urlencode({name: value})}")

    # Probing

    def _probe_addresses(self) -> None:
        """Ask every route for what is hidden, in each part of its address, with every method."""
        for name, route in self._routes.items():
            known = {part: next(iter(self._pool[part]), "") for part in route.parts}
            for part in route.parts:
                for each in self._ids_like(list(self._pool[part])[:1]):
                    path = _address(name, {**known, part: each})
                    if path:
                        self._probe(path)

    def _probe(self, path: str) -> None:
        """Ask for something that should not be there, with every method that the route knows."""
        allowed = self._allowed.get(_route(path), "")
        others = [*SAFE[1:], *UNSAFE] if self._depth.every_probe else UNSAFE
        for method in ["GET", *others]:
            if self._depth.every_probe or method == "GET" or method in allowed or not allowed:
                self._act(_unsafe(method, path) if method in UNSAFE else Ask(method, path))

    def _ids_like(self, known: Sequence[str]) -> list[str]:
        """Give hidden ids of the kind of a known one, or one of every kind."""
        ids = self._probes.ids
        kinds = [self._probes.kind_of(each) for each in known]
        alike = [ids[kind] for kind in kinds if kind in ids]
        return list(ids.values()) if self._depth.every_probe or not kinds else alike


def _unsafe(method: str, path: str) -> Ask:
    if path.startswith("/api/"):
        # A key and a version, or the API says no before it looks.
        headers = (("Idempotency-Key", "twin-key-0123456789"), ("If-Match", '"1"'))
        return Ask(method, path, b"{}", JSON, headers)
    return Ask(method, path)


def _match(path: str) -> tuple[str, Mapping[str, str]] | None:
    """Resolve a path to its route and the parts of its address; None for what is not the portal's."""
    return _match_bare(path.partition("?")[0])


@cache
def _match_bare(bare: str) -> tuple[str, Mapping[str, str]] | None:
    if not bare.startswith("/"):
        return None
    try:
        found = resolve(bare)
    except Resolver404:
        return None
    return found.view_name, {part: str(found.kwargs[part]) for part in found.captured_kwargs}


def _route(path: str) -> str:
    match = _match(path)
    return match[0] if match else ""


def _address(name: str, values: dict[str, str]) -> str:
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return ""


def _template(name: str) -> str:
    """Write a route as the API's document does: /api/v1/complaints/{case_id}."""
    possibilities = get_resolver().reverse_dict.getlist(name)
    if not possibilities:
        return ""
    ((pattern, _),) = possibilities[0][0]
    return "/" + pattern.replace("%(", "{").replace(")s", "}")
