-- products: the unit of access and of export.
--
-- a product is never deleted. one that is no longer worked on is archived, with a reason, and can be taken back.

create table app.product (
    product_id       uuid        not null constraint product_key primary key,
    name             text        not null constraint product_name_length check (char_length(name) between 1 and 120),
    intended_purpose text        not null
        constraint product_intended_purpose_length check (char_length(intended_purpose) between 1 and 4000),
    -- who uses it, and where and how. unknown at first for many products, hence nullable.
    intended_users   text        constraint product_intended_users_length
        check (char_length(intended_users) between 1 and 4000),
    use_environment  text        constraint product_use_environment_length
        check (char_length(use_environment) between 1 and 4000),
    -- a set, kept in the order of this list.
    markets          text[]      not null constraint product_markets_known
        check (markets <@ array['european_union', 'united_states', 'morocco', 'gulf']),
    lifecycle        text        not null constraint product_lifecycle_known
        check (lifecycle in ('planned', 'in_development', 'on_market', 'withdrawn_from_market')),
    -- marked for ever: the trigger below refuses to change it.
    demonstration    boolean     not null default false,
    archived_at      timestamptz,
    archived_reason  text        constraint product_archived_reason_length
        check (char_length(archived_reason) between 1 and 1000),
    revision         int         not null constraint product_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint product_archived_with_reason check ((archived_at is null) = (archived_reason is null))
);

-- two products in work may not share a name, or people would mistake one for the other.
create unique index product_name_once on app.product (lower(name)) where archived_at is null;

create function app.keep_demonstration_mark() returns trigger
    language plpgsql
as $$
begin
    if new.demonstration is distinct from old.demonstration then
        raise exception 'a demonstration stays one, and nothing else becomes one' using errcode = 'check_violation';
    end if;
    return new;
end;
$$;

create trigger product_keeps_demonstration_mark
    before update on app.product
    for each row execute function app.keep_demonstration_mark();

select audit.capture('app.product');
