import type { SystemDb } from '../tenancy/system-db.js';

const MOST = 500;

/** Integrations with events that they have not seen, that nobody sends for and nobody is asked to. */
export const integrationsBehind = (db: SystemDb) =>
  db.query<{ orgId: string; integrationId: string }>(
    `select i.org_id as "orgId", i.id as "integrationId" from integration i
     where i.enabled and i.next_attempt_at <= now() and (i.claimed_until is null or i.claimed_until < now())
       and (exists (select from agent a left join integration_cursor c on c.integration_id = i.id and c.chain = a.id
                    where a.org_id = i.org_id and a.audit_seq > coalesce(c.seq, 0))
         or exists (select from org_audit_chain o left join integration_cursor c
                      on c.integration_id = i.id and c.chain = '00000000-0000-0000-0000-000000000000'
                    where o.org_id = i.org_id and o.seq > coalesce(c.seq, 0)))
       and not exists (select from outbox x where x.job = 'integration.forward' and x.payload ->> 'integrationId' = i.id::text)
     limit ${MOST}`,
  );

/** Deliveries whose wait is over and that nobody is asked to send. */
export const deliveriesDue = (db: SystemDb) =>
  db.query<{ orgId: string; deliveryId: string }>(
    `select d.org_id as "orgId", d.id as "deliveryId" from webhook_delivery d
     where d.state = 'waiting' and d.next_attempt_at <= now()
       and exists (select from integration i where i.id = d.integration_id and i.enabled)
       and not exists (select from outbox x where x.job = 'webhook.deliver' and x.payload ->> 'deliveryId' = d.id::text)
     order by d.next_attempt_at limit ${MOST}`,
  );

/** What arrived is kept a week for the log, dead letters a month. */
export const forgetOldDeliveries = (db: SystemDb) =>
  db.query(
    `delete from webhook_delivery where (state = 'delivered' and ended_at < now() - interval '7 days')
       or (state = 'dead' and ended_at < now() - interval '30 days')`,
  );
