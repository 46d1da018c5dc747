"""What is kept of a training: rows in the database, runs and versions in MLflow."""
