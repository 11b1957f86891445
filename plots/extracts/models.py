"""The table of plot extracts."""

from django.db import models


class PlotExtract(models.Model):
    """What one case asks for: an extract of one plot, in one language; the paper once issued."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="plot_extract")
    plot = models.ForeignKey("plots.Plot", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, default="ar", help_text="of the paper: ar or en")
    purpose = models.CharField(max_length=200, blank=True, help_text="what it is needed for")
    request_key = models.CharField(
        max_length=100, null=True, blank=True, unique=True,
        help_text="who asked for whom and which plot, under which key of theirs",
    )  # fmt: skip
    paper = models.OneToOneField(
        "documents.IssuedPaper", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"extract {self.case_id}"
