"""Words of the heat's legend in both languages."""

from municipality.words import Text

CLASS_WORDS = (
    Text("نادر", "Rare"),
    Text("قليل جدًا", "Very low"),
    Text("قليل", "Low"),
    Text("متوسط", "Medium"),
    Text("مرتفع", "High"),
    Text("مرتفع جدًا", "Very high"),
    Text("الأعلى", "Highest"),
)
