"""What is known of the private PostgreSQL/PostGIS cluster of this clone.

It listens on a unix socket in a closed folder only and is run by an unprivileged
user.  That user is its superuser by peer authentication; the portal's two roles
sign in by generated passwords, which `.local/cluster.json` (mode 0600) holds:

* ``geo_owner`` owns the databases and migrates;
* ``geo_app`` owns nothing and reads and writes rows.

`initdb.py` makes it, `server.py` starts, stops and asks it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from deploy import accounts
from deploy.accounts import Account
from deploy.layout import Layout, read_json, write_json
from deploy.report import SetupError

OWNER, APPLICATION, ADMINISTRATOR = "geo_owner", "geo_app", "geo_admin"
PORT = 5432  # names the socket file only; the folder is this cluster's own


@dataclass(frozen=True, slots=True)
class Cluster:
    """One private cluster, as `.local/cluster.json` remembers it."""

    data: Path
    socket: Path
    port: int
    user: str
    owner_password: str
    app_password: str
    database: str

    @property
    def account(self) -> Account:
        """The operating-system user that runs it."""
        if (found := accounts.named(self.user)) is not None:
            return found
        if self.user == accounts.me().name:
            return accounts.me()
        raise SetupError(f"The database belongs to the user {self.user}, who is gone.")

    def url(self, role: str, database: str) -> str:
        """Address of a database for one of the two roles."""
        password = {OWNER: self.owner_password, APPLICATION: self.app_password}[role]
        host = quote(str(self.socket), safe="")
        return f"postgres://{role}:{quote(password)}@/{database}?host={host}&port={self.port}"

    def environment(self) -> dict[str, str]:
        """What a child process needs to use the chosen database."""
        return {
            "DATABASE_URL": self.url(APPLICATION, self.database),
            "DATABASE_OWNER_URL": self.url(OWNER, self.database),
        }


def load(layout: Layout) -> Cluster | None:
    """The cluster of this clone, or None when none was made yet."""
    found = read_json(layout.cluster_file)
    if found.get("project") != str(layout.project) or not Path(found["data"]).parent.exists():
        return None  # never made, removed by hand, or the file of a clone that this one copies
    return Cluster(
        data=Path(found["data"]),
        socket=Path(found["socket"]),
        port=int(found["port"]),
        user=found["user"],
        owner_password=found["owner_password"],
        app_password=found["app_password"],
        database=found["database"],
    )


def remember(layout: Layout, cluster: Cluster) -> None:
    """Write `.local/cluster.json`, where settings and commands find the cluster."""
    write_json(
        layout.cluster_file,
        {
            "project": str(layout.project),
            "data": str(cluster.data),
            "socket": str(cluster.socket),
            "port": cluster.port,
            "user": cluster.user,
            "database": cluster.database,
            "owner_password": cluster.owner_password,
            "app_password": cluster.app_password,
            "database_url": cluster.url(APPLICATION, cluster.database),
            "database_owner_url": cluster.url(OWNER, cluster.database),
        },
    )


def chosen(layout: Layout, cluster: Cluster, database: str) -> Cluster:
    """The same cluster with another database chosen, remembered for later commands."""
    other = replace(cluster, database=database)
    remember(layout, other)
    return other
