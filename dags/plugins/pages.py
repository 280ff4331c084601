"""The pages in Airflow's UI, behind its login. An app of a plugin is open to everybody unless it asks who comes."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from fastapi import Request

from pipeline.pages.mounted import Mounted


async def who(request: Request) -> str:
    """The name of who is logged in to Airflow; 401 for who is not."""
    # Imported here: every process of Airflow loads the plugins, and the API server alone has this at hand.
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user

    user: Any = await get_user(request, None, await bearer_scheme(request))
    return str(user.get_name())


class PagesPlugin(AirflowPlugin):
    name = "pages"
    fastapi_apps = [
        {
            "app": Mounted(who, login_path="/api/v2/auth/login"),
            "url_prefix": "/tocsin",
            "name": "Tocsin's pages",
        }
    ]
    # Without a url_route it opens as a page of its own: in a frame it would have no address to pass on.
    external_views = [
        {"name": "Tocsin", "href": "/tocsin/", "destination": "nav", "icon": "/tocsin/static/icon.svg"}
    ]
