"""Config: every setting of corridormap in one table, read once and passed to the factory.

The command line, the documentation and the running service all read :data:`SETTINGS`; nothing else reads the
environment.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import platformdirs

from geo import datasets
from geo.errors import InvalidSetting
from geo.vocabulary import NEUTRAL, POINTS_OF_VIEW
from layers.imprint import DEFAULT_PUBLISHER
from layers.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Config", "Setting", "check_safe"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, default (as text) and what it does."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "CORRIDORMAP_WORKSPACE",
        "",
        "Folder for releases and filed articles; by default ./workspace in a checkout, "
        "the user's data folder otherwise.",
    ),
    Setting(
        "CORRIDORMAP_STORE",
        "",
        "SQLAlchemy URL of the coverage store, in which `corridormap ingest` keeps what it reads; by default "
        "coverage.sqlite in the workspace.",
    ),
    Setting(
        "CORRIDORMAP_ENGINE",
        "columns",
        "What answers requests: columns, the files of the workspace, or postgis, the database of CORRIDORMAP_DATABASE.",
    ),
    Setting(
        "CORRIDORMAP_DATABASE",
        "",
        "PostgreSQL database with PostGIS that releases are loaded into and served from, for example "
        "postgresql://maps@db.example.org/maps; a replica will do to serve.",
    ),
    Setting(
        "CORRIDORMAP_DATABASE_TIMEOUT_S",
        "10",
        "Seconds that the database may take for a request, 1 to 600; then it is 503.",
    ),
    Setting("CORRIDORMAP_HOST", "127.0.0.1", "Address that `corridormap serve` listens on."),
    Setting("CORRIDORMAP_PORT", "8000", "Port that `corridormap serve` listens on."),
    Setting("CORRIDORMAP_WORKERS", "2", "Processes that `corridormap serve` starts."),
    Setting(
        "CORRIDORMAP_PUBLIC_URL",
        "",
        "Address under which readers reach the service, with its path prefix, for "
        "example https://maps.example.org/corridors; links, tiles and embeds are made from it.",
    ),
    Setting(
        "CORRIDORMAP_TRUST_PROXY",
        "0",
        "1 when a reverse proxy sets X-Forwarded-For, -Proto and -Host; only then are they believed.",
    ),
    Setting(
        "CORRIDORMAP_PUBLISHER",
        DEFAULT_PUBLISHER,
        "Who publishes the map: the disclaimer speaks in this name. Never a United Nations body.",
    ),
    Setting(
        "CORRIDORMAP_CONTACT", "", "E-mail address or web page for corrections and objections, shown with every map."
    ),
    Setting(
        "CORRIDORMAP_POINT_OF_VIEW",
        NEUTRAL,
        "Point of view that borders are drawn from when a request names none: neutral, as-depicted or iso.",
    ),
    Setting(
        "CORRIDORMAP_PRIVATE",
        "0",
        "1 where nobody but your own people reaches the service: imported records whose terms forbid to pass them on are "
        "then shown on the map. They are never exported, embedded or published.",
    ),
    Setting("CORRIDORMAP_FRAME_ANCESTORS", "*", "Sites that may embed the map, as in CSP frame-ancestors."),
    Setting(
        "CORRIDORMAP_TEXT",
        "sentence",
        "What readers see of filed articles: none; sentence (at most 300 characters a record); context (also what stands "
        "around it); full (also whole articles whose recorded licence allows it).",
    ),
    Setting(
        "CORRIDORMAP_METRICS",
        "on",
        "Who may read /metrics: on (whoever reaches the service), off, or the networks of those who may, with commas "
        "(127.0.0.1,10.0.0.0/8).",
    ),
    Setting(
        "CORRIDORMAP_LOG",
        "problems",
        "What the service writes as JSON lines to standard error: problems, or requests (each request besides).",
    ),
    Setting(
        "CORRIDORMAP_SHUTDOWN_S",
        "10",
        "Seconds that requests which are running may take to end when the service is stopped, 1 to 600.",
    ),
    Setting(
        "CORRIDORMAP_REVIEW",
        "0",
        "1 when people sign in to review what was read; needs `[review]` and accounts (`corridormap user add`).",
    ),
    Setting(
        "CORRIDORMAP_SECRET_FILE",
        "",
        "File of the key that signs sessions, readable by the service alone; by default secret.key in the workspace, "
        "made when it is missing.",
    ),
    Setting("CORRIDORMAP_SESSION_HOURS", "12", "Hours after which a person signs in again, 1 to 720."),
    Setting("CORRIDORMAP_UPLOAD_MB", "50", "Largest file in MB that a reviewer may upload, 1 to 200."),
)

ENGINES = ("columns", "postgis")
"""Values of ``CORRIDORMAP_ENGINE``."""

TEXT_LEVELS = ("none", "sentence", "context", "full")
"""Values of ``CORRIDORMAP_TEXT``, each showing what those before it show and more."""

LOGS = ("problems", "requests")
"""Values of ``CORRIDORMAP_LOG``."""

_UNITED_NATIONS = re.compile(
    r"(?-i:\bU\. ?N\.|\bUN\b)|\b(united nations|vereinte nationen|unodc|unhcr|unesco|unicef|undp|unitar|ocha|nations unies|ООН|БҰҰ)\b"
    r"|организация объедин[её]нных наций|سازمان ملل|біріккен ұлттар",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Config:
    """What the service runs with. ``root`` is the data folder; the rest follows :data:`SETTINGS`."""

    workspace: Path
    root: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    public_url: str = ""
    trust_proxy: bool = False
    publisher: str = DEFAULT_PUBLISHER
    contact: str = ""
    frame_ancestors: str = "*"
    point_of_view: str = NEUTRAL
    store: str = ""
    engine: str = "columns"
    database: str = ""
    database_timeout_s: int = 10
    text: str = "sentence"
    metrics: str = "on"
    log: str = "problems"
    shutdown_s: int = 10
    review: bool = False
    secret: str = ""
    session_hours: int = 12
    upload_mb: int = 50
    private: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, root: Path | None = None) -> Config:
        """Read the settings from environment variables; unset ones take their defaults.

        Raises
        ------
        InvalidSetting
            When a value cannot be used; names the variable.
        """
        value = {setting.name: environment.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
        root = root or datasets.data_root()
        made = cls(
            workspace=Path(value["CORRIDORMAP_WORKSPACE"] or default_workspace(root)).absolute(),
            root=root,
            store=value["CORRIDORMAP_STORE"],
            engine=_engine(value["CORRIDORMAP_ENGINE"]),
            database=value["CORRIDORMAP_DATABASE"],
            database_timeout_s=_whole(
                "CORRIDORMAP_DATABASE_TIMEOUT_S", value["CORRIDORMAP_DATABASE_TIMEOUT_S"], 1, 600
            ),
            host=value["CORRIDORMAP_HOST"],
            port=_whole("CORRIDORMAP_PORT", value["CORRIDORMAP_PORT"], 1, 65535),
            workers=_whole("CORRIDORMAP_WORKERS", value["CORRIDORMAP_WORKERS"], 1, 64),
            public_url=_public_url(value["CORRIDORMAP_PUBLIC_URL"]),
            trust_proxy=_switch("CORRIDORMAP_TRUST_PROXY", value["CORRIDORMAP_TRUST_PROXY"]),
            publisher=_publisher(value["CORRIDORMAP_PUBLISHER"]),
            contact=_contact(value["CORRIDORMAP_CONTACT"]),
            point_of_view=_point_of_view(value["CORRIDORMAP_POINT_OF_VIEW"]),
            frame_ancestors=_frame_ancestors(value["CORRIDORMAP_FRAME_ANCESTORS"]),
            text=_text(value["CORRIDORMAP_TEXT"]),
            metrics=_metrics(value["CORRIDORMAP_METRICS"]),
            log=_log(value["CORRIDORMAP_LOG"]),
            shutdown_s=_whole("CORRIDORMAP_SHUTDOWN_S", value["CORRIDORMAP_SHUTDOWN_S"], 1, 600),
            review=_switch("CORRIDORMAP_REVIEW", value["CORRIDORMAP_REVIEW"]),
            secret=value["CORRIDORMAP_SECRET_FILE"],
            session_hours=_whole("CORRIDORMAP_SESSION_HOURS", value["CORRIDORMAP_SESSION_HOURS"], 1, 720),
            upload_mb=_whole("CORRIDORMAP_UPLOAD_MB", value["CORRIDORMAP_UPLOAD_MB"], 1, 200),
            private=_switch("CORRIDORMAP_PRIVATE", value["CORRIDORMAP_PRIVATE"]),
        )
        check_safe(made)
        return made

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the coverage store: the setting, else the one of the workspace."""
        return self.store or Workspace(self.workspace).store_url

    @property
    def secret_file(self) -> Path:
        """File of the key that signs sessions: the setting, else the one of the workspace."""
        return Path(self.secret).absolute() if self.secret else self.workspace / "secret.key"

    @property
    def is_local(self) -> bool:
        """Whether the service is reached over plain http on this machine only, where a cookie needs no TLS."""
        parts = urlsplit(self.public_url or _address(self.host))
        return parts.scheme == "http" and (parts.hostname or "") in _LOCAL

    @property
    def path_prefix(self) -> str:
        """Path of the public address without a closing slash: ``"/corridors"``, or ``""``."""
        return urlsplit(self.public_url).path.rstrip("/")


