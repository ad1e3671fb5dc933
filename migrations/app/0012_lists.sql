-- lists that grew with their table.

-- the steps of a product's assessments, newest first.
create index assessment_step_of_product on app.assessment_step (product_id, created_at desc, assessment_step_id desc);

-- the rows of the register whose sequence of events names an item.
create index sequence_of_events_by_item on app.sequence_of_events (product_id, lower(item))
    where item is not null and withdrawn_at is null;
