"""${message}.

Revises: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op

from bandstand.platform.db import IdType, Json, UtcTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the update")
