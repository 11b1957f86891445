"""The addresses of the administrator's page of jobs, included by the pages of the portal."""

from django.urls import path

from geo_portal.staff import jobs_views

urlpatterns = [
    path("", jobs_views.jobs, name="jobs"),
    path("<uuid:job_id>/again", jobs_views.job_again, name="job_again"),
    path("<uuid:job_id>/stop", jobs_views.job_stop, name="job_stop"),
]
