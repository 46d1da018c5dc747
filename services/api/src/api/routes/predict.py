"""`/api/v1/predict`: a forecast from a history the caller sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from anyio import to_thread
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
from api.routes.read_at_once import ReadAtOnce
from api.routes.written import timed
from api.services import Services

router = APIRouter(tags=["forecast"], route_class=ReadAtOnce)


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
    return _response(timed(answer, started))


@router.post(
    f"{API}/predict/batch",
    response_model=PredictBatchAnswer,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
async def predict_batch(body: PredictBatchBody, given: Given) -> Response:
    """Forecast from several histories, 50 at most; one that cannot be refuses all, by its number.

    All of them are answered by the same models.
    """
    return _response(await to_thread.run_sync(_answers, body, given))


def _answers(body: PredictBatchBody, given: Services) -> PredictBatchAnswer:
    snapshot, now = given.state.snapshot, given.now()
    answers = []
    for n, one in enumerate(body.requests):
        started = perf_counter()
        with numbered(n):
            answer = predict_answer(named_site(snapshot, one.site), one, now)
        answers.append(timed(answer, started))
    return PredictBatchAnswer(answers=answers)


def _response(answer: ForecastAnswer | PredictBatchAnswer) -> Response:
    return Response(answer.model_dump_json(exclude_none=True), media_type="application/json")
