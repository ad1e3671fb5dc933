-- forms that were accepted, each under the key that was drawn into it, so that a form that is sent again (a double
-- click, a reload, an answer that got lost on its way) is done once and answered as before.
--
-- the row is written in the transaction of what the form changes: either both are there or neither.

create table run.accepted_form (
    person_id   uuid        not null,
    form_key    uuid        not null,
    -- of the operation's address and of everything that was sent: the same key under other words is another form.
    digest      bytea       not null constraint accepted_form_digest_length check (length(digest) = 32),
    -- the request that it was accepted in: what else that request writes belongs to the same form.
    request     text        not null,
    -- what was answered. null for the moment until the answer is known, and for ever when the server was killed in it.
    answer      jsonb,
    accepted_at timestamptz not null default clock_timestamp(),
    constraint accepted_form_key primary key (person_id, form_key)
);

create index accepted_form_by_age on run.accepted_form (accepted_at);
