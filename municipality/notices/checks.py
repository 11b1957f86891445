"""A system check: every template of a message loads, with its fields and its cost in order."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from municipality.notices.templates import registry


@register()
def templates_load(**options: Any) -> list[CheckMessage]:
    """Refuse to start on a template with other fields, too many parts, or a code twice."""
    try:
        registry()
    except (ImportError, ValueError) as error:
        return [Error(f"message templates: {error}", id="notices.E001")]
    return []
