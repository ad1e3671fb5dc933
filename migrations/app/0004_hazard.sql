-- hazards: who can be hurt, how, and what stops it.
--
-- hazard, sequence of events, hazardous situation and harm are objects of their own, each with a running number in
-- its product. a row of the register is a risk: one chain through the four. an object may stand in many rows.
--
-- probabilities are kept as text in one canonical form (`2.5e-2`): exact decimals, never binary fractions.

create domain app.probability as text constraint probability_is_canonical
    check (value ~ '^(0|1|[1-9](\.[0-9]{0,7}[1-9])?e-[1-9][0-9]?)$');

-- the part of the risk management plan that judges rows. one row a version; the one in force has no end. a product
-- without a row is judged by the starting plan that the program brings along.
create table app.risk_plan (
    risk_plan_id  uuid        not null constraint risk_plan_key primary key,
    product_id    uuid        not null constraint risk_plan_product references app.product (product_id),
    version       int         not null constraint risk_plan_version_counts check (version >= 1),
    -- five steps each, mildest and least probable first: [{"word": …, "meaning": …}, …]
    severities    jsonb       not null constraint risk_plan_severities_are_five
        check (jsonb_typeof(severities) = 'array' and jsonb_array_length(severities) = 5),
    bands         jsonb       not null constraint risk_plan_bands_are_five
        check (jsonb_typeof(bands) = 'array' and jsonb_array_length(bands) = 5),
    -- the lowest probability of bands 2 to 5, rising.
    limits        app.probability[] not null constraint risk_plan_limits_are_four check (cardinality(limits) = 4),
    unit          text        not null constraint risk_plan_unit_length check (char_length(unit) between 1 and 120),
    -- 25 letters a(cceptable), r(educe), u(nacceptable): severity 1 first, band 1 first. the worst is unacceptable.
    matrix        text        not null constraint risk_plan_matrix_has_cells check (matrix ~ '^[aru]{24}u$'),
    criteria      text        not null constraint risk_plan_criteria_length
        check (char_length(criteria) between 1 and 4000),
    not_estimable text        not null constraint risk_plan_not_estimable_length
        check (char_length(not_estimable) between 1 and 4000),
    -- why this version was made.
    reason        text        not null constraint risk_plan_reason_length check (char_length(reason) between 1 and 1000),
    superseded_at timestamptz,
    revision      int         not null constraint risk_plan_revision_counts check (revision >= 1),
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),
    constraint risk_plan_version_once unique (product_id, version)
);

create unique index risk_plan_in_force_once on app.risk_plan (product_id) where superseded_at is null;

select audit.capture('app.risk_plan');

