"""The edges to PostgreSQL, Redis, Celery, MLflow and ONNX Runtime."""
