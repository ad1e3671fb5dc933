-- software items: what a product's software system is built of, with a class of their own or that of what holds them.
--
-- the software system itself is the product: it needs no row here. an item without a parent stands directly in it.
-- which class counts for an item follows from the whole tree and is worked out by the program, never stored.

create table app.software_item (
    software_item_id uuid        not null constraint software_item_key primary key,
    product_id       uuid        not null constraint software_item_product references app.product (product_id),
    number           int         not null constraint software_item_number_counts check (number >= 1),
    -- what holds it; null: the software system itself.
    parent_id        uuid,
    name             text        not null constraint software_item_name_length check (char_length(name) between 1 and 120),
    description      text        constraint software_item_description_length
        check (char_length(description) between 1 and 4000),
    -- null: that of what holds it.
    class            text        constraint software_item_class_known check (class in ('A', 'B', 'C')),
    -- why its class may differ from that of what holds it (4.3 d), and where that is kept effective (5.3.5).
    segregation      text        constraint software_item_segregation_length
        check (char_length(segregation) between 1 and 4000),
    kept_effective   text        constraint software_item_kept_effective_length
        check (char_length(kept_effective) between 1 and 4000),
    -- the class of work for it and what it holds, where that is lower than the highest in the group (4.3 f).
    group_class      text        constraint software_item_group_class_known check (group_class in ('A', 'B', 'C')),
    group_rationale  text        constraint software_item_group_rationale_length
        check (char_length(group_rationale) between 1 and 4000),
    withdrawn_at     timestamptz,
    withdrawn_reason text        constraint software_item_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision         int         not null constraint software_item_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint software_item_number_once unique (product_id, number),
    constraint software_item_in_product unique (product_id, software_item_id),
    -- longer circles are kept out by the program, which changes a tree only while it holds all of it.
    constraint software_item_not_in_itself check (parent_id <> software_item_id),
    constraint software_item_parent foreign key (product_id, parent_id)
        references app.software_item (product_id, software_item_id),
    constraint software_item_group_with_rationale check ((group_class is null) = (group_rationale is null)),
    constraint software_item_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

-- people, hazards and controls call items by their names.
create unique index software_item_name_once on app.software_item (product_id, lower(name)) where withdrawn_at is null;

select audit.capture('app.software_item');

-- what is decided about a product's software system as a whole. a row is made when somebody says something.
create table app.software_system (
    software_system_id uuid        not null constraint software_system_key primary key,
    product_id         uuid        not null constraint software_system_product references app.product (product_id),
    group_class        text        constraint software_system_group_class_known check (group_class in ('A', 'B', 'C')),
    group_rationale    text        constraint software_system_group_rationale_length
        check (char_length(group_rationale) between 1 and 4000),
    revision           int         not null constraint software_system_revision_counts check (revision >= 1),
    created_at         timestamptz not null default now(),
    changed_at         timestamptz not null default now(),
    constraint software_system_once unique (product_id),
    constraint software_system_group_with_rationale check ((group_class is null) = (group_rationale is null))
);

select audit.capture('app.software_system');

-- the route for legacy software (4.4): three answers, and whether the route is taken, which only three times yes allow.
create table app.legacy_route (
    legacy_route_id  uuid        not null constraint legacy_route_key primary key,
    product_id       uuid        not null constraint legacy_route_product references app.product (product_id),
    placed           text        not null constraint legacy_route_placed_known check (placed in ('yes', 'no', 'unknown')),
    marketed         text        not null constraint legacy_route_marketed_known
        check (marketed in ('yes', 'no', 'unknown')),
    evidence_lacking text        not null constraint legacy_route_evidence_lacking_known
        check (evidence_lacking in ('yes', 'no', 'unknown')),
    -- what the answers rest on.
    basis            text        not null constraint legacy_route_basis_length check (char_length(basis) between 1 and 1000),
    -- null: the route is not taken.
    taken_because    text        constraint legacy_route_taken_because_length
        check (char_length(taken_because) between 1 and 1000),
    revision         int         not null constraint legacy_route_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint legacy_route_once unique (product_id),
    constraint legacy_route_taken_only_where_open check (
        taken_because is null or (placed = 'yes' and marketed = 'yes' and evidence_lacking = 'yes')
    )
);

select audit.capture('app.legacy_route');

-- the item in which a control is implemented, where it is one of the tree.
alter table app.risk_control
    add column software_item_id uuid,
    add constraint risk_control_software_item foreign key (product_id, software_item_id)
        references app.software_item (product_id, software_item_id),
    add constraint risk_control_item_is_inside check (software_item_id is null or place = 'software_item');

create index risk_control_of_item on app.risk_control (product_id, software_item_id)
    where software_item_id is not null and withdrawn_at is null;

-- the class of each risk for an item that controls it (7.2.2 b). until a row is judged anew, a risk to which the
-- software was said not to contribute counts as the heaviest.
alter table run.risk_standing
    add column controlled_class smallint not null default 3
        constraint risk_standing_controlled_class_known check (controlled_class between 1 and 3);

update run.risk_standing set controlled_class = class where ground <> 'no_contribution';
