-- Each programme runs under a role of its own (docs/adr/0011). PostgreSQL only; runs at every start and may be run by an
-- administrator before, as the owner of the tables. The account of the program must be able to take the roles.
do $walls$
declare
  programme text;
  wall text;
  called text[];
  item record;
begin
  foreach programme in array array['desk', 'resident', 'hub', 'payments', 'claims', 'medical_aid', 'exchange', 'gateway',
    'refnet', 'refjuki'] loop
    wall := 'atena_' || programme;
    if not exists (select from pg_roles where rolname = wall) then
      begin
        execute format('create role %I nologin', wall);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if not pg_has_role(current_user, wall, 'member') then
      execute format('grant %I to %I', wall, current_user);
    end if;
    execute format('grant usage on schema %I to %I', current_schema(), wall);

    -- The slices that a programme calls in its own unit of work, as in the table of edges.
    called := array[programme] || case programme
      when 'claims' then array['payments']
      when 'medical_aid' then array['claims', 'payments']
      else array[]::text[]
    end;

    for item in select tablename::text as name from pg_tables where schemaname = current_schema() loop
      execute format('revoke all on %I from %I', item.name, wall);
      if exists (select from unnest(called) as own (prefix) where item.name like own.prefix || '\_%') then
        execute format('grant select, insert, update, delete on %I to %I', item.name, wall);
      elsif item.name in ('platform_client', 'platform_token', 'platform_assertion') then
        -- Other systems are let in before any programme is; the desk lists them, without their secrets.
        if programme = 'desk' and item.name = 'platform_client' then
          execute format('grant select (id, name, programme, office, scopes, active_from, active_to) on %I to %I', item.name, wall);
        end if;
      elsif item.name in ('platform_staff', 'platform_post', 'platform_session', 'platform_migration') then
        -- Who may sign in is the desk's business.
        if programme = 'desk' and item.name <> 'platform_migration' then
          execute format('grant select, insert, update, delete on %I to %I', item.name, wall);
        end if;
      elsif item.name like 'platform\_%' then
        execute format('grant select, insert, update, delete on %I to %I', item.name, wall);
      elsif item.name in ('audit_leaf', 'audit_payload') then
        -- The log can be added to, and never changed, by whoever works for a programme.
        execute format('grant select, insert on %I to %I', item.name, wall);
      elsif item.name = 'audit_counter' then
        execute format('grant select, update on %I to %I', item.name, wall);
      elsif item.name like 'audit\_%' then
        execute format('grant select on %I to %I', item.name, wall);
      end if;
    end loop;
  end loop;
end
$walls$;
