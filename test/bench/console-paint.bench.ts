import { ConsoleClient } from '@postern/infra/console-client';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import { bringChromium } from '@postern/infra/tools';
import { type Browser, chromium } from 'playwright-core';
import { type Benchmark, median, type Table } from './harness.js';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];
const TARGET_MS = 1_000;

interface Paint {
  readonly first: number;
  /** The page with its header and toolbar, not only the word that it loads. */
  readonly usable: number;
  readonly editor: number;
}

/** One load with nothing in the browser's cache, signed in. Milliseconds since the navigation began. */
async function load(browser: Browser, { origin, headers }: ConsoleClient): Promise<Paint> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  try {
    const page = await context.newPage();
    await context.setExtraHTTPHeaders({ cookie: headers.cookie ?? '' });
    await page.goto(origin, { waitUntil: 'commit' });
    const since = () => page.evaluate(() => performance.now());
    await page.getByRole('button', { name: 'Account' }).waitFor();
    const usable = await since();
    await page.locator('.cm-content').waitFor();
    const editor = await since();
    const first = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    return { first, usable, editor };
  } finally {
    await context.close();
  }
}

/** How soon somebody who opens the console sees it: a real browser against the agent of the local stack. */
export const consolePaint: Benchmark = {
  name: 'console-paint',
  title: 'First paint of the console in Chromium, nothing cached',
  prepare: async ({ quick }, startedStack) => {
    const executablePath = await bringChromium((text) => void process.stderr.write(`${text}\n`));
    if (executablePath === undefined)
      throw new Error('no Chromium: install one, or name it in POSTERN_TEST_CHROMIUM');
    const stack = await startedStack();
    const graphql = new GraphqlClient(stack.urls.graphql);
    await graphql.signIn(DEMO_PEOPLE.dana.email, stack.password);
    const client = new ConsoleClient(stack.urls.console);
    await client.signIn(graphql);
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    const paints: Paint[] = [];
    for (let round = quick ? 2 : 10; round >= 0; round -= 1) paints.push(await load(browser, client));
    // The first warms the agent and the disk: nobody's first paint is the agent's first answer.
    paints.shift();
    const row = (name: string, of: keyof Paint, target: string): string[] => {
      const times = paints.map((paint) => paint[of]);
      const figures = [median(times), Math.min(...times), Math.max(...times)];
      return [name, ...figures.map((ms) => `${ms.toFixed(0)} ms`), target];
    };
    const table: Table = [
      [`${paints.length} loads`, 'median', 'least', 'most', 'promised'],
      row('first contentful paint', 'first', `${TARGET_MS} ms`),
      row('header and toolbar', 'usable', ''),
      row('editor', 'editor', ''),
    ];
    return {
      batch: 1,
      contenders: [{ name: 'one load', once: () => load(browser, client) }],
      table,
      close: () => browser.close(),
    };
  },
};
