"""The inspector's one question: may this plate stand here now?

Three answers: yes, no, and cannot tell.  A place that is near an edge or in more than one zone
never gives a no, whatever was or was not paid (spatial.md §2).
"""
