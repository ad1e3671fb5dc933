-- The trail, read by page at any length, and written many entries at a time.

do $coat$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        -- The coat of cluster/0001_roles.sql; the last statement of this file takes it off again.
        execute format('grant hz_audit_owner to %I', current_user);
    end if;
end
$coat$;

set role hz_audit_owner;

-- Each list of the Trail page is asked for product by product (or for what belongs to none), filtered by one thing,
-- newest first: a range of one of these. Before, an entry that is rare in one product was looked for among those of all.
drop index audit.entry_by_product, audit.entry_by_actor, audit.entry_by_action, audit.entry_by_record, audit.entry_by_time;
create index entry_by_product on audit.entry (product, entry_id desc) include (at);
create index entry_by_actor on audit.entry (product, actor, entry_id desc) include (at) where actor is not null;
create index entry_by_system_actor on audit.entry (product, system_actor, entry_id desc) include (at)
    where system_actor is not null;
create index entry_by_action on audit.entry (product, action, entry_id desc) include (at);
create index entry_by_kind on audit.entry (product, rec_type, entry_id desc) include (at);
create index entry_by_workstation on audit.entry (product, workstation, entry_id desc) include (at)
    where workstation is not null;
-- Entries lie in the order of their making, so a few times a stretch of the table are enough to find a day.
create index entry_by_time on audit.entry using brin (at) with (pages_per_range = 16, autosummarize = on);
-- What a record went through is found by the constraint entry_record_version.

-- A condition of a table is read anew for every statement, which costs more than the condition. What these two say holds
-- by itself (the kind of change is a word of the functions below), or is asked once a transaction.
alter table audit.entry drop constraint entry_change_known, drop constraint entry_action_is_a_name;

-- Binds an actor to the transaction that runs now. Private: only functions that set the search path call it.
create or replace function audit.bind(
    actor uuid, system_actor text, session uuid, action text, request text, reason text, client inet, workstation text
) returns void
    language plpgsql
    security invoker
as $function$
declare
    bound audit.binding;
    payload text;
    inner_half bytea;
    outer_half bytea;
begin
    if action is null or action !~ '^[a-z0-9_]+\.[a-z0-9_]+$' or length(action) > 80 then
        raise exception 'An action is an area and a deed: %.', action
            using errcode = 'check_violation', constraint = 'entry_action_is_a_name';
    end if;
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

-- What is no row but belongs on the trail.
create or replace function audit.event(
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
    if event.action is null or event.action !~ '^[a-z0-9_]+\.[a-z0-9_]+$' or length(event.action) > 80 then
        raise exception 'An action is an area and a deed: %.', event.action
            using errcode = 'check_violation', constraint = 'entry_action_is_a_name';
    end if;
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

-- After insert, once a statement: one entry for each row, with the whole row. Tables without personal columns, which
-- are nearly all, get their entries in one statement however many rows there are.
-- Arguments: the key column, the personal columns (comma between), the revision of the table's shape.
create or replace function audit.record_insert() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding;
    personal text[] := string_to_array(tg_argv[1], ',');
    image jsonb;
    entry bigint;
    is_bound boolean;
    found_rows bigint;
    wrong bigint;
begin
    if personal = '{}' then
        bound := audit.bound();
        is_bound := not (bound is null);
    end if;
    if personal = '{}' and bound.system_actor is distinct from 'demonstration' then
        with images as materialized (
            select to_jsonb(n) as image from new_rows n
        ), entries as (
            insert into audit.entry (
                action, change, rec_type, product, rec, ver, actor, system_actor, session, request, reason,
                client_ref, workstation, app_build, schema_rev, incarnation, body
            )
            select
                bound.action, 'insert', tg_table_name, (i.image ->> 'product_id')::uuid, (i.image ->> tg_argv[0])::uuid, 1,
                bound.actor, bound.system_actor, bound.session, bound.request, bound.reason, bound.client_ref,
                bound.workstation, bound.app_build, tg_argv[2]::int, bound.incarnation, i.image
            from images i
            where is_bound and i.image ->> 'revision' = '1'
        )
        select count(*), count(*) filter (where (i.image ->> 'revision') is distinct from '1') into found_rows, wrong
            from images i;
        if wrong > 0 then
            raise exception 'A new record starts with revision 1.' using errcode = 'HZ003', table = tg_table_name;
        end if;
        if found_rows > 0 and (not is_bound or bound.system_actor is not null) then
            -- Refuses a write without an actor, and a system actor that does not write this table.
            perform audit.writer(tg_table_name);
        end if;
        return null;
    end if;
    bound := null;
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
create or replace function audit.record_update() returns trigger
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
    is_bound boolean;
    found_rows bigint;
    wrong bigint;
begin
    if personal = '{}' then
        bound := audit.bound();
        is_bound := not (bound is null);
    end if;
    if personal = '{}' and bound.system_actor is distinct from 'demonstration' then
        with images as materialized (
            select
                n.image,
                o.image is not null
                    and (n.image ->> 'revision')::int is not distinct from (o.image ->> 'revision')::int + 1
                    and (n.image ->> 'product_id') is not distinct from (o.image ->> 'product_id') as follows
                from (select to_jsonb(r) as image from new_rows r) n
                left join (select to_jsonb(r) as image from old_rows r) o
                    on o.image ->> tg_argv[0] = n.image ->> tg_argv[0]
                where n.image is distinct from o.image
        ), entries as (
            insert into audit.entry (
                action, change, rec_type, product, rec, ver, actor, system_actor, session, request, reason,
                client_ref, workstation, app_build, schema_rev, incarnation, body
            )
            select
                bound.action, 'update', tg_table_name, (i.image ->> 'product_id')::uuid, (i.image ->> tg_argv[0])::uuid,
                (i.image ->> 'revision')::int, bound.actor, bound.system_actor, bound.session, bound.request,
                bound.reason, bound.client_ref, bound.workstation, bound.app_build, tg_argv[2]::int, bound.incarnation,
                i.image
            from images i
            where is_bound and i.follows
        )
        select count(*), count(*) filter (where not i.follows) into found_rows, wrong from images i;
        if wrong > 0 then
            raise exception 'A changed record keeps its key and its product, and its revision goes up by one.'
                using errcode = 'HZ003', table = tg_table_name;
        end if;
        if found_rows > 0 and (not is_bound or bound.system_actor is not null) then
            perform audit.writer(tg_table_name);
        end if;
        return null;
    end if;
    bound := null;
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

-- Only functions that set the search path call these, and nobody else may: setting it again in each of them, and back,
-- was a tenth of what a write costs.
alter function audit.bound() security invoker reset search_path;
alter function audit.writer(text) security invoker reset search_path;
alter function audit.bind_system(text, text, text, text, inet) security invoker reset search_path;
alter function audit.refuse_beyond_demonstration(text, jsonb) security invoker reset search_path;

reset role;

do $coat$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('revoke hz_audit_owner from %I', current_user);
    end if;
end
$coat$;
