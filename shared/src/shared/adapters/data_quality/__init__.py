"""What is known of the observations' quality: one query a question, whatever the number of sites.

Every question is asked of a page of sites at once. The API answers and shows all of it, the
command line a line a site.

report      the answers to all questions together, for each site
coverage    which share of the days is there, final or provisional; by month, for one site
gaps        which days in between are missing
held        what the checks held back or flagged
collecting  how the last collections went
helpers     how far the rings and the guidance reach, which help the forecasts
sources     how the sources have answered lately, and what that cost
"""
