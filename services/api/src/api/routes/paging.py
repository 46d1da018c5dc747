"""Where the next page of an answer is."""

from fastapi import Request


def next_page(request: Request, **following: str) -> str:
    """Return the address of the page that follows, for the same question."""
    url = request.url.include_query_params(**following)
    return f"{url.path}?{url.query}"
