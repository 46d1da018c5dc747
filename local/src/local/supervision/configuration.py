"""Renders the supervisor's configuration from the table of programs."""

import hashlib
import shlex
from collections.abc import Iterable
from pathlib import Path

from local.home import Home
from local.supervision.program import Group, Program

USER = "climate"

_SUPERVISOR = """\
; Written by `climate up`; changes are lost.
[supervisord]
nodaemon = true
silent = true
{user}directory = {run}
logfile = {logs}/supervisor.log
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {run}/supervisor.pid
childlogdir = {logs}
umask = 077
identifier = climate

[inet_http_server]
port = 127.0.0.1:{port}
username = {username}
password = {{SHA}}{password_hash}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# Programs are started by `climate up`, each when what it needs is ready. A crashed one is started
# again at once, then with growing pauses, for more than an hour.
_PROGRAM = """\
[program:{name}]
command = {command}
autostart = false
autorestart = true
startsecs = 2
startretries = 100
stopsignal = {signal}
stopwaitsecs = {stop_seconds}
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 1
"""

_GROUP = """\
[group:{name}]
programs = {programs}
priority = {priority}
"""


def render_configuration(
    home: Home, programs: Iterable[Program], *, port: int, password: str, as_root: bool
) -> str:
    """Return the text of the configuration; it holds no secret, only a hash of one."""
    programs = list(programs)
    supervisor = _SUPERVISOR.format(
        # Without this the supervisor warns at each start that it runs as root.
        user="user = root\n" if as_root else "",
        run=_escape(home.run),
        logs=_escape(home.logs),
        port=port,
        username=USER,
        password_hash=hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest(),
    )
    groups = [
        _GROUP.format(
            name=group.name.lower(),
            programs=",".join(program.name for program in programs if program.group is group),
            priority=group.value,
        )
        for group in Group
    ]
    return "\n".join([supervisor, *(_program(home, program) for program in programs), *groups])


def _program(home: Home, program: Program) -> str:
    return _PROGRAM.format(
        name=program.name,
        command=_escape(shlex.join(program.command)),
        signal=program.stop_signal.name.removeprefix("SIG"),
        stop_seconds=program.stop_seconds,
        logs=_escape(home.logs),
    )


def _escape(text: str | Path) -> str:
    """Return a text that the supervisor reads as it is: it expands `%(name)s` otherwise."""
    return str(text).replace("%", "%%")
