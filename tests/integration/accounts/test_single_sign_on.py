"""Single sign-on against a provider of this machine: who gets in, and everybody who does not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.events import SIGN_IN_REFUSED, SIGNED_IN, TRIES_LOCKED
from accounts.lockout import MOST, Kind
from accounts.models import User, WrongTries
from accounts.roles import Role
from accounts.services.set_up_codes import issue_set_up_code, issue_set_up_code_as_operator
from accounts.services.single_sign_on import DOWN, REFUSED
from accounts.services.step_up import SET_ONE_UP
from accounts.single_sign_on import outbound
from audit.models import Event
from reviews.models import SignOff, Submission
from tests.factories.administration import make_administrator
from tests.factories.decisions import submitted_case
from tests.factories.people import Force, make_user
from tests.factories.sign_in import (
    PASSWORD,
    code_at,
    is_signed_in,
    type_code,
    type_password,
    with_app,
)
from tests.identity_provider import GROUP, IdentityProvider, identity_provider

pytestmark = pytest.mark.django_db

GO, BACK = "/sign-in/single-sign-on/", "/sign-in/single-sign-on/back/"


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    """Run a provider, and the portal configured for it."""
    with identity_provider() as running:
        settings.SINGLE_SIGN_ON = running.settings()
        yield running


def configure(settings: Any, provider: IdentityProvider, **changes: Any) -> None:
    settings.SINGLE_SIGN_ON = provider.settings(**changes)


def onward(answer: HttpResponse) -> str:
    """Read the address that a page of ours goes on to."""
    assert answer.status_code == 200
    _, _, rest = answer.content.decode().partition('http-equiv="refresh" content="0; url=')
    assert rest, "the page goes nowhere"
    return unescape(rest.partition('"')[0])


def return_of(client: Client, address: str) -> HttpResponse:
    """Come back from the provider, as a browser does: once from there, then from our own page."""
    portal = urlsplit(address)
    first = client.get(f"{portal.path}?{portal.query}")
    return client.get(onward(first))


def sign_on(
    client: Client, provider: IdentityProvider, name: str, *, following: str = ""
) -> HttpResponse:
    going = client.post(GO, {"next": following} if following else {})
    return return_of(client, provider.sign_in(onward(going), name))


def refused(answer: HttpResponse) -> bool:
    return (
        answer.status_code == 403
        and REFUSED in unescape(answer.content.decode())
        and not is_signed_in(answer.client)  # type: ignore[attr-defined]
    )


def reason() -> str:
    event = Event.objects.filter(name=SIGN_IN_REFUSED.name).latest("id")
    assert event.outcome == "DENIED"
    return str(event.details["reason"])


def closed(user: User) -> User:
    user.is_active = False
    user.save()
    return user


# -- getting in ------------------------------------------------------------------------------


def test_a_person_signs_in_with_the_provider_and_then_with_a_factor_of_ours(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    secret = with_app(user)

    assert sign_on(client, provider, user.username, following="/cases/")["Location"] == (
        "/sign-in/code/"
    )
    assert not is_signed_in(client)
    assert type_code(client, code_at(secret))["Location"] == "/cases/"

    assert is_signed_in(client)
    event = Event.objects.get(name=SIGNED_IN.name)
    assert event.actor_id == str(user.pk)
    assert event.details == {"by": "single_sign_on", "factor": "app"}


def test_the_request_has_state_nonce_and_pkce_and_asks_for_no_more_than_needed(
    client: Client, provider: IdentityProvider
) -> None:
    address = onward(client.post(GO))

    asked = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith(f"{provider.issuer}/authorize?")
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 16
    again = dict(parse_qsl(urlsplit(onward(client.post(GO))).query))
    assert not {again[each] for each in ("nonce", "state", "code_challenge")} & set(asked.values())


def test_what_stands_in_our_address_changes_nothing_in_the_request(
    client: Client, provider: IdentityProvider
) -> None:
    going = client.post(f"{GO}?scope=offline_access&auth_params=prompt%3Dnone&process=connect")

    asked = dict(parse_qsl(urlsplit(onward(going)).query))
    assert "prompt" not in asked
    assert "offline_access" not in asked["scope"]


def test_the_session_has_a_new_id_and_the_old_one_is_dead(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    secret = with_app(user)
    client.post(GO)
    planted = client.cookies["session"].value

    sign_on(client, provider, user.username)
    half_way = client.cookies["session"].value
    type_code(client, code_at(secret))

    assert len({planted, half_way, client.cookies["session"].value}) == 3
    for old in (planted, half_way):
        thief = Client()
        thief.cookies["session"] = old
        assert not is_signed_in(thief)
        assert thief.get("/sign-in/code/")["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    "following", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"\\evil"]
)
def test_nobody_is_sent_on_to_another_site(
    client: Client, provider: IdentityProvider, following: str
) -> None:
    user = make_user()
    secret = with_app(user)

    sign_on(client, provider, user.username, following=following)

    assert type_code(client, code_at(secret))["Location"] == "/"


def test_the_ending_of_names_is_taken_off_and_without_it_nobody_is_found(
    client: Client, provider: IdentityProvider, settings: Any
) -> None:
    configure(settings, provider, user_name_claim="upn", user_name_ending="@force.example")
    user = make_user()
    with_app(user)
    provider.claims["upn"] = f"{user.username.upper()}@Force.Example"
    assert sign_on(client, provider, "whoever")["Location"] == "/sign-in/code/"

    # As long as the ending, so that only reading it tells the difference.
    provider.claims["upn"] = f"{user.username}@forge.example"
    assert refused(sign_on(Client(), provider, user.username))
    assert reason() == "no_account"


def test_somebody_without_a_factor_is_asked_to_set_one_up_and_not_let_in(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()

    assert sign_on(client, provider, user.username)["Location"] == "/sign-in/set-up/"

    assert not is_signed_in(client)


def test_somebody_without_a_factor_sets_one_up_by_a_code_and_needs_no_password(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    code = issue_set_up_code_as_operator(user_id=user.pk, sets_password=False, now=timezone.now())
    sign_on(client, provider, user.username)

    sent = client.post("/sign-in/set-up/", {"code": code})

    assert sent["Location"] == "/sign-in/set-up/factor/"
    page = client.get("/sign-in/set-up/factor/").content.decode()
    secret = re.search(r"bwc-secret\">([A-Z2-7 ]+)<", page)[1].replace(" ", "")
    client.post("/sign-in/set-up/factor/", {"code": code_at(secret)})
    client.post("/sign-in/set-up/done/")
    assert is_signed_in(client)
    assert Event.objects.get(name=SIGNED_IN.name).details == {
        "by": "single_sign_on",
        "factor": "app",
    }


# -- the second factor of the provider ---------------------------------------------------------


@pytest.mark.parametrize(
    "claims", [{"amr": ["pwd", "mfa"]}, {"amr": "mfa"}, {"acr": "urn:force:strong=2"}]
)
def test_a_second_factor_that_the_provider_saw_counts_when_its_value_is_named(
    client: Client, provider: IdentityProvider, settings: Any, claims: dict[str, Any]
) -> None:
    configure(settings, provider, second_factor=("amr=mfa", "acr=urn:force:strong=2"))
    user = make_user()
    provider.claims |= claims

    assert sign_on(client, provider, user.username)["Location"] == "/"

    assert is_signed_in(client)
    assert Event.objects.get(name=SIGNED_IN.name).details == {
        "by": "single_sign_on",
        "factor": "identity_provider",
    }
    assert provider.asked["max_age"] == str(settings.SESSION_IDLE_SECONDS)
    assert provider.asked["acr_values"] == "urn:force:strong=2"


@pytest.mark.parametrize(
    ("named", "claims"),
    [
        ((), {"amr": ["mfa"]}),
        (("amr=mfa",), {"amr": ["pwd"]}),
        (("amr=mfa",), {"amr": [{"mfa": "mfa"}]}),
        (("amr=mfa",), {"acr": "mfa"}),
        (("amr=mfa",), {"amr": ["mfa"], "auth_time": None}),
        (("amr=mfa",), {"amr": ["mfa"], "auth_time": True}),
        (("amr=mfa",), {"amr": ["mfa"], "auth_time": int(time.time()) - 86_400}),
        (("amr=mfa",), {"amr": ["mfa"], "auth_time": int(time.time()) + 86_400}),
    ],
)
def test_otherwise_a_factor_of_ours_is_asked(
    client: Client,
    provider: IdentityProvider,
    settings: Any,
    named: tuple[str, ...],
    claims: dict[str, Any],
) -> None:
    configure(settings, provider, second_factor=named)
    user = make_user()
    with_app(user)
    provider.claims |= claims

    assert sign_on(client, provider, user.username)["Location"] == "/sign-in/code/"
    assert not is_signed_in(client)


# -- signing with no factor of ours ------------------------------------------------------------


@pytest.fixture
def came_by_the_provider_alone(
    client: Client, provider: IdentityProvider, settings: Any
) -> Submission:
    """A version that waits for a supervisor who was let in on the provider's second factor."""
    configure(settings, provider, second_factor=("amr=mfa",))
    provider.claims |= {"amr": ["mfa"]}
    submission = submitted_case(Force())
    assert sign_on(client, provider, submission.supervisor.username)["Location"] == "/"
    assert is_signed_in(client)
    return submission


