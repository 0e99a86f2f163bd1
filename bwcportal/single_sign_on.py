"""What the environment says about single sign-on. Whether it can be used, `accounts` judges."""

from __future__ import annotations

from typing import TypedDict

from bwcportal import env


class Given(TypedDict):
    """The settings of single sign-on, as they were typed; all empty when it is off."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    group: str
    group_claim: str
    user_name_claim: str
    user_name_ending: str
    second_factor: tuple[str, ...]
    scopes: tuple[str, ...]


def read() -> Given:
    """Read the variables BWC_SSO_...; docs/how-to/connect-single-sign-on.md explains each."""
    return {
        "issuer": env.text("BWC_SSO_ISSUER"),
        "client_id": env.text("BWC_SSO_CLIENT_ID"),
        "client_secret": env.text("BWC_SSO_CLIENT_SECRET"),
        "name": env.text("BWC_SSO_NAME", "your force account"),
        "group": env.text("BWC_SSO_GROUP"),
        "group_claim": env.text("BWC_SSO_GROUP_CLAIM", "groups"),
        "user_name_claim": env.text("BWC_SSO_USER_NAME_CLAIM", "preferred_username"),
        "user_name_ending": env.text("BWC_SSO_USER_NAME_ENDING"),
        "second_factor": tuple(env.listing("BWC_SSO_SECOND_FACTOR")),
        "scopes": tuple(env.listing("BWC_SSO_SCOPES", ["openid", "profile"])),
    }
