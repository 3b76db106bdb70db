"""One run in full: ``timeline`` (who did what when, a picture) and ``verdicts`` (how it ended, by cause)."""