def signing_form(submission: Submission, **more: str) -> dict[str, str]:
    return {
        "choice": "sign", "digest": submission.digest, "rows": "1",
        "unwatched_reason": "Known from an earlier case", **more,
    }  # fmt: skip


def test_who_was_let_in_by_the_provider_alone_is_told_how_to_get_a_factor_before_signing(
    client: Client, came_by_the_provider_alone: Submission
) -> None:
    submission = came_by_the_provider_alone
    address = reverse("reviews:sign-off", args=[submission.complaint_id])

    drawn = client.get(address).content.decode()
    pressed = client.post(address, signing_form(submission))
    guessed = client.post(address, signing_form(submission, **{"step_up-code": "123456"}))

    assert "You have no second factor in the portal yet" in drawn
    assert "Ask an administrator for a set-up code" in drawn
    assert 'name="step_up-code"' not in drawn
    assert pressed.status_code == 400
    assert SET_ONE_UP in unescape(pressed.content.decode())
    assert "Known from an earlier case" in pressed.content.decode()
    assert guessed.status_code == 403
    assert SET_ONE_UP in unescape(guessed.content.decode())
    assert not SignOff.objects.exists()
    account = client.get(reverse("accounts:own-account")).content.decode()
    assert "Ask an administrator for a set-up code" in account


