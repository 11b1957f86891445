"""Ready answers (أجوبة جاهزة): what officers write again and again at a step of a report."""