_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def check_safe(config: Config) -> None:
    """Refuse to let passwords and sessions cross a network in the clear.

    Raises
    ------
    InvalidSetting
        When people would sign in over http from another machine.
    """
    address = config.public_url or _address(config.host)
    if config.review and not config.is_local and urlsplit(address).scheme == "http":
        raise InvalidSetting(
            f"CORRIDORMAP_REVIEW=1 with {address} would send passwords in the clear.",
            hint="Set CORRIDORMAP_PUBLIC_URL to the https address under which a proxy with TLS serves it.",
        )


def _address(host: str) -> str:
    return f"http://[{host}]" if ":" in host else f"http://{host}"


def default_workspace(root: Path) -> Path:
    """Return ``./workspace`` of a checkout, or the user's data folder when corridormap is installed from a wheel."""
    if root.name == "_data":
        return platformdirs.user_data_path("corridormap")
    return root.parent / "workspace"


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise InvalidSetting(f"{name}={text!r} is not a whole number from {least} to {most}.", hint=f"Mend {name}.")
    return int(text)


def _engine(text: str) -> str:
    if text not in ENGINES:
        raise InvalidSetting(f"CORRIDORMAP_ENGINE={text!r} is unknown.", hint=f"Use one of: {', '.join(ENGINES)}.")
    return text


