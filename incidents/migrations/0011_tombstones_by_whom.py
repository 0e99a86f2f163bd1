"""An index for what is left of destroyed cases, by the people from whom they were kept."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    """Let a list read once which tombstones are kept from somebody, and walk inside its index."""

    dependencies = [("incidents", "0010_case_awaits_note")]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=GinIndex(
                fields=["kept_apart"], condition=Q(state="DESTROYED"), name="complaint_kept_apart"
            ),
        ),
    ]
