"""The edge to PostgreSQL: one engine a process, sessions, and the database's own clock."""

from datetime import datetime

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

SessionFactory = sessionmaker[Session]

# A dead connection must cost seconds, not the operating system's two hours.
_CONNECT_ARGUMENTS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "climate",
    # Our queries are short: compiling one (jit) takes longer than running it.
    "options": "-c timezone=UTC -c jit=off -c statement_timeout=60000 -c lock_timeout=20000",
}


def make_engine(url: str, *, pool_size: int = 3, pool_pre_ping: bool = True) -> Engine:
    """Return an engine that survives restarts of the server.

    Parameters
    ----------
    url : str
        `postgresql+psycopg2://…`
    pool_size : int
        Connections kept by this process; five more for a short while under load.
    pool_pre_ping : bool
        Whether a connection is tried before it is used; for one's own server there is no need.
    """
    return create_engine(
        url,
        pool_pre_ping=pool_pre_ping,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        connect_args=_CONNECT_ARGUMENTS,
    )


def make_session_factory(engine: Engine) -> SessionFactory:
    """Return the factory whose `begin()` is one transaction."""
    return sessionmaker(engine)


def database_now(session: Session) -> datetime:
    """Return the database's time: the one clock all workers share."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now
