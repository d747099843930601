"""Forms generated from models: Flask-AppBuilder's converter with native inputs, pickers and Chinese sentences.

Labels and hints come from the column, choices from its `Labelled` enum, length and number bounds from its
type. A column without a default that may not be empty is required; a box can always be un-ticked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from flask_appbuilder.forms import DynamicForm, GeneralModelConverter
from sqlalchemy import Boolean as SQLBoolean
from sqlalchemy import Date, Integer, Numeric, Text
from sqlalchemy import DateTime as SQLDateTime
from wtforms import BooleanField as PlainBooleanField
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, StopValidation
from wtforms.widgets import HiddenInput

from models.base import bounds, label_of
from models.sealed import Sealed
from views.screens import answers
from views.screens.boxes import Box, as_typed
from views.screens.columns import label_of_relation, region_names
from views.screens.lookup import LOOKUPS


class Required(InputRequired):
    """请填写…: nothing typed is refused at the field; typed spaces are nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None or field.data == "" or (isinstance(field.data, str) and not field.data.strip()):
            if field.errors:  # could not be read: that sentence says more
                raise StopValidation
            raise StopValidation(f"请填写{field.label.text}。")


class Typed(Field):
    """A field that keeps what was typed until it can be read; `read` gives the value or refuses."""

    kind = "text"
    widget = HiddenInput()
    lowest: Any = None

    def __init__(self, label: str, validators: Any = (), *, empty: Any = None, **more: Any) -> None:
        super().__init__(label, validators, **more)
        self.empty = empty
        self.typed: str | None = None

    def read(self, word: str) -> Any:
        """The value of what was typed; raises ValueError with a sentence."""
        return word

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = answers.cleaned(valuelist[0])
        self.data = self.empty
        if self.typed:
            self.data = self.read(self.typed)

    def box(self) -> Box:
        """The field as the templates draw it."""
        held = self.typed if self.typed is not None else as_typed(self.data)
        return Box(
            self.name,
            str(self.label.text),
            self.kind,
            held,
            required=self.required,
            hint=str(self.description),
            error=" ".join(str(e) for e in self.errors if e),
            max_length=getattr(self, "max_length", None),
            least=getattr(self, "least", None),
            most=getattr(self, "most", None),
        )

    @property
    def required(self) -> bool:
        """Whether the star stands at the label."""
        return any(isinstance(v, Required) for v in self.validators)


