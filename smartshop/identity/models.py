"""People, roles, sign-ins and mailed codes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.identity.rules.one_time import MOST_TRIES
from smartshop.kernel.db import Base


class Person(Base):
    """Anyone known to the shop: a customer, a member of staff, or a customer of imported history."""

    __tablename__ = "people"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.CheckConstraint("email IS NOT NULL OR password_hash IS NULL", name="password_needs_email"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    email: so.Mapped[str | None] = so.mapped_column(sa.String(254), unique=True)
    external_id: so.Mapped[str | None] = so.mapped_column(sa.String(80), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    country: so.Mapped[str] = so.mapped_column(sa.String(60), default="")
    password_hash: so.Mapped[str | None] = so.mapped_column(sa.String(255))
    is_active: so.Mapped[bool] = so.mapped_column(default=True)
    created_at: so.Mapped[datetime] = so.mapped_column(index=True)
    choices: so.Mapped[str] = so.mapped_column(sa.String(12), default="", server_default="")
    """What they allow, as ``rules.choices`` writes it; empty until they say."""


class Consent(Base):
    """A choice as it was made, kept beside the later ones: what was allowed, when, and of which words."""

    __tablename__ = "consents"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    person_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    choices: so.Mapped[str] = so.mapped_column(sa.String(12))
    at: so.Mapped[datetime]


class Role(Base):
    """A named set of permissions. The built-in ones are granted in ``identity.rules``, others in ``role_grants``."""

    __tablename__ = "roles"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(40), unique=True)
    label: so.Mapped[str] = so.mapped_column(sa.String(80))
    is_builtin: so.Mapped[bool] = so.mapped_column(default=False)


class RoleGrant(Base):
    __tablename__ = "role_grants"

    role_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True
    )
    permission: so.Mapped[str] = so.mapped_column(sa.String(60), primary_key=True)


class RoleAssignment(Base):
    __tablename__ = "role_assignments"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("roles.id"), primary_key=True, index=True)
    granted_at: so.Mapped[datetime]


class Invitation(Base):
    """A place on the team for whoever reads an address's e-mails. The link in them is made from the salt and the shop's key."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name="ends_once"),
        sa.Index(
            "uq_invitations_open_email",
            "email",
            unique=True,
            sqlite_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    email: so.Mapped[str] = so.mapped_column(sa.String(254))
    salt: so.Mapped[str] = so.mapped_column(sa.String(32), unique=True)
    invited_by: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    created_at: so.Mapped[datetime]
    expires_at: so.Mapped[datetime]
    accepted_at: so.Mapped[datetime | None]
    revoked_at: so.Mapped[datetime | None]


class InvitationRole(Base):
    __tablename__ = "invitation_roles"

    invitation_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SignIn(Base):
    """One signed-in browser. The cookie holds the token, the table only its fingerprint."""

    __tablename__ = "sign_ins"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    person_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_fingerprint: so.Mapped[str] = so.mapped_column(sa.String(64), unique=True)
    created_at: so.Mapped[datetime]
    last_seen_at: so.Mapped[datetime]
    expires_at: so.Mapped[datetime] = so.mapped_column(index=True)
    """It ends then, however much it is used."""
    idle_until: so.Mapped[datetime]
    """It ends then, unless it is used before."""
    ended_at: so.Mapped[datetime | None]
    confirmed_at: so.Mapped[datetime | None]
    """When the person last proved in it who they are."""
    address: so.Mapped[str] = so.mapped_column(sa.String(45), default="")
    user_agent: so.Mapped[str] = so.mapped_column(sa.String(255), default="")


class PendingSignIn(Base):
    """Half a sign-in: the password was right, the second factor is still to come."""

    __tablename__ = "pending_sign_ins"
    __table_args__ = (sa.CheckConstraint(f"tries BETWEEN 0 AND {MOST_TRIES}", name="tries_are_few"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    person_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_fingerprint: so.Mapped[str] = so.mapped_column(sa.String(64), unique=True)
    created_at: so.Mapped[datetime]
    expires_at: so.Mapped[datetime] = so.mapped_column(index=True)
    tries: so.Mapped[int] = so.mapped_column(default=0)
    is_lasting: so.Mapped[bool] = so.mapped_column(default=False)
    used_at: so.Mapped[datetime | None]


class KnownDevice(Base):
    """A browser that somebody has signed in with; it keeps a token, the table only its fingerprint."""

    __tablename__ = "known_devices"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    fingerprint: so.Mapped[str] = so.mapped_column(sa.String(64), primary_key=True)
    first_seen_at: so.Mapped[datetime]


class TwoFactor(Base):
    """A person's authenticator app. Its secret is made from the salt and the shop's key; it is stored nowhere."""

    __tablename__ = "two_factors"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    salt: so.Mapped[str] = so.mapped_column(sa.String(32))
    created_at: so.Mapped[datetime]
    confirmed_at: so.Mapped[datetime | None]
    """It counts from then on."""
    last_step: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    """The newest time step whose code was used: none up to it works again."""


class RecoveryCode(Base):
    """A code on paper, for who has lost the app; the table keeps only its fingerprint."""

    __tablename__ = "recovery_codes"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    fingerprint: so.Mapped[str] = so.mapped_column(sa.String(64), primary_key=True)
    created_at: so.Mapped[datetime]
    used_at: so.Mapped[datetime | None]


class OneTimeCode(Base):
    """What a mailed code opens. The code itself is made from the salt and the shop's key; it is stored nowhere."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        sa.UniqueConstraint("purpose", "subject"),
        sa.CheckConstraint(f"tries BETWEEN 0 AND {MOST_TRIES}", name="tries_are_few"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    purpose: so.Mapped[str] = so.mapped_column(sa.String(20))
    subject: so.Mapped[str] = so.mapped_column(sa.String(254))
    email: so.Mapped[str] = so.mapped_column(sa.String(254), index=True)
    person_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    salt: so.Mapped[str] = so.mapped_column(sa.String(32))
    tries: so.Mapped[int] = so.mapped_column(default=0)
    created_at: so.Mapped[datetime]
    expires_at: so.Mapped[datetime] = so.mapped_column(index=True)
    used_at: so.Mapped[datetime | None]
    facts: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)


class SavedAddress(Base):
    """A place a person has parcels sent to; at most one of a person's is the default."""

    __tablename__ = "addresses"
    __table_args__ = (
        sa.Index(
            "uq_addresses_default",
            "person_id",
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    person_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    line1: so.Mapped[str] = so.mapped_column(sa.String(120))
    line2: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    city: so.Mapped[str] = so.mapped_column(sa.String(80))
    postcode: so.Mapped[str] = so.mapped_column(sa.String(16))
    country: so.Mapped[str] = so.mapped_column(sa.String(2))
    phone: so.Mapped[str] = so.mapped_column(sa.String(32), default="")
    is_default: so.Mapped[bool] = so.mapped_column(default=False)