def test_with_a_set_up_code_they_get_one_and_sign(
    client: Client, provider: IdentityProvider, came_by_the_provider_alone: Submission
) -> None:
    submission = came_by_the_provider_alone
    user, now = submission.supervisor, timezone.now()
    code = issue_set_up_code(
        actor=make_administrator(), user_id=user.pk, sets_password=True,
        reason="Came by single sign-on", now=now,
    )  # fmt: skip
    client.post(reverse("accounts:sign-out"))
    assert not is_signed_in(client)
    client.post("/sign-in/set-up/", {"username": user.username, "code": code})
    client.post("/sign-in/set-up/password/", {"password": PASSWORD})
    client.get("/sign-in/set-up/factor/")
    secret = client.session["new_app_secret"]
    # The app's code of the period before: each is taken once, and signing needs the next.
    earlier = code_at(secret, now - timedelta(seconds=30))
    client.post("/sign-in/set-up/factor/", {"code": earlier})
    client.post("/sign-in/set-up/done/")
    assert is_signed_in(client)

    address = reverse("reviews:sign-off", args=[submission.complaint_id])
    drawn = client.get(address).content.decode()
    done = client.post(address, signing_form(submission, **{"step_up-code": code_at(secret)}))

    assert 'name="step_up-code"' in drawn
    assert done.status_code == 302
    assert SignOff.objects.get().submission == submission


