import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { dueAfter, dueBefore } from '../src/report-schedules/calendar.js';
import { RunDueSchedules } from '../src/report-schedules/run-schedule.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, signUpCompany } from './company.js';
import { must } from './people.js';
import { eventually } from './seed.js';

const calendar = (more: object) => ({
  cadence: 'daily',
  hour: 6,
  weekday: null,
  day: null,
  timeZone: 'UTC',
  ...more,
});

describe('the calendar', () => {
  it.each([
    ['daily', {}, '2026-11-22T06:00:00Z', '2026-11-23T06:00:00.000Z', '2026-11-21T06:00:00.000Z'],
    [
      'weekly, Mondays',
      { weekday: 1 },
      '2026-11-22T12:00:00Z',
      '2026-11-23T06:00:00.000Z',
      '2026-11-16T06:00:00.000Z',
    ],
    [
      'weekly, Sundays',
      { weekday: 7 },
      '2026-11-20T00:00:00Z',
      '2026-11-22T06:00:00.000Z',
      '2026-11-15T06:00:00.000Z',
    ],
    ['monthly', { day: 1 }, '2026-11-22T00:00:00Z', '2026-12-01T06:00:00.000Z', '2026-11-01T06:00:00.000Z'],
    [
      'in summer',
      { timeZone: 'Europe/Berlin' },
      '2026-07-01T00:00:00Z',
      '2026-07-01T04:00:00.000Z',
      '2026-06-30T04:00:00.000Z',
    ],
    [
      'in winter',
      { timeZone: 'Europe/Berlin' },
      '2026-12-01T00:00:00Z',
      '2026-12-01T05:00:00.000Z',
      '2026-11-30T05:00:00.000Z',
    ],
    // 02:00 does not exist on 2026-03-29 in Berlin: the clock goes from 02:00 to 03:00.
    [
      'an hour that is left out',
      { hour: 2, timeZone: 'Europe/Berlin' },
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-28T01:00:00.000Z',
    ],
  ])('%s', (_, more, at, after, before) => {
    expect(dueAfter(calendar(more), new Date(at)).toISOString()).toBe(after);
    expect(dueBefore(calendar(more), new Date(at)).toISOString()).toBe(before);
  });

  it('repeats no run in an hour that comes twice', () => {
    const berlin = calendar({ hour: 2, timeZone: 'Europe/Berlin' });
    const first = dueAfter(berlin, new Date('2026-10-24T12:00:00Z'));
    expect(dueAfter(berlin, first).toISOString()).toBe('2026-10-26T01:00:00.000Z');
  });
});

interface Message {
  type: string;
  data: {
    schedule: { id: string };
    status: string;
    error?: string;
    report: { id: string; parameters: { from?: string; to?: string } };
    file?: { filename: string; mediaType: string; sha256: string; base64: string; bytes: number };
  };
}

let api: TestApp;
let worker: INestApplicationContext;
let company: Company;
let server: Server;
const received: Message[] = [];

beforeAll(async () => {
  api = await startTestApp({ allowPrivateDestinations: true });
  worker = await createWorker(api.database.config);
  company = await signUpCompany(api, 'calendar');
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      received.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await worker?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await api?.close();
});

const run = <T>(document: string, more = {}) =>
  must<T>(api, document, { orgId: company.orgId, ...more }, company.cookie);

async function webhook(name: string): Promise<string> {
  const { made } = await run<{ made: { integration: { id: string } } }>(
    'mutation ($orgId: ID!, $integration: IntegrationInput!) { made: createIntegration(orgId: $orgId, integration: $integration) { integration { id } } }',
    {
      integration: {
        name,
        kind: 'webhook',
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        // Nothing that happens here: a schedule sends to whom it names.
        eventTypes: ['drift.found'],
      },
    },
  );
  return made.integration.id;
}

interface Shown {
  id: string;
  nextRunAt: string | null;
  enabled: boolean;
  lastReport: { id: string; status: string; requestedBy: string } | null;
  recipients: { name: string; lastDelivery: { state: string } | null }[];
}
const FIELDS =
  'id nextRunAt enabled parameters lastReport { id status requestedBy } recipients { name enabled lastDelivery { id state attempts } }';

