"""What runs inside the sandbox, where untrusted bytes are opened: imports nothing of Django.

The parent (``municipality.documents.file_gate``) copies the bytes into a job folder, starts
this package in a process of its own and reads back one Arrow file that was encoded here.
"""
