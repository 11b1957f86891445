from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "municipality.documents"
    label = "documents"
