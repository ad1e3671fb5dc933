-- re-runs: what the answers of an approved assessment come to under other rule packs, kept as a record of its own.
--
-- a re-run never touches the assessment that it started from, and nothing follows from it: the class of record changes
-- by an approved assessment alone. under a draft there is not even a verdict, only a trial.

create table app.rerun (
    rerun_id      uuid        not null constraint rerun_key primary key,
    product_id    uuid        not null,
    -- the assessment of record whose answers were run again.
    assessment_id uuid        not null,
    -- under what: 'in-force', or the name of a draft; and the packs by name and version.
    under         text        not null constraint rerun_under_length check (char_length(under) between 1 and 80),
    draft         boolean     not null,
    packs         text[]      not null constraint rerun_names_packs check (cardinality(packs) >= 1),
    -- whether anything would change, and verdict by verdict what it was and what it would be.
    moves         boolean     not null,
    record        jsonb       not null constraint rerun_record_is_object check (jsonb_typeof(record) = 'object'),
    person_id     uuid        not null constraint rerun_person references app.person (person_id),
    revision      int         not null constraint rerun_is_written_once check (revision = 1),
    created_at    timestamptz not null default now(),
    constraint rerun_assessment foreign key (product_id, assessment_id)
        references app.assessment (product_id, assessment_id)
);

create index rerun_by_product on app.rerun (product_id, created_at desc);

select audit.capture('app.rerun');

create function app.keep_rerun() returns trigger
    language plpgsql
as $$
begin
    raise exception 'a re-run stays as it was kept' using errcode = 'check_violation';
end;
$$;

create trigger rerun_stays
    before update on app.rerun
    for each row execute function app.keep_rerun();
