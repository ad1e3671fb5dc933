-- what a person typed into a form that could not be accepted, kept for a while so that nothing typed is lost.
-- secrets are never among the fields.

create table run.kept_form (
    kept_form_id uuid        not null constraint kept_form_key primary key,
    -- who typed it. a form whose session ran out keeps the person of that session and is shown again only to them;
    -- a form of nobody (signing in, setting up) is found by its unguessable key alone.
    person_id    uuid        constraint kept_form_person references app.person (person_id),
    page         text        not null constraint kept_form_page_length check (length(page) <= 2000),
    form         text        not null constraint kept_form_form_length check (length(form) <= 200),
    fields       jsonb       not null constraint kept_form_fields_are_object check (jsonb_typeof(fields) = 'object'),
    problem      jsonb       not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null
);

create index kept_form_by_expiry on run.kept_form (expires_at);
