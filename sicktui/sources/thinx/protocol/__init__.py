"""What a THiNX server is asked and answers, without I/O.

``requests`` and ``replies`` are the messages in all their shapes, ``refusals`` the meaning of each word of
a refusal; ``versions`` writes a sensor's version as the server compares it, ``buffer_json`` decodes
firmware in JSON as it comes. ``messages`` are the hints that it publishes over MQTT.
"""
