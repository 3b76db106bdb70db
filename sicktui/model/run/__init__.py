"""Runs. Pure: the ``plan`` of one, its facts (``event``), and ``view``, which folds them for every face."""
