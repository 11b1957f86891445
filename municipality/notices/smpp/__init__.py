"""Text messages over SMPP 3.4: PDUs, one link, and the process that holds the bind.

PDUs of messages are written and read by the library ``smpp34``.  Its own client is not used: it
acknowledges a message before the caller has seen it, and here the acknowledgement may only go
out after the commit (``taking_in``).  So the link, which is small, is ours.
"""
