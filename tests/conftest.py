"""One thread a process for linear algebra, and whether a skipped test was expected.

``pytest --expected-skips 'fluidsynth,superuser'`` fails on any other skip.
"""

from __future__ import annotations

import os

import pytest

# Before numpy is loaded, as in render/__main__.py: with -n auto the threads of each process take the cores from the
# others, and a product of small matrices takes 60 times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Every test plays what it hears. Those of the store have one of their own.
os.environ["SOFTMAX_RENDERER_CACHE"] = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--expected-skips", metavar="TEXTS", default=None,
                     help="fail if a test is skipped for a reason that contains none of these texts (comma-separated)")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dist", "no") == "load":
        config.option.dist = "worksteal"  # neighbours stay in one process, which makes their shared renders once
    expected = config.getoption("--expected-skips")
    if expected is not None and not hasattr(config, "workerinput"):  # with pytest-xdist, only where all is reported
        config.pluginmanager.register(SkipGuard([text for text in expected.split(",") if text]))


class SkipGuard:
    """Notes each skip, and makes the run fail at its end if one was not expected."""

    def __init__(self, expected: list[str]) -> None:
        self.expected = expected
        self.unexpected: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
            if not any(text in reason for text in self.expected):
                self.unexpected.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.unexpected:
            terminalreporter.section("skipped, and not expected to be", red=True)
            for line in self.unexpected:
                terminalreporter.line(line)
