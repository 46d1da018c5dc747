# The images, one target a service: docker build --target api --build-arg REVISION=$(git rev-parse HEAD) .
# Each holds one process, its own pinned requirements and no tool to build or test with.

ARG PYTHON_VERSION=3.11

# ── where things are built ──────────────────────────────────────────────────────────────────────

FROM python:${PYTHON_VERSION}-slim AS builder
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build
RUN --mount=type=bind,source=requirements/build.txt,target=build.txt \
    pip install --quiet --root-user-action=ignore --require-hashes -r build.txt
COPY deploy/images/install.sh /usr/local/bin/install-for

# What every image of ours has in common is a wheel; the sources stay behind.
FROM builder AS shared-wheel
COPY shared shared
RUN uv build --quiet --wheel --no-build-isolation --out-dir /wheels shared

FROM builder AS collector-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for collector
COPY services/collector services/collector
RUN --mount=type=bind,from=shared-wheel,source=/wheels,target=/wheels \
    install-for --ours services/collector

FROM builder AS trainer-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for trainer
COPY services/trainer services/trainer
RUN --mount=type=bind,from=shared-wheel,source=/wheels,target=/wheels \
    install-for --ours services/trainer

FROM builder AS registry-gate-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for registry-gate
COPY services/registry-gate services/registry-gate
RUN --mount=type=bind,from=shared-wheel,source=/wheels,target=/wheels \
    install-for --ours services/registry-gate

FROM builder AS api-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for api
COPY services/api services/api
RUN --mount=type=bind,from=shared-wheel,source=/wheels,target=/wheels \
    install-for --ours services/api

FROM builder AS migrate-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for migrate
RUN --mount=type=bind,from=shared-wheel,source=/wheels,target=/wheels \
    install-for --ours

FROM builder AS mlflow-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for mlflow

FROM builder AS flower-built
RUN --mount=type=cache,target=/cache --mount=type=bind,source=requirements,target=requirements \
    install-for flower

# ── what every image starts from ────────────────────────────────────────────────────────────────

FROM python:${PYTHON_VERSION}-slim AS runtime
# An image installs nothing: what could do so goes. 10001 is nobody on any host.
RUN rm -rf /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip \
        /usr/local/bin/pip* /usr/local/bin/wheel \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin climate \
    && install --directory --owner=climate --group=climate --mode=0750 /var/lib/climate
COPY --chmod=0555 deploy/images/health.py /health.py
# The root file system may be read-only: what is written goes to CLIMATE_HOME and /tmp.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CLIMATE_HOME=/var/lib/climate \
    HOME=/tmp
USER 10001:10001
WORKDIR /var/lib/climate
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Climate MLOps" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"

# A worker says whether it carries out tasks at its health port; see shared/adapters/pulse.py.
FROM runtime AS worker
ENV CLIMATE_HEALTH_PORT=8081
EXPOSE 8081
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --start-interval=2s --retries=4 \
    CMD ["python", "-I", "/health.py", "http://127.0.0.1:8081/ready"]

# ── the images ──────────────────────────────────────────────────────────────────────────────────

# Also the scheduler (`python -m collector scheduler`) and the simulator (`… simulator`).
FROM worker AS collector
COPY --from=collector-built /venv /venv
CMD ["python", "-m", "collector"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Collects daily observations; also the scheduler" \
      org.opencontainers.image.revision="${REVISION}"

FROM worker AS trainer
# Trainers side by side share the cores: more threads would only wait for each other.
ENV OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 MPLCONFIGDIR=/tmp/matplotlib
COPY --from=trainer-built /venv /venv
CMD ["python", "-m", "trainer"]
ARG REVISION=unknown
ENV CLIMATE_GIT_COMMIT=${REVISION}
LABEL org.opencontainers.image.description="Tunes, backtests and fits the models" \
      org.opencontainers.image.revision="${REVISION}"

FROM worker AS registry-gate
ENV OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
COPY --from=registry-gate-built /venv /venv
CMD ["python", "-m", "registry_gate"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Decides about promotions, relays events" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS api
ENV OMP_NUM_THREADS=1 CLIMATE_API_HOST=0.0.0.0 CLIMATE_API_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --start-interval=2s --retries=3 \
    CMD ["python", "-I", "/health.py", "http://127.0.0.1:8000/health/ready"]
COPY --from=api-built /venv /venv
CMD ["python", "-m", "api"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Serves forecasts, the record and the dashboard" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS migrate
COPY --from=migrate-built /venv /venv
CMD ["python", "-m", "shared"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Prepares databases and roles, migrates, and exits" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS mlflow
ENV CLIMATE_MLFLOW_HOST=0.0.0.0 CLIMATE_MLFLOW_PORT=5000 MPLCONFIGDIR=/tmp/matplotlib \
    CLIMATE_MLFLOW_ARTIFACTS=/var/lib/climate/artifacts
EXPOSE 5000
# Its own /health is well without a database: this reads a table.
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s --start-interval=3s --retries=3 \
    CMD ["python", "-I", "/health.py", "http://127.0.0.1:5000/api/2.0/mlflow/registered-models/search?max_results=1", "CLIMATE_MLFLOW_READ_TOKEN"]
COPY --from=mlflow-built /venv /venv
COPY --chmod=0444 local/src/local/servers/mlflow.py /app/mlflow_server.py
CMD ["python", "/app/mlflow_server.py"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Tracking server and model registry" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS flower
ENV CLIMATE_FLOWER_HOST=0.0.0.0 CLIMATE_FLOWER_PORT=5555
EXPOSE 5555
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s --start-interval=2s --retries=3 \
    CMD ["python", "-I", "/health.py", "http://127.0.0.1:5555/healthcheck"]
COPY --from=flower-built /venv /venv
COPY --chmod=0444 local/src/local/servers/flower.py /app/flower_server.py
CMD ["python", "/app/flower_server.py"]
ARG REVISION=unknown
LABEL org.opencontainers.image.description="Task monitor, behind a login" \
      org.opencontainers.image.revision="${REVISION}"
