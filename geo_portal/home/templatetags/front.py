"""What the templates need of the built front end: its files by entry, and its icons.

``frontend/`` is built by Vite into ``frontend/dist`` with a manifest; the names in it carry a
hash, so that a browser may keep them for ever.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
BUILT = Path(settings.BASE_DIR) / "frontend" / "dist"
MANIFEST = BUILT / ".vite" / "manifest.json"


@lru_cache(maxsize=4)
def _manifest(modified_ns: int) -> dict[str, dict[str, Any]]:
    """Read the manifest; the time of its last change is the key, so a new build is seen."""
    read: dict[str, dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))
    return read


def entry_files(name: str) -> tuple[str, list[str], list[str]]:
    """Return script, style sheets and imported chunks of an entry such as ``plot``.

    Raises FileNotFoundError when the front end was not built (``make front``).
    """
    manifest = _manifest(MANIFEST.stat().st_mtime_ns)
    entry = manifest[f"src/pages/{name}.ts"]
    styles: list[str] = []
    chunks: list[str] = []
    waiting = [entry]
    while waiting:
        part = waiting.pop(0)
        styles += [css for css in part.get("css", []) if css not in styles]
        for key in part.get("imports", []):
            if manifest[key]["file"] not in chunks:
                chunks.append(manifest[key]["file"])
                waiting.append(manifest[key])
    return entry["file"], styles, chunks


@register.simple_tag
def front(name: str) -> SafeString:
    """Link the style sheets and the module of one entry of the front end."""
    script, styles, chunks = entry_files(name)
    return format_html(
        '{}{}<script type="module" src="{}"></script>',
        format_html_join("", '<link rel="stylesheet" href="{}">', ((_url(f),) for f in styles)),
        format_html_join("", '<link rel="modulepreload" href="{}">', ((_url(f),) for f in chunks)),
        _url(script),
    )


@register.simple_tag
def front_file(name: str) -> str:
    """Give the address of a file of ``frontend/public``."""
    return _url(name)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the word stands beside it."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("front/icons.svg"),
        name,
    )


@register.filter
def grouped(value: object) -> str:
    """Write a whole number with its thousands apart: 1,990."""
    return f"{int(str(value)):,}" if str(value).isdecimal() else str(value)


@register.simple_tag
def mark() -> SafeString:
    """Draw the mark that stands in for the municipality's emblem."""
    return mark_safe(
        '<svg class="mark" viewBox="0 0 40 40" aria-hidden="true">'
        '<rect class="mark-ground" width="40" height="40" rx="10"/>'
        '<path class="mark-hills" d="M7 25l6-8 4.500 5 6-9 9.500 12z"/>'
        '<path class="mark-sea" d="M7 29.500c3 0 3-1.700 6.500-1.700s3.500 1.700 6.500 1.700'
        ' 3-1.700 6.500-1.700 3.500 1.700 6.500 1.700" fill="none"/></svg>'
    )


def _url(file: str) -> str:
    return static(f"front/{file}")
