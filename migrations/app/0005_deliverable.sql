-- deliverables: how far each thing is that the class of a product asks for, who owns it, where it lies.
--
-- which deliverables there are, and which class owes which, is knowledge of the program (reviewed data), not of this
-- table. a row is made when somebody says something about a deliverable; until then it counts as missing, and the
-- legacy software file as not in use.

create table app.deliverable_record (
    deliverable_record_id uuid        not null constraint deliverable_record_key primary key,
    product_id            uuid        not null
        constraint deliverable_record_product references app.product (product_id),
    deliverable           text        not null
        constraint deliverable_record_numbered check (deliverable ~ '^D[0-9]{2}$'),
    status                text        not null constraint deliverable_record_status_known
        check (status in ('missing', 'draft', 'in_review', 'approved', 'not_applicable')),
    reason                text        constraint deliverable_record_reason_length
        check (char_length(reason) between 1 and 1000),
    owner                 uuid        constraint deliverable_record_owner references app.person (person_id),
    due                   date,
    link                  text        constraint deliverable_record_link_length
        check (char_length(link) between 1 and 2000),
    note                  text        constraint deliverable_record_note_length
        check (char_length(note) between 1 and 4000),
    revision              int         not null constraint deliverable_record_revision_counts check (revision >= 1),
    created_at            timestamptz not null default now(),
    changed_at            timestamptz not null default now(),
    constraint deliverable_record_once unique (product_id, deliverable)
);

create index deliverable_record_of_owner on app.deliverable_record (owner) where owner is not null;

select audit.capture('app.deliverable_record');
