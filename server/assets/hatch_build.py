"""Build hook: a wheel holds the front-end assets, brought by ``vendor.py`` when they are not there yet."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from types import ModuleType


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's parameter is its own config class
    """Run ``vendor.py`` before the files of a wheel or an sdist are collected."""

    def dependencies(self) -> list[str]:
        """Ask for npm as a wheel only where the assets are missing and no npm is installed."""
        vendor = self._vendor()
        return [] if vendor.is_fresh() or shutil.which("npm") else [vendor.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Bring the assets; an editable install leaves that to ``make``, so that it needs no network."""
        if version != "editable":
            self._vendor().vendor(self.app.display_info)

    def _vendor(self) -> ModuleType:
        """Load ``vendor.py`` by its path: during a build this project is not importable."""
        spec = importlib.util.spec_from_file_location("vendor", Path(self.root) / "server" / "assets" / "vendor.py")
        if spec is None or spec.loader is None:
            msg = "server/assets/vendor.py is missing"
            raise FileNotFoundError(msg)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
