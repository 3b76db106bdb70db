"""The passwords that sensors leave the factory with. Everybody can read them, so they protect nothing."""

from typing import Final

FACTORY_PASSWORDS: Final = frozenset({"servicelevel", "client", "main"})
"""Of the user levels Service, AuthorizedClient and Maintenance, as the vendor publishes them."""

FACTORY_WARNING: Final = (
    "A factory password, which SICK publishes: anyone who can reach the sensor can log in. Change it "
    "with 'sicktui passwd'."
)


def is_factory_password(password: str) -> bool:
    """Whether a password is one that every sensor of some kind is delivered with."""
    return password in FACTORY_PASSWORDS