create table app.hazard (
    hazard_id        uuid        not null constraint hazard_key primary key,
    product_id       uuid        not null constraint hazard_product references app.product (product_id),
    number           int         not null constraint hazard_number_counts check (number >= 1),
    description      text        not null constraint hazard_description_length
        check (char_length(description) between 1 and 200),
    category         text        constraint hazard_category_length check (char_length(category) between 1 and 120),
    source           text        not null constraint hazard_source_known
        check (source in ('not_stated', 'use_analysis', 'misuse', 'fault', 'security', 'soup', 'field')),
    withdrawn_at     timestamptz,
    withdrawn_reason text        constraint hazard_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision         int         not null constraint hazard_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint hazard_number_once unique (product_id, number),
    constraint hazard_in_product unique (product_id, hazard_id),
    constraint hazard_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

select audit.capture('app.hazard');

create table app.sequence_of_events (
    sequence_of_events_id  uuid        not null constraint sequence_of_events_key primary key,
    product_id             uuid        not null constraint sequence_of_events_product references app.product (product_id),
    number                 int         not null constraint sequence_of_events_number_counts check (number >= 1),
    -- the events in their order, one a line.
    events                 text        not null constraint sequence_of_events_events_length
        check (char_length(events) between 1 and 4000),
    cause                  text        not null constraint sequence_of_events_cause_known check (cause in (
        'not_stated', 'specification', 'defect', 'soup', 'hardware_or_other_software', 'misuse', 'attack')),
    -- the software item, by name until items are records of their own.
    item                   text        constraint sequence_of_events_item_length check (char_length(item) between 1 and 120),
    -- why a failure of the software can not be part of it; null: it can.
    no_contribution_reason text        constraint sequence_of_events_no_contribution_reason_length
        check (char_length(no_contribution_reason) between 1 and 1000),
    withdrawn_at           timestamptz,
    withdrawn_reason       text        constraint sequence_of_events_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision               int         not null constraint sequence_of_events_revision_counts check (revision >= 1),
    created_at             timestamptz not null default now(),
    changed_at             timestamptz not null default now(),
    constraint sequence_of_events_number_once unique (product_id, number),
    constraint sequence_of_events_in_product unique (product_id, sequence_of_events_id),
    constraint sequence_of_events_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

select audit.capture('app.sequence_of_events');

create table app.hazardous_situation (
    hazardous_situation_id uuid        not null constraint hazardous_situation_key primary key,
    product_id             uuid        not null constraint hazardous_situation_product references app.product (product_id),
    number                 int         not null constraint hazardous_situation_number_counts check (number >= 1),
    description            text        not null constraint hazardous_situation_description_length
        check (char_length(description) between 1 and 4000),
    exposed                text        constraint hazardous_situation_exposed_length
        check (char_length(exposed) between 1 and 120),
    withdrawn_at           timestamptz,
    withdrawn_reason       text        constraint hazardous_situation_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision               int         not null constraint hazardous_situation_revision_counts check (revision >= 1),
    created_at             timestamptz not null default now(),
    changed_at             timestamptz not null default now(),
    constraint hazardous_situation_number_once unique (product_id, number),
    constraint hazardous_situation_in_product unique (product_id, hazardous_situation_id),
    constraint hazardous_situation_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

select audit.capture('app.hazardous_situation');

create table app.harm (
    harm_id          uuid        not null constraint harm_key primary key,
    product_id       uuid        not null constraint harm_product references app.product (product_id),
    number           int         not null constraint harm_number_counts check (number >= 1),
    description      text        not null constraint harm_description_length
        check (char_length(description) between 1 and 200),
    withdrawn_at     timestamptz,
    withdrawn_reason text        constraint harm_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision         int         not null constraint harm_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint harm_number_once unique (product_id, number),
    constraint harm_in_product unique (product_id, harm_id),
    constraint harm_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

select audit.capture('app.harm');

-- a row of the register, with its three estimates and what the plan in force says about each. the evaluations are
-- stored, because they are part of the record, and because lists are sorted and filtered by them: `cell` is severity
-- times ten plus band, `worst_first` puts what was not estimated first and the worst cell after it.
create table app.risk (
    risk_id                uuid        not null constraint risk_key primary key,
    product_id             uuid        not null constraint risk_product references app.product (product_id),
    number                 int         not null constraint risk_number_counts check (number >= 1),
    hazard_id              uuid        not null,
    sequence_of_events_id  uuid        not null,
    hazardous_situation_id uuid        not null,
    harm_id                uuid        not null,

    -- before any control.
    initial_severity       smallint    constraint risk_initial_severity_is_step check (initial_severity between 1 and 5),
    initial_p1             app.probability,
    initial_p2             app.probability,
    initial_not_estimable  text        constraint risk_initial_not_estimable_length
        check (char_length(initial_not_estimable) between 1 and 1000),
    initial_basis          text        constraint risk_initial_basis_length check (char_length(initial_basis) between 1 and 4000),
    initial_cell           smallint,
    initial_evaluation     text        not null constraint risk_initial_evaluation_known
        check (initial_evaluation in ('not_estimated', 'acceptable', 'reduce', 'unacceptable')),
    initial_worst_first    smallint    not null,

    -- with external controls only, the failure of the software taken as certain.
    external_severity      smallint    constraint risk_external_severity_is_step check (external_severity between 1 and 5),
    external_p1            app.probability,
    external_p2            app.probability,
    external_not_estimable text        constraint risk_external_not_estimable_length
        check (char_length(external_not_estimable) between 1 and 1000),
    external_basis         text        constraint risk_external_basis_length check (char_length(external_basis) between 1 and 4000),
    external_cell          smallint,
    external_evaluation    text        not null constraint risk_external_evaluation_known
        check (external_evaluation in ('not_estimated', 'acceptable', 'reduce', 'unacceptable')),

    -- with every control. `left_*` judges this estimate, or the initial one as long as this one is incomplete.
    residual_severity      smallint    constraint risk_residual_severity_is_step check (residual_severity between 1 and 5),
    residual_p1            app.probability,
    residual_p2            app.probability,
    residual_not_estimable text        constraint risk_residual_not_estimable_length
        check (char_length(residual_not_estimable) between 1 and 1000),
    residual_basis         text        constraint risk_residual_basis_length check (char_length(residual_basis) between 1 and 4000),
    left_cell              smallint,
    left_evaluation        text        not null constraint risk_left_evaluation_known
        check (left_evaluation in ('not_estimated', 'acceptable', 'reduce', 'unacceptable')),
    left_worst_first       smallint    not null,

    -- severity 3 asks: was the care needed to prevent permanent impairment?
    care                   text        not null constraint risk_care_known check (care in ('unanswered', 'yes', 'no')),
    benefit_risk           text        constraint risk_benefit_risk_length check (char_length(benefit_risk) between 1 and 4000),
    benefits_outweigh      boolean,

    withdrawn_at           timestamptz,
    withdrawn_reason       text        constraint risk_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision               int         not null constraint risk_revision_counts check (revision >= 1),
    created_at             timestamptz not null default now(),
    changed_at             timestamptz not null default now(),

    constraint risk_number_once unique (product_id, number),
    constraint risk_in_product unique (product_id, risk_id),
    -- the product stands in each key, so that a row can not reach into another product.
    constraint risk_hazard foreign key (product_id, hazard_id) references app.hazard (product_id, hazard_id),
    constraint risk_sequence foreign key (product_id, sequence_of_events_id)
        references app.sequence_of_events (product_id, sequence_of_events_id),
    constraint risk_situation foreign key (product_id, hazardous_situation_id)
        references app.hazardous_situation (product_id, hazardous_situation_id),
    constraint risk_harm foreign key (product_id, harm_id) references app.harm (product_id, harm_id),
    constraint risk_initial_estimated_or_not check (initial_not_estimable is null or (initial_p1 is null and initial_p2 is null)),
    constraint risk_external_estimated_or_not check (external_not_estimable is null or (external_p1 is null and external_p2 is null)),
    constraint risk_residual_estimated_or_not check (residual_not_estimable is null or (residual_p1 is null and residual_p2 is null)),
    constraint risk_benefit_risk_complete check ((benefit_risk is null) = (benefits_outweigh is null)),
    constraint risk_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

create unique index risk_chain_once on app.risk (hazard_id, sequence_of_events_id, hazardous_situation_id, harm_id)
    where withdrawn_at is null;

-- each list of the register is a range of one of these, whatever its length.
create index risk_by_number on app.risk (product_id, number) where withdrawn_at is null;
create index risk_by_initial on app.risk (product_id, initial_worst_first, number) where withdrawn_at is null;
create index risk_by_left on app.risk (product_id, left_worst_first, number) where withdrawn_at is null;
create index risk_left_by_number on app.risk (product_id, left_evaluation, number) where withdrawn_at is null;
create index risk_left_by_initial on app.risk (product_id, left_evaluation, initial_worst_first, number)
    where withdrawn_at is null;
create index risk_initial_cell on app.risk (product_id, initial_cell, number) where withdrawn_at is null;
create index risk_left_cell on app.risk (product_id, left_cell, number) where withdrawn_at is null;
create index risk_withdrawn on app.risk (product_id, number) where withdrawn_at is not null;
create index risk_of_hazard on app.risk (hazard_id, number) where withdrawn_at is null;
create index risk_of_sequence on app.risk (sequence_of_events_id, number) where withdrawn_at is null;
create index risk_of_situation on app.risk (hazardous_situation_id, number) where withdrawn_at is null;
create index risk_of_harm on app.risk (harm_id, number) where withdrawn_at is null;

select audit.capture('app.risk');

create table app.risk_control (
    risk_control_id     uuid        not null constraint risk_control_key primary key,
    product_id          uuid        not null constraint risk_control_product references app.product (product_id),
    number              int         not null constraint risk_control_number_counts check (number >= 1),
    title               text        not null constraint risk_control_title_length check (char_length(title) between 1 and 200),
    description         text        constraint risk_control_description_length
        check (char_length(description) between 1 and 4000),
    option              text        not null constraint risk_control_option_known
        check (option in ('design', 'protective', 'information')),
    lower_option_reason text        constraint risk_control_lower_option_reason_length
        check (char_length(lower_option_reason) between 1 and 1000),
    place               text        not null constraint risk_control_place_known
        check (place in ('hardware', 'software_item', 'other_system', 'procedure', 'labelling')),
    place_detail        text        constraint risk_control_place_detail_length
        check (char_length(place_detail) between 1 and 300),
    -- outside the software system: counts for its class.
    external            boolean     not null,
    requirement         text        constraint risk_control_requirement_length
        check (char_length(requirement) between 1 and 120),
    owner               text        constraint risk_control_owner_length check (char_length(owner) between 1 and 120),
    withdrawn_at        timestamptz,
    withdrawn_reason    text        constraint risk_control_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision            int         not null constraint risk_control_revision_counts check (revision >= 1),
    created_at          timestamptz not null default now(),
    changed_at          timestamptz not null default now(),
    constraint risk_control_number_once unique (product_id, number),
    constraint risk_control_in_product unique (product_id, risk_control_id),
    -- what fails together with the software is not outside it.
    constraint risk_control_inside_is_not_external check (not (external and place = 'software_item')),
    constraint risk_control_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

select audit.capture('app.risk_control');

-- a control used for a risk, and what it lowers there.
create table app.risk_control_use (
    risk_control_use_id uuid        not null constraint risk_control_use_key primary key,
    product_id          uuid        not null constraint risk_control_use_product references app.product (product_id),
    risk_id             uuid        not null,
    risk_control_id     uuid        not null,
    lowers_p1           boolean     not null,
    lowers_p2           boolean     not null,
    lowers_severity     boolean     not null,
    withdrawn_at        timestamptz,
    withdrawn_reason    text        constraint risk_control_use_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision            int         not null constraint risk_control_use_revision_counts check (revision >= 1),
    created_at          timestamptz not null default now(),
    changed_at          timestamptz not null default now(),
    constraint risk_control_use_risk foreign key (product_id, risk_id) references app.risk (product_id, risk_id),
    constraint risk_control_use_control foreign key (product_id, risk_control_id)
        references app.risk_control (product_id, risk_control_id),
    constraint risk_control_use_lowers_something check (lowers_p1 or lowers_p2 or lowers_severity),
    constraint risk_control_use_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

create unique index risk_control_use_once on app.risk_control_use (risk_id, risk_control_id) where withdrawn_at is null;
create index risk_control_use_of_control on app.risk_control_use (risk_control_id) where withdrawn_at is null;

select audit.capture('app.risk_control_use');

-- a verification of a control: that it is there, or that it works. a newer one of the same kind withdraws the older.
create table app.verification (
    verification_id  uuid        not null constraint verification_key primary key,
    product_id       uuid        not null constraint verification_product references app.product (product_id),
    number           int         not null constraint verification_number_counts check (number >= 1),
    risk_control_id  uuid        not null,
    kind             text        not null constraint verification_kind_known check (kind in ('implementation', 'effectiveness')),
    outcome          text        not null constraint verification_outcome_known check (outcome in ('open', 'passed', 'failed')),
    method           text        not null constraint verification_method_length check (char_length(method) between 1 and 4000),
    evidence         text        constraint verification_evidence_length check (char_length(evidence) between 1 and 300),
    performed_on     date,
    performed_by     text        constraint verification_performed_by_length check (char_length(performed_by) between 1 and 120),
    withdrawn_at     timestamptz,
    withdrawn_reason text        constraint verification_withdrawn_reason_length
        check (char_length(withdrawn_reason) between 1 and 1000),
    revision         int         not null constraint verification_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint verification_number_once unique (product_id, number),
    constraint verification_control foreign key (product_id, risk_control_id)
        references app.risk_control (product_id, risk_control_id),
    constraint verification_result_has_evidence check (outcome = 'open' or evidence is not null),
    constraint verification_withdrawn_with_reason check ((withdrawn_at is null) = (withdrawn_reason is null))
);

create unique index verification_once on app.verification (risk_control_id, kind) where withdrawn_at is null;

select audit.capture('app.verification');

-- a person's word that the hazard analysis is complete. any later change of the analysis reopens it.
create table app.completeness_declaration (
    completeness_declaration_id uuid not null constraint completeness_declaration_key primary key,
    product_id       uuid        not null constraint completeness_declaration_product references app.product (product_id),
    -- null only for a demonstration.
    declared_by      uuid        constraint completeness_declaration_person references app.person (person_id),
    reason           text        not null constraint completeness_declaration_reason_length
        check (char_length(reason) between 1 and 1000),
    -- how many rows the register held.
    declared_rows    int         not null constraint completeness_declaration_rows_count check (declared_rows >= 0),
    reopened_at      timestamptz,
    reopened_because text        constraint completeness_declaration_reopened_because_length
        check (char_length(reopened_because) between 1 and 1000),
    revision         int         not null constraint completeness_declaration_revision_counts check (revision >= 1),
    created_at       timestamptz not null default now(),
    changed_at       timestamptz not null default now(),
    constraint completeness_declaration_reopened_with_reason check ((reopened_at is null) = (reopened_because is null))
);

create unique index completeness_declaration_stands_once on app.completeness_declaration (product_id)
    where reopened_at is null;
create index completeness_declaration_latest on app.completeness_declaration (product_id, created_at desc);

select audit.capture('app.completeness_declaration');

-- what the rules say about each row that is not withdrawn: derived from the records above, can be made anew at any
-- time, is no evidence. kept so that counts, filters and the implied class cost the same however long the register.
create table run.risk_standing (
    risk_id             uuid     not null constraint risk_standing_key primary key
        constraint risk_standing_risk references app.risk (risk_id),
    product_id          uuid     not null,
    number              int      not null,
    initial_worst_first smallint not null,
    left_worst_first    smallint not null,
    -- 1, 2, 3 for class a, b, c: the class that the row needs; and when unverified external controls do not count.
    class               smallint not null constraint risk_standing_class_known check (class between 1 and 3),
    firm_class          smallint not null constraint risk_standing_firm_class_known check (firm_class between 1 and 3),
    ground              text     not null,
    severe              boolean  not null,
    blocks              smallint not null,
    warns               smallint not null,
    -- the marks of the findings: C09:43
    marks               text[]   not null
);

create index risk_standing_class on run.risk_standing (product_id, class, number);
create index risk_standing_firm_class on run.risk_standing (product_id, firm_class);
create index risk_standing_severe on run.risk_standing (product_id) where severe;
create index risk_standing_blocks on run.risk_standing (product_id, number) where blocks > 0;
create index risk_standing_blocks_by_initial on run.risk_standing (product_id, initial_worst_first, number) where blocks > 0;
create index risk_standing_blocks_by_left on run.risk_standing (product_id, left_worst_first, number) where blocks > 0;
create index risk_standing_warns on run.risk_standing (product_id, number) where warns > 0;
create index risk_standing_warns_by_initial on run.risk_standing (product_id, initial_worst_first, number) where warns > 0;
create index risk_standing_warns_by_left on run.risk_standing (product_id, left_worst_first, number) where warns > 0;
