"""Addresses of parking, without their language prefix."""

from django.urls import path

from geo_portal.parking import editor_views, rules_views, ticket_views

app_name = "parking"

urlpatterns = [
    path("zones/rules/", rules_views.rules_of_a_year, name="rules"),
    path("zones/edit/", editor_views.zone_editor, name="zone_editor"),
    path("tickets/", ticket_views.my_parking, name="tickets"),
    path("tickets/new/", ticket_views.new_ticket, name="new_ticket"),
    path("tickets/buy/", ticket_views.buy_ticket, name="buy_ticket"),
    path("tickets/<str:public_id>/more/", ticket_views.extend_ticket, name="extend_ticket"),
]
