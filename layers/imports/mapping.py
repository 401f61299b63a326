"""ImportMapping: what each column of a data set means, read from a TOML file and checked all at once.

The mappings of UCDP GED and ACLED lie beside this module in ``mappings/``, with an example for other files.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

from geo.errors import InvalidImport
from layers.coverage_schema import form_faults
from layers.imports.dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["GEOMETRY", "MAPPINGS", "ImportMapping", "QuantityColumns", "mapping_text"]

MAPPINGS: Final = ("ucdp-ged", "acled", "example")
"""Mappings that come with corridormap."""

GEOMETRY: Final = ("geometry.lon", "geometry.lat")
"""Columns that a feature's own point is read as."""


@dataclass(frozen=True, slots=True)
class QuantityColumns:
    """The columns of one quantity; ``low`` and ``high`` are ``None`` where the file has none."""

    what: str
    unit: str | None
    best: str
    low: str | None
    high: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are there."""
        return tuple(filter(None, (self.low, self.best, self.high)))


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """What the columns of a file mean. Made by :meth:`read` or :meth:`included`.

    ``columns`` maps fields of a record to a column; ``lists`` to several columns, the first filled one counting, but for
    ``actors``, where all do. ``codes`` maps a field's words to what they mean, ``constants`` a field to what all rows say.
    """

    dataset: Mapping[str, Any]
    columns: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Mapping[str, Any]]
    constants: Mapping[str, Any]
    quantities: tuple[QuantityColumns, ...]
    date_formats: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str | None = None

    @classmethod
    def included(cls, name: str) -> Self:
        """Return one of :data:`MAPPINGS`.

        >>> ImportMapping.included("acled").dataset["redistribution"]
        'none'
        """
        return cls.parse(mapping_text(name), f"mapping {name}")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a mapping file.

        Raises
        ------
        InvalidImport
            It cannot be read, is no TOML, or says what no mapping can say; all faults at once.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidImport(str(path), [f"cannot be read: {getattr(error, 'strerror', None) or error}"]) from error
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> Self:
        """Read a mapping from its text; ``name`` is what faults call it. Raises as :meth:`read` does."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InvalidImport(name, [f"is no TOML: {error}"], hint=_HINT) from error
        if told := [f"{field or 'the file'}: {fault}" for field, fault in form_faults("import_mapping", document)]:
            raise InvalidImport(name, told, hint=_HINT)
        if told := list(_unsaid(document)):
            raise InvalidImport(name, told, hint=_HINT)
        columns = {field: value for field, value in document["columns"].items() if isinstance(value, str)}
        file = document.get("file", {})
        return cls(
            dataset=document["dataset"],
            columns=columns,
            lists={field: tuple(value) for field, value in document["columns"].items() if isinstance(value, list)},
            codes=document.get("codes", {}),
            constants=document.get("constants", {}),
            quantities=tuple(
                QuantityColumns(each["what"], each.get("unit"), each["best"], each.get("low"), each.get("high"))
                for each in document.get("quantities", ())
            ),
            date_formats=tuple(document.get("dates", {}).get("formats", ())),
            encoding=file.get("encoding", "utf-8-sig"),
            delimiter=file.get("delimiter"),
        )

    def of_points(self) -> ImportMapping:
        """Return the mapping for a file whose features have points: where no columns say where, the points do."""
        if "lon" in self.columns:
            return self
        lon, lat = GEOMETRY
        return replace(self, columns={**self.columns, "lon": lon, "lat": lat})

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that a file must have, each once."""
        listed = [name for names in self.lists.values() for name in names]
        counted = [name for quantity in self.quantities for name in quantity.columns]
        return tuple(dict.fromkeys([*self.columns.values(), *listed, *counted]))

    def dataset_of(self, version: str, retrieved: str, files: Mapping[str, str]) -> Dataset:
        """Return the data set that a file of a version was imported from."""
        told = {"url": None, **self.dataset, "version": version}
        return Dataset(**told, retrieved=retrieved, files=files)


_HINT = "`corridormap import mapping example` prints a mapping with comments."


def _unsaid(document: Mapping[str, Any]) -> Iterator[str]:
    """What a mapping must say somewhere, in a column or for all rows."""
    columns, constants, codes = document["columns"], document.get("constants", {}), document.get("codes", {})
    for field in ("category", "where_prec"):
        if field in columns and field in constants:
            yield f"constants.{field}: stands in columns too (allowed: one of the two)"
        if field not in columns and field not in constants:
            yield f"columns.{field}: is missing (or say it for all rows as constants.{field})"
    if "category" in columns and "category" not in codes:
        yield "codes.category: is missing; it says which category each word of the file means"
    for one, other in (("lon", "lat"), ("lat", "lon")):
        if one in columns and other not in columns:
            yield f"columns.{other}: is missing, and columns.{one} is there"
    if "date_end" in columns and "date_start" not in columns:
        yield "columns.date_start: is missing, and columns.date_end is there"
    for field in ("date_prec", "date_span"):
        if field in codes and "date_prec" not in columns:
            yield f"codes.{field}: is there, and no columns.date_prec whose codes it explains"


def mapping_text(name: str) -> str:
    """Return the text of one of :data:`MAPPINGS`, to be copied and changed."""
    if name not in MAPPINGS:
        raise ValueError(f"there is no mapping {name!r}")
    return importlib.resources.files("layers.imports").joinpath(f"mappings/{name}.toml").read_text(encoding="utf-8")