const scheduleOf = (name: string, recipients: string[], more: object = {}) => ({
  ...{
    name,
    kind: 'REFUSALS',
    cadence: 'WEEKLY',
    weekday: 1,
    hour: 6,
    timeZone: 'Europe/Berlin',
    format: 'CSV',
  },
  recipients,
  ...more,
});

const create = async (schedule: object): Promise<Shown> =>
  (
    await run<{ made: Shown }>(
      `mutation ($orgId: ID!, $schedule: ReportScheduleInput!) { made: createReportSchedule(orgId: $orgId, schedule: $schedule) { ${FIELDS} } }`,
      { schedule },
    )
  ).made;

const refused = async (schedule: object) =>
  (
    await api.graphql(
      'mutation ($orgId: ID!, $schedule: ReportScheduleInput!) { createReportSchedule(orgId: $orgId, schedule: $schedule) { id } }',
      { orgId: company.orgId, schedule },
      company.cookie,
    )
  ).errors[0]?.extensions;

const show = async (id: string): Promise<Shown> =>
  (
    await run<{ it: Shown }>(
      `query ($orgId: ID!, $id: ID!) { it: reportSchedule(orgId: $orgId, id: $id) { ${FIELDS} } }`,
      {
        id,
      },
    )
  ).it;

const messagesOf = (id: string) =>
  received.filter(({ type, data }) => type === 'report.scheduled' && data.schedule.id === id);

async function arrived(id: string, count: number): Promise<Message[]> {
  await eventually('the message', async () => messagesOf(id).length >= count);
  return messagesOf(id);
}

/** The clock goes to when it is due. */
const makeDue = (id: string, at = new Date(Date.now() - 1_000)) =>
  api.database.owner.query('update report_schedule set next_run_at = $2 where id = $1', [id, at]);

