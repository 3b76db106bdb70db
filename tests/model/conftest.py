"""How properties of the model are tried: a shared machine is slow at times, which is no failure."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, max_examples=50)
settings.load_profile("steady")
