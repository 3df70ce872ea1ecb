"""A question of the analyst's own to every page of a job: one entry of `questions` in the configuration."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from core import expressions
from core.expressions import Asked, BadExpression

MOST_QUESTIONS = 20
LONGEST_NAME, LONGEST_EXPRESSION = 60, 500

READERS: dict[str, Callable[[str], object]] = {"regex": expressions.regular, "css": expressions.selectors}
"""Kind → what reads such an expression, or raises `BadExpression`."""


class Question(BaseModel):
    """What to look for on every page; its answer stands under its name. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=r"^[^|\x00-\x1f\x7f]*$"
        ),
        Field(description="Of its column; unique in a job"),
    ]
    kind: Annotated[
        Literal["text", "regex", "css"],
        Field(description="text: words in any case, accents or not; regex: a regular expression; css: a selector"),
    ]
    expression: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_EXPRESSION,
            pattern=r"^[^\x00]*$",
            description="What is looked for; a selector may end with ::attr(name) or ::text",
        ),
    ]
    over: Annotated[
        Literal["text", "html"],
        Field(description="Where: the text that a reader sees, or the HTML as it came; a selector reads the HTML"),
    ] = "text"

    @model_validator(mode="before")
    @classmethod
    def _of_html(cls, values: Any) -> Any:
        """A selector that does not say over what goes over the HTML."""
        return {"over": "html", **values} if isinstance(values, dict) and values.get("kind") == "css" else values

    @field_validator("expression")
    @classmethod
    def _readable(cls, expression: str, info: ValidationInfo) -> str:
        name, kind = info.data.get("name", ""), info.data.get("kind")
        if not expression.strip():
            raise PydanticCustomError("question_empty", "“{name}” looks for nothing", {"name": name})
        if (read := READERS.get(kind or "")) is not None:
            try:
                read(expression)
            except BadExpression as error:
                told = {"name": name, "problem": str(error)}
                raise PydanticCustomError(f"question_{kind}", "“{name}” cannot be read: {problem}", told) from error
        return expression

    @field_validator("over")
    @classmethod
    def _possible(cls, over: str, info: ValidationInfo) -> str:
        if over != "html" and info.data.get("kind") == "css":
            raise PydanticCustomError("question_over", "“{name}” reads the HTML", {"name": info.data.get("name", "")})
        return over

    @property
    def asked(self) -> Asked:
        """The same for the processes that answer it."""
        return Asked(self.name, self.kind, self.expression, self.over)


def all_different(questions: list[Question]) -> list[Question]:
    """The questions, if no two have one name, whatever the case of its letters."""
    seen: set[str] = set()
    for question in questions:
        if (name := question.name.casefold()) in seen:
            raise PydanticCustomError("question_twice", "“{name}” is there twice", {"name": question.name})
        seen.add(name)
    return questions


def names(config: dict[str, Any]) -> Sequence[str]:
    """The names of the questions of a job's stored configuration, in their order."""
    return [question["name"] for question in config.get("questions") or ()]
