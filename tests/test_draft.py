"""What a new job may consist of."""

from core.draft import too_many
from core.errors import InvalidInput
from core.i18n import speaking
from core.targets import Policy, parse_text


def _list(lines: int) -> InvalidInput | None:
    targets = parse_text("\n".join(f"h{n}.test" for n in range(lines)), policy=Policy(any_name=True))
    return too_many(targets, 100_000)


def test_a_list_of_exactly_the_limit_is_taken() -> None:
    assert _list(100_000) is None


def test_one_line_more_is_told_in_numbers_as_the_reader_writes_them() -> None:
    error = _list(100_001)
    assert error is not None
    assert error.message.startswith("The list has 100,001 domains; 100,000 are allowed in one job.")
    assert error.errors == [{"field": "domains", "detail": "more than 100,000"}]
    with speaking("es"):
        assert "100.001" in error.message
        assert "100.000" in error.message
        assert "100.001" not in str(error), "the log is English"
