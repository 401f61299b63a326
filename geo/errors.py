"""Every error that corridormap raises on purpose.

::

    CorridorMapError
    ├── DataError                 something under data/ cannot be used
    │   ├── MissingData           a data file is not where it should be
    │   ├── UnrecordedSource      a data file has no passport in data/sources.toml
    │   ├── DamagedData           a data file's sha256 is not the one in its passport
    │   ├── InvalidFeatures       recorded features are unsound; all faults at once
    │   └── InvalidRecords        coverage records break their schema; all faults at once
    ├── InvalidGeometry           a geometry cannot be drawn or exported
    │   └── TooPrecise            a geometry is finer than the evidence that it rests on
    ├── RequestError              what was asked for cannot be given
    │   ├── UnknownLayer
    │   ├── UnknownFeature
    │   ├── UnknownRelease
    │   ├── WithdrawnRelease      a release was taken back; says why and which one to use
    │   ├── RestrictedRecords     the terms of a data set forbid to pass its records on
    │   ├── EmptyView             a figure's filter keeps nothing
    │   ├── TooBusy               as many of that sort are being answered as may be; there will be room in seconds
    │   ├── UnknownNetworkKind    a network is of kind road or rail, each with classes of its own
    │   ├── InvalidDecision       a reviewer's verdict cannot be carried out; nothing was stored
    │   ├── StaleDecision         a record has changed since the reviewer saw it; nothing was stored
    │   ├── OutsideTileMatrix     z, x, y name no tile of WebMercatorQuad that is served
    │   └── MalformedFilter       a query parameter cannot be read; names the parameter
    ├── WorkspaceError            the workspace folder cannot be used
    │   ├── UnwritableWorkspace
    │   ├── MissingRelease        nothing has been built yet
    │   ├── DamagedRelease        a release's files differ from its receipt
    │   ├── DamagedBackup         a backup is not whole; all faults at once
    │   ├── UnusableStore         the coverage store's database cannot be opened, read or written
    │   ├── UnreachableDatabase   the database that holds the releases does not answer; it may in a moment
    │   └── QueryTimeout          the database was given up on after the time that a request may take
    ├── NetworkError              a road or rail network cannot be read, downloaded or followed
    │   ├── UnreadableNetwork     a file is truncated, not OSM, or holds nothing of the kind; all faults at once
    │   ├── FailedDownload        Overpass gave no usable answer
    │   └── UnreachablePlace      a place lies off the network, or no path leads to it
    ├── PeopleError               what a person asks for is not theirs to have, or not like this
    │   ├── NotSignedIn           nobody is signed in, or no longer
    │   ├── NotAllowed            it needs another role
    │   ├── ForgedRequest         a form came without the token of its page
    │   ├── TooManyAttempts       signing in failed too often; says for how long it is refused
    │   ├── InvalidAccount        a name, password or role cannot be used
    │   ├── UnknownAccount        nobody of that name has an account
    │   └── RefusedUpload         a file cannot be taken: too large, of another kind, or too many at once
    ├── UnusableCluster           the workers named with ``--scheduler`` cannot be reached, or are lost
    ├── UnreadableArticle         a file given to ``ingest`` is no text
    ├── InvalidImport             a file or mapping given to ``import`` cannot be used; all faults at once
    ├── MissingExtra              an optional part of corridormap is not installed
    ├── InvalidSetting            a setting's value cannot be used; names the setting
    └── PortInUse                 another process listens where ``serve`` wants to

Catch :class:`CorridorMapError` for all of them. Each carries ``message`` (what is wrong, with the facts: file, record,
id) and ``hint`` (what to do about it); ``str()`` joins both.
"""

from __future__ import annotations

