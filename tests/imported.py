"""Invented rows of data sets, in the columns that UCDP GED and ACLED have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GED_COLUMNS = (
    "id,relid,year,type_of_violence,side_a,side_b,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,country,"
    "date_start,date_end,date_prec,best,high,low,source_article"
)
GED_ROWS = (
    (
        "910001,X-1,2020,1,Government of Exampleland,Group A,1,Kunduz town,Kunduz province,Kunduz district,36.728,68.868,"
        'Afghanistan,2020-03-04 00:00:00.000,2020-03-04 00:00:00.000,1,3,5,2,"Secret words, of a newspaper"'
    ),
    (
        "910002,X-2,2020,3,Group A,Civilians,4,Badakhshan province,Badakhshan province,,37.1,70.58,Afghanistan,"
        "2020-04-01 00:00:00.000,2020-04-30 00:00:00.000,4,1,1,1,"
    ),
    (
        "910003,X-3,2021,2,Group A,Group B,6,Tajikistan,,,38.5,71.0,Tajikistan,2021-01-01 00:00:00.000,"
        "2021-12-31 00:00:00.000,5,0,4,0,"
    ),
)
ACLED_COLUMNS = (
    "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,actor2,location,latitude,longitude,"
    "geo_precision,source,notes,fatalities"
)
ACLED_ROWS = (
    (
        "TJK901,12 May 2021,2021,1,Battles,Armed clash,Forces of Exampleland,Unidentified Armed Group,Khorog,37.4897,71.5531,"
        "1,A paper,Secret words,2"
    ),
    (
        "TJK902,13 June 2021,2021,3,Strategic developments,Arrests,Police of Exampleland,,Khorog,37.4897,71.5531,3,A paper,"
        "Secret words,0"
    ),
    "TJK903,14 June 2021,2021,1,Protests,Peaceful protest,Protesters,,Khorog,37.4897,71.5531,1,A paper,Secret words,0",
)


def write_csv(path: Path, columns: str, rows: tuple[str, ...], changed: Mapping[str, str] | None = None) -> Path:
    """Write rows to a file, with some texts changed for others."""
    text = "\n".join([columns, *rows]) + "\n"
    for old, new in (changed or {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def write_ged(path: Path, changed: Mapping[str, str] | None = None) -> Path:
    return write_csv(path, GED_COLUMNS, GED_ROWS, changed)


def write_acled(path: Path, changed: Mapping[str, str] | None = None) -> Path:
    return write_csv(path, ACLED_COLUMNS, ACLED_ROWS, changed)
