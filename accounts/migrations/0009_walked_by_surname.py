"""Accounts in the order of their people's surnames, and indexes that answer by themselves.

The surname is a copy. Triggers write it whatever a statement says of it, and lock the person that is
copied, so that two transactions at once cannot leave an old name behind.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION accounts_take_surname() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT surname INTO NEW.person_surname
    FROM accounts_person WHERE id = NEW.person_id FOR SHARE;
    RETURN NEW;
END
$$;
CREATE FUNCTION accounts_give_surname() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_user SET person_surname = NEW.surname WHERE person_id = NEW.id;
    RETURN NULL;
END
$$;

UPDATE accounts_user u SET person_surname = p.surname
FROM accounts_person p WHERE p.id = u.person_id;

CREATE TRIGGER accounts_take_surname
    BEFORE INSERT OR UPDATE OF person_id, person_surname ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_take_surname();
CREATE TRIGGER accounts_give_surname
    AFTER UPDATE OF surname ON accounts_person
    FOR EACH ROW WHEN (OLD.surname <> NEW.surname)
    EXECUTE FUNCTION accounts_give_surname();
"""

BACKWARD = """
DROP TRIGGER accounts_give_surname ON accounts_person;
DROP TRIGGER accounts_take_surname ON accounts_user;
DROP FUNCTION accounts_give_surname();
DROP FUNCTION accounts_take_surname();
"""


class Migration(migrations.Migration):
    """Add the copy, fill it, keep it, and build the indexes."""

    dependencies = [
        ("accounts", "0008_proofs_of_presence"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="person",
            name="person_surname",
        ),
        migrations.AddField(
            model_name="user",
            name="person_surname",
            field=models.CharField(default="", editable=False, max_length=100),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name="membership",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="accounts.team",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.person",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                fields=["team", "user"], include=("since", "until"), name="team_members"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["surname", "id"], include=("unit",), name="person_surname"),
        ),
        migrations.AddIndex(
            model_name="roleassignment",
            index=models.Index(
                fields=["role", "user"], include=("since", "until"), name="role_holders"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["person_surname", "id"], include=("is_active",), name="account_surname"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                fields=["person"], include=("id", "is_active"), name="account_of_person"
            ),
        ),
    ]
