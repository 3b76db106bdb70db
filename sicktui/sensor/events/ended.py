"""Why there is no event channel, for the log and for how long to wait. No trouble of the sensor itself."""


class NotOffered(Exception):
    """The sensor does not have it, or not in a form that can be used: asked again rarely."""


class Lost(Exception):
    """The connection could not be made, or ended: tried again."""
