"""The addresses of people, offices, keys and history, without their language prefix."""

from django.urls import path

from geo_portal.home import account_views as account
from geo_portal.staff import audit_views, keys_views, visitor_views
from geo_portal.staff import offices_views as offices
from geo_portal.staff import people_views as people

app_name = "people"

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/name", account.account_name, name="account_name"),
    path("account/password/", account.password, name="password"),
    path("account/phone/", account.phone_change, name="phone_change"),
    path("account/phone/codes/", account.phone_codes_page, name="phone_codes"),
    path("account/sessions/<int:pk>/end", account.session_end, name="session_end"),
    path("account/sessions/end", account.sessions_end, name="sessions_end"),
    path("account/delegates/add/", account.delegate_add, name="delegate_add"),
    path("account/delegates/<str:public_id>/end", account.delegate_end, name="delegate_end"),
    path("staff/people/", people.people, name="people"),
    path("staff/people/add/", people.person_add, name="person_add"),
    path("staff/people/<int:pk>/", people.person, name="person"),
    path("staff/people/<int:pk>/roles", people.person_roles, name="person_roles"),
    path("staff/people/<int:pk>/disable", people.person_disable, name="person_disable"),
    path("staff/people/<int:pk>/password", people.person_password, name="person_password"),
    path("staff/people/<int:pk>/factor", people.person_factor, name="person_factor"),
    path("staff/people/<int:pk>/phone", people.person_phone, name="person_phone"),
    path("staff/people/<int:pk>/phone/drop", people.person_phone_drop, name="person_phone_drop"),
    path("staff/people/<int:pk>/contact", people.person_contact, name="person_contact"),
    path("staff/alarms/<int:pk>/seen", people.alarm_seen, name="alarm_seen"),
    path("staff/offices/", offices.offices, name="offices"),
    path("staff/offices/switch", offices.offices_switch, name="offices_switch"),
    path("staff/offices/add/", offices.office_add, name="office_add"),
    path("staff/offices/<str:public_id>/", offices.office, name="office"),
    path("staff/offices/<str:public_id>/change/", offices.office_change, name="office_change"),
    path("staff/offices/<str:public_id>/suspend", offices.office_suspend, name="office_suspend"),
    path("staff/offices/<str:public_id>/pilot", offices.office_pilot, name="office_pilot"),
    path("staff/offices/<str:public_id>/members", offices.member_add, name="member_add"),
    path(
        "staff/offices/<str:public_id>/members/<int:pk>/end", offices.member_end, name="member_end"
    ),
    path("staff/visitor/", visitor_views.visitor, name="visitor"),
    path("staff/visitor/code/", visitor_views.visitor_code, name="visitor_code"),
    path("staff/visitor/end", visitor_views.visitor_end, name="visitor_end"),
    path("staff/keys/", keys_views.keys, name="keys"),
    path("staff/keys/<slug:prefix>/revoke", keys_views.key_revoke, name="key_revoke"),
    path("staff/history/", audit_views.history, name="history"),
    path("staff/history/verify", audit_views.history_verify, name="history_verify"),
]