class TextField(Typed):
    """One line; too long is refused with both numbers."""

    def __init__(self, *given: Any, max_length: int | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.max_length = max_length

    def read(self, word: str) -> str:
        return answers.text(self.label.text, word, self.max_length)


class AreaField(TextField):
    """Several lines."""

    kind = "area"


class NumberField(Typed):
    """A whole number that the column can hold."""

    kind = "number"

    def __init__(self, *given: Any, least: float | None = None, most: float | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.least, self.most = least, most

    def read(self, word: str) -> Any:
        return answers.number(self.label.text, word, self.least, self.most)


class DecimalField(NumberField):
    """An amount with as many decimals as the column keeps."""

    kind = "decimal"

    def __init__(self, *given: Any, precision: int = 12, scale: int = 2, **more: Any) -> None:
        super().__init__(*given, **more)
        self.precision, self.scale = precision, scale

    def read(self, word: str) -> Decimal:
        return answers.decimal(self.label.text, word, self.precision, self.scale, self.least, self.most)


class DateField(Typed):
    """A day, by `<input type="date">`."""

    kind = "date"

    def read(self, word: str) -> Any:
        return answers.day(self.label.text, word)


class MomentField(Typed):
    """A day and a time, by `<input type="datetime-local">`."""

    kind = "datetime"

    def read(self, word: str) -> Any:
        return answers.moment(self.label.text, word)


class TickField(PlainBooleanField):
    """A box that can be un-ticked: absent from the form means no."""

    def box(self) -> Box:
        """The field as the templates draw it."""
        return Box(
            self.name,
            str(self.label.text),
            "check",
            bool(self.data),
            hint=str(self.description),
            error=" ".join(map(str, self.errors)),
        )


class ChoiceField(SelectField):
    """One of the choices of a `Labelled` enum, or of what `offers` answers when the form is drawn or read."""

    def __init__(
        self,
        label: str,
        validators: Any = (),
        *,
        choices: Any = (),
        optional: bool = False,
        empty: str | None = None,
        offers: Callable[[], Sequence[tuple[str, str]]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, validators, choices=[("", "请选择"), *choices], validate_choice=False, **more)
        self.optional, self.empty, self.offers = optional, empty, offers

    def offered(self) -> Sequence[tuple[str, str]]:
        """The (value, label) pairs to choose from."""
        return [("", "请选择"), *self.offers()] if self.offers else self.choices

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            self.data = self.empty
        if self.data is not None:
            try:
                answers.one_of(self.label.text, self.data, (value for value, _label in self.offered()))
            except ValueError as error:
                raise ValidationError(str(error)) from None

    def box(self) -> Box:
        """The field as the templates draw it."""
        return Box(
            self.name,
            str(self.label.text),
            "choice",
            self.data or "",
            self.offered(),
            not self.optional,
            str(self.description),
            " ".join(map(str, self.errors)),
        )


class RemoteSelectField(Field):
    """A record chosen by typing its name, pinyin initials or code; resolved within the row policy.

    Without a script the exact name or code typed is resolved as well. `narrow="kind=node_kind"` lets the
    picker ask with the value of another field of the form.
    """

    widget = HiddenInput()

    def __init__(
        self, label: str, validators: Any = (), *, lookup: str, by_key: bool = False, narrow: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.lookup, self.by_key, self.narrow = lookup, by_key, narrow
        self.typed = ""
        self.submitted = ""

    def process(self, formdata: Any, *given: Any, **more: Any) -> None:
        """Take the chosen key, and what was typed beside it."""
        if formdata is not None:
            self.typed = answers.cleaned(formdata.get(f"{self.name}-text") or "")[: answers.MOST_PICKED]
        super().process(formdata, *given, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist and not self.typed:
            return
        lookup, before = LOOKUPS[self.lookup], self.object_data
        self.submitted = (valuelist[0] if valuelist else "").strip()[:20]
        self.data = None
        kept = str(before if self.by_key else getattr(before, "id", "")) == self.submitted
        found = answers.picked(self.label.text, self.lookup, self.submitted, self.typed, choosing=not kept)
        if found is not None:
            self.data = getattr(found, lookup.key) if self.by_key else found

    @property
    def required(self) -> bool:
        """Whether the star stands at the label."""
        return any(isinstance(v, Required) for v in self.validators)

    def box(self) -> Box:
        """The field as the templates draw it."""
        lookup = LOOKUPS[self.lookup]
        key, text = "", self.typed
        if self.data is not None:
            key = self.data if self.by_key else str(getattr(self.data, lookup.key))
            text = region_names(_session()).get(self.data, self.data) if self.by_key else lookup.text(self.data)
        return Box(
            self.name,
            str(self.label.text),
            "pick",
            key,
            required=self.required,
            hint=str(self.description),
            error=" ".join(str(e) for e in self.errors if e),
            lookup=self.lookup,
            text=text,
            narrow=self.narrow,
        )


def _session() -> Any:
    from models.base import db

    return db.session


class ProvinceForm(DynamicForm):
    """What the generated forms have in common."""

    def boxes(self, names: list[str]) -> list[Box]:
        """The fields as the templates draw them, in the order of the screen."""
        return [self[name].box() for name in names]

    def values(self, names: list[str]) -> dict[str, Any]:
        """What was filled in, by field."""
        return {name: self[name].data for name in names}

    def blame(self, fields: dict[str, str]) -> str:
        """Put the sentences of a refusal at their fields; answers those that have no field here."""
        homeless = []
        for name, sentence in fields.items():
            mine = next((n for n in (name, name.removesuffix("_id")) if n in self), None)
            if mine is None:
                homeless.append(sentence)
            else:
                self[mine].errors = [*self[mine].errors, sentence]
        return " ".join(homeless)


class ProvinceConverter(GeneralModelConverter):
    """Flask-AppBuilder's way from a model to a form, with our fields; `narrow` as in RemoteSelectField."""

    def __init__(
        self, datamodel: Any, labels: dict[str, str] | None = None, narrow: dict[str, str] | None = None
    ) -> None:
        super().__init__(datamodel)
        self.labels, self.narrow = labels or {}, narrow or {}

    def create_form(
        self, label_columns: Any = None, inc_columns: Any = None, *given: Any, extra_fields: Any = None, **more: Any
    ) -> Any:
        """The form class for these columns and relations."""
        extra = extra_fields or {}
        fields = {name: extra.get(name) or self._field(name) for name in inc_columns or []}
        return type("ProvinceForm", (ProvinceForm,), fields)

    def _field(self, name: str) -> Any:
        mapper = self.datamodel.obj.__mapper__
        if name in mapper.relationships:
            return self._relation(name, mapper.relationships[name])
        return self._column(name, mapper.columns[name])

    def _relation(self, name: str, relation: Any) -> Any:
        (local,) = relation.local_columns
        label = self.labels.get(name) or label_of_relation(self.datamodel.obj, [name])
        target = relation.mapper.class_.__name__
        if target not in LOOKUPS:
            raise TypeError(
                f"{target} has no lookup (views/screens/lookup.py): field {name} of {self.datamodel.obj.__name__}"
            )
        return RemoteSelectField(
            label,
            [] if local.nullable else [Required()],
            lookup=target,
            narrow=self.narrow.get(name, ""),
            description=relation.info.get("hint", "") or local.info.get("hint", ""),
        )

    def _column(self, name: str, column: Any) -> Any:
        default = column.default.arg if column.default is not None and column.default.is_scalar else None
        optional = column.nullable or column.default is not None
        label = self.labels.get(name) or label_of(self.datamodel.obj, name)
        more: dict[str, Any] = {"description": column.info.get("hint", ""), "default": default}
        if isinstance(column.type, SQLBoolean):
            return TickField(label, [], **more)
        required = [] if optional else [Required()]
        if enum := column.info.get("enum"):
            empty = None if column.nullable or default is None else str(default)
            return ChoiceField(label, required, choices=enum.choices(), optional=optional, empty=empty, **more)
        if column.info.get("list") == "region":
            return RemoteSelectField(label, required, lookup="Region", by_key=True, **more)
        more["empty"] = None if column.nullable else default
        if isinstance(column.type, (Integer, Numeric)):
            more["least"], more["most"] = bounds(column)
        return self._typed(column.type)(label, required, **more)

    @staticmethod
    def _typed(kind: Any) -> Any:
        if isinstance(kind, Integer):
            return NumberField
        if isinstance(kind, Numeric):
            size = {"precision": kind.precision or 12, "scale": kind.scale if kind.scale is not None else 2}
            return lambda *given, **more: DecimalField(*given, **size, **more)
        if isinstance(kind, SQLDateTime):
            return MomentField
        if isinstance(kind, Date):
            return DateField
        length = None if isinstance(kind, Sealed) else getattr(kind, "length", None)
        area = isinstance(kind, Text) or (length or 0) >= 300
        return lambda *given, **more: (AreaField if area else TextField)(
            *given, max_length=length or (20_000 if area else 200), **more
        )


Options = Callable[[], Sequence[tuple[str, str]]]


class TickListField(Typed):
    """Boxes to tick; the answer is the list of values, each offered; what is offered depends on who asks."""

    kind = "choices"

    def __init__(
        self,
        label: str,
        validators: Any = (),
        *,
        options: Options,
        needed: bool = True,
        hint: Callable[[], str] | str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.options, self.needed, self.told = options, needed, hint

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nothing ticked is an answer, too."""
        self.data = [value[:200] for value in valuelist]

    def pre_validate(self, form: Any) -> None:
        """Only what is offered counts."""
        offered = {value for value, _label in self.options()}
        self.data = [value for value in self.data or [] if value in offered]

    def box(self) -> Box:
        """The field as the templates draw it."""
        hint = self.told() if callable(self.told) else self.told
        return Box(
            self.name,
            str(self.label.text),
            "choices",
            list(self.data or []),
            self.options(),
            self.needed,
            str(hint),
            " ".join(map(str, self.errors)),
        )


__all__ = [
    "ChoiceField",
    "ProvinceConverter",
    "ProvinceForm",
    "RemoteSelectField",
    "Required",
    "StringField",
    "TextField",
    "TickField",
    "TickListField",
]
