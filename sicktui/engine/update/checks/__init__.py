"""What became of a sensor with its update: its parameters, and its health. No verdict rests on either.

``parameters`` compares them with those that were read before, and names what was lost; ``health`` compares
what the sensor reports of itself, and finds out whether it measures.
"""
