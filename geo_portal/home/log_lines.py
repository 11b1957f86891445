"""What the log says of a refusal: one line.  A traceback is for faults of ours."""

import logging

FAULT = 500


class RefusalsInOneLine(logging.Filter):
    """Take the traceback off what was answered with a status below 500.

    The framework logs a form it cannot read with one: whoever sends such forms would fill the
    log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, the one of a refusal without its traceback."""
        if getattr(record, "status_code", FAULT) < FAULT:
            record.exc_info, record.exc_text = None, None
        return True
