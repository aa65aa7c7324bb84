"""What a log line leaves out."""

import logging


class RefusedInOneLine(logging.Filter):
    """An answer below 500 is no fault of ours: its line says who was refused what; the way there is not told."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record is kept; a refusal loses its traceback."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
