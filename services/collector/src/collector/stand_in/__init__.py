"""What the stand-ins for Open-Meteo have in common: understanding a request, wording an answer.

The simulator and the recorded weather differ in where their numbers come from, in nothing else.
"""
