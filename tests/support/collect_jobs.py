"""`python -m tests.support.collect_jobs URL JOB_ID…`: a process that does collect jobs.

For tests that end it in the middle. The source is the simulator, inside the process.
"""

import sys
from uuid import UUID

from collector.payloads.store import SqlPayloadStore
from shared.adapters.database import make_engine, make_session_factory
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from tests.support.collecting import House
from tests.support.open_meteo import SimulatorTransport, client_of


def main(database_url: str, *job_ids: str) -> None:
    """Do the jobs, and say when everything is ready to begin and when it has ended."""
    sessions = make_session_factory(make_engine(database_url))
    source = client_of(SimulatorTransport(), payloads=SqlPayloadStore(sessions))
    house = House(sessions, {Provenance.SIMULATED: source}, Source.SIMULATED)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    house.run_jobs(JobKind.COLLECT, [UUID(job_id) for job_id in job_ids])


if __name__ == "__main__":
    main(*sys.argv[1:])
