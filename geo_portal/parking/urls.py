"""Addresses of parking, without their language prefix."""

from django.urls import path

from geo_portal.parking import (
    editor_views,
    inspect_views,
    naming_views,
    occupancy_views,
    rule_change_views,
    rules_views,
    ticket_views,
    violation_views,
)

app_name = "parking"

urlpatterns = [
    path("zones/rules/", rules_views.rules_of_a_year, name="rules"),
    path("zones/rules/changes/", rule_change_views.rule_changes, name="rule_changes"),
    path(
        "zones/rules/changes/new/<slug:sort>/",
        rule_change_views.new_rule_change,
        name="new_rule_change",
    ),
    path("zones/rules/changes/<str:public_id>/", rule_change_views.rule_change, name="rule_change"),
    path("parking/occupancy/", occupancy_views.occupancy, name="occupancy"),
    path("zones/edit/", editor_views.zone_editor, name="zone_editor"),
    path("zones/edit/name/", naming_views.zone_names, name="zone_names"),
    path("inspect/", inspect_views.inspect, name="inspect"),
    path("violations/", violation_views.find, name="find_violation"),
    path("violations/pay/", violation_views.pay_several, name="pay_violations"),
    path("violations/decide/", violation_views.proposed_violations, name="proposed_violations"),
    path(
        "violations/decide/<str:public_id>/",
        violation_views.decide_violation,
        name="decide_violation",
    ),
    path("violations/<str:public_id>/", violation_views.violation, name="violation"),
    path(
        "violations/<str:public_id>/dispute/",
        violation_views.dispute_violation,
        name="dispute_violation",
    ),
    path("tickets/", ticket_views.my_parking, name="tickets"),
    path("tickets/new/", ticket_views.new_ticket, name="new_ticket"),
    path("tickets/buy/", ticket_views.buy_ticket, name="buy_ticket"),
    path("tickets/<str:public_id>/more/", ticket_views.extend_ticket, name="extend_ticket"),
]
