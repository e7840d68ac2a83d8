"""Commands that run the platform: up, serve, node, demo, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from courtstream.settings import Settings


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    _register_parts(app)
    _register_demo(app)

    @app.command()
    def doctor() -> None:
        """Check what the platform needs and say how to mend it / 检查运行环境."""
        from courtstream.cli.doctor import diagnose

        raise typer.Exit(diagnose(Settings(), typer.echo))


def _register_parts(app: typer.Typer) -> None:
    from courtstream.cli import child, running
    from courtstream.telemetry.logs import set_up_logs

    @app.command()
    def up() -> None:
        """Run the whole platform on this machine until Ctrl-C / 启动整个平台."""
        settings = Settings()
        set_up_logs(as_json=settings.log_json)
        running.run_or_explain(running.up(settings))

    @app.command()
    def serve() -> None:
        """Serve pages and API only; the broker must run / 仅启动网站."""
        child.run("serve")

    @app.command()
    def node() -> None:
        """Run this machine's node agent and RTMP door only / 仅启动节点."""
        child.run("node")


def _register_demo(app: typer.Typer) -> None:
    @app.command()
    def demo(
        data: Annotated[Path, typer.Option(help="示范数据目录 / folder")] = Path("demo-data"),
        media: Annotated[Path, typer.Option(help="推流文件 / file to push")] = Path(
            "sample_media/hearing.mp4"
        ),
        once: Annotated[bool, typer.Option(help="只推一次，然后可看回放 / push once")] = False,
        seconds: Annotated[float, typer.Option(help="到时自动停止 / stop after; 0: never")] = 0.0,
        browser: Annotated[bool, typer.Option(help="打开浏览器 / open a browser")] = True,
    ) -> None:
        """Show a live hearing with seeded courts until Ctrl-C / 一键示范."""
        from courtstream.cli.demo import Demo, DemoOptions
        from courtstream.cli.running import run_or_explain

        options = DemoOptions(data, media, once, seconds, browser)
        run_or_explain(Demo(options, typer.echo).run())
