-- what makes lists and counts cost the same however long the register.
--
-- everything in schema run is derived from the records in schema app: it can be made anew at any time and is no
-- evidence.

-- how many rows of a register stand where. kept in steps: each statement adds what it moves, and the sum counts. a
-- single number that everybody changes would make everybody wait for everybody. now and then the steps of a product
-- are added up.
create table run.register_tally (
    register_tally_id bigint   generated always as identity constraint register_tally_key primary key,
    product_id        uuid     not null,
    -- initial, left: rows in a cell of the matrix (place: the cell; 0: in none). evaluation: rows by what is left (0 not
    -- estimated, 1 acceptable, 2 reduce, 3 unacceptable). withdrawn: rows that were. class, firm_class: rows by the class
    -- that they need (1 to 3). severe: rows with a harm of severity 3 or more. blocked, warned: rows with findings of
    -- that weight. blocks, warns: the findings themselves.
    what              text     not null,
    place             smallint not null,
    moved             int      not null
);

create index register_tally_of_product on run.register_tally (product_id) include (what, place, moved);

-- adds the steps of these products up. the lock is only tried: who comes second leaves the work to who came first.
create function run.fold_tally(products uuid[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    folded uuid;
begin
    foreach folded in array coalesce(products, '{}') loop
        if pg_try_advisory_xact_lock(hashtextextended('tally ' || folded::text, 0)) then
            with gone as (
                delete from run.register_tally t where t.product_id = folded returning t.what, t.place, t.moved
            )
            insert into run.register_tally (product_id, what, place, moved)
                select folded, g.what, g.place, sum(g.moved) from gone g group by 2, 3 having sum(g.moved) <> 0;
        end if;
    end loop;
end;
$$;

-- where a row of the register is counted.
create function run.places_of_risk(initial_cell smallint, left_cell smallint, evaluation text, withdrawn_at timestamptz)
    returns table (what text, place smallint)
    language sql
    immutable
as $$
    select 'initial', coalesce(initial_cell, 0::smallint) where withdrawn_at is null
    union all
    select 'left', coalesce(left_cell, 0::smallint) where withdrawn_at is null
    union all
    select 'evaluation', (case evaluation when 'acceptable' then 1 when 'reduce' then 2 when 'unacceptable' then 3 else 0 end)::smallint
        where withdrawn_at is null
    union all
    select 'withdrawn', 0::smallint where withdrawn_at is not null
$$;

create function run.count_risks() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    due uuid[];
begin
    if tg_op = 'INSERT' then
        with added as (
            insert into run.register_tally (product_id, what, place, moved)
                select r.product_id, p.what, p.place, count(*)
                    from new_rows r,
                         run.places_of_risk(r.initial_cell, r.left_cell, r.left_evaluation, r.withdrawn_at) p
                    group by 1, 2, 3
                returning register_tally_id as step, product_id
        )
        select array_agg(distinct a.product_id) into due from added a where a.step % 100 = 0;
    else
        with added as (
            insert into run.register_tally (product_id, what, place, moved)
                select r.product_id, p.what, p.place, sum(r.sign)
                    from (
                        select 1 as sign, n.product_id, n.initial_cell, n.left_cell, n.left_evaluation, n.withdrawn_at
                            from new_rows n
                        union all
                        select -1, o.product_id, o.initial_cell, o.left_cell, o.left_evaluation, o.withdrawn_at
                            from old_rows o
                    ) r,
                    run.places_of_risk(r.initial_cell, r.left_cell, r.left_evaluation, r.withdrawn_at) p
                    group by 1, 2, 3
                    having sum(r.sign) <> 0
                returning register_tally_id as step, product_id
        )
        select array_agg(distinct a.product_id) into due from added a where a.step % 100 = 0;
    end if;
    perform run.fold_tally(due);
    return null;
end;
$$;

create trigger risk_insert_is_counted after insert on app.risk
    referencing new table as new_rows
    for each statement execute function run.count_risks();
create trigger risk_update_is_counted after update on app.risk
    referencing old table as old_rows new table as new_rows
    for each statement execute function run.count_risks();

-- where what the rules say about a row is counted, and how much.
create function run.places_of_standing(class smallint, firm_class smallint, severe boolean, blocks smallint, warns smallint)
    returns table (what text, place smallint, moved int)
    language sql
    immutable
as $$
    select 'class', class, 1
    union all
    select 'firm_class', firm_class, 1
    union all
    select 'severe', 0::smallint, 1 where severe
    union all
    select 'blocked', 0::smallint, 1 where blocks > 0
    union all
    select 'blocks', 0::smallint, blocks::int where blocks > 0
    union all
    select 'warned', 0::smallint, 1 where warns > 0
    union all
    select 'warns', 0::smallint, warns::int where warns > 0
$$;

create function run.count_standings() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    due uuid[];
begin
    if tg_op = 'INSERT' then
        with added as (
            insert into run.register_tally (product_id, what, place, moved)
                select r.product_id, p.what, p.place, sum(p.moved)
                    from new_rows r, run.places_of_standing(r.class, r.firm_class, r.severe, r.blocks, r.warns) p
                    group by 1, 2, 3
                returning register_tally_id as step, product_id
        )
        select array_agg(distinct a.product_id) into due from added a where a.step % 100 = 0;
    elsif tg_op = 'DELETE' then
        with added as (
            insert into run.register_tally (product_id, what, place, moved)
                select r.product_id, p.what, p.place, -sum(p.moved)
                    from old_rows r, run.places_of_standing(r.class, r.firm_class, r.severe, r.blocks, r.warns) p
                    group by 1, 2, 3
                returning register_tally_id as step, product_id
        )
        select array_agg(distinct a.product_id) into due from added a where a.step % 100 = 0;
    else
        with added as (
            insert into run.register_tally (product_id, what, place, moved)
                select r.product_id, p.what, p.place, sum(r.sign * p.moved)
                    from (
                        select 1 as sign, n.product_id, n.class, n.firm_class, n.severe, n.blocks, n.warns from new_rows n
                        union all
                        select -1, o.product_id, o.class, o.firm_class, o.severe, o.blocks, o.warns from old_rows o
                    ) r,
                    run.places_of_standing(r.class, r.firm_class, r.severe, r.blocks, r.warns) p
                    group by 1, 2, 3
                    having sum(r.sign * p.moved) <> 0
                returning register_tally_id as step, product_id
        )
        select array_agg(distinct a.product_id) into due from added a where a.step % 100 = 0;
    end if;
    perform run.fold_tally(due);
    return null;
end;
$$;

create trigger standing_insert_is_counted after insert on run.risk_standing
    referencing new table as new_rows
    for each statement execute function run.count_standings();
create trigger standing_update_is_counted after update on run.risk_standing
    referencing old table as old_rows new table as new_rows
    for each statement execute function run.count_standings();
create trigger standing_delete_is_counted after delete on run.risk_standing
    referencing old table as old_rows
    for each statement execute function run.count_standings();

-- counts what there is.
insert into run.register_tally (product_id, what, place, moved)
    select r.product_id, p.what, p.place, count(*)
        from app.risk r, run.places_of_risk(r.initial_cell, r.left_cell, r.left_evaluation, r.withdrawn_at) p
        group by 1, 2, 3
    union all
    select r.product_id, p.what, p.place, sum(p.moved)
        from run.risk_standing r, run.places_of_standing(r.class, r.firm_class, r.severe, r.blocks, r.warns) p
        group by 1, 2, 3;

-- the controls that control nothing: there are few, and a page must not look through all controls to find none.
create table run.unused_control (
    risk_control_id uuid not null constraint unused_control_key primary key
        constraint unused_control_control references app.risk_control (risk_control_id),
    product_id      uuid not null,
    number          int  not null
);

create index unused_control_of_product on run.unused_control (product_id, number);

-- looks again whether these controls are used. they are locked first: a use that somebody else adds or ends at this
-- moment is waited for.
create function run.note_unused(controls uuid[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform from app.risk_control c where c.risk_control_id = any (controls) order by c.risk_control_id for update;
    delete from run.unused_control u where u.risk_control_id = any (controls);
    insert into run.unused_control (risk_control_id, product_id, number)
        select c.risk_control_id, c.product_id, c.number from app.risk_control c
            where c.risk_control_id = any (controls) and c.withdrawn_at is null
                and not exists (
                    select from app.risk_control_use u
                        where u.risk_control_id = c.risk_control_id and u.withdrawn_at is null
                );
end;
$$;

create function run.note_new_controls() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    insert into run.unused_control (risk_control_id, product_id, number)
        select n.risk_control_id, n.product_id, n.number from new_rows n where n.withdrawn_at is null;
    return null;
end;
$$;

create function run.note_changed_controls() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    moved uuid[];
begin
    select array_agg(n.risk_control_id) into moved from new_rows n join old_rows o using (risk_control_id)
        where (n.withdrawn_at is null) <> (o.withdrawn_at is null);
    if moved is not null then
        perform run.note_unused(moved);
    end if;
    return null;
end;
$$;

create function run.note_new_uses() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    delete from run.unused_control u
        using new_rows n where n.risk_control_id = u.risk_control_id and n.withdrawn_at is null;
    return null;
end;
$$;

create trigger control_insert_is_noted after insert on app.risk_control
    referencing new table as new_rows
    for each statement execute function run.note_new_controls();
create trigger control_update_is_noted after update on app.risk_control
    referencing old table as old_rows new table as new_rows
    for each statement execute function run.note_changed_controls();
create trigger use_insert_is_noted after insert on app.risk_control_use
    referencing new table as new_rows
    for each statement execute function run.note_new_uses();
create trigger use_update_is_noted after update on app.risk_control_use
    referencing old table as old_rows new table as new_rows
    for each statement execute function run.note_changed_controls();

insert into run.unused_control (risk_control_id, product_id, number)
    select c.risk_control_id, c.product_id, c.number from app.risk_control c
        where c.withdrawn_at is null
            and not exists (
                select from app.risk_control_use u where u.risk_control_id = c.risk_control_id and u.withdrawn_at is null
            );

-- an existing object of the same words is used again: found by the words, whatever their length.
create index hazard_by_words on app.hazard using hash (description) where withdrawn_at is null;
create index sequence_of_events_by_words on app.sequence_of_events using hash (events) where withdrawn_at is null;
create index hazardous_situation_by_words on app.hazardous_situation using hash (description) where withdrawn_at is null;
create index harm_by_words on app.harm using hash (description) where withdrawn_at is null;

-- the first rows that only warn.
create index risk_standing_only_warns on run.risk_standing (product_id, number) where blocks = 0 and warns > 0;

-- lists of people, by name.
create index person_by_name on app.person ((disabled_at is not null), lower(name), person_id);
create index person_by_name_alone on app.person (lower(name), person_id);
create index membership_of_product on app.membership (product_id, person_id);
