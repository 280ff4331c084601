"""What `tocsin alerts …` takes: actions and their arguments in, lines of text out."""

from __future__ import annotations

import argparse

from pipeline.config import Settings

STATES = ("open", "acknowledged", "closed", "silenced", "all")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put `alerts` and its actions among the commands."""
    about = "the alerts: list, show, take, close and silence them; see how receivers fare"
    parser = subparsers.add_parser("alerts", help=about, description=about, allow_abbrev=False)
    parser.set_defaults(command=alerts)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=about, description=about, allow_abbrev=False)

    listed = add(
        "list", "list alerts, the newest first: those that are open or taken, unless a state is named"
    )
    listed.add_argument("--state", choices=STATES)
    listed.add_argument("--rule", default=None)
    listed.add_argument("--limit", type=int, default=50)
    add("show", "show one alert: why, what changed, who took it, what was sent").add_argument(
        "ids", type=int, nargs=1, metavar="ID"
    )
    ack = add("ack", "take alerts, so that nobody else is told: with a comment, and until a time")
    ack.add_argument("ids", type=int, nargs="+", metavar="ID")
    ack.add_argument(
        "--for", dest="lasts", default="", metavar="TIME", help="30m, 8h, 7d; then it is told again"
    )
    close = add("close", "close alerts: what later mentions change is kept, and not told")
    close.add_argument("ids", type=int, nargs="+", metavar="ID")
    for one in (ack, close):
        one.add_argument("--comment", default="")
    silence = add("silence", "tell nobody of alerts that fit, until a time; they are raised and kept")
    silence.add_argument(
        "matcher", nargs="+", metavar="KEY=VALUE", help="rule=sanctions country=LBY …; all must hold"
    )
    silence.add_argument("--for", dest="lasts", required=True, metavar="TIME", help="30m, 8h, 7d, 2w")
    silence.add_argument("--reason", required=True)
    for one in (ack, close, silence):
        one.add_argument(
            "--by", default="", metavar="NAME", help="who it is (default: the user of this machine)"
        )
    add("unsilence", "end silences").add_argument("ids", type=int, nargs="+", metavar="ID")
    add("silences", "list silences and what they kept quiet").add_argument("--limit", type=int, default=50)
    add("receivers", "show how each receiver fares and what waits for it")
    add("enable", "ask a receiver again that was disabled or is left alone").add_argument(
        "receiver", metavar="NAME"
    )


def alerts(options: argparse.Namespace, settings: Settings) -> None:
    """Do what is asked for."""
    from pipeline.alert_desk import answer
    from pipeline.local.server import wake

    wake(settings)
    print("\n".join(answer(options, settings)))
