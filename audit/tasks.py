"""Background work of the record: each task does what its command does by hand."""

import structlog
from celery import shared_task
from django.utils import timezone

from audit.errors import AuditError
from audit.sealing.examination import examine
from audit.sealing.run import seal_and_sign

log = structlog.get_logger("audit")


@shared_task(name="audit.seal", queue="audit")
def seal() -> None:
    """Seal and sign what was committed since the last run; the same as ``seal_audit --once``.

    A refusal to sign stays until a person has looked: one line of log a run says why.
    """
    try:
        seal_and_sign(now=timezone.now())
    except AuditError as error:
        log.error("audit_not_signed", reason=str(error))


@shared_task(name="audit.examine", queue="audit")
def examine_record() -> None:
    """Read the whole record and log each finding as an error; the same as ``verify_audit``."""
    report = examine()
    for finding in report.findings:
        log.error(
            "audit_finding",
            sentence=finding.sentence,
            event_uuid=str(finding.event_uuid) if finding.event_uuid else "",
        )
    log.info("audit_examined", sealed=report.sealed, findings=len(report.findings))