# -- refusals ----------------------------------------------------------------------------------


def test_nobody_unknown_gets_an_account(client: Client, provider: IdentityProvider) -> None:
    before = User.objects.count()

    assert refused(sign_on(client, provider, "somebody.new"))

    assert reason() == "no_account"
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "groups", [[], ["everybody"], "bwc", ["BWC-USERS"], [GROUP.encode().hex()], 7]
)
def test_who_lacks_the_group_is_refused(
    client: Client, provider: IdentityProvider, groups: Any
) -> None:
    user = make_user()
    with_app(user)
    provider.claims["groups"] = groups

    assert refused(sign_on(client, provider, user.username))

    assert reason() == "not_in_group"
    event = Event.objects.get(name=SIGN_IN_REFUSED.name)
    assert event.subject_id == str(user.pk)


def test_a_token_without_the_claim_of_groups_is_refused(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    provider.left_out.add("groups")

    assert refused(sign_on(client, provider, user.username))
    assert reason() == "not_in_group"


def test_a_closed_account_is_refused(client: Client, provider: IdentityProvider) -> None:
    user = closed(make_user())

    assert refused(sign_on(client, provider, user.username))
    assert reason() == "account_closed"


def test_the_account_of_a_machine_is_refused(client: Client, provider: IdentityProvider) -> None:
    user = make_user(Role.SERVICE)

    assert refused(sign_on(client, provider, user.username))
    assert reason() == "account_of_a_machine"


@pytest.mark.parametrize("name", ["", "\u017fmith", "\u212aelly", "a\0b", "x" * 65])
def test_a_name_that_only_looks_like_an_account_is_refused(
    client: Client, provider: IdentityProvider, name: str
) -> None:
    for taken in ("smith", "kelly"):
        User.objects.filter(pk=make_user().pk).update(username=taken)

    assert refused(sign_on(client, provider, name))
    assert reason() == "no_account"


def test_an_e_mail_address_counts_only_when_the_provider_has_verified_it(
    client: Client, provider: IdentityProvider, settings: Any
) -> None:
    configure(settings, provider, user_name_claim="email", user_name_ending="@force.example")
    user = make_user()
    with_app(user)
    provider.claims["email"] = f"{user.username}@force.example"
    assert refused(sign_on(client, provider, user.username))

    provider.claims["email_verified"] = True
    assert sign_on(client, provider, user.username)["Location"] == "/sign-in/code/"


NOT_TRUSTED: list[tuple[dict[str, Any], set[str], set[str]]] = [
    ({"nonce": "another"}, set(), set()),
    ({}, {"nonce"}, set()),
    ({"aud": "another-client"}, set(), set()),
    ({"aud": ["bwcportal-test", "another-client"]}, set(), set()),
    ({"azp": "another-client"}, set(), set()),
    ({"iss": "http://localhost:1/force"}, set(), set()),
    ({"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}, set(), set()),
    ({}, {"exp"}, set()),
    ({}, set(), {"wrong_signature"}),
    ({}, set(), {"unknown_key"}),
    ({}, set(), {"unsigned"}),
    ({}, set(), {"shared_secret"}),
]


@pytest.mark.parametrize(("claims", "left_out", "faults"), NOT_TRUSTED)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    client: Client,
    provider: IdentityProvider,
    claims: dict[str, Any],
    left_out: set[str],
    faults: set[str],
) -> None:
    user = make_user()
    with_app(user)
    provider.claims |= claims
    provider.left_out |= left_out
    provider.faults |= faults

    assert refused(sign_on(client, provider, user.username))
    assert reason() == "not_trusted"


def test_a_person_who_says_no_at_the_provider_is_refused(
    client: Client, provider: IdentityProvider
) -> None:
    provider.faults.add("denied")

    assert refused(sign_on(client, provider, "whoever"))
    assert reason() == "provider_refused"


def test_a_return_serves_once_in_the_browser_that_asked_for_it_and_for_ten_minutes(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    with_app(user)
    here = provider.sign_in(onward(client.post(GO)), user.username)
    assert refused(return_of(Client(), here))
    assert reason() == "not_asked_for"
    assert return_of(client, here)["Location"] == "/sign-in/code/"
    assert refused(return_of(client, here))

    late = provider.sign_in(onward(client.post(GO)), user.username)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert refused(return_of(client, late))


def test_a_code_of_somebody_else_is_refused(client: Client, provider: IdentityProvider) -> None:
    """An attacker sends a return with their own code to a victim, or a stolen one to themselves."""
    victim, attacker = make_user(), make_user()
    stolen = provider.sign_in(onward(Client().post(GO)), victim.username)
    mine = provider.sign_in(onward(client.post(GO)), attacker.username)
    code = dict(parse_qsl(urlsplit(stolen).query))["code"]
    state = dict(parse_qsl(urlsplit(mine).query))["state"]

    assert refused(client.get(BACK, {"here": "1", "state": state, "code": code}))
    assert reason() == "not_trusted"


def test_the_first_return_touches_no_session(client: Client, provider: IdentityProvider) -> None:
    user = make_user()
    address = urlsplit(provider.sign_in(onward(client.post(GO)), user.username))
    stranger = Client()

    answer = stranger.get(f"{address.path}?{address.query}&next=//evil.example/")

    assert "session" not in stranger.cookies
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "evil" not in answer.content.decode()
    assert onward(answer).startswith(f"{BACK}?")


def test_a_network_address_that_is_refused_too_often_is_locked(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    with_app(user)
    for _ in range(MOST[Kind.ADDRESS]):
        client.get(BACK, {"here": "1", "state": "guessed", "code": "guessed"})

    answer = sign_on(client, provider, user.username)

    assert answer.status_code == 429
    assert not is_signed_in(client)
    assert Event.objects.filter(name=TRIES_LOCKED.name).exists()


def test_who_gets_in_counts_for_nothing_against_the_network_address(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    with_app(user)

    sign_on(client, provider, user.username)

    assert [row.tries for row in WrongTries.objects.filter(kind=Kind.ADDRESS)] == [0]


# -- the provider is down ------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["broken", "redirects", "endless", "no_json"])
def test_a_provider_that_cannot_be_used_leaves_the_password(
    client: Client, provider: IdentityProvider, fault: str
) -> None:
    user = make_user()
    with_app(user)
    provider.faults.add(fault)

    answer = client.post(GO, {"next": "/cases/"})

    assert answer.status_code == 503
    page = unescape(answer.content.decode())
    assert DOWN in page
    assert provider.calls == ["/.well-known/openid-configuration"]
    assert 'name="next" value="/cases/"' in page
    assert type_password(client, user)["Location"] == "/sign-in/code/"


def test_a_provider_that_does_not_answer_is_given_up(
    client: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT_S", (1, 0.2))
    provider.faults.add("silent")

    try:
        assert client.post(GO).status_code == 503
        assert not provider.waited_out
    finally:
        provider.released.set()


def test_nothing_listens_there(client: Client, settings: Any) -> None:
    with identity_provider() as gone:
        settings.SINGLE_SIGN_ON = gone.settings()

    assert client.post(GO).status_code == 503


@pytest.mark.parametrize("fault", ["token_down", "token_text"])
def test_a_provider_that_fails_on_the_way_back_leaves_the_password(
    client: Client, provider: IdentityProvider, fault: str
) -> None:
    user = make_user()
    provider.faults.add(fault)

    answer = sign_on(client, provider, user.username)

    assert answer.status_code == 503
    assert DOWN in unescape(answer.content.decode())
    assert not is_signed_in(client)


def test_a_wrong_client_secret_lets_nobody_in(
    client: Client, provider: IdentityProvider, settings: Any
) -> None:
    configure(settings, provider, client_secret="not the secret")
    user = make_user()

    assert sign_on(client, provider, user.username).status_code == 503
    assert not is_signed_in(client)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_no_address_elsewhere_is_used(
    client: Client, provider: IdentityProvider, endpoint: str
) -> None:
    provider.described[endpoint] = f"http://127.0.0.1:{provider.port}/force/elsewhere"

    assert client.post(GO).status_code == 503
    assert provider.calls == ["/.well-known/openid-configuration"]


def test_a_call_elsewhere_is_not_made(provider: IdentityProvider) -> None:
    elsewhere = f"http://127.0.0.1:{provider.port}/force/keys"
    with outbound.OneOrigin(f"http://localhost:{provider.port}") as session:
        with pytest.raises(outbound.Unavailable):
            session.get(elsewhere)
        assert session.get(elsewhere.replace("127.0.0.1", "localhost")).json()["keys"]

    assert provider.calls == ["/keys"]


def test_an_answer_that_drips_is_given_up(
    client: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "LONGEST_S", 0.3)
    provider.faults.add("drips")

    assert client.post(GO).status_code == 503
    assert provider.drops < 20


def test_a_description_of_another_issuer_is_not_used(
    client: Client, provider: IdentityProvider
) -> None:
    provider.described["issuer"] = "http://localhost/other"

    assert client.post(GO).status_code == 503


# -- off, and the library's own ways ---------------------------------------------------------------


def test_when_it_is_off_there_is_no_button_and_no_address(client: Client) -> None:
    assert "Sign in with your force account" not in client.get("/sign-in/").content.decode()
    assert client.post(GO).status_code == 404
    assert client.get(BACK, {"state": "s", "code": "c"}).status_code == 404
    assert client.get(BACK, {"state": "s", "code": "c", "here": "1"}).status_code == 404


def test_when_it_is_on_there_is_a_button_that_keeps_where_one_goes(
    client: Client, provider: IdentityProvider
) -> None:
    page = client.get("/sign-in/", {"next": "/cases/"}).content.decode()

    assert "Sign in with your force account" in page
    assert page.count('name="next" value="/cases/"') == 3


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("socialaccount_connections", {}),
        ("socialaccount_signup", {}),
        ("socialaccount_login_error", {}),
        ("openid_connect_login", {"provider_id": "single-sign-on"}),
        ("openid_connect_callback", {"provider_id": "single-sign-on"}),
        ("account_login", {}),
        ("account_signup", {}),
    ],
)
def test_no_page_of_the_library_has_an_address(name: str, arguments: dict[str, str]) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name, kwargs=arguments)


def test_who_is_signed_in_is_not_sent_away_again(
    client: Client, provider: IdentityProvider
) -> None:
    user = make_user()
    client.force_login(user)

    assert client.post(GO, {"next": "/cases/"})["Location"] == "/cases/"
    assert client.get(BACK, {"here": "1", "state": "s", "code": "c"}).status_code == 302
    assert provider.calls == []


# -- logs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["", "denied", "wrong_signature", "token_down", "token_text", "broken", "redirects"]
)
def test_no_code_state_token_or_secret_reaches_a_log(
    client: Client, provider: IdentityProvider, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level("INFO")
    user = make_user()
    with_app(user)
    going = client.post(GO)
    provider.faults.add(fault)
    address = provider.sign_in(onward(going), user.username)

    return_of(client, address)
    return_of(client, address)

    assert "request" in caplog.text
    assert not [secret for secret in provider.secrets if secret in caplog.text]
