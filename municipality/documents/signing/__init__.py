"""The electronic stamp: a PAdES-B-T signature of the municipality with a stamp that is seen.

- ``stamping.sign_pdf``, ``stamping.stamped``: stamp a PDF (workers only, never a web process)
- ``examining.examine``: what a signed file is, by the municipality's own roots
- ``archive.archived_copy``, ``keep_archive``: the same with long-term evidence, kept beside it
- ``revoking``: certificates that no longer hold
- ``authority``: a test authority of this installation; ``docs/stamping.md`` leads to a real one

A reader's "valid" proves nothing about what was appended later: a paper is proved by the hash of
every byte (``municipality.documents.papers``), and the signature beside it is for readers offline.
"""
