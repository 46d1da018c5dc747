"""`/api/v1/predict`: a forecast from a history the caller sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from fastapi import APIRouter, Response

from api.answers.places import named_site
from api.answers.predict import (
    PredictBatchAnswer,
    PredictBatchBody,
    PredictBody,
    predict_answer,
)
from api.answers.problems import Problem
from api.answers.shapes import ForecastAnswer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.written import write

router = APIRouter(tags=["forecast"])


@contextmanager
def numbered(number: int) -> Iterator[None]:
    """Say of which request of a batch a refusal is."""
    try:
        yield
    except Problem as problem:
        problem.detail = f"requests.{number}: {problem.detail}"
        problem.faults = [
            fault.model_copy(update={"parameter": f"requests.{number}.{fault.parameter}"})
            for fault in problem.faults
        ]
        raise


@router.post(
    f"{API}/predict",
    response_model=ForecastAnswer,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
def predict(body: PredictBody, given: Given) -> Response:
    """Forecast the seven days after the last day of a history, by the models of a site.

    `daily` has the shape of an archive's. A variable is forecast if it is sent; those a model looks
    at beside it may be left out where the model has a fallback that does without.
    """
    started = perf_counter()
    answer = predict_answer(named_site(given.state.snapshot, body.site), body, given.now())
    written, _ = write([answer], started)
    return Response(written, media_type="application/json")


@router.post(
    f"{API}/predict/batch",
    response_model_exclude_none=True,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
def predict_batch(body: PredictBatchBody, given: Given) -> PredictBatchAnswer:
    """Forecast from several histories, 50 at most; one that cannot be refuses all, by its number.

    All of them are answered by the same models.
    """
    snapshot, now = given.state.snapshot, given.now()
    answers = []
    for n, one in enumerate(body.requests):
        started = perf_counter()
        with numbered(n):
            answer = predict_answer(named_site(snapshot, one.site), one, now)
        answer.generationtime_ms = round((perf_counter() - started) * 1000, 3)
        answers.append(answer)
    return PredictBatchAnswer(answers=answers)
