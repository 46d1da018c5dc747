"""`/docs`: the reference of the API, made of its OpenAPI document, with nothing from elsewhere."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dashboard.reference import endpoints
from api.routes.visit import Reader

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def get_reference(request: Request, reader: Reader) -> HTMLResponse:
    """Show what can be asked for, and how."""
    document = request.app.openapi()
    values = {"info": document["info"], "endpoints": endpoints(document)}
    return reader.answer("reference.html", values)
