-- The trail: who changed what, when and why. Run as superuser (or as the role that ran cluster/0001_roles.sql),
-- in one transaction.
--
-- What holds from here on:
--   * A row in schema app changes together with its entry here, or not at all.
--   * An entry names a person whose live session token the database has seen itself, or one of a closed list of
--     system actors. A setting made up by the client is refused: the context carries a keyed digest over the
--     transaction's number, and only the trail's owner can read the key.
--   * Entries are added, never changed and never removed, by no role, the owner included.
--
-- Refusals have states of their own:
--   HZ001 no live session for the token      HZ002 write without an actor
--   HZ003 revision does not follow           HZ004 the context is not genuine
--   HZ005 an actor is already bound          HZ006 not among the system actor's acts
--   HZ010 the trail is append only           HZ011 records are withdrawn, not deleted
--   HZ012 this change of the schema needs a migration

create schema audit authorization hz_audit_owner;
create schema app authorization hz_app_owner;
create schema run authorization hz_app_owner;
-- The functions that protect the trail live apart from it and belong to the installing role: were they inside
-- schema audit, dropping that schema would take its own protection down with it, and succeed.
create schema guard;

revoke create on schema public from public;
grant usage on schema audit to hz_app, hz_app_owner, hz_migrate;
grant usage on schema app, run to hz_app, hz_audit_owner, hz_migrate;
grant usage on schema guard to hz_app_owner, hz_audit_owner;

-- Tables of later migrations get their grants by themselves. The trail's owner reads sessions and people to find
-- the actor, and the product's tables to compare them with the trail.
alter default privileges for role hz_app_owner in schema app grant select, insert, update on tables to hz_app;
alter default privileges for role hz_app_owner in schema app grant usage on sequences to hz_app;
alter default privileges for role hz_app_owner in schema app grant select on tables to hz_audit_owner;
alter default privileges for role hz_app_owner in schema run grant select, insert, update, delete on tables to hz_app;
alter default privileges for role hz_app_owner in schema run grant usage on sequences to hz_app;
alter default privileges for role hz_app_owner in schema run grant select on tables to hz_audit_owner;
alter default privileges for role hz_audit_owner revoke execute on functions from public;

-- What refuses. Fired also for the owner and for a superuser that plays a replica (enable always).

create function guard.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception 'Entries of the trail are added, never changed and never removed.'
        using errcode = 'HZ010', table = tg_table_name, schema = tg_table_schema;
end
$function$;

create function guard.refuse_removal() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception 'Records are withdrawn, never deleted.'
        using errcode = 'HZ011', table = tg_table_name, schema = tg_table_schema;
end
$function$;

set role hz_audit_owner;

-- One life of the installation. A restore that lost entries opens the next one and says what is missing.
create table audit.incarnation (
    incarnation int primary key,
    started_at timestamptz not null default clock_timestamp(),
    reason text not null,
    system_identifier text not null,
    previous_size bigint,
    previous_root bytea,
    gap_note text
);

-- The key that makes an actor context genuine: the two padded halves of HMAC-SHA-256, so that a digest costs two
-- hashes and no arithmetic. One key for each incarnation.
create table audit.key (
    incarnation int primary key references audit.incarnation,
    inner_pad bytea not null,
    outer_pad bytea not null,
    created_at timestamptz not null default clock_timestamp()
);

-- The acts that no signed-in person does, each with its own few actions and tables (patterns of `like`).
create table audit.system_actor (
    system_actor text primary key,
    actions text[] not null,
    tables text[] not null
);

-- The addresses that requests came from. Personal data, so they stand apart and can be erased by themselves.
create table audit.client (
    client_ref bigint generated always as identity primary key,
    session uuid,
    address inet not null,
    constraint client_once unique nulls not distinct (session, address)
);

create table audit.entry (
    entry_id bigint generated always as identity (cache 1) primary key,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    action text not null,
    change text not null,
    rec_type text not null,
    product uuid,
    rec uuid,
    ver int,
    actor uuid,
    system_actor text,
    on_behalf uuid,
    session uuid,
    request text not null,
    reason text,
    client_ref bigint,
    workstation text,
    db_user name not null default session_user,
    app_build text,
    schema_rev int not null default 1,
    incarnation int not null,
    signature uuid,
    salt uuid not null default gen_random_uuid(),
    body jsonb,
    pii_ref bigint,
    constraint entry_record_version unique (rec, ver),
    constraint entry_change_known check (change in ('insert', 'update', 'event')),
    constraint entry_has_one_actor check ((actor is null) <> (system_actor is null)),
    constraint entry_of_row_names_record check (change = 'event' or (rec is not null and ver is not null)),
    constraint entry_action_is_a_name check (action ~ '^[a-z0-9_]+\.[a-z0-9_]+$' and length(action) <= 80)
);

