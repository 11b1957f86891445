"""Saved views of the heat page, for machines and for the page: ``/api/heat/views``."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.parking.buying import needed
from municipality import asked
from municipality.clock import database_now
from municipality.moments import utc_text
from municipality.people.access import open_to
from municipality.people.acting_person import person_of
from observations.reports.heat import EXACT_ROLES
from observations.saved_views.actions import forget_view, keep_view, views_for
from observations.saved_views.models import SavedView

router = Router(tags=["heat"])
PLANNERS = tuple(sorted(EXACT_ROLES))
FIELDS: dict[str, type] = {"name": str, "query": str, "shared": bool}
BODY: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "additionalProperties": False, "required": ["name", "query"],
        "properties": {
            "name": {"type": "string", "maxLength": 80},
            "query": {"type": "string", "description": "the query of the page's address"},
            "shared": {"type": "boolean", "description": "every planner sees it"},
        },
    }}}}
}  # fmt: skip


def _told(row: SavedView, *, person_id: int) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "query": row.query,
        "shared": row.shared,
        "mine": row.owner_id == person_id,
        "by": row.owner.get_full_name() or row.owner.get_username(),
        "saved_at": utc_text(row.saved_at),
    }


@router.get("/views", summary="Saved views of the heat page")
@open_to(*PLANNERS)
def saved_views(request: HttpRequest) -> HttpResponse:
    """Answer one's own views, and those that other planners share."""
    asked.only(request, ())
    person = person_of(request)
    rows = [_told(row, person_id=person.pk) for row in views_for(person_id=person.pk)]
    return JsonResponse({"views": rows}, json_dumps_params={"ensure_ascii": False})


@router.post("/views", summary="Keep a view of the heat page", openapi_extra=BODY)
@open_to(*PLANNERS)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a view under a name; 201 with it.  One of the same name is replaced."""
    asked.only(request, ())
    body = body_of(request, FIELDS)
    needed(body, "name", "query")
    person = person_of(request)
    row = keep_view(
        person_id=person.pk, name=body["name"], query=body["query"],
        shared=body.get("shared", False), at=database_now(),
    )  # fmt: skip
    told = _told(row, person_id=person.pk)
    return JsonResponse(told, status=201, json_dumps_params={"ensure_ascii": False})


@router.delete("/views/{uuid:view_id}", summary="Remove a saved view")
@open_to(*PLANNERS)
def remove_view(request: HttpRequest, view_id: uuid.UUID) -> HttpResponse:
    """Remove one's own view: 204; 404 for one that is not."""
    asked.only(request, ())
    forget_view(view_id, person_id=person_of(request).pk)
    return HttpResponse(status=204)
