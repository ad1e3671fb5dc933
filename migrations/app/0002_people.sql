-- people: who they are, what they may in which product, and how they prove who they are.
--
-- app.person and app.membership are records: every change is on the trail. what proves a person (password hashes,
-- session and link tokens, throttles) lives in run: it is short-lived, secret, and its events are entries of the
-- trail without the secrets.

create table app.person (
    person_id          uuid        not null constraint person_key primary key,
    name               text        not null constraint person_name_length check (length(name) between 1 and 120),
    -- the address is also the name to sign in with; the program keeps it in lower case.
    email              text        not null constraint person_email_length check (length(email) between 3 and 254),
    site_administrator boolean     not null default false,
    disabled_at        timestamptz,
    revision           int         not null constraint person_revision_counts check (revision >= 1),
    created_at         timestamptz not null default now(),
    changed_at         timestamptz not null default now()
);

create unique index person_email_once on app.person (lower(email));

select audit.capture('app.person', personal => array['name', 'email']);

-- one row a role: a person may hold several roles in a product. an ended role stays, so that the past can be read.
create table app.membership (
    membership_id uuid        not null constraint membership_key primary key,
    product_id    uuid        not null constraint membership_product references app.product (product_id),
    person_id     uuid        not null constraint membership_person references app.person (person_id),
    role          text        not null constraint membership_role_known
        check (role in ('reader', 'author', 'reviewer', 'product_administrator', 'auditor')),
    ended_at      timestamptz,
    revision      int         not null constraint membership_revision_counts check (revision >= 1),
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now()
);

create unique index membership_once on app.membership (product_id, person_id, role) where ended_at is null;
create index membership_of_person on app.membership (person_id) where ended_at is null;

select audit.capture('app.membership');

-- a session: 32 random bytes live in the cookie, only their sha-256 lives here, so that a read of this table
-- opens no door.
create table run.session (
    session_id         uuid        not null constraint session_key primary key,
    token_hash         bytea       not null constraint session_token_once unique
        constraint session_token_is_hash check (octet_length(token_hash) = 32),
    person_id          uuid        not null constraint session_person references app.person (person_id),
    created_at         timestamptz not null default now(),
    last_seen_at       timestamptz not null default now(),
    -- ends when nobody has used it for a while …
    idle_expires_at    timestamptz not null,
    -- … and in any case here.
    expires_at         timestamptz not null,
    -- when the password was last given after signing in; approvals ask for it again.
    reauthenticated_at timestamptz,
    revoked_at         timestamptz,
    client             inet,
    user_agent         text        constraint session_user_agent_length check (length(user_agent) <= 400),
    workstation        text        constraint session_workstation_length check (length(workstation) between 1 and 120)
);

create index session_of_person on run.session (person_id, last_seen_at desc);

create table run.credential (
    person_id     uuid        not null constraint credential_key primary key
        constraint credential_person references app.person (person_id),
    -- the whole phc string: algorithm, cost, salt, hash.
    password_hash text        not null,
    changed_at    timestamptz not null default now()
);

-- one-time links. set_up makes the first administrator and therefore names nobody; first_password and reset let a
-- person choose a password.
create table run.password_token (
    password_token_id uuid        not null constraint password_token_key primary key,
    token_hash        bytea       not null constraint password_token_once unique
        constraint password_token_is_hash check (octet_length(token_hash) = 32),
    purpose           text        not null constraint password_token_purpose_known
        check (purpose in ('set_up', 'first_password', 'reset')),
    person_id         uuid        constraint password_token_person references app.person (person_id),
    made_by           uuid        constraint password_token_maker references app.person (person_id),
    created_at        timestamptz not null default now(),
    -- the set-up link holds until it is used or the server makes a new one.
    expires_at        timestamptz,
    used_at           timestamptz,
    constraint password_token_names_person check ((purpose = 'set_up') = (person_id is null)),
    constraint password_token_expires check (purpose = 'set_up' or expires_at is not null)
);

create index password_token_of_person on run.password_token (person_id) where used_at is null;

-- failed tries to sign in, per bucket: an account seen from one network, an account, a network. the bucket is a
-- hash, because what is typed into a name field is now and then a password.
create table run.throttle (
    bucket        bytea       not null constraint throttle_key primary key
        constraint throttle_bucket_is_hash check (octet_length(bucket) = 32),
    failures      int         not null constraint throttle_failures_count check (failures >= 0),
    last_at       timestamptz not null default now(),
    next_try_at   timestamptz not null default now()
);
