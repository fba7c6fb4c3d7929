import axe from 'axe-core';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import type { World } from './fixture.js';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

export const CHROMIUM = process.env.POSTERN_TEST_CHROMIUM;

export const launch = (more: readonly string[] = []): Promise<Chromium> =>
  chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [...FLAGS, ...more],
  });

export interface OpenPage {
  readonly page: Page;
  /** What went wrong in it, and what it asked of others than the agent. */
  readonly problems: string[];
}

/** The console in a real browser, signed in as a person. */
export async function openConsole(
  chromiumBrowser: Chromium,
  world: World,
  person: string,
  { path = '/', width = 1_440, height = 900 } = {},
): Promise<OpenPage> {
  const signedIn = await world.signIn(person);
  // The agent may be away for a while, its address stays.
  const origin = world.agent.url;
  const context = await chromiumBrowser.newContext({
    viewport: { width, height },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(15_000);
  await context.addCookies([...signedIn.cookies].map(([name, value]) => ({ name, value, url: origin })));
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|ws)/.test(url)) problems.push(`asked for ${url}`);
  });
  await page.goto(origin + path);
  return { page, problems };
}

/** What axe says is wrong in light and in dark, one line each. */
export async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    // A colour on its way to another is neither, so that nothing moves.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // What is laid out anew by that is not there for a moment, and axe does not expect things to go.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    for (const text of await axeRun(page)) found.push(`${colorScheme}: ${text}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
  return found;
}

/** axe takes its time, and stumbles where something that it has noted goes meanwhile: then it looks again. */
async function axeRun(page: Page, tries = 3): Promise<string[]> {
  try {
    return await axeOnce(page);
  } catch (error) {
    if (tries === 1) throw error;
    return axeRun(page, tries - 1);
  }
}

const axeOnce = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const loaded = (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    const { violations } = await loaded.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  });
