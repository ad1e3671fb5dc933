-- features: proposed changes of what a product does, their triage, and what regulatory said about them.
--
-- answers change while a feature is a draft or was returned. what was decided keeps its answers, its result and its
-- words for ever: the triggers below refuse every later change.

create table app.feature (
    feature_id    uuid        not null constraint feature_key primary key,
    product_id    uuid        not null constraint feature_product references app.product (product_id),
    -- shown as F-1, F-2 …
    number        int         not null constraint feature_number_counts check (number >= 1),
    name          text        not null constraint feature_name_length check (char_length(name) between 1 and 120),
    what          text        not null constraint feature_what_length check (char_length(what) between 1 and 4000),
    ticket        text        constraint feature_ticket_is_a_link
        check (char_length(ticket) <= 2000 and ticket ~* '^https?://[^/]'),
    brought_by    text        constraint feature_brought_by_length check (char_length(brought_by) between 1 and 120),
    state         text        not null constraint feature_state_known
        check (state in ('draft', 'handed_over', 'returned', 'approved', 'assessed', 'withdrawn')),
    -- the reasons as somebody edited them; nothing while the draft that follows from the answers stands.
    rationale     text        constraint feature_rationale_length check (char_length(rationale) between 1 and 4000),
    -- the level of work, since it was handed over.
    level         text        constraint feature_level_known
        check (level in ('note', 'change', 'items', 'hazards', 'assessment')),
    -- what was decided: answers, result and reasons as data, and the same as text.
    record        jsonb,
    record_text   text,
    -- the assessment that it was turned into.
    assessment_id uuid,
    -- everybody who wrote the description or the reasons: none of them may approve it. nobody in the demonstration.
    written_by    uuid[]      not null,
    revision      int         not null constraint feature_revision_counts check (revision >= 1),
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),
    constraint feature_number_once unique (product_id, number),
    constraint feature_in_product unique (product_id, feature_id),
    constraint feature_assessment foreign key (product_id, assessment_id)
        references app.assessment (product_id, assessment_id),
    constraint feature_record_is_whole check (
        (state in ('approved', 'assessed')) = (record is not null)
        and (record is null) = (record_text is null)
        and (state = 'assessed') = (assessment_id is not null)
        and (state in ('draft', 'returned', 'withdrawn') or level is not null)
    )
);

-- what waits for a reviewer.
create index feature_waiting on app.feature (product_id) where state = 'handed_over';

select audit.capture('app.feature');

create table app.feature_answer (
    feature_answer_id uuid        not null constraint feature_answer_key primary key,
    product_id        uuid        not null,
    feature_id        uuid        not null,
    question          text        not null constraint feature_answer_question_length
        check (char_length(question) between 1 and 80),
    -- the stable name of a step of the scale, or 'unknown'.
    given             text        not null constraint feature_answer_given_length check (char_length(given) between 1 and 80),
    -- the numbers of the risk controls that are touched, where the answer is about them.
    risk_controls     int[]       not null constraint feature_answer_controls_are_few
        check (cardinality(risk_controls) <= 200),
    -- everybody who ever changed this answer: none of them may approve it.
    answered_by       uuid[]      not null,
    revision          int         not null constraint feature_answer_revision_counts check (revision >= 1),
    created_at        timestamptz not null default now(),
    changed_at        timestamptz not null default now(),
    constraint feature_answer_feature foreign key (product_id, feature_id)
        references app.feature (product_id, feature_id),
    constraint feature_answer_once unique (feature_id, question)
);

create index feature_answer_of_product on app.feature_answer (product_id, feature_id, question);

select audit.capture('app.feature_answer');

-- each step on the way, with the comment and the revision it was about.
create table app.feature_step (
    feature_step_id uuid        not null constraint feature_step_key primary key,
    product_id      uuid        not null,
    feature_id      uuid        not null,
    step            text        not null constraint feature_step_known
        check (step in ('hand_over', 'take_back', 'return', 'approve', 'assess', 'withdraw')),
    -- nobody when the demonstration wrote it.
    person_id       uuid        constraint feature_step_person references app.person (person_id),
    comment         text        constraint feature_step_comment_length check (char_length(comment) between 1 and 1000),
    -- the revision of the feature that was looked at.
    about_revision  int         not null constraint feature_step_revision_counts check (about_revision >= 1),
    revision        int         not null constraint feature_step_is_written_once check (revision = 1),
    created_at      timestamptz not null default now(),
    constraint feature_step_feature foreign key (product_id, feature_id)
        references app.feature (product_id, feature_id),
    constraint feature_step_says_why check (step not in ('return', 'withdraw') or comment is not null)
);

create index feature_step_by_feature on app.feature_step (feature_id, created_at);

select audit.capture('app.feature_step');

create function app.keep_feature_record() returns trigger
    language plpgsql
as $$
begin
    if old.state in ('approved', 'assessed', 'withdrawn') then
        raise exception 'a feature stays as it was decided' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;

create trigger feature_keeps_record
    before update on app.feature
    for each row execute function app.keep_feature_record();

create function app.keep_answers_of_feature() returns trigger
    language plpgsql
as $$
begin
    if not exists (
        select from app.feature f where f.feature_id = new.feature_id and f.state in ('draft', 'returned')
    ) then
        raise exception 'answers change only while their feature is open' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;

create trigger feature_answer_keeps_record
    before insert or update on app.feature_answer
    for each row execute function app.keep_answers_of_feature();
