-- Fifty thousand rows of each kind, for the plans of ../plans.rs. Nothing of it is a record: this copy of the database loses
-- its guards first, and no trigger runs. The product and the person that are looked at are number one. What a product
-- holds by nature in small numbers (items, deliverables, members) it has in believable numbers, and the rest of the fifty
-- thousand lies in other products; a register and a trail are long, so all of that lies in product one.

do $guards$
declare
    guard name;
    captured record;
begin
    for guard in select evtname from pg_event_trigger where evtname like 'hz\_guard\_%' loop
        execute format('drop event trigger %I', guard);
    end loop;
    for captured in select tgrelid::regclass as place, tgname from pg_trigger where tgname like 'hz\_capture\_%' loop
        execute format('drop trigger %I on %s', captured.tgname, captured.place);
    end loop;
end
$guards$;

set session_replication_role = replica;
set statement_timeout = 0;

-- The n-th of a kind. They do not lie in the order in which they were made, so that no plan gets away with reading the
-- beginning of everything.
create function public.id(kind text, n bigint) returns uuid language sql immutable as $$
    select ('00000000-0000-7000-8' || lpad(to_hex(position(kind in 'product person member session hazard sequence situation harm'
        ' risk control use proof plan assess answer step deliver item system legacy rerun complete feature reply moved') % 4096), 3, '0')
        || '-' || lpad(to_hex((n * 2654435761) & 281474976710655), 12, '0'))::uuid
$$;

-- The product of the n-th row of a register.
create function public.home(n bigint) returns bigint language sql immutable as $$
    select case when n <= 50000 then 1 else 2 + (n - 50001) / 1000 end
$$;

insert into app.product (product_id, name, intended_purpose, markets, lifecycle, archived_at, archived_reason, revision)
    select public.id('product', n), 'Product ' || n, 'Doses insulin.', '{european_union}', 'planned',
           case when n % 10 = 0 then now() end, case when n % 10 = 0 then 'Ended.' end, 1
      from generate_series(1, 50000) n;

insert into app.person (person_id, name, email, site_administrator, disabled_at, revision)
    select public.id('person', n), 'Person ' || n, 'person' || n || '@clinic.test', n = 1,
           case when n % 20 = 0 then now() end, 1
      from generate_series(1, 50000) n;

insert into run.credential (person_id, password_hash)
    select public.id('person', n), 'none' from generate_series(1, 50000) n;

insert into app.membership (membership_id, product_id, person_id, role, revision)
    select public.id('member', n), public.id('product', n), public.id('person', 1), 'author', 1 from generate_series(1, 60) n
    union all
    select public.id('member', 100 + n), public.id('product', 1), public.id('person', n), 'reader', 1
      from generate_series(1, 60) n
    union all
    select public.id('member', 1000 + n), public.id('product', 1000 + n % 40000), public.id('person', 1000 + n), 'reader', 1
      from generate_series(1, 49000) n;

insert into run.session (session_id, token_hash, person_id, last_seen_at, idle_expires_at, expires_at)
    select public.id('session', n), sha256(convert_to(n::text, 'UTF8')), public.id('person', case when n <= 20 then 1 else n end),
           '2026-01-01'::timestamptz + n * interval '1 minute', now() + interval '1 day', now() + interval '1 day'
      from generate_series(1, 50000) n;

insert into app.hazard (hazard_id, product_id, number, description, source, revision)
    select public.id('hazard', n), public.id('product', public.home(n)), n, 'Hazard ' || n, 'fault', 1
      from generate_series(1, 60000) n;
insert into app.sequence_of_events (sequence_of_events_id, product_id, number, events, cause, item, revision)
    select public.id('sequence', n), public.id('product', public.home(n)), n, 'Sequence ' || n, 'defect', 'Item ' || 1 + n % 200, 1
      from generate_series(1, 60000) n;
insert into app.hazardous_situation (hazardous_situation_id, product_id, number, description, revision)
    select public.id('situation', n), public.id('product', public.home(n)), n, 'Situation ' || n, 1
      from generate_series(1, 60000) n;
insert into app.harm (harm_id, product_id, number, description, revision)
    select public.id('harm', n), public.id('product', public.home(n)), n, 'Harm ' || n, 1 from generate_series(1, 60000) n;

-- Five risks to a hazard, twenty harms that most of them end in.
insert into app.risk (
    risk_id, product_id, number, hazard_id, sequence_of_events_id, hazardous_situation_id, harm_id, initial_severity,
    initial_cell, initial_evaluation, initial_worst_first, external_evaluation, left_cell, left_evaluation, left_worst_first,
    care, withdrawn_at, withdrawn_reason, revision
)
    select public.id('risk', n), public.id('product', public.home(n)), n, public.id('hazard', (n - 1) / 5 * 5 + 1),
           public.id('sequence', n), public.id('situation', n),
           public.id('harm', case when n <= 50000 then 1 + n % 20 else n end), 1 + n % 5,
           (1 + n % 5) * 10 + 1 + n % 4, before.word, before.place + n % 20, 'not_estimated',
           (1 + n % 5) * 10 + 1 + n % 3, after.word, after.place + n % 20, 'unanswered',
           case when n % 50 = 0 then now() end, case when n % 50 = 0 then 'Told twice.' end, 1
      from generate_series(1, 60000) n
      join (values (0, 'unacceptable', 100), (1, 'reduce', 200), (2, 'acceptable', 300), (3, 'not_estimated', 0))
          as before (way, word, place) on before.way = n % 4
      join (values (0, 'unacceptable', 100), (1, 'reduce', 200), (2, 'acceptable', 300), (3, 'not_estimated', 0))
          as after (way, word, place) on after.way = case when n % 100 < 2 then 0 when n % 100 < 10 then 1
                                                          when n % 100 < 12 then 3 else 2 end;

