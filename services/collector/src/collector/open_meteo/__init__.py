"""The edge to Open-Meteo, and to the simulator, which speaks the same language.

`fetch` gets bytes or says why not, `answer` reads and checks them, `client` knows what to ask.
"""
