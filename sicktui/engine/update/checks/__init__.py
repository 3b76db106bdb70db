"""What became of a sensor with its update: its parameters, and its health. No verdict rests on either.

``again`` reads the parameters of before once more while the sensor settles; ``parameters`` compares them, and
names what was lost; ``health`` compares what the sensor reports of itself, and finds out whether it measures.
"""