__all__ = [
    "CorridorMapError",
    "DamagedBackup",
    "DamagedData",
    "DamagedRelease",
    "DataError",
    "EmptyView",
    "FailedDownload",
    "ForgedRequest",
    "InvalidAccount",
    "InvalidDecision",
    "InvalidFeatures",
    "InvalidGeometry",
    "InvalidImport",
    "InvalidRecords",
    "InvalidSetting",
    "MalformedFilter",
    "MissingData",
    "MissingExtra",
    "MissingRelease",
    "NetworkError",
    "NotAllowed",
    "NotSignedIn",
    "OutsideTileMatrix",
    "PeopleError",
    "PortInUse",
    "QueryTimeout",
    "RefusedUpload",
    "RequestError",
    "RestrictedRecords",
    "StaleDecision",
    "TooBusy",
    "TooManyAttempts",
    "TooPrecise",
    "UnknownAccount",
    "UnknownFeature",
    "UnknownLayer",
    "UnknownNetworkKind",
    "UnknownRelease",
    "UnreachableDatabase",
    "UnreachablePlace",
    "UnreadableArticle",
    "UnreadableNetwork",
    "UnrecordedSource",
    "UnusableCluster",
    "UnusableStore",
    "UnwritableWorkspace",
    "WithdrawnRelease",
    "WorkspaceError",
]


class CorridorMapError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    message
        What is wrong, as one sentence with the facts in it.
    hint
        What the person who reads it can do. Empty when nothing can be said.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        between = "" if self.message.endswith("\n") else " "
        return f"{self.message}{between}{self.hint}".strip()


class DataError(CorridorMapError):
    """Something under ``data/`` cannot be used."""


class MissingData(DataError):
    """A data file is not where it should be."""


class UnrecordedSource(DataError):
    """A data file has no passport in ``data/sources.toml``."""


class DamagedData(DataError):
    """A data file's sha256 is not the one in its passport."""


class InvalidFeatures(DataError):
    """Recorded features are unsound.

    ``faults`` holds one line for each fault: file, feature, what is wrong and what to do; a build adds those of the records.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        listed = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(
            f"{len(self.faults)} fault(s) in the recorded data:{listed}\n",
            hint="Mend them all, renew the hashes with `python -m geo.datasets stamp`, and build again.",
        )


class InvalidRecords(DataError):
    """Coverage records break their schema.

    ``faults`` holds one line for each fault – file, record, field and what is wrong – so that all can be mended at once.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        listed = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(
            f"{len(self.faults)} fault(s) in the coverage records:{listed}\n",
            hint="Mend the named fields and build again; CONTRIBUTING.md shows a complete record.",
        )


class InvalidGeometry(CorridorMapError):
    """A geometry cannot be drawn or exported."""


class TooPrecise(InvalidGeometry):
    """A geometry is finer than the evidence that it rests on."""


class RequestError(CorridorMapError):
    """What was asked for cannot be given."""


class UnknownLayer(RequestError):
    """No layer of that id is in the catalog."""


class UnknownFeature(RequestError):
    """No feature of that id is in the release."""


class UnknownRelease(RequestError):
    """No release of that id is in the workspace."""


class WithdrawnRelease(RequestError):
    """A release was taken back; the message says why, the hint what to use instead.

    ``successor`` is the id of the release that stands in its place, ``""`` where none is named.
    """

    def __init__(self, message: str, *, hint: str = "", successor: str = "") -> None:
        super().__init__(message, hint=hint)
        self.successor = successor


class RestrictedRecords(RequestError):
    """The terms of a data set forbid to pass its records on."""


class EmptyView(RequestError):
    """A figure's filter keeps nothing, so that there is nothing to draw."""


class TooBusy(RequestError):
    """As many requests of that sort are being answered as may be; there will be room in seconds."""


class UnknownNetworkKind(RequestError):
    """No network is of that kind, or a kind has no such class of ways."""


class InvalidDecision(RequestError):
    """A reviewer's verdict cannot be carried out; nothing was stored."""


class StaleDecision(RequestError):
    """A record has changed since the reviewer saw it: by another reviewer, or by a newer reading. Nothing was stored."""


class OutsideTileMatrix(RequestError):
    """``z, x, y`` name no tile of WebMercatorQuad that is served."""


