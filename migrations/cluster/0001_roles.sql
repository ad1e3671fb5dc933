-- The roles of a Hazel cluster. Run as superuser, or as a role that may create roles. May be run again.
--
--   hz_audit_owner  owns the trail. Nobody signs in as it, nobody is a member of it.
--   hz_app_owner    owns the tables of the product. Nobody signs in as it.
--   hz_migrate      signs in to migrate, and must put on hz_app_owner knowingly (noinherit).
--   hz_app          serves. Reads, inserts, updates; no delete, no truncate, no door to the trail's tables.
--   hz_backup       copies.
--
-- Passwords are not set here: the private Postgres maps operating system users, other servers set their own.

do $roles$
declare
    owner_role text;
begin
    foreach owner_role in array array['hz_audit_owner', 'hz_app_owner'] loop
        if not exists (select from pg_roles where rolname = owner_role) then
            execute format('create role %I nologin noinherit', owner_role);
        end if;
    end loop;
    if not exists (select from pg_roles where rolname = 'hz_migrate') then
        create role hz_migrate login noinherit;
    end if;
    if not exists (select from pg_roles where rolname = 'hz_app') then
        create role hz_app login noinherit;
    end if;
    if not exists (select from pg_roles where rolname = 'hz_backup') then
        create role hz_backup login;
    end if;
    if not pg_has_role('hz_migrate', 'hz_app_owner', 'member') then
        grant hz_app_owner to hz_migrate;
    end if;
    if (select rolsuper from pg_roles where rolname = current_user) then
        alter role hz_backup replication;
        grant pg_read_all_data to hz_backup;
    else
        -- Without a superuser the installing role puts on the owner's coat for the trail's migrations; the last
        -- statement of each of them takes it off again.
        execute format('grant hz_audit_owner, hz_app_owner to %I', current_user);
    end if;
end
$roles$;

-- A forgotten transaction must not hold locks, a lost query must not run for ever.
alter role hz_app set idle_in_transaction_session_timeout = '10s';
alter role hz_app set statement_timeout = '15s';
alter role hz_app set lock_timeout = '3s';
alter role hz_app set search_path = 'pg_catalog';
alter role hz_app set timezone = 'UTC';
alter role hz_migrate set lock_timeout = '10s';
alter role hz_migrate set timezone = 'UTC';
