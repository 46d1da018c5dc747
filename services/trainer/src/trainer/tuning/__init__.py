"""Tuning: a study holds the points to try; trainers share them, and any may die in one."""

from trainer.tuning.studies import open_postgres_storage, remove_old_studies, study_name
from trainer.tuning.tuner import Budget, Progress, Tuned, Tuner

__all__ = [
    "Budget",
    "Progress",
    "Tuned",
    "Tuner",
    "open_postgres_storage",
    "remove_old_studies",
    "study_name",
]