-- The Trail page: newest first, by one of these, and on from the last entry seen.
create index entry_by_product on audit.entry (product, entry_id desc);
create index entry_by_actor on audit.entry (actor, entry_id desc);
create index entry_by_action on audit.entry (action, entry_id desc);
create index entry_by_record on audit.entry (rec, entry_id desc);
create index entry_by_time on audit.entry (at);

-- The personal part of an entry. The one table that an erasure procedure may touch one day; the entry stays.
create table audit.pii (
    entry_id bigint primary key,
    salt uuid not null default gen_random_uuid(),
    body jsonb not null
);

-- What the context of a transaction says, once it was found genuine.
create type audit.binding as (
    xid xid8,
    incarnation int,
    actor uuid,
    system_actor text,
    session uuid,
    request text,
    action text,
    reason text,
    client_ref bigint,
    workstation text,
    app_build text
);

insert into audit.system_actor (system_actor, actions, tables) values
    ('set_up', '{set_up.%,person.%,account.%,session.%,sign_in.%}', '{person}'),
    ('sign_in', '{sign_in.%,sign_out.%,session.%,password.%,account.%,person.%,access.%}', '{}'),
    ('command_line', '{command_line.%,person.%,account.%,password.%,membership.%,member.%,configuration.%,backup.%,restore.%,server.%,export.%,trail.%}', '{person,membership}'),
    ('migration', '{migration.%,configuration.%,server.%,restore.%}', '{%}'),
    ('demonstration', '{%}', '{%}');

insert into audit.incarnation (incarnation, reason, system_identifier)
select 1, 'installation', system_identifier::text from pg_control_system();

do $key$
declare
    secret bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
    for n in 0..31 loop
        inner_pad := set_byte(inner_pad, n, get_byte(secret, n) # 54);
        outer_pad := set_byte(outer_pad, n, get_byte(secret, n) # 92);
    end loop;
    insert into audit.key (incarnation, inner_pad, outer_pad) values (1, inner_pad, outer_pad);
end
$key$;

-- Nothing but additions, for everybody.
create trigger refuse_change before update or delete or truncate on audit.entry
    for each statement execute function guard.refuse_change();
alter table audit.entry enable always trigger refuse_change;
create trigger refuse_change before update or delete or truncate on audit.pii
    for each statement execute function guard.refuse_change();
alter table audit.pii enable always trigger refuse_change;
create trigger refuse_change before update or delete or truncate on audit.client
    for each statement execute function guard.refuse_change();
alter table audit.client enable always trigger refuse_change;
create trigger refuse_change before update or delete or truncate on audit.incarnation
    for each statement execute function guard.refuse_change();
alter table audit.incarnation enable always trigger refuse_change;
create trigger refuse_change before update or delete or truncate on audit.key
    for each statement execute function guard.refuse_change();
alter table audit.key enable always trigger refuse_change;

-- The context --------------------------------------------------------------------------------------------------

-- Binds an actor to the transaction that runs now. Private: only the functions below call it.
create function audit.bind(
    actor uuid, system_actor text, session uuid, action text, request text, reason text, client inet, workstation text
) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding;
    payload text;
    inner_half bytea;
    outer_half bytea;
begin
    -- A composite is null when all of it is; `is not null` would ask whether none of it is.
    if not (audit.bound() is null) then
        raise exception 'This transaction already has an actor.' using errcode = 'HZ005';
    end if;
    select k.incarnation, k.inner_pad, k.outer_pad into strict bound.incarnation, inner_half, outer_half
        from audit.key k order by k.incarnation desc limit 1;
    bound.xid := pg_current_xact_id();
    bound.actor := actor;
    bound.system_actor := system_actor;
    bound.session := session;
    bound.request := coalesce(request, '');
    bound.action := action;
    bound.reason := nullif(reason, '');
    bound.workstation := workstation;
    bound.app_build := nullif(current_setting('hz.build', true), '');
    if client is not null then
        select c.client_ref into bound.client_ref from audit.client c
            where c.session is not distinct from bind.session and c.address = bind.client;
        if not found then
            insert into audit.client (session, address) values (bind.session, bind.client)
                on conflict do nothing returning client_ref into bound.client_ref;
            if not found then
                select c.client_ref into bound.client_ref from audit.client c
                    where c.session is not distinct from bind.session and c.address = bind.client;
            end if;
        end if;
    end if;
    payload := bound::text;
    perform set_config(
        'hz.context',
        encode(sha256(outer_half || sha256(inner_half || convert_to(payload, 'UTF8'))), 'hex') || payload,
        true
    );
end
$function$;

-- The actor of this transaction: null when none was bound, an error when somebody made one up.
create function audit.bound() returns audit.binding
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    context text := current_setting('hz.context', true);
    payload text;
    digest text;
    bound audit.binding;
begin
    if context is null or context = '' then
        return null;
    end if;
    payload := substr(context, 65);
    select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(payload, 'UTF8'))), 'hex') into digest
        from audit.key k order by k.incarnation desc limit 1;
    if digest <> left(context, 64) then
        raise exception 'The actor of this transaction is not genuine.' using errcode = 'HZ004';
    end if;
    bound := payload::audit.binding;
    if bound.xid <> pg_current_xact_id() then
        raise exception 'The actor of this transaction belongs to another transaction.' using errcode = 'HZ004';
    end if;
    return bound;
