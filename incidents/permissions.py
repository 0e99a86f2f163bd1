"""May this person do this kind of act? Asked after `visible_to`, so that a no is a 403, not a 404."""

from accounts.permissions import Verdict as Verdict
from accounts.permissions import check_may as check_may
from accounts.permissions import verdict as verdict
