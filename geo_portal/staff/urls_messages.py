"""The addresses of message templates and of the message log, included by the pages."""

from django.urls import path

from geo_portal.staff import message_views, phone_views, template_views

urlpatterns = [
    path("staff/templates/", template_views.message_templates, name="message_templates"),
    path("staff/templates/<str:code>/", template_views.message_template, name="message_template"),
    path("staff/messages/", message_views.messages, name="messages"),
    path("phone/", phone_views.phone, name="phone"),
    path("phone/text", phone_views.text_us, name="phone_text"),
]
