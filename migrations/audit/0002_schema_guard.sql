-- Refuses changes of the schema that would open the trail: anything in audit and guard, and dropping or disabling
-- what puts the tables of schema app on the trail. A migration says that it is one first:
--   select audit.begin_migration('migration.applied', 'what it is', null, null);
-- Event triggers need a superuser. Where there is none this file does nothing, and /readyz and the Trail page say
-- that the guard is absent.
--
-- These stop accidents and a stolen password of the serving role. A superuser can still take them away; that is
-- what signed checkpoints outside the machine are for.

-- Some drops remove the guard before it is asked; they are refused before they begin.
create function guard.before_schema_change() returns event_trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    bound audit.binding := audit.bound();
begin
    if bound.system_actor is distinct from 'migration' then
        raise exception '% is for migrations only.', tg_tag using errcode = 'HZ012';
    end if;
end
$function$;

create function guard.after_schema_change() returns event_trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    change record;
    bound audit.binding;
begin
    for change in
        select c.classid, c.objid, c.object_type, c.schema_name, c.object_identity
            from pg_event_trigger_ddl_commands() c
            where c.schema_name in ('audit', 'guard')
                or c.object_identity in ('audit', 'guard')
                or c.object_identity ~ '(^| on )(audit|guard)\.'
                or c.object_type ~* 'event trigger'
    loop
        bound := audit.bound();
        if bound.system_actor is distinct from 'migration' then
            raise exception '% touches %, which only a migration may change.', tg_tag, change.object_identity
                using errcode = 'HZ012';
        end if;
    end loop;
    if tg_tag = 'CREATE TRIGGER' and not guard.capture_is_genuine() then
        bound := audit.bound();
        if bound.system_actor is distinct from 'migration' then
            raise exception '% would take a table off the trail, which only a migration may do.', tg_tag
                using errcode = 'HZ012';
        end if;
    end if;
    if tg_tag in ('ALTER TABLE', 'ALTER TRIGGER', 'ALTER SCHEMA', 'GRANT', 'REVOKE', 'ALTER DEFAULT PRIVILEGES')
        and not guard.trail_is_whole()
    then
        bound := audit.bound();
        if bound.system_actor is distinct from 'migration' then
            raise exception '% would open the trail, which only a migration may do.', tg_tag using errcode = 'HZ012';
        end if;
    end if;
end
$function$;

create function guard.after_drop() returns event_trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    dropped record;
    bound audit.binding;
begin
    for dropped in
        select d.object_identity, d.object_type
            from pg_event_trigger_dropped_objects() d
            where not d.is_temporary
                and (
                    d.schema_name in ('audit', 'guard')
                    or d.object_identity in ('audit', 'guard')
                    or d.object_identity ~ '(^| on )(audit|guard)\.'
                    or (d.object_type = 'table' and d.schema_name = 'app')
                    or (d.object_type = 'trigger' and d.object_identity ~ '^hz_[a-z_]+ on app\.')
                )
    loop
        bound := audit.bound();
        if bound.system_actor is distinct from 'migration' then
            raise exception '% would drop %, which only a migration may do.', tg_tag, dropped.object_identity
                using errcode = 'HZ012';
        end if;
    end loop;
end
$function$;

-- Whether the triggers that carry the names of the capturing ones are the capturing ones: function, moment and no
-- condition. (Bits of tgtype: 2 before, 4 insert, 8 delete, 16 update, 32 truncate; none of 1, so once a statement.)
create function guard.capture_is_genuine() returns boolean
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
    select not exists (
        select from pg_trigger t
            join pg_class c on c.oid = t.tgrelid
            join pg_namespace n on n.oid = c.relnamespace
            join pg_proc f on f.oid = t.tgfoid
            join pg_namespace fn on fn.oid = f.pronamespace
            where n.nspname = 'app' and t.tgname like 'hz\_%'
                and (
                    t.tgqual is not null
                    or (t.tgname::text, fn.nspname || '.' || f.proname, t.tgtype) not in (
                        ('hz_capture_insert', 'audit.record_insert', 4),
                        ('hz_capture_update', 'audit.record_update', 16),
                        ('hz_refuse_delete', 'guard.refuse_removal', 10),
                        ('hz_refuse_truncate', 'guard.refuse_removal', 34)
                    )
                )
    )
$function$;

-- Whether every table of the trail is where it was, refuses changes, is nobody else's, and every captured table of
-- schema app is still captured.
create function guard.trail_is_whole() returns boolean
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
    select
        (
            select count(*) = 6 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'audit' and c.relkind = 'r'
                    and c.relname in ('entry', 'pii', 'client', 'key', 'incarnation', 'system_actor')
        )
        and not exists (
            select from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) granted
                where n.nspname = 'audit' and c.relkind = 'r' and granted.grantee <> c.relowner
        )
        and not exists (
            select from pg_trigger t
                join pg_class c on c.oid = t.tgrelid
                join pg_namespace n on n.oid = c.relnamespace
                join pg_proc f on f.oid = t.tgfoid
                join pg_namespace fn on fn.oid = f.pronamespace
                where fn.nspname in ('audit', 'guard')
                    and (t.tgenabled <> 'A' or n.nspname not in ('app', 'audit'))
        )
        and not exists (
            select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'app' and c.relkind = 'r'
                    and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname like 'hz\_%')
                    and (
                        select count(*) <> 4 from pg_trigger t
                            where t.tgrelid = c.oid and t.tgenabled = 'A'
                                and t.tgname in
                                    ('hz_capture_insert', 'hz_capture_update', 'hz_refuse_delete', 'hz_refuse_truncate')
                    )
        )
$function$;

revoke execute on all functions in schema guard from public;
grant execute on function guard.refuse_change() to hz_audit_owner;
grant execute on function guard.refuse_removal() to hz_app_owner;

do $install$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        create event trigger hz_guard_before on ddl_command_start
            when tag in ('DROP SCHEMA', 'DROP FUNCTION', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP OWNED')
            execute function guard.before_schema_change();
        create event trigger hz_guard_after on ddl_command_end execute function guard.after_schema_change();
        create event trigger hz_guard_drop on sql_drop execute function guard.after_drop();
        alter event trigger hz_guard_before enable always;
        alter event trigger hz_guard_after enable always;
        alter event trigger hz_guard_drop enable always;
    else
        -- The coat that cluster/0001_roles.sql put on.
        execute format('revoke hz_audit_owner, hz_app_owner from %I', current_user);
    end if;
end
$install$;
