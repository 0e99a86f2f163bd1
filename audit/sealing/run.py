"""One run of sealing and signing: what the command and the task both do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.models import Checkpoint
from audit.sealing.sealer import seal
from audit.sealing.signer import sign


@dataclass(frozen=True)
class Run:
    """What a run did: events sealed, and the checkpoint it signed, if any."""

    sealed: int
    checkpoint: Checkpoint | None


def seal_and_sign(*, now: datetime) -> Run:
    """Seal everything that is waiting, batch by batch, then sign the result once.

    Another sealer at work is left to it. Raises NotAnExtension and NoSigningKey as ``sign`` does.
    """
    sealed = 0
    while (result := seal()) is not None:
        sealed += result.added
        if not result.more:
            break
    return Run(sealed, sign(now=now))
