-- files that people bring for the register, and how the last one of a product was read.
--
-- nothing of this is a record: what an import writes are rows like any others, with their entries on the trail. a file
-- lies here between being sent and being imported or thrown away, and is taken away when its time is over.

create table run.import_draft (
    import_draft_id uuid        not null constraint import_draft_key primary key,
    product_id      uuid        not null constraint import_draft_product references app.product (product_id),
    -- whose it is: nobody else sees it.
    person_id       uuid        not null constraint import_draft_person references app.person (person_id),
    file_name       text        not null constraint import_draft_file_name_length
        check (char_length(file_name) between 1 and 200),
    -- of the file, so that the entry on the trail can name it.
    digest          bytea       not null constraint import_draft_digest_length check (length(digest) = 32),
    -- emptied once it was imported.
    file            bytea       not null constraint import_draft_file_length check (length(file) <= 16 * 1024 * 1024),
    -- sheet, head, columns, words, and who wins where both sides changed a cell.
    arrangement     jsonb       not null constraint import_draft_arrangement_is_object
        check (jsonb_typeof(arrangement) = 'object'),
    -- what came of it, once it was imported.
    outcome         jsonb,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null
);

-- what is packed already is not packed again.
alter table run.import_draft alter column file set storage external;

create index import_draft_by_expiry on run.import_draft (expires_at);
create index import_draft_of_person on run.import_draft (product_id, person_id, created_at desc);

create table run.import_arrangement (
    product_id uuid        not null constraint import_arrangement_key primary key
        constraint import_arrangement_product references app.product (product_id),
    kept       jsonb       not null constraint import_arrangement_kept_is_object check (jsonb_typeof(kept) = 'object'),
    changed_at timestamptz not null default now()
);
