"""Writing events: in the act's transaction or not at all, and nothing personal in the leaf."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from audit import canonical, context, registry
from audit.errors import ContentRefused, NotInTransaction, UnknownEventType
from audit.models import Event, EventPayload
from audit.recorder import (
    Outcome,
    canonical_bytes,
    erase_personal,
    record,
    record_alone,
    record_consultation,
)
from audit.registry import EventType, Operation, event_type
from audit.values import Actor, Subject

NOW = datetime(2026, 11, 27, 18, 22, 5, 123456, tzinfo=UTC)
CASE = uuid.UUID("11111111-2222-4333-8444-555555555555")
HANDLER = Actor("USER", "u-1", "Jane Roe", "COMPLAINT_HANDLER")
COMPLAINT = Subject("complaint", str(CASE), "CM-26-K7MQ4", CASE, "CM-26-K7MQ4")


@pytest.fixture
def types(monkeypatch):
    monkeypatch.setattr(registry, "_types", dict(registry._types))
    return {
        "logged": event_type("testing.logged", Operation.COLLECTION, "logged the complaint"),
        "opened": event_type("testing.opened", Operation.CONSULTATION, "opened the case"),
        "signed_in": event_type("testing.signed_in", Operation.SIGN_IN, "signed in"),
    }


def events():
    return Event.objects.filter(name__startswith="testing.").order_by("id")


@pytest.mark.django_db
class TestRecord:
    def test_copies_who_did_what_to_what_and_under_which_request(self, types):
        with transaction.atomic(), context.bind(request_id="req-1", source="API"):
            record(
                types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW,
                details={"allegations": 2, "unit": uuid.UUID(int=7)}, purpose="INTAKE",
            )  # fmt: skip

        event = events().get()
        assert (event.operation, event.outcome) == ("COLLECTION", "ALLOWED")
        assert (event.actor_kind, event.actor_id, event.actor_name, event.actor_role) == (
            "USER", "u-1", "Jane Roe", "COMPLAINT_HANDLER",
        )  # fmt: skip
        assert (event.subject_type, event.subject_label) == ("complaint", "CM-26-K7MQ4")
        assert (event.case_id, event.case_reference) == (CASE, "CM-26-K7MQ4")
        assert (event.purpose, event.request_id, event.source) == ("INTAKE", "req-1", "API")
        assert event.details == {"allegations": 2, "unit": str(uuid.UUID(int=7))}
        assert event.occurred_at == NOW
        assert event.xid > 0

    def test_takes_the_time_of_the_database_beside_that_of_the_application(self, types):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            before = cursor.fetchone()[0]

        with transaction.atomic():
            record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

        assert before < events().get().recorded_at < before + timedelta(seconds=30)

    def test_the_stored_bytes_can_be_made_again_from_the_columns(self, types):
        with transaction.atomic():
            record(
                types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW,
                details={"list": [1, {"deep": None}], "ratio": "2/3"}, personal={"name": "Ann Öz"},
            )  # fmt: skip

        event = events().get()
        assert bytes(event.canonical) == canonical_bytes(event)
        assert bytes(event.leaf_hash) == canonical.leaf_hash(
            bytes(event.canonical), bytes(event.payload_digest)
        )

    def test_running_number_and_transaction_stay_out_of_the_leaf(self, types):
        with transaction.atomic():
            event = record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

        assert b'"xid"' not in event.canonical
        assert set(canonical_keys(event)) == {
            "actor", "case", "details", "name", "occurred_at", "operation", "outcome", "purpose",
            "recorded_at", "request_id", "source", "subject", "uuid",
        }  # fmt: skip

    def test_the_personal_part_is_apart_salted_and_bound(self, types):
        with transaction.atomic():
            for _ in range(2):
                record(
                    types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW,
                    personal={"complainant": "Ann Example"},
                )  # fmt: skip

        one, other = events()
        payload = EventPayload.objects.get(event_uuid=one.uuid)
        assert b"Ann" not in bytes(one.canonical)
        assert payload.payload == {"complainant": "Ann Example"}
        assert bytes(one.payload_digest) == canonical.payload_digest(
            bytes(payload.salt), payload.payload
        )
        assert bytes(one.payload_digest) != bytes(other.payload_digest), "the salt must differ"

    def test_nothing_personal_leaves_no_payload(self, types):
        with transaction.atomic():
            event = record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

        assert bytes(event.payload_digest) == canonical.NO_PAYLOAD
        assert not EventPayload.objects.filter(event_uuid=event.uuid).exists()

    def test_needs_the_transaction_of_the_act(self, types):
        with pytest.raises(NotInTransaction):
            record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

        assert not events().exists()

    @pytest.mark.parametrize(
        "stranger",
        [EventType("testing.stranger", Operation.COLLECTION, "did it"),
         EventType("testing.logged", Operation.ERASURE, "did it"), "testing.logged", None],
    )  # fmt: skip
    def test_refuses_a_type_that_is_not_the_registered_one(self, types, stranger):
        with pytest.raises(UnknownEventType), transaction.atomic():
            record(stranger, actor=HANDLER, subject=COMPLAINT, now=NOW)

    @pytest.mark.parametrize(
        "bad",
        [{"details": {"note": "free text here"}}, {"now": datetime(2026, 1, 1)},  # noqa: DTZ001
         {"purpose": "x" * 201}, {"purpose": "nul\x00"},
         {"subject": Subject("complaint", "1", "x" * 201)}],
    )  # fmt: skip
    def test_refuses_content_that_must_not_be_kept(self, types, bad):
        arguments = {"actor": HANDLER, "subject": COMPLAINT, "now": NOW} | bad

        with pytest.raises(ContentRefused), transaction.atomic():
            record(types["logged"], **arguments)

    def test_the_database_refuses_a_leaf_that_is_not_of_these_bytes(self, types):
        with transaction.atomic():
            event = record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)
        event.pk, event.uuid = None, uuid.uuid4()
        event.leaf_hash = bytes(32)

        with pytest.raises(IntegrityError), transaction.atomic():
            event.save(force_insert=True)

    def test_keeps_the_address_only_where_it_answers_a_question_and_only_erasably(self, types):
        with transaction.atomic(), context.bind(request_id="r", source="WEB", address="192.0.2.7"):
            ordinary = record(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)
            sign_in = record(types["signed_in"], actor=HANDLER, subject=COMPLAINT, now=NOW)
            denied = record(
                types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW, outcome=Outcome.DENIED
            )

        held = EventPayload.objects.in_bulk([ordinary.uuid, sign_in.uuid, denied.uuid])
        assert {key: row.payload for key, row in held.items()} == {
            sign_in.uuid: {"address": "192.0.2.7"},
            denied.uuid: {"address": "192.0.2.7"},
        }
        assert all(b"192.0.2.7" not in each.canonical for each in (ordinary, sign_in, denied))


@pytest.mark.django_db
class TestConsultation:
    def read(self, types, now=NOW, **changes):
        arguments = {"actor": HANDLER, "subject": COMPLAINT} | changes
        return record_consultation(types["opened"], now=now, **arguments)

    def test_a_repeat_within_five_minutes_is_not_written_again(self, types):
        assert self.read(types) is not None
        assert self.read(types, NOW + timedelta(minutes=4, seconds=59)) is None
        assert self.read(types, NOW + timedelta(minutes=5)) is not None
        assert events().count() == 2

    @pytest.mark.parametrize(
        "changes",
        [{"actor": Actor("USER", "u-2", "John Doe")},
         {"actor": Actor("SERVICE", "u-1", "Export")},
         {"subject": Subject("complaint", "other", "CM-26-AAAAA")},
         {"details": {"from_ms": 0, "to_ms": 500}}, {"purpose": "DISCLOSURE_REVIEW"}],
    )  # fmt: skip
    def test_a_different_reading_is_written(self, types, changes):
        self.read(types)

        assert self.read(types, NOW + timedelta(seconds=1), **changes) is not None

    def test_only_reading_may_be_merged(self, types):
        with pytest.raises(UnknownEventType):
            record_consultation(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

    def test_a_busy_actor_costs_a_bounded_look_up(self, types, django_assert_num_queries):
        # The clock with the latest events, and the event; a repeat writes none.
        with django_assert_num_queries(2):
            self.read(types)
        with django_assert_num_queries(1):
            self.read(types)


@pytest.mark.django_db
class TestErasing:
    def test_deletes_the_personal_parts_of_one_case_and_leaves_every_leaf(self, types):
        other_case = uuid.uuid4()
        other = Subject("complaint", str(other_case), "CM-26-BBBBB", other_case, "CM-26-BBBBB")
        with transaction.atomic():
            mine = record(
                types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW, personal={"n": "Ann"}
            )
            theirs = record(
                types["logged"], actor=HANDLER, subject=other, now=NOW, personal={"n": "Ben"}
            )

        with transaction.atomic():
            erased = erase_personal(case_id=CASE, certificate_number="DC-26-0001", now=NOW)

        assert erased == 1
        assert set(EventPayload.objects.values_list("event_uuid", flat=True)) == {theirs.uuid}
        assert bytes(Event.objects.get(uuid=mine.uuid).leaf_hash) == mine.leaf_hash
        certificate = Event.objects.get(name="audit.personal_erased")
        assert certificate.details == {"certificate_number": "DC-26-0001", "erased": 1}
        assert certificate.operation == "ERASURE"

    def test_belongs_in_a_transaction(self, types):
        with pytest.raises(NotInTransaction):
            erase_personal(case_id=CASE, certificate_number="DC-26-0001")


@pytest.mark.django_db(transaction=True)
class TestTogetherOrNotAtAll:
    """A change and its event share one fate (T85)."""

    @pytest.fixture(autouse=True)
    def a_table_of_business(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE testing_business (id int)")
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE testing_business")

    def business_rows(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM testing_business")
            return cursor.fetchone()[0]

    def change(self):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO testing_business VALUES (1)")

    def change_and_record(self, kind, *, then_fail):
        with transaction.atomic():
            self.change()
            record(kind, actor=HANDLER, subject=COMPLAINT, now=NOW, personal={"n": "Ann"})
            if then_fail:
                raise KeyError

    def test_a_change_and_its_event_are_kept_together(self, types):
        self.change_and_record(types["logged"], then_fail=False)

        assert (self.business_rows(), events().count(), EventPayload.objects.count()) == (1, 1, 1)

    def test_a_change_rolled_back_leaves_no_event(self, types):
        with pytest.raises(KeyError):
            self.change_and_record(types["logged"], then_fail=True)

        assert (self.business_rows(), events().count(), EventPayload.objects.count()) == (0, 0, 0)

    @pytest.mark.parametrize("table", ["audit_event", "audit_eventpayload"])
    def test_an_event_that_cannot_be_written_fails_the_change(self, types, table):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO audit_away")
        try:
            with pytest.raises(DatabaseError):
                self.change_and_record(types["logged"], then_fail=False)
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE audit_away RENAME TO {table}")

        assert (self.business_rows(), events().count()) == (0, 0)

    def test_a_refusal_outlives_the_act_it_refused(self, types):
        record_alone(
            types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW, outcome=Outcome.DENIED
        )

        assert events().get().outcome == "DENIED"

    def test_a_refusal_is_not_written_where_it_would_be_rolled_back(self, types):
        with pytest.raises(RuntimeError), transaction.atomic():
            record_alone(types["logged"], actor=HANDLER, subject=COMPLAINT, now=NOW)

        assert not events().exists()


def canonical_keys(event):
    return canonical.decode(canonical.EVENT_TAG, bytes(event.canonical))
