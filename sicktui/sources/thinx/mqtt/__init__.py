"""Messages of a THiNX server over MQTT: hints to check in.

``listener`` has the connections of a source in one thread, ``connection`` one of them, ``trouble`` what is
reported of them. Each sensor has a connection: a broker knows it by its own credentials, with which no other
sensor's topics can be read.
"""
