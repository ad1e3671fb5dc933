-- assessments: what a product is, answer by answer, and the way to approval.
--
-- answers change while an assessment is open. an approved assessment keeps its answers, its verdicts and their words
-- for ever: the triggers below refuse every change but the one that marks it as superseded.

create table app.assessment (
    assessment_id uuid        not null constraint assessment_key primary key,
    product_id    uuid        not null constraint assessment_product references app.product (product_id),
    -- shown as A-1, A-2 …
    number        int         not null constraint assessment_number_counts check (number >= 1),
    state         text        not null constraint assessment_state_known
        check (state in ('draft', 'in_review', 'returned', 'approved', 'superseded')),
    -- the rule packs, by name and version.
    packs         text[]      not null constraint assessment_names_packs check (cardinality(packs) >= 1),
    -- nobody when the demonstration wrote it.
    started_by    uuid        constraint assessment_starter references app.person (person_id),
    -- the approved record whose answers it started from.
    based_on      uuid        constraint assessment_base references app.assessment (assessment_id),
    -- what was approved: the classification, the answers and verdicts as data, and the same as text.
    outcome       text        constraint assessment_outcome_known check (outcome in ('not_a_device', 'A', 'B', 'C')),
    record        jsonb,
    record_text   text,
    revision      int         not null constraint assessment_revision_counts check (revision >= 1),
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),
    constraint assessment_number_once unique (product_id, number),
    constraint assessment_in_product unique (product_id, assessment_id),
    constraint assessment_record_is_whole check (
        (state in ('approved', 'superseded')) = (outcome is not null)
        and (outcome is null) = (record is null)
        and (outcome is null) = (record_text is null)
    )
);

-- one in work, one of record.
create unique index assessment_open_once on app.assessment (product_id)
    where state in ('draft', 'in_review', 'returned');
create unique index assessment_of_record_once on app.assessment (product_id) where state = 'approved';

select audit.capture('app.assessment');

create table app.answer (
    answer_id     uuid        not null constraint answer_key primary key,
    product_id    uuid        not null,
    assessment_id uuid        not null,
    question      text        not null constraint answer_question_length check (char_length(question) between 1 and 80),
    -- the stable name of a value, or 'unknown'.
    given         text        not null constraint answer_given_length check (char_length(given) between 1 and 80),
    -- why. empty only where an answer was carried over and its reason is still to be written.
    rationale     text        not null constraint answer_rationale_length check (char_length(rationale) <= 1000),
    -- everybody who ever changed this answer: none of them may approve it.
    answered_by   uuid[]      not null,
    revision      int         not null constraint answer_revision_counts check (revision >= 1),
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),
    constraint answer_assessment foreign key (product_id, assessment_id)
        references app.assessment (product_id, assessment_id),
    constraint answer_once unique (assessment_id, question)
);

select audit.capture('app.answer');

-- each step on the way: handed over, taken back, returned, approved; with the comment and the revision it was about.
create table app.assessment_step (
    assessment_step_id uuid        not null constraint assessment_step_key primary key,
    product_id         uuid        not null,
    assessment_id      uuid        not null,
    step               text        not null constraint assessment_step_known
        check (step in ('submit', 'take_back', 'return', 'approve')),
    -- nobody when the demonstration wrote it.
    person_id          uuid        constraint assessment_step_person references app.person (person_id),
    comment            text        constraint assessment_step_comment_length
        check (char_length(comment) between 1 and 1000),
    -- the revision of the assessment that was looked at.
    about_revision     int         not null constraint assessment_step_revision_counts check (about_revision >= 1),
    revision           int         not null constraint assessment_step_is_written_once check (revision = 1),
    created_at         timestamptz not null default now(),
    constraint assessment_step_assessment foreign key (product_id, assessment_id)
        references app.assessment (product_id, assessment_id),
    constraint assessment_step_returns_with_comment check (step <> 'return' or comment is not null)
);

create index assessment_step_by_assessment on app.assessment_step (assessment_id, created_at);

select audit.capture('app.assessment_step');

create function app.keep_assessment_record() returns trigger
    language plpgsql
as $$
begin
    if old.state = 'superseded' or (old.state = 'approved' and (
        new.state <> 'superseded'
        or (new.outcome, new.record, new.record_text, new.packs, new.number)
            is distinct from (old.outcome, old.record, old.record_text, old.packs, old.number)
    )) then
        raise exception 'an approved assessment stays as it was approved' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;

create trigger assessment_keeps_record
    before update on app.assessment
    for each row execute function app.keep_assessment_record();

create function app.keep_answers_of_record() returns trigger
    language plpgsql
as $$
begin
    if not exists (
        select from app.assessment a where a.assessment_id = new.assessment_id and a.state in ('draft', 'returned')
    ) then
        raise exception 'answers change only while their assessment is open' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;

create trigger answer_keeps_record
    before insert or update on app.answer
    for each row execute function app.keep_answers_of_record();

-- what a person is typing into a question, kept until it is saved. no record: it is theirs alone.
create table run.answer_draft (
    assessment_id uuid        not null constraint answer_draft_assessment references app.assessment (assessment_id),
    person_id     uuid        not null constraint answer_draft_person references app.person (person_id),
    question      text        not null constraint answer_draft_question_length check (char_length(question) <= 80),
    given         text        not null constraint answer_draft_given_length check (char_length(given) <= 80),
    rationale     text        not null constraint answer_draft_rationale_length check (char_length(rationale) <= 4000),
    kept_at       timestamptz not null default now(),
    constraint answer_draft_key primary key (assessment_id, person_id, question)
);
