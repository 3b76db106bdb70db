"""One run: ``timeline`` (live, or of a past one) and ``verdicts`` (how it ended, and what to do)."""