insert into run.risk_standing (
    risk_id, product_id, number, initial_worst_first, left_worst_first, class, firm_class, ground, severe, blocks, warns, marks
)
    select r.risk_id, r.product_id, r.number, r.initial_worst_first, r.left_worst_first, 1 + r.number % 3, 1 + r.number % 3,
           'none', r.number % 4 = 0, (r.number % 10 = 0)::int, (r.number % 3 = 0)::int, '{}'
      from app.risk r where r.withdrawn_at is null;

insert into run.register_tally (product_id, what, place, moved)
    select r.product_id, p.what, p.place, count(*)
      from app.risk r, run.places_of_risk(r.initial_cell, r.left_cell, r.left_evaluation, r.withdrawn_at) p group by 1, 2, 3
    union all
    select r.product_id, p.what, p.place, sum(p.moved)
      from run.risk_standing r, run.places_of_standing(r.class, r.firm_class, r.severe, r.blocks, r.warns) p group by 1, 2, 3;
-- Steps that nobody has added up yet, of other products.
insert into run.register_tally (product_id, what, place, moved)
    select public.id('product', 20 + n % 5000), 'initial', 11, 1 from generate_series(1, 50000) n;

insert into app.software_item (software_item_id, product_id, number, parent_id, name, withdrawn_at, withdrawn_reason, revision)
    select public.id('item', p * 1000 + n), public.id('product', p), n,
           case when n > 10 then public.id('item', p * 1000 + n / 10) end, 'Item ' || n,
           case when n % 20 = 0 then now() end, case when n % 20 = 0 then 'Merged.' end, 1
      from generate_series(1, 250) p, generate_series(1, 200) n;
insert into app.software_system (software_system_id, product_id, revision)
    select public.id('system', n), public.id('product', n), 1 from generate_series(1, 50000) n;
insert into app.legacy_route (legacy_route_id, product_id, placed, marketed, evidence_lacking, basis, taken_because, revision)
    select public.id('legacy', n), public.id('product', n), 'yes', 'yes', 'yes', 'Told.',
           case when n % 10 = 1 then 'On the market since 2010.' end, 1
      from generate_series(1, 50000) n;

-- One control a risk; one in a hundred controls nothing, four hundred are implemented in items of the tree.
insert into app.risk_control (
    risk_control_id, product_id, number, title, option, place, software_item_id, external, revision
)
    select public.id('control', n), public.id('product', public.home(n)), n, 'Control ' || n,
           (array['design', 'protective', 'information'])[1 + n % 3], 'software_item',
           case when n <= 400 then public.id('item', 1000 + 1 + n % 190) end, false, 1
      from generate_series(1, 60000) n;
insert into app.risk_control_use (
    risk_control_use_id, product_id, risk_id, risk_control_id, lowers_p1, lowers_p2, lowers_severity, revision
)
    select public.id('use', n), public.id('product', public.home(n)), public.id('risk', n), public.id('control', n),
           true, false, false, 1
      from generate_series(1, 60000) n where n % 100 > 0
    union all
    select public.id('use', 100000 + n), public.id('product', 1), public.id('risk', n), public.id('control', 1),
           true, false, false, 1
      from generate_series(2, 60) n;
insert into run.unused_control (risk_control_id, product_id, number)
    select public.id('control', n), public.id('product', public.home(n)), n from generate_series(100, 60000, 100) n;
insert into app.verification (verification_id, product_id, number, risk_control_id, kind, outcome, method, evidence, revision)
    select public.id('proof', n), public.id('product', public.home(n)), n, public.id('control', n), 'implementation',
           'passed', 'Review.', 'VR', 1
      from generate_series(1, 60000) n;

insert into app.risk_plan (
    risk_plan_id, product_id, version, severities, bands, limits, unit, matrix, criteria, not_estimable, reason, revision
)
    select public.id('plan', n), public.id('product', n), 1, steps.five, steps.five,
           array['1e-6', '1e-5', '1e-4', '1e-3']::app.probability[], 'a year of use', repeat('a', 24) || 'u', 'Told.',
           'Told.', 'Told.', 1
      from generate_series(1, 50000) n,
           (select jsonb_agg(jsonb_build_object('word', 'word ' || s, 'meaning', 'meaning')) as five
              from generate_series(1, 5) s) steps;
