"""Makes the pictures of the README and of the docs from the real program on simulated sensors.

``stage`` is what every tour needs; ``updating``, ``fleet``, ``keeping``, ``offering``, ``commissioning``,
``searching`` and ``health`` are the tours; ``browser`` draws what they have written as a browser shows it.
"""
