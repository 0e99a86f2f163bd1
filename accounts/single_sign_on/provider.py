"""Talking to the identity provider: where to send a person, and what their return says."""

from __future__ import annotations

import secrets
from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from accounts.single_sign_on.configuration import Configuration, current, origin_of
from accounts.single_sign_on.outbound import OneOrigin, Unavailable
from accounts.single_sign_on.tokens import Untrusted, read_id_token

_ID = "single-sign-on"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NoState(Exception):
    """This browser was not sent to the provider by us, or has come back already, or too late."""


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """What the library asks of us: one provider from the settings, one origin, and no sign-up."""

    def get_requests_session(self) -> requests.Session:
        """Give a session that reaches the configured issuer only."""
        configuration = current()
        return OneOrigin(configuration.origin if configuration else "")

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> _Provider:
        """Give the configured provider; rows in the database configure nothing."""
        configuration = current()
        if configuration is None or provider != _ID:
            raise SocialApp.DoesNotExist
        return _Provider(request, app=_app(configuration))

    def list_apps(self, *arguments: Any, **options: Any) -> list[SocialApp]:
        """Give the configured provider, if there is one."""
        configuration = current()
        return [_app(configuration)] if configuration else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse: accounts are opened by administrators."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse the library's own way in, should anything ever lead there."""
        raise PermissionDenied


class _Conversation(OpenIDConnectOAuth2Adapter):
    """The library's side of the flow, with our addresses and a checked description."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("accounts:single-sign-on-back"))

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_openid_config"):
            self._openid_config = _described(self.get_provider())
        return self._openid_config


class _Provider(OpenIDConnectProvider):
    oauth2_adapter_class = _Conversation


def address_to_go_to(request: HttpRequest, configuration: Configuration, *, following: str) -> str:
    """Give the provider's address that asks who this is; the session keeps what proves the return.

    Raises Unavailable.
    """
    nonce = secrets.token_urlsafe(32)
    asked = {"nonce": nonce, "response_mode": "query"}
    if configuration.factors:
        asked["max_age"] = str(settings.SESSION_IDLE_SECONDS)
    if configuration.classes:
        asked["acr_values"] = configuration.classes
    provider = _Provider(request, app=_app(configuration))
    answer = provider.redirect(
        request, process="login", next_url=following, auth_params=asked, nonce=nonce
    )
    return str(answer["Location"])


def take_state(request: HttpRequest, state_id: str) -> dict[str, Any]:
    """Take what the session kept for this return; it serves once, for ten minutes. Raises NoState."""
    state = statekit.unstash_state(request, provider_id=_ID, state_id=state_id)
    if state is None:
        raise NoState
    return state


def claims_of_return(
    request: HttpRequest, configuration: Configuration, state: dict[str, Any]
) -> dict[str, Any]:
    """Exchange the code of a return and give the claims of its ID token.

    Raises Untrusted when the provider does not take the code or its token is not to be trusted,
    and Unavailable when it does not answer, or does not know this client and secret.
    """
    provider = _Provider(request, app=_app(configuration))
    talk = provider.get_oauth2_adapter(request)
    client = talk.get_client(request, provider.app)
    try:
        answer = talk.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state["pkce_code_verifier"]
        )
    except OAuth2Error as error:
        # The library puts the provider's whole answer into its message, which must reach no log.
        if "invalid_grant" in str(error):
            raise Untrusted from None
        raise Unavailable("token_refused") from None
    except (ValueError, KeyError, TypeError):
        raise Unavailable("token_unreadable") from None
    if not isinstance(answer, dict):
        raise Unavailable("token_unreadable")
    return read_id_token(
        answer.get("id_token"),
        keys=_json_of(talk.openid_config["jwks_uri"]),
        issuer=talk.openid_config["issuer"],
        client_id=configuration.client_id,
        nonce=state["nonce"],
    )


def _app(configuration: Configuration) -> SocialApp:
    """Describe the provider to the library. Never saved."""
    return SocialApp(
        provider="openid_connect",
        provider_id=_ID,
        name=configuration.name,
        client_id=configuration.client_id,
        secret=configuration.client_secret,
        settings={
            "server_url": configuration.issuer.rstrip("/"),
            "scope": sorted({"openid", *configuration.scopes}),
            "oauth_pkce_enabled": True,
        },
    )


def _described(provider: OpenIDConnectProvider) -> dict[str, Any]:
    """Read the provider's description of itself. Raises Unavailable when it is not the issuer's."""
    found = _json_of(provider.server_url)
    issuer = provider.app.settings["server_url"]
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise Unavailable("other_issuer")
    for name in _ENDPOINTS:
        address = found.get(name)
        if not isinstance(address, str) or origin_of(address) != origin_of(issuer):
            raise Unavailable(f"{name}_elsewhere")
        # The library puts the question behind the address, so it may have none of its own.
        if "?" in address or "#" in address:
            raise Unavailable(f"{name}_unusable")
    # What the standard says when the description does not; the library would send it in the form.
    found.setdefault("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return found


def _json_of(address: str) -> dict[str, Any]:
    with SingleSignOnAdapter().get_requests_session() as session:
        answer = session.get(address, headers={"Accept": "application/json"})
    if answer.status_code != 200:
        raise Unavailable(f"status_{answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise Unavailable("no_json") from None
    if not isinstance(found, dict):
        raise Unavailable("no_object")
    return found
