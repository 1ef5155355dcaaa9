"""Reflex's own settings; everything about the product is in mentorship.config.

The lines before the import let `reflex run` work on a machine without Node: bun comes from a
wheel and sits beside this interpreter, also when the virtual environment is not activated.
"""

import os
import sys
from pathlib import Path

_bin = str(Path(sys.executable).parent)
if _bin not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = _bin + os.pathsep + os.environ.get("PATH", "")
os.environ.setdefault("REFLEX_USE_SYSTEM_BUN", "true")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

import reflex as rx
from reflex_base.constants import StateManagerMode

from mentorship.components.first_paint import InlineStyles
from mentorship.config import ConfigurationError, load_settings

try:
    _settings = load_settings()
except ConfigurationError as error:
    raise SystemExit(f"Configuration: {error}") from None

config = rx.Config(
    app_name="mentorship",
    frontend_port=_settings.port,
    redis_url=_settings.redis_url,
    # One process keeps its tabs' states in memory: on disk they would outlive it, with the cookies that came with them.
    state_manager_mode=StateManagerMode.REDIS if _settings.redis_url else StateManagerMode.MEMORY,
    cors_allowed_origins=_settings.allowed_origins,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin({"plugins": []}), InlineStyles()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