end
$function$;

-- Binds the person of a live session, found by the token that only their browser has.
create function audit.begin(token bytea, action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    the_session uuid;
    the_person uuid;
    the_workstation text;
begin
    select s.session_id, s.person_id, s.workstation into the_session, the_person, the_workstation
        from run.session s
        join app.person p on p.person_id = s.person_id
        where s.token_hash = sha256(token)
            and s.revoked_at is null
            and s.idle_expires_at > clock_timestamp()
            and s.expires_at > clock_timestamp()
            and p.disabled_at is null;
    if not found then
        raise exception 'There is no live session for this token.' using errcode = 'HZ001';
    end if;
    perform audit.bind(the_person, null, the_session, action, request, reason, client, the_workstation);
end
$function$;

-- Binds a system actor to one of its own actions. Private.
create function audit.bind_system(system_actor text, action text, request text, reason text, client inet)
    returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if not exists (
        select from audit.system_actor s
            where s.system_actor = bind_system.system_actor and bind_system.action like any (s.actions)
    ) then
        raise exception 'The action % is not among those of %.', action, system_actor using errcode = 'HZ006';
    end if;
    perform audit.bind(null, system_actor, null, action, request, reason, client, null);
end
$function$;

-- The first administrator is made once: as long as there is none.
create function audit.begin_set_up(action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if exists (select from app.person p where p.site_administrator) then
        raise exception 'The installation has an administrator already.' using errcode = 'HZ006';
    end if;
    perform audit.bind_system('set_up', action, request, reason, client);
end
$function$;

create function audit.begin_sign_in(action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform audit.bind_system('sign_in', action, request, reason, client);
end
$function$;

create function audit.begin_command_line(action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform audit.bind_system('command_line', action, request, reason, client);
end
$function$;

-- The serving role has no right to this one: while it is bound, the schema may change.
create function audit.begin_migration(action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform audit.bind_system('migration', action, request, reason, client);
end
$function$;

create function audit.begin_demonstration(action text, request text, reason text, client inet) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform audit.bind_system('demonstration', action, request, reason, client);
end
$function$;

-- Writing ------------------------------------------------------------------------------------------------------

-- The actor of this transaction, or the refusal that every write without one gets.
create function audit.writer(rec_type text) returns audit.binding
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding := audit.bound();
begin
    if bound is null then
        raise exception 'Nothing is written without an actor.' using errcode = 'HZ002', table = rec_type;
    end if;
    if bound.system_actor is not null and not exists (
        select from audit.system_actor s
            where s.system_actor = bound.system_actor and rec_type like any (s.tables)
    ) then
        raise exception 'The system actor % does not write %.', bound.system_actor, rec_type
            using errcode = 'HZ006', table = rec_type;
    end if;
    return bound;
end
$function$;

-- The demonstration writes its own products and nobody else's, and its people administer nothing.
create function audit.refuse_beyond_demonstration(rec_type text, image jsonb) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if rec_type = 'person' then
        if (image ->> 'site_administrator')::boolean is not true then
            return;
        end if;
    elsif exists (
        select from app.product p where p.product_id = (image ->> 'product_id')::uuid and p.demonstration
    ) then
        return;
    end if;
    raise exception 'The demonstration writes demonstration products only.'
        using errcode = 'HZ006', table = rec_type;
end
$function$;

-- After insert, once a statement: one entry for each row, with the whole row.
-- Arguments: the key column, the personal columns (comma between), the revision of the table's shape.
create function audit.record_insert() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding;
    personal text[] := string_to_array(tg_argv[1], ',');
    image jsonb;
    entry bigint;
begin
    for image in select to_jsonb(n) from new_rows n loop
        if bound is null then
            bound := audit.writer(tg_table_name);
        end if;
        if (image ->> 'revision') is distinct from '1' then
            raise exception 'A new record starts with revision 1.' using errcode = 'HZ003', table = tg_table_name;
        end if;
        if bound.system_actor = 'demonstration' then
            perform audit.refuse_beyond_demonstration(tg_table_name, image);
        end if;
        insert into audit.entry (
            action, change, rec_type, product, rec, ver, actor, system_actor, session, request, reason,
            client_ref, workstation, app_build, schema_rev, incarnation, body
        ) values (
            bound.action, 'insert', tg_table_name, (image ->> 'product_id')::uuid, (image ->> tg_argv[0])::uuid, 1,
            bound.actor, bound.system_actor, bound.session, bound.request, bound.reason, bound.client_ref,
            bound.workstation, bound.app_build, tg_argv[2]::int, bound.incarnation, image - personal
        ) returning entry_id into entry;
        if personal <> '{}' then
            insert into audit.pii (entry_id, body)
                select entry, jsonb_object_agg(e.key, e.value) from jsonb_each(image) e where e.key = any (personal);
        end if;
    end loop;
    return null;
end
$function$;

-- After update, once a statement: one entry for each row that is different now.
create function audit.record_update() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding;
    personal text[] := string_to_array(tg_argv[1], ',');
    image jsonb;
    before jsonb;
    entry bigint;
begin
    for image, before in
        select n.image, o.image
            from (select to_jsonb(r) as image from new_rows r) n
            left join (select to_jsonb(r) as image from old_rows r) o
                on o.image ->> tg_argv[0] = n.image ->> tg_argv[0]
            where n.image is distinct from o.image
    loop
        if bound is null then
            bound := audit.writer(tg_table_name);
        end if;
        if before is null
            or (image ->> 'revision')::int is distinct from (before ->> 'revision')::int + 1
            or (image ->> 'product_id') is distinct from (before ->> 'product_id')
        then
            raise exception 'A changed record keeps its key and its product, and its revision goes up by one.'
                using errcode = 'HZ003', table = tg_table_name;
        end if;
        if bound.system_actor = 'demonstration' then
            perform audit.refuse_beyond_demonstration(tg_table_name, image);
        end if;
        insert into audit.entry (
            action, change, rec_type, product, rec, ver, actor, system_actor, session, request, reason,
            client_ref, workstation, app_build, schema_rev, incarnation, body
        ) values (
            bound.action, 'update', tg_table_name, (image ->> 'product_id')::uuid, (image ->> tg_argv[0])::uuid,
            (image ->> 'revision')::int, bound.actor, bound.system_actor, bound.session, bound.request, bound.reason,
            bound.client_ref, bound.workstation, bound.app_build, tg_argv[2]::int, bound.incarnation,
            image - personal
        ) returning entry_id into entry;
        if personal <> '{}' then
            insert into audit.pii (entry_id, body)
                select entry, jsonb_object_agg(e.key, e.value) from jsonb_each(image) e where e.key = any (personal);
        end if;
    end loop;
    return null;
end
$function$;

-- What is no row but belongs on the trail: sign-ins good and bad, exports, denied access, configuration.
create function audit.event(
    action text, rec_type text, rec uuid, product uuid, body jsonb, personal jsonb default null
) returns bigint
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding := audit.bound();
    entry bigint;
begin
    if bound is null then
        raise exception 'Nothing is written without an actor.' using errcode = 'HZ002';
    end if;
    if bound.system_actor is not null and not exists (
        select from audit.system_actor s
            where s.system_actor = bound.system_actor and event.action like any (s.actions)
    ) then
        raise exception 'The action % is not among those of %.', action, bound.system_actor using errcode = 'HZ006';
    end if;
    insert into audit.entry (
        action, change, rec_type, product, rec, actor, system_actor, session, request, reason, client_ref,
        workstation, app_build, incarnation, body
    ) values (
        event.action, 'event', event.rec_type, event.product, event.rec, bound.actor, bound.system_actor,
        bound.session, bound.request, bound.reason, bound.client_ref, bound.workstation, bound.app_build,
        bound.incarnation, event.body
    ) returning entry_id into entry;
    if personal is not null then
        insert into audit.pii (entry_id, body) values (entry, event.personal);
    end if;
    return entry;
end
$function$;

-- Puts a table of schema app on the trail. Called by the migration that creates the table, as its owner:
--   select audit.capture('app.hazard');
--   select audit.capture('app.person', personal => array['name', 'email']);
-- The table has a key `<table>_id uuid` and a column `revision int`; `product_id` where it belongs to a product.
create function audit.capture(captured regclass, personal text[] default '{}', schema_rev int default 1) returns void
    language plpgsql
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    short_name text;
    schema_name text;
    needed text;
    arguments text;
begin
    select c.relname, n.nspname into strict short_name, schema_name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = captured;
    if schema_name <> 'app' then
        raise exception 'Only tables of schema app are captured, % is not.', captured;
    end if;
    foreach needed in array array[short_name || '_id', 'revision'] || personal loop
        if not exists (
            select from pg_attribute a where a.attrelid = captured and a.attname = needed and not a.attisdropped
        ) then
            raise exception 'The table % can not be captured without a column %.', captured, needed;
        end if;
    end loop;
    arguments := format('%L, %L, %L', short_name || '_id', array_to_string(personal, ','), schema_rev);
    execute format(
        'create or replace trigger hz_capture_insert after insert on %s referencing new table as new_rows '
        'for each statement execute function audit.record_insert(%s)', captured, arguments);
    execute format(
        'create or replace trigger hz_capture_update after update on %s '
        'referencing old table as old_rows new table as new_rows '
        'for each statement execute function audit.record_update(%s)', captured, arguments);
    execute format(
        'create or replace trigger hz_refuse_delete before delete on %s '
        'for each statement execute function guard.refuse_removal()', captured);
    execute format(
        'create or replace trigger hz_refuse_truncate before truncate on %s '
        'for each statement execute function guard.refuse_removal()', captured);
    -- One command, so that no half-captured table is ever seen, by the schema guard neither.
    execute format(
        'alter table %s enable always trigger hz_capture_insert, enable always trigger hz_capture_update, '
        'enable always trigger hz_refuse_delete, enable always trigger hz_refuse_truncate', captured);
end
$function$;

-- Reading ------------------------------------------------------------------------------------------------------

-- The name of a person at the time of an entry, from the trail itself: nobody's name is rewritten backwards.
create view audit.entry_view as
select
    e.entry_id, e.at, e.action, e.change, e.rec_type, e.product, e.rec, e.ver,
    e.actor, e.system_actor, e.on_behalf, e.session, e.request, e.reason, e.workstation, e.app_build,
    e.schema_rev, e.incarnation, e.signature,
    (
        select p.body ->> 'name'
            from audit.entry known join audit.pii p on p.entry_id = known.entry_id
            where known.rec = e.actor and known.ver is not null and known.entry_id <= e.entry_id
            order by known.ver desc limit 1
    ) as actor_name,
    (select c.address from audit.client c where c.client_ref = e.client_ref) as client,
    coalesce(e.body, '{}') || coalesce((select p.body from audit.pii p where p.entry_id = e.entry_id), '{}') as body,
    (
        select o.body || coalesce((select p.body from audit.pii p where p.entry_id = o.entry_id), '{}')
            from audit.entry o where o.rec = e.rec and o.ver = e.ver - 1
    ) as old_body
from audit.entry e;

-- Whether the guard against changes of the schema is in place; without a superuser it is not.
create function audit.schema_guard_present() returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $function$
    select count(*) = 3 from pg_event_trigger where evtname like 'hz\_guard\_%' and evtenabled = 'A'
$function$;

grant select on audit.entry_view to hz_app;
grant execute on function audit.begin(bytea, text, text, text, inet) to hz_app;
grant execute on function audit.begin_set_up(text, text, text, inet) to hz_app;
grant execute on function audit.begin_sign_in(text, text, text, inet) to hz_app;
grant execute on function audit.begin_command_line(text, text, text, inet) to hz_app, hz_migrate;
grant execute on function audit.begin_demonstration(text, text, text, inet) to hz_app;
grant execute on function audit.begin_migration(text, text, text, inet) to hz_app_owner, hz_migrate;
grant execute on function audit.event(text, text, uuid, uuid, jsonb, jsonb) to hz_app, hz_app_owner, hz_migrate;
grant execute on function audit.capture(regclass, text[], int) to hz_app_owner;
grant execute on function audit.record_insert() to hz_app_owner;
grant execute on function audit.record_update() to hz_app_owner;
grant execute on function audit.schema_guard_present() to hz_app, hz_app_owner, hz_migrate;

reset role;