describe('a schedule', () => {
  it('makes its report when it is due and sends the signed file to its webhook, once', async () => {
    const [first, other] = [await webhook('first'), await webhook('other')];
    const made = await create(scheduleOf('Weekly refusals', [first, other]));
    expect(new Date(made.nextRunAt ?? '').getUTCDay()).toBe(1);
    await makeDue(made.id);
    // Two workers find it at the same time.
    const due = worker.get(RunDueSchedules);
    await Promise.all([due.run(), due.run()]);
    const messages = await arrived(made.id, 2);
    const { data } = messages[0] as Message;
    expect(data).toMatchObject({ status: 'done', file: { mediaType: 'text/csv; charset=utf-8' } });
    const bytes = Buffer.from(data.file?.base64 ?? '', 'base64');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(data.file?.sha256);
    expect(bytes.toString()).toContain('#postern-signature: ');
    await eventually('both are delivered', async () =>
      (await show(made.id)).recipients.every(({ lastDelivery }) => lastDelivery?.state === 'delivered'),
    );
    const shown = await show(made.id);
    expect(shown.lastReport).toMatchObject({
      id: data.report.id,
      status: 'DONE',
      requestedBy: 'schedule “Weekly refusals”',
    });
    expect(new Date(shown.nextRunAt ?? '').getTime()).toBeGreaterThan(Date.now());
    expect(messagesOf(made.id)).toHaveLength(2);
    const events = await auditTrail(api, company.orgId);
    expect(events.filter(({ kind }) => kind === 'report.delivered').map(({ event }) => event)).toMatchObject([
      {
        target: { id: data.report.id },
        after: { schedule: 'Weekly refusals', recipients: ['first', 'other'] },
      },
    ]);
  });

  it('leaves no gap between its periods, though a run was missed', async () => {
    const made = await create(
      scheduleOf('Gapless', [await webhook('gapless')], { cadence: 'DAILY', weekday: null }),
    );
    const covered = new Date(Date.now() - 5 * 86_400_000);
    await api.database.owner.query('update report_schedule set covered_to = $2 where id = $1', [
      made.id,
      covered,
    ]);
    await makeDue(made.id, new Date(Date.now() - 3 * 86_400_000));
    await worker.get(RunDueSchedules).run();
    const [message] = await arrived(made.id, 1);
    const { from, to } = message?.data.report.parameters ?? {};
    expect(from).toBe(covered.toISOString());
    expect(Date.now() - Date.parse(to ?? '')).toBeLessThan(25 * 3_600_000);
    await makeDue(made.id);
    await worker.get(RunDueSchedules).run();
    const [, second] = await arrived(made.id, 2);
    // The same beat of the calendar again, by a clock that was set back: it covers the one before, never nothing.
    expect(Date.parse(second?.data.report.parameters.from ?? '')).toBeLessThan(
      Date.parse(second?.data.report.parameters.to ?? ''),
    );
  });

  it('runs now without moving its calendar, and says when a report failed', async () => {
    const made = await create(
      scheduleOf('Review', [await webhook('review')], {
        kind: 'ACCESS_REVIEW',
        cadence: 'MONTHLY',
        weekday: null,
        day: 1,
      }),
    );
    await run('mutation ($orgId: ID!, $id: ID!) { runReportSchedule(orgId: $orgId, id: $id) { id } }', {
      id: made.id,
    });
    const [message] = await arrived(made.id, 1);
    // There has been no access review yet.
    expect(message?.data).toMatchObject({ status: 'failed', error: expect.any(String) });
    expect((await show(made.id)).nextRunAt).toBe(made.nextRunAt);
  });

  it('does nothing while it is paused or its webhook is turned off, and nothing more once it is deleted', async () => {
    const hook = await webhook('quiet');
    const made = await create(scheduleOf('Quiet', [hook], { enabled: false }));
    expect(made).toMatchObject({ enabled: false, nextRunAt: null });
    await makeDue(made.id);
    await worker.get(RunDueSchedules).run();
    expect((await show(made.id)).lastReport).toBeNull();
    await api.database.owner.query('update integration set enabled = false where id = $1', [hook]);
    await run(
      'mutation ($orgId: ID!, $id: ID!, $schedule: ReportScheduleInput!) { updateReportSchedule(orgId: $orgId, id: $id, schedule: $schedule) { id } }',
      { id: made.id, schedule: scheduleOf('Quiet again', [hook]) },
    );
    await makeDue(made.id);
    await worker.get(RunDueSchedules).run();
    await eventually('the report', async () => (await show(made.id)).lastReport?.status === 'DONE');
    expect(messagesOf(made.id)).toEqual([]);
    await run('mutation ($orgId: ID!, $id: ID!) { deleteReportSchedule(orgId: $orgId, id: $id) }', {
      id: made.id,
    });
    const changes = (await auditTrail(api, company.orgId)).filter(
      ({ event }) => (event.target as { id: string } | undefined)?.id === made.id,
    );
    expect(changes.map(({ kind }) => kind).sort()).toEqual([
      'report_schedule.created',
      'report_schedule.deleted',
      'report_schedule.updated',
    ]);
  });

  it.each([
    ['a weekday for a daily one', { cadence: 'DAILY' }, 'weekday'],
    ['none for a weekly one', { weekday: null }, 'weekday'],
    ['day 31', { cadence: 'MONTHLY', weekday: null, day: 31 }, 'day'],
    ['hour 24', { hour: 24 }, 'hour'],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['an instant of its own', { parameters: { from: '2026-01-01T00:00:00Z' } }, 'parameters.from'],
    ['a parameter of another kind', { parameters: { days: 3 } }, 'parameters.days'],
    ['nobody to send to', { recipients: [] }, 'recipients'],
  ])('is refused with %s', async (_, more, field) => {
    expect(await refused(scheduleOf('Wrong', ['x'], more))).toMatchObject({ code: 'input.invalid', field });
  });

  it('has a name of its own', async () => {
    const hook = await webhook('names');
    await create(scheduleOf('Named', [hook]));
    expect(await refused(scheduleOf('Named', [hook]))).toMatchObject({ code: 'report_schedule.name_taken' });
  });
});