insert into app.completeness_declaration (completeness_declaration_id, product_id, declared_by, reason, declared_rows, revision)
    select public.id('complete', n), public.id('product', n), public.id('person', n), 'Looked at.', 1, 1
      from generate_series(1, 50000) n;

-- Product one had its class approved twenty times; the others have one of record and one in work.
insert into app.assessment (
    assessment_id, product_id, number, state, packs, started_by, outcome, record, record_text, revision
)
    select public.id('assess', p * 100 + n), public.id('product', p), n,
           case when n < hold.many - 1 then 'superseded' when n = hold.many - 1 then 'approved' else 'draft' end, '{pack}',
           public.id('person', p),
           case when n < hold.many then 'C' end, case when n < hold.many then '{}'::jsonb end,
           case when n < hold.many then 'Told.' end, 1
      from generate_series(1, 25000) p, lateral (select case when p = 1 then 21 else 2 end as many) hold,
           lateral generate_series(1, hold.many) n;
insert into app.assessment_step (assessment_step_id, product_id, assessment_id, step, person_id, about_revision, revision)
    select public.id('step', row_number() over (order by a.assessment_id, s)), a.product_id, a.assessment_id,
           case s when 1 then 'submit' else 'approve' end, a.started_by, 1, 1
      from app.assessment a, generate_series(1, 2) s where a.outcome is not null;
insert into app.rerun (rerun_id, product_id, assessment_id, under, draft, packs, moves, record, person_id, revision)
    select public.id('rerun', n), public.id('product', home.p),
           public.id('assess', home.p * 100 + case home.p when 1 then 20 else 1 end),
           'in-force', false, '{pack}', false, '{}', public.id('person', 1), 1
      from generate_series(1, 50000) n, lateral (select case when n <= 60 then 1 else 2 + n % 20000 end as p) home;

insert into app.deliverable_record (deliverable_record_id, product_id, deliverable, status, owner, revision)
    select public.id('deliver', p * 100 + n), public.id('product', p), 'D' || lpad(n::text, 2, '0'), 'draft',
           public.id('person', n), 1
      from generate_series(1, 1250) p, generate_series(1, 40) n;

insert into app.feature (feature_id, product_id, number, name, what, state, level, written_by, revision)
    select public.id('feature', p * 100 + n), public.id('product', p), n, 'Feature ' || n, 'It does more.',
           case when n % 8 = 0 then 'handed_over' else 'draft' end, case when n % 8 = 0 then 'note' end,
           array[public.id('person', p)], 1
      from generate_series(1, 1250) p, generate_series(1, 40) n;
insert into app.feature_answer (
    feature_answer_id, product_id, feature_id, question, given, risk_controls, answered_by, revision
)
    select public.id('reply', row_number() over (order by f.feature_id, q)), f.product_id, f.feature_id, q, 'none', '{}',
           f.written_by, 1
      from app.feature f, unnest(array['purpose', 'drives']) q;
insert into app.feature_step (feature_step_id, product_id, feature_id, step, person_id, about_revision, revision)
    select public.id('moved', row_number() over (order by f.feature_id, s)), f.product_id, f.feature_id, s, f.written_by[1], 1, 1
      from app.feature f, unnest(array['hand_over', 'take_back']) s;

-- A trail of product one, of others, and of what belongs to none: people, sign-ins. An entry a minute.
insert into audit.client (session, address)
    select public.id('session', n), '127.0.0.1' from generate_series(1, 50000) n;
insert into audit.entry (
    at, action, change, rec_type, product, rec, ver, actor, system_actor, request, workstation, incarnation, body
)
    select '2026-01-01'::timestamptz + n * interval '1 minute', 'person.added', 'insert', 'person', null,
           public.id('person', n), 1, null, 'command_line', 'seed', null, 1, '{}'
      from generate_series(1, 500) n;
insert into audit.pii (entry_id, body)
    select e.entry_id, jsonb_build_object('name', 'Person ' || e.entry_id) from audit.entry e where e.rec_type = 'person';
insert into audit.entry (
    at, action, change, rec_type, product, rec, ver, actor, system_actor, request, client_ref, workstation, incarnation, body
)
    select '2026-01-01'::timestamptz + (500 + n) * interval '1 minute',
           (array['risk.estimated', 'hazard.described', 'control.added', 'product.edited'])[1 + n % 4],
           case when n % 10 = 0 then 'event' else 'update' end,
           (array['risk', 'hazard', 'risk_control', 'product'])[1 + n % 4],
           case when n % 13 < 10 then public.id('product', 1) when n % 13 < 12 then public.id('product', 2 + n % 500) end,
           case n % 4 when 3 then public.id('product', 1 + n / 4 % 40)
                      else public.id((array['risk', 'hazard', 'control'])[1 + n % 4], 1 + n / 12) end,
           case when n % 10 > 0 then 2 + n end,
           case when n % 100 > 0 then public.id('person', 1 + n % 50) end, case when n % 100 = 0 then 'command_line' end,
           'seed', 1 + n % 50000, case when n % 7 = 0 then 'Desk ' || n % 5 end, 1, jsonb_build_object('description', 'Told ' || n)
      from generate_series(1, 65000) n;
