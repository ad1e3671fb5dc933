-- people of the demonstration: names for its records, so that they tell who wrote, reviewed and owns what.
--
-- they are marked for ever and have no way in: an account that is disabled opens no session and takes no link, and
-- the trigger lets nobody change one of them, so none is ever enabled.

alter table app.person
    add column demonstration boolean not null default false,
    add constraint person_of_demonstration_sleeps
        check (not demonstration or (disabled_at is not null and not site_administrator));

create function app.keep_demonstration_person() returns trigger
    language plpgsql
as $$
begin
    if old.demonstration or new.demonstration then
        raise exception 'a person of the demonstration stays as it was loaded, and nobody else becomes one'
            using errcode = 'check_violation', constraint = 'person_of_demonstration_stays';
    end if;
    return new;
end;
$$;

create trigger person_keeps_demonstration
    before update on app.person
    for each row execute function app.keep_demonstration_person();
