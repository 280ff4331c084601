"""Puts the brake on wrong logins in front of Airflow's API server."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from pipeline.local.brake import LoginBrake


class LoginBrakePlugin(AirflowPlugin):
    name = "login_brake"
    fastapi_root_middlewares = [{"name": "Brake on wrong logins", "middleware": LoginBrake}]
