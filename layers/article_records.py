"""Article records: what a release says of the articles themselves; those that were read and not reviewed lie on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from layers.articles.wording.language import LANGUAGES
from layers.spool import Records

if TYPE_CHECKING:
    from layers.candidates import ReadArticle
    from layers.records import Coverage

__all__ = ["ArticleRecords"]

Record = Mapping[str, Any]


class ArticleRecords(Mapping[str, Record]):
    """Records of the articles by the sha256 of their text: the reviewed ones, then those that were read besides.

    ``read`` are the latter, sorted by id. The last one asked for is held, since what was found in an article comes together.
    """

    def __init__(self, read: Sequence[ReadArticle], coverage: Coverage) -> None:
        self._reviewed: dict[str, Record] = {record["sha256"]: record for record in coverage.records("articles")}
        self._id_of: dict[str, str] = {}
        self._last: tuple[str, Record] | None = None
        self.read = Records()
        taken = {record["id"] for record in self._reviewed.values()}
        group_of = {
            article.independence_group: self._reviewed[article.sha256]["independence_group"]
            for article in sorted(
                (each for each in read if each.sha256 in self._reviewed), key=lambda each: each.id, reverse=True
            )
            if article.independence_group is not None
        }
        for article in sorted(read, key=lambda each: each.id):
            if article.sha256 not in self._reviewed:
                id_ = f"{article.id}-{article.sha256[:12]}" if article.id in taken else article.id
                group = article.independence_group or id_
                self._id_of[article.sha256] = id_
                self.read.add(_record(article, id_, group_of.get(group, group)))

    def __getitem__(self, sha256: str) -> Record:
        if sha256 in self._reviewed:
            return self._reviewed[sha256]
        if self._last is None or self._last[0] != sha256:
            self._last = (sha256, self.read.record(self._id_of[sha256]))
        return self._last[1]

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._reviewed or sha256 in self._id_of

    def __iter__(self) -> Iterator[str]:
        yield from self._reviewed
        yield from self._id_of

    def __len__(self) -> int:
        return len(self._reviewed) + len(self._id_of)


def _record(article: ReadArticle, id_: str, group: str) -> dict[str, Any]:
    return {
        "id": id_,
        "title": {article.language if article.language in LANGUAGES else "en": article.title or id_},
        "language": article.language,
        "languages": list(article.languages),
        "authors": list(article.authors),
        "affiliation": None,
        "year": article.year,
        "publisher": article.publisher,
        "doi": article.doi,
        "url": article.url,
        "licence": article.licence,
        "sha256": article.sha256,
        "length": article.length,
        "independence_group": group,
    }
