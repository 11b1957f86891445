"""Addresses of GeoReport v2, by the names of the standard; ``.json`` and ``.xml`` choose a form."""

from django.urls import path

from observations.open311 import views

app_name = "open311"

urlpatterns = [
    path("discovery", views.discovery, name="discovery"),
    path("discovery.<str:form>", views.discovery),
    path("v2/services", views.services, name="services"),
    path("v2/services.<str:form>", views.services),
    path("v2/services/<str:code>", views.service_definition, name="service"),
    path("v2/requests", views.requests, name="requests"),
    path("v2/requests.<str:form>", views.requests),
    path("v2/requests/<str:request_id>", views.one_request, name="request"),
    path("v2/tokens/<str:token>", views.token, name="token"),
]
