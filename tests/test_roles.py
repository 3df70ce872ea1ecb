"""What a role may do below the screens: refused there, whatever screen, route or script asks."""

from collections.abc import Callable

import pytest

from core.actor import Actor, Means, Role, acting
from core.errors import Forbidden, LoteError, Refused
from core.job_service import JobService

ANA, BEN, BOSS, EVA = (
    Actor("ana@example.com", Role.ANALYST, Means.LOGIN),
    Actor("ben@example.com", Role.ANALYST, Means.LOGIN),
    Actor("boss@example.com", Role.ADMIN, Means.LOGIN),
    Actor("eva@example.com", Role.VIEWER, Means.LOGIN),
)

CHANGES: dict[str, Callable[[JobService, int], object]] = {
    "create": lambda service, _job: service.create_batch_scraping_job(["a.test"]),
    "create one": lambda service, _job: service.create_single_scraping_job("a.test"),
    "add": lambda service, job: service.add_targets(job, ["b.test"]),
    "run again": lambda service, job: service.run_again(job),
    "extract again": lambda service, job: service.extract_again(job),
    "start": lambda service, job: service.start_job(job),
    "pause": lambda service, job: service.pause_job(job),
    "resume": lambda service, job: service.resume_job(job),
    "cancel": lambda service, job: service.cancel_job(job),
    "retry": lambda service, job: service.retry(job),
    "edit": lambda service, job: service.update_job(job, name="x"),
    "delete": lambda service, job: service.delete_job(job),
    "pause of a host": lambda service, _job: service.set_host_interval("a.test", 1),
    "check": lambda service, _job: service.check_report(1, "x"),
    "uncheck": lambda service, _job: service.uncheck_report(1),
    "comment": lambda service, job: service.add_comment(job, "x", "y"),
    "edit a comment": lambda service, _job: service.edit_comment(1, "x", "y"),
    "delete a comment": lambda service, _job: service.delete_comment(1, "x"),
}


@pytest.fixture
def job(service: JobService) -> int:
    """A job of Ana's, with a comment of hers."""
    with acting(ANA):
        job_id = service.create_batch_scraping_job(["a.test"], created_by="somebody else").job.id
        service.add_comment(job_id, "", "Mine.")
    return job_id


def test_a_viewer_changes_nothing(service: JobService, job: int) -> None:
    before = service.get_job_status(job)
    with acting(EVA):
        for name, change in CHANGES.items():
            with pytest.raises(Forbidden, match="needs the role Analyst; yours is Viewer"):
                change(service, job)
                raise AssertionError(f"a viewer may {name}")
        assert [found.id for found in service.list_jobs()] == [job]
    assert service.get_job_status(job) == before


def test_an_analyst_is_kept_from_nothing_of_that_by_the_role(service: JobService, job: int) -> None:
    with acting(ANA):
        for name, change in CHANGES.items():
            try:
                change(service, job)
            except Forbidden as error:
                raise AssertionError(f"an analyst may not {name}") from error
            except LoteError:
                continue  # the state of the job forbids it, which is no matter of roles


def test_what_somebody_made_is_signed_by_the_login_whatever_was_given(service: JobService, job: int) -> None:
    assert service.get_job_status(job).created_by == ANA.name
    with acting(BEN):
        assert service.add_comment(job, "ana@example.com", "I am Ana.").author == BEN.name
        paused = service.pause_job(service.run_again(job, created_by="ana").id, by="ana")
    assert (paused.created_by, paused.status_reason) == (BEN.name, {"code": "paused_by", "by": BEN.name})


def test_what_others_made_is_theirs_and_an_admins(service: JobService, job: int) -> None:
    with acting(BEN):
        with pytest.raises(Forbidden, match=r"ana@example\.com"):
            service.delete_job(job)
        with pytest.raises(Forbidden):
            service.edit_comment(1, ANA.name, "Not mine.")
        with pytest.raises(Forbidden):
            service.delete_comment(1, ANA.name)
    with acting(BOSS):
        assert service.edit_comment(1, BOSS.name, "Tidied up.").author == ANA.name
        service.delete_comment(1, BOSS.name)
        assert service.delete_job(job).steps == 1


def test_without_a_login_names_count_as_before(service: JobService) -> None:
    job_id = service.create_batch_scraping_job(["a.test"], created_by="Ana").job.id
    comment = service.add_comment(job_id, "Ana", "Mine.")
    with pytest.raises(Refused, match="Only Ana"):
        service.delete_comment(comment.id, "Ben")
    service.delete_comment(comment.id, "Ana")
    assert service.delete_job(job_id).steps == 1
