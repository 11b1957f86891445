"""Addresses of casework, without their language prefix."""

from django.urls import path

from geo_portal.casework import case_page_views as page
from geo_portal.casework import extract_views, mine_views, work_views
from geo_portal.casework import talk_views as talk

app_name = "casework"

urlpatterns = [
    path("my/", mine_views.my_things, name="mine"),
    path("plots/<int:plot_id>/extract/", extract_views.extract_request, name="extract_request"),
    path("cases/<str:public_id>/", page.case_page, name="case"),
    path("cases/<str:public_id>/move", page.move_case, name="move"),
    path("cases/<str:public_id>/contact", page.contact_of_case, name="contact"),
    path("cases/<str:public_id>/say", page.say_on_case, name="say"),
    path("cases/<str:public_id>/attach", page.attach_to_case, name="attach"),
    path("cases/<str:public_id>/remark", page.remark_on_case, name="remark"),
    path("cases/<str:public_id>/consult", talk.consult_on_case, name="consult"),
    path("consultations/<str:public_id>/", talk.consultation_page, name="consultation"),
    path("cases/<str:public_id>/meet", talk.ask_for_meeting, name="meet"),
    path("cases/<str:public_id>/meetings/<int:meeting_id>", talk.on_meeting, name="on_meeting"),
    path(
        "cases/<str:public_id>/remarks/<int:remark_id>/settle",
        page.settle_remark_of_case,
        name="settle_remark",
    ),
    path(
        "cases/<str:public_id>/remarks/<int:remark_id>/answer",
        page.answer_remark_of_case,
        name="answer_remark",
    ),
    path("cases/<str:public_id>/papers/<str:code>.pdf", page.paper_of_case, name="paper"),
    path("cases/<str:public_id>/claim", work_views.claim_case, name="claim"),
    path("cases/<str:public_id>/release", work_views.release_case, name="release"),
    path("cases/<str:public_id>/reassign", work_views.reassign_case, name="reassign"),
    path("work/", work_views.work, name="work"),
    path("work/filters", work_views.save_filter, name="save_filter"),
    path("work/filters/<int:filter_id>/drop", work_views.drop_filter, name="drop_filter"),
    path("work/away", work_views.be_away, name="away"),
]