def _switch(name: str, text: str) -> bool:
    if text not in {"0", "1"}:
        raise InvalidSetting(f"{name}={text!r} is neither 0 nor 1.", hint=f"Set {name}=1 or leave it out.")
    return text == "1"


def _public_url(text: str) -> str:
    if not text:
        return ""
    if not re.fullmatch(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?(/[A-Za-z0-9._~%/-]*)?", text):
        raise InvalidSetting(
            f"CORRIDORMAP_PUBLIC_URL={text!r} is no address of a service.",
            hint="Use a form like https://maps.example.org/corridors.",
        )
    return text.rstrip("/")


def _publisher(text: str) -> str:
    if _UNITED_NATIONS.search(text):
        raise InvalidSetting(
            f"CORRIDORMAP_PUBLISHER={text!r} names a United Nations body.",
            hint="The boundary disclaimer speaks in the publisher's own name; name who publishes this map.",
        )
    return text


def _contact(text: str) -> str:
    is_address = re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", text) or re.fullmatch(r"https?://[^\s<>\"]+", text)
    if text and not is_address:
        raise InvalidSetting(
            f"CORRIDORMAP_CONTACT={text!r} is neither an e-mail address nor a web page.",
            hint="Use a form like corrections@example.org or https://example.org/contact.",
        )
    return text


def _point_of_view(text: str) -> str:
    if text not in POINTS_OF_VIEW:
        raise InvalidSetting(
            f"CORRIDORMAP_POINT_OF_VIEW={text!r} is unknown.", hint=f"Use one of: {', '.join(POINTS_OF_VIEW)}."
        )
    return text


def _text(text: str) -> str:
    if text not in TEXT_LEVELS:
        raise InvalidSetting(f"CORRIDORMAP_TEXT={text!r} is unknown.", hint=f"Use one of: {', '.join(TEXT_LEVELS)}.")
    return text


def _metrics(text: str) -> str:
    if text in {"on", "off"}:
        return text
    networks = [part.strip() for part in text.split(",")]
    try:
        return ",".join(str(ipaddress.ip_network(network)) for network in networks)
    except ValueError as error:
        raise InvalidSetting(
            f"CORRIDORMAP_METRICS={text!r} is neither on, off nor a list of networks ({error}).",
            hint="Use a form like 127.0.0.1,10.0.0.0/8.",
        ) from error


def _log(text: str) -> str:
    if text not in LOGS:
        raise InvalidSetting(f"CORRIDORMAP_LOG={text!r} is unknown.", hint=f"Use one of: {', '.join(LOGS)}.")
    return text


def _frame_ancestors(text: str) -> str:
    if re.search(r"[;,\r\n]", text):
        raise InvalidSetting(
            f"CORRIDORMAP_FRAME_ANCESTORS={text!r} holds a sign that would end the policy.",
            hint="Give origins with spaces between them, * for all or 'none'.",
        )
    return text
