"""Records of the articles that were read: by their texts' hashes, of all of them one at a time."""

from __future__ import annotations

import hashlib

import pytest

from layers.article_records import ArticleRecords
from layers.candidates import ReadArticle
from layers.records import Coverage


def article(id_: str, group: str | None = None) -> ReadArticle:
    sha256 = hashlib.sha256(id_.encode()).hexdigest()
    return ReadArticle(
        sha256, id_, f"{id_}.txt", sha256[::-1], "text/plain", None, "tg", ("tg", "ru"), (), 2019, None, None, None, None, 90, group
    )  # fmt: skip


def test_records_are_found_by_hash_and_read_one_at_a_time() -> None:
    read = [article("osh"), article("kulob", "kulob"), article("termez", "kulob")]
    records = ArticleRecords(read, Coverage.of({}))
    assert [records[sha256]["id"] for sha256 in records] == ["kulob", "osh", "termez"]
    assert [record["id"] for record in records.read] == ["kulob", "osh", "termez"]
    assert [record["independence_group"] for record in records.read] == ["kulob", "osh", "kulob"]
    assert len(records) == len(read)
    osh, kulob = read[0].sha256, read[1].sha256
    first = records[osh]
    assert records[osh] is first
    assert first["title"] == {"tg": "osh"}
    assert records[kulob]["id"] == "kulob"
    assert records[osh] == first
    assert records[osh] is not first
    assert "unknown" not in records
    with pytest.raises(KeyError):
        records["unknown"]


def test_a_reviewed_article_keeps_its_record_and_names_the_group_of_those_like_it() -> None:
    one, other = article("a", "a"), article("b", "a")
    reviewed = {"id": "hodge-2018", "sha256": one.sha256, "independence_group": "hodge", "language": "en"}
    records = ArticleRecords([one, other], Coverage.of({"articles": [reviewed]}))
    assert records[one.sha256] == reviewed
    assert records[other.sha256]["independence_group"] == "hodge"
    assert [record["id"] for record in records.read] == ["b"]