class MalformedFilter(RequestError):
    """A query parameter cannot be read.

    ``parameter`` is its name, so that a client can point at the field.
    """

    def __init__(self, parameter: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter


class WorkspaceError(CorridorMapError):
    """The workspace folder cannot be used."""


class UnwritableWorkspace(WorkspaceError):
    """The workspace folder, or a file in it, cannot be written."""


class MissingRelease(WorkspaceError):
    """Nothing has been built in this workspace yet."""


class DamagedRelease(WorkspaceError):
    """A release's files differ from its receipt."""


class DamagedBackup(WorkspaceError):
    """A folder is no backup, or not whole.

    ``faults`` holds one line for each file that differs from its list or is missing.
    """

    def __init__(self, folder: object, faults: list[str]) -> None:
        self.faults = tuple(faults)
        listed = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(f"{folder} is no whole backup:{listed}\n", hint="Restore another one; nothing was changed.")


class UnusableStore(WorkspaceError):
    """The coverage store's database cannot be opened, read or written."""


class UnreachableDatabase(WorkspaceError):
    """The database that holds the releases does not answer; it may in a moment."""


class QueryTimeout(WorkspaceError):
    """The database that holds the releases was given up on after the time that a request may take."""


class NetworkError(CorridorMapError):
    """A road or rail network cannot be read, downloaded or followed."""


class UnreadableNetwork(NetworkError):
    """A network file is truncated, not OSM, or holds nothing of the kind.

    ``file`` is the file as it was named; ``faults`` holds one line for each fault, so that all can be mended at once.
    """

    def __init__(self, file: str, faults: list[str], *, hint: str = "") -> None:
        self.file = file
        self.faults = tuple(faults)
        listed = f" {faults[0]}." if len(faults) == 1 else "".join(f"\n  {fault}" for fault in faults) + "\n"
        super().__init__(f"{file}:{listed}", hint=hint)


class FailedDownload(NetworkError):
    """Overpass gave no usable answer."""


class UnreachablePlace(NetworkError):
    """A place lies off the network, or no path leads to it."""


class PeopleError(CorridorMapError):
    """What a person asks for is not theirs to have, or not like this."""


class NotSignedIn(PeopleError):
    """Nobody is signed in, or no longer."""


class NotAllowed(PeopleError):
    """The person is signed in, but it needs another role."""


class ForgedRequest(PeopleError):
    """A state-changing request came without the token of a page of ours, or with that of another session."""


class TooManyAttempts(PeopleError):
    """Signing in failed too often.

    ``wait_s`` is how many seconds it is refused for.
    """

    def __init__(self, message: str, *, wait_s: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class InvalidAccount(PeopleError):
    """A name, password or role of an account cannot be used."""


class UnknownAccount(PeopleError):
    """Nobody of that name has an account."""


class RefusedUpload(PeopleError):
    """A file that was brought in the browser cannot be taken.

    ``reason`` is ``"size"``, ``"kind"``, ``"many"`` (too many of this person wait already) or ``"space"`` (the disk is full).
    """

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class UnusableCluster(CorridorMapError):
    """The workers named with ``--scheduler`` cannot be reached, run another version, or are lost and no others come."""


class UnreadableArticle(CorridorMapError):
    """A file given to ``ingest`` is no text that can be read."""


class InvalidImport(CorridorMapError):
    """A file or a mapping that was given to ``import`` cannot be used.

    ``file`` is the file as it was named; ``faults`` holds one line for each fault, so that all can be mended at once.
    """

    def __init__(self, file: str, faults: list[str], *, hint: str = "") -> None:
        self.file = file
        self.faults = tuple(faults)
        listed = f" {faults[0]}." if len(faults) == 1 else "".join(f"\n  {fault}" for fault in faults) + "\n"
        super().__init__(f"{file}:{listed}", hint=hint)


class MissingExtra(CorridorMapError):
    """An optional part of corridormap is not installed, or a file that it needs was not brought."""


class InvalidSetting(CorridorMapError):
    """A setting's value cannot be used; the message names the setting."""


class PortInUse(CorridorMapError):
    """Another process listens where ``serve`` wants to."""
