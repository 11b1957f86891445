"""Django's stock admin behind our own doors: our sign-in page, and 404 for whoever is not meant."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from municipality.people.access import ANYONE, open_to, roles_of, turn_away

ADMIN = "admin"
_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class CityAdmin(AdminSite):
    """The admin of reference data, for the role ``admin`` alone (services.md)."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever holds the role; ``is_staff`` says nothing here."""
        return ADMIN in roles_of(request)

    def admin_view(self, view: _View, cacheable: bool = False) -> _View:
        """Guard a view as all others are: the framework's own guard shows its own sign-in."""
        guarded = open_to(ADMIN)(super().admin_view(view, cacheable))
        return cast(_View, update_wrapper(guarded, view))

    @method_decorator(open_to(ANYONE))
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to our sign-in; a person of another role finds nothing here."""
        if self.has_permission(request):
            return redirect("admin:index")
        return turn_away(request, to=reverse("admin:index"))
